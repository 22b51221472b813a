"""Pain points of a run counted anew where people changed them, by the functions that the analysis uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from sqlalchemy import Connection, func, select

from voc.attributes import FIELDS, companions_of, describe_one, line, named
from voc.codebook.records import Codebook, CodedPainPoint
from voc.codebook.versions import outcome_of
from voc.codebook.view import counted, rank, unassigned_members
from voc.complaints import complaints_of
from voc.corpora import taxonomy_names, taxonomy_path
from voc.metrics import share, wilson
from voc.naming import Meaning, known_meanings
from voc.records import PainPoint, Quote, Unassigned
from voc.store import run_codebooks, taxonomies
from voc.store.cache import Cache
from voc.store.members import Details
from voc.store.placed import Place
from voc.store.records import StoredRun
from voc.store.standing import Standing
from voc.store.tables import AnnotationRow, CommentRow
from voc.taxonomy import Taxonomy, load_taxonomy, read_taxonomy

POINTS = 1000  # counted pain points that are remembered


class Counting:
    """Pain points of a run, counted anew where their members, names or quotes changed.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    stood : Standing
        Members as they are now.
    memory : Cache
        Remembers what was read, and pain points that were counted.
    """

    def __init__(self, connection: Connection, stood: Standing, memory: Cache) -> None:
        self.connection = connection
        self.stood = stood
        self.memory = memory
        self.run = stood.run
        self.key = stood.state.run_key
        self.old = {point.id: point for point in self.run.analysis.pain_points}
        self.coded = {point.id: point for point in stood.book.pain_points} if stood.book else {}
        self.details = details_of(self.run, self.key, memory)
        name = self.run.settings.get("taxonomy")
        self.taxonomy, self.meanings = known_words(name if isinstance(name, str) else "", connection)

    def points(self) -> tuple[PainPoint, ...]:
        """Pain points that are shown.

        Returns
        -------
        tuple of PainPoint
            Those with the most comments first, without members.
        """
        repinned = _repinned(self.stood.book, self.run.started_at)
        found = (self._point(point, requote=point in repinned) for point in self.stood.shown)
        points = [point for point in found if point]
        if not self.stood.moved and {point.id for point in points} == set(self.old):
            labels = {point.id: point.label for point in points}
            return tuple(sorted((_relabelled(point, labels) for point in points), key=rank))
        comments, together = (self.stood.left.comments(), self.stood.left.together()) if self.stood.left else ({}, {})
        companions = companions_of(points, comments, together, self.run.analysis.input.comments)
        described = []
        for point in sorted(points, key=rank):
            told = point.model_copy(update={"companions": companions[point.id]})
            if point.id in self.stood.moved or told.companions != point.companions:
                ids = {place[0] for place in self.stood.places(self.connection, point.id)}
                told = told.model_copy(update={"description": line(told, len(ids & self.details.grave(self.connection)))})
            described.append(told)
        return tuple(described)

    def _point(self, point_id: str, *, requote: bool) -> PainPoint | None:
        old = self.old.get(point_id)
        coded = self.coded.get(point_id) or (_coded(old) if old else None)
        if coded is None:
            return None
        if old and point_id not in self.stood.moved:
            quotes = self._counted(coded).quotes if requote else old.quotes
            kept = old if quotes == old.quotes else old.model_copy(update={"quotes": quotes})
            if coded.label == kept.label:
                return kept
            return named(kept.model_copy(update={"label": coded.label, "label_support": None}), self.meanings, self.taxonomy)
        return self._counted(coded)

    def _counted(self, coded: CodedPainPoint) -> PainPoint:
        """Counted anew, but for companions and the line in words."""
        left = self.stood.left
        key = (self.key, coded.id, coded.label, coded.pinned, left and left.digest(coded.id))
        return self.memory.get("point", key, lambda: self._count(coded), POINTS)

    def _count(self, coded: CodedPainPoint) -> PainPoint:
        places = self.stood.places(self.connection, coded.id)
        inside = self.details.complaints(self.connection, places, self.stood.left.words(coded.id) if self.stood.left else {})
        of = self.run.analysis.input.comments
        if not inside:  # all of them erased
            return nothing_of(coded, of)
        old = self.old.get(coded.id)
        fresh = [quote for point in self.run.analysis.pain_points for quote in point.quotes]
        point = counted(coded, inside, old.terms if old else (), fresh, of).model_copy(update={"members": ()})
        values = known_values(self.connection, self.run, self.key, self.memory)
        origins = self.details.origins(self.connection, sorted({place[0] for place in places}))
        return describe_one(point, origins, {field: values[field] for field in FIELDS}, 0, self.meanings, self.taxonomy)

    def unassigned(self, points: Sequence[PainPoint]) -> Unassigned:
        """Complaints in no pain point.

        Parameters
        ----------
        points : sequence of PainPoint
            Those that are shown.

        Returns
        -------
        Unassigned
            With its share of all complaints. What was unassigned in a run without a codebook stays so, whatever people say.
        """
        old = self.run.analysis.unassigned
        size, doubtful = old.size, set[Place]()
        members = self.stood.placed.unassigned if self.stood.placed else None
        if self.stood.state.codebook is not None:
            doubtful = self._doubtful()
            kept = run_codebooks.shown(self.connection, self.run.id, self.memory) if doubtful or members is not None else None
            if kept and kept.book.run:
                if members is None:
                    members = unassigned_members(kept.book.run, outcome_of(kept.book))
                else:
                    size = len(members) + kept.book.run.beside
                size = max(size - len(doubtful & {(one.comment_id, one.start, one.end) for one in members}), 0)
        inside = sum(point.size for point in points)
        still = tuple(one for one in old.examples if (one.comment_id, one.start, one.end) not in doubtful and not self._is_inside(one))
        return old.model_copy(update={"size": size, "share": share(size, size + inside), "examples": still})

    def _is_inside(self, quote: Quote) -> bool:
        known = self.stood.placed.of_comment(quote.comment_id) if self.stood.placed else ()
        return any((one.start, one.end) == (quote.start, quote.end) for one in known)

    def _doubtful(self) -> set[Place]:
        """Clauses in no pain point that complain of a touchpoint of which people say that the comment does not complain."""
        cleared = self.stood.decided.cleared
        found = set()
        for record in self.details.records(self.connection, sorted(frozenset[str]().union(*cleared.values()))):
            inside = {(one.start, one.end) for one in self.stood.placed.of_comment(record.id)} if self.stood.placed else set()
            for one in complaints_of(record):
                place = (one.quote.start, one.quote.end)
                if record.id in cleared.get(one.touchpoint, ()) and place not in inside:
                    found.add((record.id, *place))
        return found


def details_of(run: StoredRun, key: tuple[str, int], memory: Cache) -> Details:
    """What is remembered of the members of a run.

    Parameters
    ----------
    run : StoredRun
        The run.
    key : tuple of (str, int)
        It, and the last erasure.
    memory : Cache
        Remembers it.

    Returns
    -------
    Details
        Always the same.
    """
    return memory.get("details", key, lambda: Details(run.id, run.upload_id), most=2)


def nothing_of(coded: CodedPainPoint, of: int) -> PainPoint:
    """A pain point without members.

    Parameters
    ----------
    coded : CodedPainPoint
        Gives id, label and touchpoint.
    of : int
        Comments of the run.

    Returns
    -------
    PainPoint
        All counts 0.
    """
    said = coded.model_dump(include={"id", "label", "touchpoint"})
    nothing = {"size": 0, "comments": 0, "share": 0.0, "interval": wilson(0, of), "severity": 0.0}
    return PainPoint(**said, **nothing, terms=(), quotes=(), members=())


def _relabelled(point: PainPoint, labels: Mapping[str, str]) -> PainPoint:
    """The same where the names of its companions are."""
    now = tuple(one.model_copy(update={"label": labels.get(one.id, one.label)}) for one in point.companions)
    if now == point.companions:
        return point
    told, first = point.model_copy(update={"companions": now}), point.companions[0].label
    return told.model_copy(update={"description": point.description.replace(f"常与{first}同时出现", f"常与{now[0].label}同时出现")})


def known_words(taxonomy_name: str, connection: Connection | None = None) -> tuple[Taxonomy, dict[str, Meaning]]:
    """Touchpoints and known problems of a run.

    Parameters
    ----------
    taxonomy_name : str
        As in the run's settings; that of retail where it is neither a shipped nor a kept one.
    connection : sqlalchemy.Connection, optional
        To read kept ones from; without it none is known (see `Store.words_of`).

    Returns
    -------
    taxonomy : Taxonomy
        Touchpoints.
    meanings : dict of str to Meaning
        Label → what is known of that known problem.
    """
    if connection is not None and (kept := taxonomies.find(connection, taxonomy_name)):
        return _kept_words(kept.text)
    return _known_words(taxonomy_name if taxonomy_name in taxonomy_names() else "retail")


@cache
def _known_words(name: str) -> tuple[Taxonomy, dict[str, Meaning]]:
    taxonomy = load_taxonomy(taxonomy_path(name))
    return taxonomy, known_meanings(taxonomy)


@lru_cache(maxsize=8)
def _kept_words(text: str) -> tuple[Taxonomy, dict[str, Meaning]]:
    taxonomy = read_taxonomy(text)
    return taxonomy, known_meanings(taxonomy)


def known_values(connection: Connection, run: StoredRun, key: tuple[str, int], memory: Cache) -> dict[str, Counter[str]]:
    """How many comments of a run have each value of the fields that filters go by.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run : StoredRun
        The run.
    key : tuple of (str, int)
        It, and the last erasure.
    memory : Cache
        Remembers them.

    Returns
    -------
    dict of str to Counter
        By field.
    """
    return memory.get("field values", key, lambda: values_of(connection, run.id, run.upload_id, (*FIELDS, "question")))


def values_of(connection: Connection, run_id: str, upload_id: int, fields: Sequence[str]) -> dict[str, Counter[str]]:
    """How many comments of a run have each value of some fields.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    upload_id : int
        Whose comments it analysed.
    fields : sequence of str
        Columns of comments.

    Returns
    -------
    dict of str to Counter
        By field.
    """
    of_run = select(1).where(AnnotationRow.run_id == run_id, AnnotationRow.comment_id == CommentRow.id).exists()
    counts = [select(func.count()).select_from(CommentRow).where(CommentRow.upload_id == upload_id)]
    counts += [select(func.count()).select_from(AnnotationRow).where(AnnotationRow.run_id == run_id)]
    everything = len({connection.execute(one).scalar_one() for one in counts}) == 1  # no need to look each of them up
    found = {}
    for field in fields:
        column = CommentRow.__table__.c[field]
        rows = select(column, func.count()).where(CommentRow.upload_id == upload_id, column != "", *([] if everything else [of_run]))
        found[field] = Counter(dict(connection.execute(rows.group_by(column)).tuples().all()))
    return found


def _repinned(book: Codebook | None, since: str) -> set[str]:
    """Pain points with a quote pinned, or no longer, since the run."""
    if book is None:
        return set()
    edits = [*book.draft, *(edit for version in book.versions for edit in version.edits)]
    return {edit.point for edit in edits if edit.kind in ("pin", "unpin") and edit.at >= since}


def _coded(point: PainPoint) -> CodedPainPoint:
    return CodedPainPoint(id=point.id, label=point.label, touchpoint=point.touchpoint, found_as=point.label, prototype=())
