"""What the figures of a run depend on, and where its clauses belong after edits and reviews: known before anything is counted anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from voc.codebook.records import Codebook, CodedPainPoint
from voc.records import PainPoint
from voc.store import codebooks, read
from voc.store.cache import Cache
from voc.store.decisions import Decisions, decisions
from voc.store.members import Member, Place, Placed, as_found, members_of, placed
from voc.store.people import AuditRow, ReviewRow
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
    edited: bool  # whether anybody edited the codebook since the run
    moving: str  # what decided about members then

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
        Whose last run it is, where somebody edited it since.
    placed : Placed or None
        After edits; None: as the run found them, and no review takes any away, so that they need not be read.
    """

    state: State
    run: StoredRun
    decided: Decisions
    book: Codebook | None
    placed: Placed | None

    @cached_property
    def out(self) -> Mapping[str, frozenset[str]]:  # numpydoc ignore=RT01
        """Pain point → its comments that people say do not complain of its touchpoint: they have left it."""
        found: dict[str, set[str]] = defaultdict(set)
        for touchpoint, ids in self.decided.cleared.items():
            for comment_id in ids:
                for _, _, point in self.placed.by_comment.get(comment_id, ()) if self.placed else ():
                    if self.touchpoints[point] == touchpoint:
                        found[point].add(comment_id)
        return {point: frozenset(ids) for point, ids in found.items()}

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
    def moved(self) -> frozenset[str]:  # numpydoc ignore=RT01
        """Pain points whose members are not those that the run found."""
        return self.placed.moved | frozenset(self.out) if self.placed else frozenset()

    @cached_property
    def shown(self) -> tuple[str, ...]:  # numpydoc ignore=RT01
        """Pain points that are shown: those that still have a member, and those that never had one here."""
        if self.placed is None:
            return tuple(point.id for point in self.run.analysis.pain_points)
        comments = self.placed.comments
        return tuple(point for point in self.placed.homes if point not in self.out or comments[point] > len(self.out[point]))

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
        if self.placed is None:
            return as_found(connection, self.run.id, point).get(point, [])
        out = self.out.get(point, ())
        return [place for place in self.placed.homes.get(point, ()) if place[0] not in out]

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
        if point and self.placed is not None and (point in self.moved or point not in self.shown):
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
        if self.placed is None:
            return as_found(connection, self.run.id)
        return {point: self.places(connection, point) for point in self.shown}

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
        if self.placed is None:
            return members_of(connection, self.run.id, list(keys))
        by_comment = self.placed.by_comment
        return {
            comment_id: [one for one in by_comment.get(comment_id, ()) if comment_id not in self.out.get(one.point, ())]
            for comment_id in keys.values()
        }

    def left(self, comment_id: str) -> list[Member]:
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
        members = self.placed.by_comment.get(comment_id, ()) if self.placed else ()
        return [one for one in members if comment_id in self.out.get(one.point, ())]

    def counts(self) -> tuple[dict[str, int], Counter[tuple[str, str]]]:
        """How many comments each pain point has, and each two of them together.

        Returns
        -------
        comments : dict of str to int
            By pain point.
        together : Counter of (str, str)
            By two pain points, the smaller id first.
        """
        if self.placed is None:
            return {}, Counter()
        comments, together = dict(self.placed.comments), Counter(self.placed.together)
        for point, ids in self.out.items():
            comments[point] -= len(ids)
        for comment_id in frozenset[str]().union(*self.out.values()):
            before = {one.point for one in self.placed.by_comment[comment_id]}
            after = {point for point in before if comment_id not in self.out.get(point, ())}
            together.subtract(combinations(sorted(before), 2))
            together.update(combinations(sorted(after), 2))
        return comments, together


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
    return State(run_id, connection.execute(erased).scalar() or 0, last or 0, reviews, *(head or (None, 0, False, "")))


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
        kept = codebooks.load(connection, state.codebook, memory, with_run=False) if state.codebook and state.edited else None
        as_it_was = kept is None or codebooks.moving(kept.book) == state.moving
        if as_it_was and not decided.cleared:
            return Standing(state, run, decided, kept.book if kept else None, None)
        found = memory.get("members", state.run_key, lambda: _found(connection, run))
        if as_it_was or kept is None:
            return Standing(state, run, decided, kept.book if kept else None, found)
        whole = codebooks.load(connection, kept.name, memory)
        book = whole.book if whole else kept.book
        key = (*state.run_key, state.codebook, codebooks.moving(book))
        return Standing(state, run, decided, book, memory.get("placed", key, lambda: placed(found.homes, run.analysis.pain_points, book)))

    return memory.get("standing", state, make)


def _found(connection: Connection, run: StoredRun) -> Placed:
    found = as_found(connection, run.id)
    return Placed({point.id: found.get(point.id, []) for point in run.analysis.pain_points})
