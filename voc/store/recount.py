"""Pain points of a run counted anew where people changed them, by the functions that the analysis uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, func, select

from voc.attributes import FIELDS, companions_of, describe_one, line, named
from voc.codebook.records import Codebook, CodedPainPoint
from voc.codebook.versions import outcome_of
from voc.codebook.view import counted, rank, unassigned_members
from voc.complaints import complaints_of
from voc.corpora import taxonomy_names, taxonomy_path
from voc.metrics import share
from voc.naming import Meaning, known_meanings
from voc.records import Annotation, PainPoint, Unassigned
from voc.store.cache import Cache
from voc.store.decisions import Decisions
from voc.store.members import Details, Place, Placed
from voc.store.records import StoredRun
from voc.store.tables import AnnotationRow, CommentRow
from voc.taxonomy import Taxonomy, load_taxonomy

_CHUNK = 500


class Counting:
    """Pain points of a run, counted anew where their members, names or quotes changed.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run : StoredRun
        As it was analysed.
    stood : Placed
        Members as they are now.
    book : Codebook or None
        Whose last run it is, where somebody edited it since.
    key : tuple of (str, int)
        Run, and last erasure: what details are remembered by.
    memory : Cache
        Remembers them.
    """

    def __init__(
        self, connection: Connection, run: StoredRun, stood: Placed, book: Codebook | None, key: tuple[str, int], memory: Cache
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
        """Pain points that are shown.

        Returns
        -------
        tuple of PainPoint
            Those with the most comments first, without members.
        """
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

    def unassigned(self, points: Sequence[PainPoint], decided: Decisions, whole: Codebook | None) -> Unassigned:
        """Complaints in no pain point.

        Parameters
        ----------
        points : sequence of PainPoint
            Those that are shown.
        decided : Decisions
            What people say is no complaint of a touchpoint.
        whole : Codebook or None
            Whose last run it is; None: what was unassigned stays so, whatever people say.

        Returns
        -------
        Unassigned
            With its share of all complaints.
        """
        size = self.run.analysis.unassigned.size
        members = self.stood.unassigned
        if whole and whole.run:
            doubtful = self._doubtful(decided)
            if members is not None:
                size = len(members) + whole.run.beside
            elif doubtful:
                members = unassigned_members(whole.run, outcome_of(whole))
            out = {(one.comment_id, one.start, one.end) for one in members or ()}
            size = max(size - len(doubtful & out), 0)
        inside = sum(point.size for point in points)
        return Unassigned(size=size, share=share(size, size + inside))

    def _doubtful(self, decided: Decisions) -> set[Place]:
        """Clauses that complain of a touchpoint of which people say that the comment does not complain."""
        ids = sorted(frozenset[str]().union(*decided.cleared.values()))
        found = set()
        for chunk in (ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK)):
            same = (AnnotationRow.comment_id == CommentRow.id, AnnotationRow.run_id == self.run.id)
            rows = select(AnnotationRow.record).join(CommentRow, same[0]).where(same[1], CommentRow.comment_id.in_(chunk))
            for record in self.connection.execute(rows).scalars():
                for one in complaints_of(Annotation.model_validate_json(record)):
                    if one.quote.comment_id in decided.cleared.get(one.touchpoint, ()):
                        found.add((one.quote.comment_id, one.quote.start, one.quote.end))
        return found


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
    of_run = select(1).where(AnnotationRow.run_id == run_id, AnnotationRow.comment_id == CommentRow.id).exists()
    counts = [select(func.count()).select_from(CommentRow).where(CommentRow.upload_id == upload_id)]
    counts += [select(func.count()).select_from(AnnotationRow).where(AnnotationRow.run_id == run_id)]
    everything = len({connection.execute(one).scalar_one() for one in counts}) == 1  # no need to look each of them up
    found = {}
    for field in FIELDS:
        column = CommentRow.__table__.c[field]
        rows = select(column, func.count()).where(CommentRow.upload_id == upload_id, column != "", *([] if everything else [of_run]))
        found[field] = Counter(dict(connection.execute(rows.group_by(column)).tuples().all()))
    return found


def _repinned(book: Codebook | None) -> set[str]:
    """Pain points with a quote pinned, or no longer, since the run."""
    if book is None or book.run is None:
        return set()
    edits = [*book.draft, *(edit for version in book.versions for edit in version.edits)]
    return {edit.point for edit in edits if edit.kind in ("pin", "unpin") and edit.at >= book.run.at}


def _coded(point: PainPoint) -> CodedPainPoint:
    return CodedPainPoint(id=point.id, label=point.label, touchpoint=point.touchpoint, found_as=point.label, prototype=())
