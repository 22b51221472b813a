"""A run as it holds now: what the models said, less and more what people decided. The run itself stays as it was analysed.

Reviews change sentiment, journey and members of pain points; edits of the codebook change pain points. Only what they touch is counted
anew, by the functions that the analysis uses. Two figures need the models and are left open there until the next run: stability,
and label support.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from voc.attributes import FIELDS, companions_of, describe_one, line, named, quality_of
from voc.codebook.records import Codebook, CodedPainPoint
from voc.codebook.view import counted, rank
from voc.corpora import taxonomy_names, taxonomy_path
from voc.metrics import share, wilson
from voc.naming import Meaning, known_meanings
from voc.records import Analysis, Change, JourneyCell, Metrics, PainPoint, ShareOf, Unassigned
from voc.store import codebooks, read
from voc.store.cache import Cache
from voc.store.decisions import Decisions, decisions
from voc.store.members import Details, Place, Standing, as_found, standing
from voc.store.people import AuditRow, ReviewRow
from voc.store.records import StoredRun
from voc.store.tables import AnnotationRow, CommentRow
from voc.taxonomy import Taxonomy, load_taxonomy

_ERASURES = ("erase_customer", "erase_upload")


class State(NamedTuple):
    """All that the figures of a run depend on."""

    run_id: str
    erased: int  # number of the last erasure
    last_review: int
    reviews: int
    codebook: str | None
    revision: int


@dataclass(frozen=True)
class Current:
    """A run as it holds now.

    Parameters
    ----------
    run : StoredRun
        As it was analysed.
    analysis : Analysis
        As it holds now, pain points without their members.
    homes : mapping of str to list of Place
        Members of each pain point that is shown.
    moved : frozenset of str
        Pain points whose members are not those that the run found.
    reviewed : int
        Comments with a decision that holds.
    state : State
        What it was computed from; another one once anything changed.
    """

    run: StoredRun
    analysis: Analysis
    homes: Mapping[str, list[Place]]
    moved: frozenset[str]
    reviewed: int
    state: State

    @cached_property
    def by_comment(self) -> Mapping[str, list[tuple[int, int, str]]]:  # numpydoc ignore=RT01
        """Id of a comment → start, end and pain point of each of its members."""
        found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for point, places in self.homes.items():
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
    name, revision = codebooks.name_of(connection, run_id) or (None, 0)
    return State(run_id, connection.execute(erased).scalar() or 0, last or 0, reviews, name, revision)


def _compute(connection: Connection, state: State, memory: Cache) -> Current:
    key = (state.run_id, state.erased)
    run = memory.get("run", key, lambda: read.run(connection, state.run_id))
    kept = codebooks.load(connection, state.codebook, memory) if state.codebook else None
    decided = decisions(connection, state.run_id)
    found = memory.get("members", key, lambda: as_found(connection, state.run_id))
    stood = standing(found, run.analysis.pain_points, kept.book if kept else None, decided.cleared)
    counting = _Counting(connection, run, stood, kept.book if kept else None, key, memory)
    points = counting.points()
    unassigned = counting.unassigned(points, decided)
    old = run.analysis
    now = old.model_copy(
        update={
            "run": old.run.model_copy(update={"codebook_version": kept.book.version}) if kept else old.run,
            "metrics": _metrics(old, decided),
            "journey": tuple(_cell(cell, decided) for cell in old.journey),
            "pain_points": points,
            "unassigned": unassigned,
            "quality": quality_of(points, unassigned, old.quality.max_unassigned),
            "changes": _changes(old.changes, points, kept.book if kept else None, stood.moved),
        }
    )
    unedited = points == old.pain_points and unassigned == old.unassigned
    return Current(
        run, now.model_copy(update={"quality": old.quality}) if unedited else now, stood.homes, stood.moved, decided.comments, state
    )


class _Counting:
    """Pain points of a run, counted anew where their members, names or quotes changed."""

    def __init__(
        self, connection: Connection, run: StoredRun, stood: Standing, book: Codebook | None, key: tuple[str, int], memory: Cache
    ) -> None:
        self.connection = connection
        self.run = run
        self.stood = stood
        self.book = book
        self.old = {point.id: point for point in run.analysis.pain_points}
        self.coded = {point.id: point for point in book.pain_points} if book else {}
        self.details = memory.get("details", key, lambda: Details(run.id, run.upload_id))
        self.key = key
        self.memory = memory
        name = run.settings.get("taxonomy")
        self.taxonomy, self.meanings = known_words(name if isinstance(name, str) else "")

    def points(self) -> tuple[PainPoint, ...]:
        repinned = _repinned(self.book)
        found = [self._point(point, places, requote=point in repinned) for point, places in self.stood.homes.items()]
        points = [point for point in found if point]
        if not self.stood.moved and {(point.id, point.label) for point in points} == {(id, one.label) for id, one in self.old.items()}:
            place = {id: number for number, id in enumerate(self.old)}
            return tuple(sorted(points, key=lambda point: place[point.id]))
        points.sort(key=rank)
        values = self.memory.get("values", self.key, lambda: values_of(self.connection, self.run.id, self.run.upload_id))
        concerned = [{place[0] for place in self.stood.homes[point.id]} for point in points]
        companions = companions_of(points, concerned, self.run.analysis.input.comments)
        grave = self.details.grave(self.connection)
        described = []
        for point, ids in zip(points, concerned, strict=True):
            told = point.model_copy(update={"companions": companions[point.id]})
            if point.id in self.stood.moved:
                inside = self.details.origins(self.connection, sorted(ids))
                told = describe_one(told, inside, values, len(ids & grave), self.meanings, self.taxonomy)
            elif told.companions != point.companions:
                told = told.model_copy(update={"description": line(told, len(ids & grave))})
            described.append(told)
        return tuple(described)

    def _point(self, point_id: str, places: Sequence[Place], *, requote: bool) -> PainPoint | None:
        old = self.old.get(point_id)
        coded = self.coded.get(point_id) or (_coded(old) if old else None)
        if coded is None:
            return None
        if old and point_id not in self.stood.moved and not requote:
            if coded.label == old.label:
                return old
            return self._renamed(old, coded.label)
        inside = self.details.complaints(self.connection, places, self.stood.words)
        if not inside:
            return None
        fresh = [quote for point in self.run.analysis.pain_points for quote in point.quotes]
        point = counted(coded, inside, old.terms if old else (), fresh, self.run.analysis.input.comments)
        if old and point_id not in self.stood.moved:  # only its quotes are others
            requoted = old.model_copy(update={"quotes": point.quotes})
            return requoted if coded.label == old.label else self._renamed(requoted, coded.label)
        return point.model_copy(update={"members": ()})

    def _renamed(self, point: PainPoint, label: str) -> PainPoint:
        return named(point.model_copy(update={"label": label, "label_support": None}), self.meanings, self.taxonomy)

    def unassigned(self, points: Sequence[PainPoint], decided: Decisions) -> Unassigned:
        old = self.run.analysis.unassigned
        members = self.stood.unassigned
        if members is None or self.book is None or self.book.run is None:
            size = old.size
        else:
            reviewed = frozenset[str]().union(*decided.cleared.values())
            doubtful = [(one.comment_id, one.start, one.end) for one in members if one.comment_id in reviewed]
            complaints = self.details.complaints(self.connection, doubtful, self.stood.words)
            no_more = sum(one.quote.comment_id in decided.cleared.get(one.touchpoint, ()) for one in complaints)
            size = max(len(members) + self.book.run.beside - no_more, 0)
        inside = sum(point.size for point in points)
        return Unassigned(size=size, share=share(size, size + inside))


def known_words(taxonomy_name: str) -> tuple[Taxonomy, dict[str, Meaning]]:
    """Touchpoints and known problems of a run.

    Parameters
    ----------
    taxonomy_name : str
        As in the run's settings; that of retail where it is none of the shipped ones.

    Returns
    -------
    taxonomy : Taxonomy
        Touchpoints.
    meanings : dict of str to Meaning
        Label → what is known of that known problem.
    """
    return _known_words(taxonomy_name if taxonomy_name in taxonomy_names() else "retail")


@cache
def _known_words(name: str) -> tuple[Taxonomy, dict[str, Meaning]]:
    taxonomy = load_taxonomy(taxonomy_path(name))
    return taxonomy, known_meanings(taxonomy)


def values_of(connection: Connection, run_id: str, upload_id: int) -> dict[str, Counter[str]]:
    """How many comments of a run have each value of the fields that segments are told by.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    upload_id : int
        Whose comments it analysed.

    Returns
    -------
    dict of str to Counter
        By field.
    """
    of_run = (AnnotationRow.run_id == run_id, AnnotationRow.comment_id == CommentRow.id)
    found = {}
    for field in FIELDS:
        column = CommentRow.__table__.c[field]
        rows = select(column, func.count()).where(CommentRow.upload_id == upload_id, column != "", select(1).where(*of_run).exists())
        found[field] = Counter(dict(connection.execute(rows.group_by(column)).tuples().all()))
    return found


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


def _coded(point: PainPoint) -> CodedPainPoint:
    return CodedPainPoint(id=point.id, label=point.label, touchpoint=point.touchpoint, found_as=point.label, prototype=())


def _repinned(book: Codebook | None) -> set[str]:
    """Pain points with a quote pinned, or no longer, since the run."""
    if book is None or book.run is None:
        return set()
    edits = [*book.draft, *(edit for version in book.versions for edit in version.edits)]
    return {edit.point for edit in edits if edit.kind in ("pin", "unpin") and edit.at >= book.run.at}
