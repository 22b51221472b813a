"""Which clauses belong to which pain point: as a run found it, and as edits and reviews leave it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import Connection, select

from voc.codebook.records import Codebook, RunMember
from voc.codebook.versions import outcome_of
from voc.codebook.view import unassigned_members
from voc.complaints import GRAVE_INTENTS, Complaint, complaint_at
from voc.records import Annotation, Clause, Intent, PainPoint
from voc.store.tables import AnnotationRow, CommentRow, IntentRow, MembershipRow

_CHUNK = 500
Place = tuple[str, int, int]  # id of the comment, start and end in its text


class Origin(NamedTuple):
    """When and where a comment was made."""

    created_at: str | None
    channel: str | None
    store: str | None
    product: str | None
    region: str | None


_ORIGIN = [CommentRow.__table__.c[name] for name in Origin._fields]


class Member(NamedTuple):
    """A clause of a comment that belongs to a pain point."""

    start: int
    end: int
    point: str


@dataclass(frozen=True)
class Placed:
    """Members of a run's pain points, before reviews.

    Parameters
    ----------
    homes : mapping of str to list of Place
        Pain point that is shown → its members.
    moved : frozenset of str
        Those whose members are not those that the run found.
    words : mapping of Place to str
        Normalised clauses, where they are known.
    unassigned : sequence of RunMember or None
        In no pain point; None where nobody edited anything, so that the run says how many they are.
    """

    homes: Mapping[str, list[Place]]
    moved: frozenset[str] = frozenset()
    words: Mapping[Place, str] = field(default_factory=dict)
    unassigned: Sequence[RunMember] | None = None

    @cached_property
    def by_comment(self) -> Mapping[str, list[Member]]:  # numpydoc ignore=RT01
        """Id of a comment → its members."""
        found: dict[str, list[Member]] = defaultdict(list)
        for point, places in self.homes.items():
            for comment_id, start, end in places:
                found[comment_id].append(Member(start, end, point))
        return dict(found)

    @cached_property
    def comments(self) -> Mapping[str, int]:  # numpydoc ignore=RT01
        """Number of comments of each pain point."""
        return {point: len({place[0] for place in places}) for point, places in self.homes.items()}

    @cached_property
    def together(self) -> Counter[tuple[str, str]]:  # numpydoc ignore=RT01
        """Number of comments that two pain points share, the smaller id first."""
        several = (sorted({one.point for one in members}) for members in self.by_comment.values() if len(members) > 1)
        return Counter(pair for points in several for pair in combinations(points, 2))


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


def placed(found: Mapping[str, list[Place]], points: Sequence[PainPoint], book: Codebook) -> Placed:
    """Members after edits.

    Parameters
    ----------
    found : mapping of str to list of Place
        As the run found them.
    points : sequence of PainPoint
        Of the run.
    book : Codebook
        With this run.

    Returns
    -------
    Placed
        Pain points without members are left out, unless the run had them without any.
    """
    if book.run is None:
        return Placed(found)
    shown = {point.id for point in book.pain_points if point.status == "active"}
    outcome = outcome_of(book)
    homes: dict[str, list[Place]] = {point.id: [] for point in points if point.id in shown}
    for member, place in zip(book.run.members, book.run.places, strict=True):
        home = outcome.homes[member.ref]
        if home in shown:
            homes.setdefault(home, []).append(place)
    moved = frozenset(point for point, places in homes.items() if set(places) != set(found.get(point, ())))
    kept = {point: places for point, places in homes.items() if places or point not in moved}
    return Placed(kept, moved, book.run.words, unassigned_members(book.run, outcome))


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
        self._complaints: dict[Place, Complaint] = {}
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
            if place not in self._complaints:
                missing[place[0]].append(place)
        record = AnnotationRow.record
        for row in self._rows(connection, list(missing), record):
            self._origins[row[0]] = Origin(*row[2:])
            # Ours, and a hundred thousand of them: only what is needed is made a record.
            said = json.loads(row[1])
            intents = tuple(Intent.model_construct(**intent) for intent in said["intents"])
            annotation = Annotation.model_construct(**{**said, "intents": intents})
            clauses = {(clause["start"], clause["end"]): clause for clause in said["clauses"]}
            for place in missing[row[0]]:
                if clause := clauses.get(place[1:]):
                    self._complaints[place] = complaint_at(annotation, Clause.model_validate(clause), words.get(place))
        return [self._complaints[place] for place in places if place in self._complaints]

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
            self._origins[row[0]] = Origin(*row[1:])
        return [self._origins[one] for one in wanted if one in self._origins]

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
        for chunk in (ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK)):
            yield from connection.execute(statement.where(CommentRow.comment_id.in_(chunk)))
