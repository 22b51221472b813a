"""Which clauses belong to which pain point, as edits and reviews leave it: arrays, of which a hundred thousand clauses take little.

Each edit makes another one; what all have in common, the clauses, is kept once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2s
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voc.codebook.records import Codebook, RunMember
from voc.codebook.versions import outcome_of
from voc.codebook.view import unassigned_members

Ints = NDArray[np.int64]
Place = tuple[str, int, int]  # id of the comment, start and end in its text


class Member(NamedTuple):
    """A clause of a comment that belongs to a pain point."""

    start: int
    end: int
    point: str


@dataclass(frozen=True)
class Clauses:
    """Clauses of a run that may belong to pain points, each known by its number, from 0.

    Parameters
    ----------
    places : sequence of Place
        In order, so that those of one comment are neighbours.
    words : sequence of str, optional
        What they say, normalised, in the same order; None where that is not known.
    """

    places: Sequence[Place]
    words: Sequence[str] | None = None

    @cached_property
    def comments(self) -> Ints:  # numpydoc ignore=RT01
        """Number of the comment of each clause: the same for those of one comment."""
        first = (before[0] != place[0] for before, place in pairwise(self.places))
        return np.cumsum(np.array([0, *first][: len(self.places)], dtype=np.int64))

    def of_comment(self, comment_id: str) -> range:
        """Numbers of the clauses of a comment.

        Parameters
        ----------
        comment_id : str
            Its id; need not be known.

        Returns
        -------
        range
            In order.
        """
        start = end = bisect_left(self.places, (comment_id, 0, 0))
        while end < len(self.places) and self.places[end][0] == comment_id:
            end += 1
        return range(start, end)


@dataclass(frozen=True)
class Placed:
    """Which clauses belong to which pain point.

    Parameters
    ----------
    clauses : Clauses
        All that may.
    points : tuple of str
        Pain points, in order.
    homes : ndarray of int, shape (n,)
        Place in `points` of the pain point of each clause; −1: in none of them.
    moved : frozenset of str
        Pain points whose clauses are not those that the run found.
    unassigned : sequence of RunMember or None
        In no pain point; None where nobody edited anything, so that the run says how many they are.
    """

    clauses: Clauses
    points: tuple[str, ...]
    homes: NDArray[np.int32]
    moved: frozenset[str] = frozenset()
    unassigned: Sequence[RunMember] | None = None

    @cached_property
    def members(self) -> Mapping[str, Ints]:  # numpydoc ignore=RT01
        """Pain point → the numbers of its clauses, in order."""
        order = np.argsort(self.homes, kind="stable")
        bounds = np.searchsorted(self.homes[order], np.arange(len(self.points) + 1))
        return {point: order[bounds[at] : bounds[at + 1]] for at, point in enumerate(self.points)}

    @cached_property
    def shown(self) -> tuple[str, ...]:  # numpydoc ignore=RT01
        """Pain points that have a clause, and those that never had one here."""
        return tuple(point for point in self.points if len(self.members[point]) or point not in self.moved)

    def places(self, point: str) -> list[Place]:
        """Clauses of a pain point.

        Parameters
        ----------
        point : str
            Its id; need not be known.

        Returns
        -------
        list of Place
            In order.
        """
        return [self.clauses.places[at] for at in self.members.get(point, ())]

    def words(self, point: str) -> dict[Place, str]:
        """What the clauses of a pain point say.

        Parameters
        ----------
        point : str
            Its id; need not be known.

        Returns
        -------
        dict of Place to str
            Normalised; empty where that is not known.
        """
        known = self.clauses.words
        return {self.clauses.places[at]: known[at] for at in self.members.get(point, ())} if known else {}

    def digest(self, point: str) -> bytes:
        """Tells whether a pain point has the same clauses of the same run as before.

        Parameters
        ----------
        point : str
            Its id; need not be known.

        Returns
        -------
        bytes
            Always as many.
        """
        return blake2s(np.array([len(self.clauses.places), *self.members.get(point, ())]).tobytes(), digest_size=16).digest()

    def of_comment(self, comment_id: str) -> list[Member]:
        """Clauses of a comment that belong to pain points.

        Parameters
        ----------
        comment_id : str
            Its id; need not be known.

        Returns
        -------
        list of Member
            In order.
        """
        inside = [(at, home) for at in self.clauses.of_comment(comment_id) if (home := self.homes[at]) >= 0]
        return [Member(*self.clauses.places[at][1:], self.points[home]) for at, home in inside]

    def without(self, cleared: Mapping[str, Iterable[str]], touchpoints: Mapping[str, str]) -> Placed:
        """What is left where people say that comments do not complain of a touchpoint.

        Parameters
        ----------
        cleared : mapping of str to iterable of str
            Touchpoint → ids of such comments.
        touchpoints : mapping of str to str
            Of each pain point.

        Returns
        -------
        Placed
            The same where it takes nothing away.
        """
        homes, left = self.homes.copy(), set()
        for touchpoint, ids in cleared.items():
            for at in (at for comment_id in ids for at in self.clauses.of_comment(comment_id)):
                if self.homes[at] >= 0 and touchpoints[point := self.points[self.homes[at]]] == touchpoint:
                    homes[at] = -1
                    left.add(point)
        return replace(self, homes=homes, moved=self.moved | left) if left else self

    @cached_property
    def _pairs(self) -> tuple[Ints, Ints]:
        """Comment and pain point, once for each comment of each pain point, by comment."""
        inside, n = np.flatnonzero(self.homes >= 0), max(len(self.points), 1)
        comments, points = np.divmod(np.unique(self.clauses.comments[inside] * n + self.homes[inside]), n)
        return comments, points

    def comments(self) -> dict[str, int]:
        """Count the comments of each pain point.

        Returns
        -------
        dict of str to int
            By pain point.
        """
        counts = np.bincount(self._pairs[1], minlength=len(self.points)).tolist()
        return dict(zip(self.points, counts, strict=True))

    def together(self) -> Counter[tuple[str, str]]:
        """Count the comments that two pain points share.

        Returns
        -------
        Counter of (str, str)
            By two pain points, the first of `points` first.
        """
        (comments, points), n = self._pairs, len(self.points)
        found: Counter[tuple[str, str]] = Counter()
        for step in range(1, len(points)):
            same = comments[step:] == comments[:-step]
            if not same.any():
                break
            pairs, counts = np.unique(points[:-step][same] * n + points[step:][same], return_counts=True)
            for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
                found[self.points[pair // n], self.points[pair % n]] += count
        return found


def found_at(places: Sequence[Place], homes: Sequence[str], points: Iterable[str]) -> Placed:
    """Members of a run's pain points as it found them, where nobody edited any.

    Parameters
    ----------
    places : sequence of Place
        In order.
    homes : sequence of str
        The pain point of each.
    points : iterable of str
        Pain points of the run.

    Returns
    -------
    Placed
        With no other clauses.
    """
    known = tuple(sorted(points))
    number = {point: at for at, point in enumerate(known)}
    return Placed(Clauses(places), known, np.array([number[home] for home in homes], dtype=np.int32))


def found_among(clauses: Clauses, found: Placed) -> Placed:
    """The same as numbers of more clauses.

    Parameters
    ----------
    clauses : Clauses
        Of the whole run.
    found : Placed
        Members of pain points alone.

    Returns
    -------
    Placed
        As the run found them.
    """
    number = {place: at for at, place in enumerate(clauses.places)}
    at = np.array([number.get(place, -1) for place in found.clauses.places], dtype=np.int64)
    homes = np.full(len(clauses.places), -1, dtype=np.int32)
    homes[at[at >= 0]] = found.homes[at >= 0]
    return Placed(clauses, found.points, homes, frozenset(found.points[home] for home in np.unique(found.homes[at < 0])))


def placed(found: Placed, book: Codebook) -> Placed:
    """Members after edits.

    Parameters
    ----------
    found : Placed
        As the run found them, among all clauses of the codebook's run.
    book : Codebook
        With this run.

    Returns
    -------
    Placed
        Only pain points that are active.
    """
    if book.run is None:
        return found
    outcome = outcome_of(book)
    known = {*outcome.homes.values(), *found.points}
    points = tuple(sorted(point.id for point in book.pain_points if point.status == "active" and point.id in known))
    number: dict[str | None, int] = {point: at for at, point in enumerate(points)}
    homes = np.array([number.get(outcome.homes[ref], -1) for ref in book.run.refs], dtype=np.int32)
    before = np.array([*(number.get(point, -1) for point in found.points), -1])[found.homes]
    differs = before != homes
    moved = {points[at] for at in np.unique([before[differs], homes[differs]]).tolist() if at >= 0}
    return Placed(found.clauses, points, homes, frozenset(moved | (found.moved & set(points))), unassigned_members(book.run, outcome))
