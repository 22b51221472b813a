"""What the figures of a run depend on, and where its clauses belong after edits and reviews: known before anything is counted anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from voc.codebook.records import Codebook, CodedPainPoint
from voc.records import PainPoint
from voc.store import codebooks, read, run_codebooks
from voc.store.cache import Cache
from voc.store.decisions import Decisions, decisions
from voc.store.members import as_found, members_of
from voc.store.people import AuditRow, ReviewRow
from voc.store.placed import Clauses, Member, Place, Placed, found_among, found_at, placed
from voc.store.records import StoredRun

_ERASURES = ("erase_customer", "erase_upload")


class State(NamedTuple):
    """All that the figures of a run depend on."""

    run_id: str
    erased: int  # number of the last erasure
    last_review: int
    reviews: int
    codebook: str | None
    revision: int
    edited: bool  # whether anybody edited the codebook between the run and the next
    moving: str  # what decided about members then
    last: bool  # whether that codebook has had no other run since: only there is it edited

    @property
    def run_key(self) -> tuple[str, int]:  # numpydoc ignore=RT01
        """What the run as it was analysed is remembered by."""
        return self.run_id, self.erased


@dataclass(frozen=True)
class Standing:
    """Where the clauses of a run belong.

    Parameters
    ----------
    state : State
        What it was made from.
    run : StoredRun
        As it was analysed.
    decided : Decisions
        What reviews change.
    book : Codebook or None
        As the run shows it, where somebody edited it since (see `voc.store.run_codebooks`).
    placed : Placed or None
        After edits; None: as the run found them, and no review takes any away, so that they need not be read.
    """

    state: State
    run: StoredRun
    decided: Decisions
    book: Codebook | None
    placed: Placed | None

    @cached_property
    def touchpoints(self) -> Mapping[str, str]:  # numpydoc ignore=RT01
        """Of all pain points."""
        return {point.id: point.touchpoint for point in self._known}

    @property
    def labels(self) -> Mapping[str, str]:  # numpydoc ignore=RT01
        """Names of all pain points, also of those that are not shown any more."""
        return {point.id: point.label for point in self._known}

    @property
    def _known(self) -> Sequence[PainPoint | CodedPainPoint]:
        return self.book.pain_points if self.book else self.run.analysis.pain_points

    @cached_property
    def left(self) -> Placed | None:  # numpydoc ignore=RT01
        """`placed` without the comments that people say do not complain of the touchpoint of a pain point: they have left it."""
        return self.placed and self.placed.without(self.decided.cleared, self.touchpoints)

    @property
    def moved(self) -> frozenset[str]:  # numpydoc ignore=RT01
        """Pain points whose members are not those that the run found."""
        return self.left.moved if self.left else frozenset()

    @property
    def shown(self) -> tuple[str, ...]:  # numpydoc ignore=RT01
        """Pain points that are shown: those that still have a member, and those that never had one here."""
        return self.left.shown if self.left else tuple(point.id for point in self.run.analysis.pain_points)

    def places(self, connection: Connection, point: str) -> list[Place]:
        """Members of a pain point.

        Parameters
        ----------
        connection : sqlalchemy.Connection
            To read from.
        point : str
            Its id; need not be known.

        Returns
        -------
        list of Place
            Empty where it is not shown.
        """
        return self.left.places(point) if self.left else as_found(connection, self.run.id, point).get(point, [])

    def inside(self, connection: Connection, point: str | None) -> list[str] | None:
        """Ids of the comments of a pain point, where they are not those that the run found.

        Parameters
        ----------
        connection : sqlalchemy.Connection
            To read from.
        point : str or None
            Its id; need not be known. None: none is asked for.

        Returns
        -------
        list of str or None
            None: as the run found them.
        """
        if point and self.left and (point in self.moved or point not in self.shown):
            return sorted({place[0] for place in self.places(connection, point)})
        return None

    def all_places(self, connection: Connection) -> dict[str, list[Place]]:
        """Members of all pain points that are shown.

        Parameters
        ----------
        connection : sqlalchemy.Connection
            To read from.

        Returns
        -------
        dict of str to list of Place
            By pain point.
        """
        return {point: self.left.places(point) for point in self.shown} if self.left else as_found(connection, self.run.id)

    def members(self, connection: Connection, keys: Mapping[int, str]) -> dict[str, list[Member]]:
        """Clauses of some comments that belong to pain points.

        Parameters
        ----------
        connection : sqlalchemy.Connection
            To read from.
        keys : mapping of int to str
            Number of each comment → its id.

        Returns
        -------
        dict of str to list of Member
            By id of the comment.
        """
        if self.left is None:
            return members_of(connection, self.run.id, list(keys))
        return {comment_id: self.left.of_comment(comment_id) for comment_id in keys.values()}

    def taken_out(self, comment_id: str) -> list[Member]:
        """Clauses of a comment that would belong to pain points, had no review said that it does not complain of their touchpoint.

        Parameters
        ----------
        comment_id : str
            Id of the comment.

        Returns
        -------
        list of Member
            As edits leave them; empty where no review took the comment out of a pain point.
        """
        if self.placed is None or self.left is None:
            return []
        still = self.left.of_comment(comment_id)
        return [one for one in self.placed.of_comment(comment_id) if one not in still]


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
    head = run_codebooks.head_of(connection, run_id)
    return State(run_id, connection.execute(erased).scalar() or 0, last or 0, reviews, *(head or (None, 0, False, "", False)))


def standing_of(connection: Connection, state: State, memory: Cache) -> Standing:
    """Where the clauses of a run belong.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    state : State
        Of the run.
    memory : Cache
        Remembers it.

    Returns
    -------
    Standing
        Members are read only where people changed some.

    Raises
    ------
    RecordNotFound
        If there is no such run.
    """

    def make() -> Standing:
        run = memory.get("run", state.run_key, lambda: read.run(connection, state.run_id))
        decided = decisions(connection, state.run_id)
        kept = run_codebooks.shown(connection, run.id, memory, with_run=False) if state.edited else None
        as_it_was = kept is None or codebooks.moving(kept.book) == state.moving
        if as_it_was and not decided.cleared:
            return Standing(state, run, decided, kept.book if kept else None, None)
        if as_it_was or kept is None:
            found = memory.get("members", state.run_key, lambda: _found(connection, run))
            return Standing(state, run, decided, kept.book if kept else None, found)
        whole = run_codebooks.shown(connection, run.id, memory)
        book = whole.book if whole else kept.book
        key = (*state.run_key, state.codebook)
        among = memory.get("members of codebook", key, lambda: _among(book, _found(connection, run)), most=2)
        now = memory.get("placed", (*key, codebooks.moving(book)), lambda: placed(among, book))
        return Standing(state, run, decided, book, now)

    return memory.get("standing", state, make)


def _found(connection: Connection, run: StoredRun) -> Placed:
    found = as_found(connection, run.id)
    places = sorted((place, point.id) for point in run.analysis.pain_points for place in found.get(point.id, ()))
    return found_at([place for place, _ in places], [home for _, home in places], (point.id for point in run.analysis.pain_points))


def _among(book: Codebook, found: Placed) -> Placed:
    members = book.run.members if book.run else ()
    clauses = Clauses([(one.comment_id, one.start, one.end) for one in members], [one.words for one in members])
    return found_among(clauses, found)
