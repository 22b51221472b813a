"""What the store says of clauses: which pain point a run found them in, and what is read where one is counted anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from sys import intern
from typing import NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import Connection, select
from typing_extensions import TypedDict  # that of `typing` is not enough for pydantic before Python 3.12

from voc.complaints import GRAVE_INTENTS, Complaint
from voc.normalise import normalise
from voc.records import Annotation, Quote
from voc.store.paging import one_of
from voc.store.placed import Member, Place
from voc.store.tables import AnnotationRow, CommentRow, IntentRow, MembershipRow
from voc.taxonomy import OVERALL

_CHUNK = 5000


class Origin(NamedTuple):
    """When and where a comment was made."""

    created_at: str | None
    channel: str | None
    store: str | None
    product: str | None
    region: str | None


_ORIGIN = [CommentRow.__table__.c[name] for name in Origin._fields]


def as_found(connection: Connection, run_id: str, point: str | None = None) -> dict[str, list[Place]]:
    """Members of a run's pain points as it found them.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    point : str, optional
        Only of this one.

    Returns
    -------
    dict of str to list of Place
        In no particular order.
    """
    found: dict[str, list[Place]] = defaultdict(list)
    rows = select(MembershipRow.pain_point_id, CommentRow.comment_id, MembershipRow.start, MembershipRow.end)
    rows = rows.join(CommentRow, CommentRow.id == MembershipRow.comment_id).where(MembershipRow.run_id == run_id)
    rows = rows.where(MembershipRow.pain_point_id == point) if point is not None else rows
    for home, comment_id, start, end in connection.execute(rows).tuples().all():
        found[home].append((comment_id, start, end))
    return dict(found)


def members_of(connection: Connection, run_id: str, keys: Sequence[int]) -> dict[str, list[Member]]:
    """Clauses of some comments that belong to pain points, as the run found them.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    keys : sequence of int
        Numbers of the comments.

    Returns
    -------
    dict of str to list of Member
        By id of the comment.
    """
    found: dict[str, list[Member]] = defaultdict(list)
    rows = select(CommentRow.comment_id, MembershipRow.start, MembershipRow.end, MembershipRow.pain_point_id)
    rows = rows.join(CommentRow, CommentRow.id == MembershipRow.comment_id)
    wanted = rows.where(MembershipRow.run_id == run_id, MembershipRow.comment_id.in_(keys))
    for comment_id, start, end, point in connection.execute(wanted.order_by(MembershipRow.start)).tuples():
        found[comment_id].append(Member(start, end, point))
    return dict(found)


class _Meant(TypedDict):
    id: str


class _Verdict(TypedDict):
    score: float


class _Clause(TypedDict):
    start: int
    end: int
    sentiment: _Verdict
    touchpoints: list[str]


class _Record(TypedDict):
    """What complaints need of an `Annotation`: there are a hundred thousand of them, and all of one takes five times as long to read."""

    text: str
    intents: list[_Meant]
    clauses: list[_Clause]


_RECORD = TypeAdapter(_Record)


class _Said(NamedTuple):
    """What a `Complaint` holds, in a fifth of the memory."""

    text: str
    normalised: str
    touchpoint: str
    score: float
    grave: bool


class Details:
    """What is read of members only where their pain point is counted anew; remembered for the next time.

    Parameters
    ----------
    run_id : str
        The run.
    upload_id : int
        Whose comments it analysed.
    """

    def __init__(self, run_id: str, upload_id: int) -> None:
        self.run_id = run_id
        self.upload_id = upload_id
        self._said: dict[Place, _Said] = {}
        self._origins: dict[str, Origin] = {}
        self._records: dict[str, Annotation] = {}
        self._grave: frozenset[str] | None = None

    def complaints(self, connection: Connection, places: Sequence[Place], words: Mapping[Place, str]) -> list[Complaint]:
        """Members with all that the models said of them.

        Parameters
        ----------
        connection : sqlalchemy.Connection
            To read from.
        places : sequence of Place
            Their places.
        words : mapping of Place to str
            Normalised clauses, where they are known.

        Returns
        -------
        list of Complaint
            In their order; those of comments that were erased are left out.
        """
        missing: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            if place not in self._said:
                missing[place[0]].append(place)
        for row in self._rows(connection, list(missing), AnnotationRow.record):
            self._note(row[0], row[2:])
            said = _RECORD.validate_json(row[1])
            grave = any(intent["id"] in GRAVE_INTENTS for intent in said["intents"])
            clauses = {(clause["start"], clause["end"]): clause for clause in said["clauses"]}
            for place in missing[row[0]]:
                if clause := clauses.get(place[1:]):
                    text, known = said["text"][place[1] : place[2]], words.get(place)
                    normalised = normalise(text).normalised if known is None else known
                    touchpoint = intern(clause["touchpoints"][0]) if clause["touchpoints"] else OVERALL
                    score = clause["sentiment"]["score"]
                    self._said[place] = _Said(normalised if normalised == text else text, normalised, touchpoint, score, grave)
        return [self._complaint(place, self._said[place]) for place in places if place in self._said]

    def _complaint(self, place: Place, said: _Said) -> Complaint:
        quote = Quote(comment_id=place[0], start=place[1], end=place[2], text=said.text)
        return Complaint(quote, *said[1:])

    def origins(self, connection: Connection, ids: Iterable[str]) -> list[Origin]:
        """When and where comments were made.

        Parameters
        ----------
        connection : sqlalchemy.Connection
            To read from.
        ids : iterable of str
            Of the comments.

        Returns
        -------
        list of Origin
            Those of comments that were erased are left out.
        """
        wanted = list(ids)
        for row in self._rows(connection, [one for one in wanted if one not in self._origins]):
            self._note(row[0], row[1:])
        return [self._origins[one] for one in wanted if one in self._origins]

    def _note(self, comment_id: str, origin: Sequence[str | None]) -> None:
        self._origins[comment_id] = Origin(*(value and intern(value) for value in origin))  # few are different

    def records(self, connection: Connection, ids: Sequence[str]) -> list[Annotation]:
        """All that the models said of some comments.

        Parameters
        ----------
        connection : sqlalchemy.Connection
            To read from.
        ids : sequence of str
            Of the comments.

        Returns
        -------
        list of Annotation
            Those of comments that were erased are left out.
        """
        missing = [one for one in ids if one not in self._records]
        for row in self._rows(connection, missing, AnnotationRow.record):
            self._records[row[0]] = Annotation.model_validate_json(row[1])
        return [self._records[one] for one in ids if one in self._records]

    def grave(self, connection: Connection) -> frozenset[str]:
        """Comments whose customers leave, return something or complain.

        Parameters
        ----------
        connection : sqlalchemy.Connection
            To read from.

        Returns
        -------
        frozenset of str
            Their ids.
        """
        if self._grave is None:
            meant = (IntentRow.run_id == self.run_id, IntentRow.intent.in_(sorted(GRAVE_INTENTS)))
            rows = select(CommentRow.comment_id).join(IntentRow, IntentRow.comment_id == CommentRow.id).where(*meant)
            self._grave = frozenset(connection.execute(rows).scalars())
        return self._grave

    def _rows(self, connection: Connection, ids: Sequence[str], *more: object) -> Iterable[Sequence[str]]:
        statement = select(CommentRow.comment_id, *more, *_ORIGIN).where(CommentRow.upload_id == self.upload_id)
        if more:
            same = (AnnotationRow.comment_id == CommentRow.id) & (AnnotationRow.run_id == self.run_id)
            statement = statement.join(AnnotationRow, same)
        sqlite = connection.dialect.name == "sqlite"
        for chunk in (list(ids[at : at + _CHUNK]) for at in range(0, len(ids), _CHUNK)):
            yield from connection.execute(statement.where(one_of(CommentRow.comment_id.expression, chunk, sqlite=sqlite)))
