"""A run as it holds now: what the models said, less and more what people decided. The run itself stays as it was analysed.

Reviews change sentiment, journey and members of pain points; edits of the codebook change pain points. Only what they touch is counted
anew, by the functions that the analysis uses. Two figures need the models and are left open there until the next run: stability,
and label support.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from voc.attributes import quality_of
from voc.codebook.records import Codebook
from voc.metrics import share, wilson
from voc.records import Analysis, Change, JourneyCell, Metrics, PainPoint, ShareOf
from voc.store import codebooks, read
from voc.store.cache import Cache
from voc.store.decisions import Decisions, decisions
from voc.store.members import Place, Placed, as_found, placed, without_cleared
from voc.store.people import AuditRow, ReviewRow
from voc.store.records import StoredRun
from voc.store.recount import Counting

_ERASURES = ("erase_customer", "erase_upload")


class State(NamedTuple):
    """All that the figures of a run depend on."""

    run_id: str
    erased: int  # number of the last erasure
    last_review: int
    reviews: int
    codebook: str | None
    revision: int
    edited: bool  # whether anybody edited the codebook since the run


@dataclass(frozen=True)
class Current:
    """A run as it holds now.

    Parameters
    ----------
    run : StoredRun
        As it was analysed.
    analysis : Analysis
        As it holds now, pain points without their members.
    homes : mapping of str to list of Place, or None
        Members of each pain point that is shown; None: those that the run found.
    moved : frozenset of str
        Pain points whose members are not those that the run found.
    reviewed : int
        Comments with a decision that holds.
    state : State
        What it was computed from; another one once anything changed.
    """

    run: StoredRun
    analysis: Analysis
    homes: Mapping[str, list[Place]] | None
    moved: frozenset[str]
    reviewed: int
    state: State

    @cached_property
    def by_comment(self) -> Mapping[str, list[tuple[int, int, str]]]:  # numpydoc ignore=RT01
        """Id of a comment → start, end and pain point of each of its members."""
        found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for point, places in (self.homes or {}).items():
            for comment_id, start, end in places:
                found[comment_id].append((start, end, point))
        return dict(found)


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
    return memory.get("current", state, lambda: _compute(connection, state, memory))


def all_homes(connection: Connection, now: Current, memory: Cache) -> Mapping[str, list[Place]]:
    """Members of all pain points that are shown.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    now : Current
        The run as it holds now.
    memory : Cache
        Remembers them.

    Returns
    -------
    mapping of str to list of Place
        By pain point.
    """
    if now.homes is not None:
        return now.homes
    return memory.get("members", (now.state.run_id, now.state.erased), lambda: as_found(connection, now.run.id))


def state_of(connection: Connection, run_id: str) -> State:
    """What the figures of a run depend on.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run; need not be known.

    Returns
    -------
    State
        The same as long as nothing changed.
    """
    erased = select(func.max(AuditRow.id)).where(AuditRow.action.in_(_ERASURES))
    last, reviews = connection.execute(select(func.max(ReviewRow.id), func.count()).where(ReviewRow.run_id == run_id)).one()
    head = codebooks.head_of(connection, run_id)
    name, revision, edited = (head.name, head.revision, head.edited) if head else (None, 0, False)
    return State(run_id, connection.execute(erased).scalar() or 0, last or 0, reviews, name, revision, edited)


def _compute(connection: Connection, state: State, memory: Cache) -> Current:
    key = (state.run_id, state.erased)
    run = memory.get("run", key, lambda: read.run(connection, state.run_id))
    decided = decisions(connection, state.run_id)
    old = run.analysis
    counts = {"metrics": _metrics(old, decided), "journey": tuple(_cell(cell, decided) for cell in old.journey)}
    if not state.edited and not decided.cleared:  # most runs: pain points are as they were found, and codebook and members are not needed
        return Current(run, old.model_copy(update=counts), None, frozenset(), decided.comments, state)
    found = memory.get("members", key, lambda: as_found(connection, state.run_id))
    kept = codebooks.load(connection, state.codebook, memory) if state.codebook else None
    book = kept.book if kept and state.edited else None
    stood = Placed({point.id: found.get(point.id, []) for point in old.pain_points})
    if book:
        edited = book
        stood = memory.get("placed", (*key, state.codebook, state.revision), lambda: placed(found, old.pain_points, edited))
    known = book.pain_points if book else old.pain_points
    stood = without_cleared(stood, {point.id: point.touchpoint for point in known}, decided.cleared)
    counting = Counting(connection, run, stood, book, key, memory)
    points = counting.points()
    unassigned = counting.unassigned(points, decided, kept.book if kept else None)
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
    return Current(run, now, stood.homes, stood.moved, decided.comments, state)


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
