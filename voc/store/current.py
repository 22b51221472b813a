"""A run as it holds now: what the models said, less and more what people decided. The run itself stays as it was analysed.

Reviews change sentiment, journey and members of pain points; edits of the codebook change pain points. Only what they touch is counted
anew, by the functions that the analysis uses. Two figures need the models and are left open there until the next run: stability,
and label support.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from voc.attributes import quality_of
from voc.codebook.records import Codebook
from voc.metrics import share, wilson
from voc.records import Analysis, Change, JourneyCell, Metrics, PainPoint, ShareOf
from voc.store.cache import Cache
from voc.store.decisions import Decisions
from voc.store.records import StoredRun
from voc.store.recount import Counting
from voc.store.standing import Standing, State, standing_of, state_of


@dataclass(frozen=True)
class Current:
    """A run as it holds now.

    Parameters
    ----------
    analysis : Analysis
        Pain points without their members.
    standing : Standing
        Where its clauses belong.
    """

    analysis: Analysis
    standing: Standing

    @property
    def run(self) -> StoredRun:  # numpydoc ignore=RT01
        """As it was analysed."""
        return self.standing.run

    @property
    def state(self) -> State:  # numpydoc ignore=RT01
        """What it was computed from; another one once anything changed."""
        return self.standing.state

    @property
    def reviewed(self) -> int:  # numpydoc ignore=RT01
        """Comments with a decision that holds."""
        return self.standing.decided.comments


def current(connection: Connection, run_id: str, memory: Cache) -> Current:
    """A run as it holds now.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    memory : Cache
        Remembers it until something changes.

    Returns
    -------
    Current
        Equal to the analysis where nobody reviewed or edited anything.

    Raises
    ------
    RecordNotFound
        If there is no such run.
    """
    state = state_of(connection, run_id)
    return memory.get("current", state, lambda: _compute(connection, standing_of(connection, state, memory), memory))


def _compute(connection: Connection, stood: Standing, memory: Cache) -> Current:
    old, decided, book = stood.run.analysis, stood.decided, stood.book
    counts = {"metrics": _metrics(old, decided), "journey": tuple(_cell(cell, decided) for cell in old.journey)}
    if stood.placed is None and book is None:
        return Current(old.model_copy(update=counts), stood)
    counting = Counting(connection, stood, memory)
    points = counting.points()
    unassigned = counting.unassigned(points)
    untouched = points == old.pain_points and unassigned == old.unassigned
    now = old.model_copy(
        update=counts
        | {
            "run": old.run.model_copy(update={"codebook_version": book.version}) if book else old.run,
            "pain_points": points,
            "unassigned": unassigned,
            "quality": old.quality if untouched else quality_of(points, unassigned, old.quality.max_unassigned),
            "changes": _changes(old.changes, points, book, stood.moved),
        }
    )
    return Current(now, stood)


def _metrics(old: Analysis, decided: Decisions) -> Metrics:
    n = old.input.comments
    sentiment = {
        label: _share(said.n + decided.sentiment[label], n) if decided.sentiment[label] else said
        for label, said in old.metrics.sentiment.items()
    }
    return old.metrics.model_copy(update={"sentiment": sentiment})


def _share(count: int, n: int) -> ShareOf:
    return ShareOf(n=count, share=share(count, n), interval=wilson(count, n))


def _cell(cell: JourneyCell, decided: Decisions) -> JourneyCell:
    mentions = cell.mentions + decided.mentions[cell.touchpoint]
    negative = cell.negative + decided.negative[cell.touchpoint]
    if (mentions, negative) == (cell.mentions, cell.negative):
        return cell
    counts = {"mentions": mentions, "negative": negative, "share": share(negative, mentions), "interval": wilson(negative, mentions)}
    return cell.model_copy(update=counts)


def _changes(old: Sequence[Change], points: Sequence[PainPoint], book: Codebook | None, moved: frozenset[str]) -> tuple[Change, ...]:
    """Against the last version, as the run said; what was edited since says so."""
    if not old or book is None:
        return tuple(old)
    counts = {point.id: point.comments for point in points}
    known = {change.id: change for change in old}
    rows = []
    for point in book.pain_points:
        before = known.get(point.id)
        if point.status != "active" or (before is None and point.id not in counts):
            continue
        row = before or Change(id=point.id, label=point.label, kind="edited", before=None, after=0)
        update = {"label": point.label, "after": counts.get(point.id, 0)}
        rows.append(row.model_copy(update=update | ({"kind": "edited"} if point.id in moved else {})))
    return tuple(sorted(rows, key=lambda row: (-row.after, -(row.before or 0), row.id)))
