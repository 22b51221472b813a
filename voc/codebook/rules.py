"""Rules in order → what each pain point is, and where each member belongs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from voc.codebook.records import AnyEdit, Codebook, CodedPainPoint, Pinned, Ref

NOT_IN_RUN = "成员不在本批 / member not in this run"
NO_MEMBERS = "痛点不在本批 / pain point not in this run"


@dataclass(frozen=True)
class Unreplayed:
    """A rule that found nothing to act on in this run; it stays in the codebook.

    Parameters
    ----------
    edit : Edit
        The rule.
    reason : str
        Why, in both languages.
    """

    edit: AnyEdit
    reason: str


@dataclass(frozen=True)
class Replay:
    """Where the rules leave each member.

    Parameters
    ----------
    homes : mapping of Ref to str or None
        Pain point of each member; None where it is in none.
    excluded : frozenset of Ref
        Members that a person took out.
    unreplayed : sequence of Unreplayed
        In the order of the rules.
    """

    homes: Mapping[Ref, str | None]
    excluded: frozenset[Ref]
    unreplayed: Sequence[Unreplayed]

    def members(self, point: str) -> list[Ref]:
        """Members of a pain point.

        Parameters
        ----------
        point : str
            Its id.

        Returns
        -------
        list of Ref
            Sorted.
        """
        return sorted(ref for ref, home in self.homes.items() if home == point)

    def counts(self, points: Collection[str | None] | None = None) -> dict[str, int]:
        """Comments of each pain point.

        Parameters
        ----------
        points : collection of str or None, optional
            Only of these.

        Returns
        -------
        dict of str to int
            Only of those with any; sorted by id.
        """
        comments: dict[str, set[str]] = defaultdict(set)
        for ref, home in self.homes.items():
            if home is not None and (points is None or home in points):
                comments[home].add(ref[0])
        return {home: len(comments[home]) for home in sorted(comments)}


def rules_at(book: Codebook, number: int) -> tuple[AnyEdit, ...]:
    """Rules that hold in a version.

    Parameters
    ----------
    book : Codebook
        Which knows it.
    number : int
        Of the version; 0 is before the first.

    Returns
    -------
    tuple of Edit
        In order.
    """
    rules: list[tuple[AnyEdit, ...]] = [()]
    for version in book.versions[:number]:
        rules.append((*(rules[-1] if version.rolled_back_to is None else rules[version.rolled_back_to]), *version.edits))
    return rules[-1]


def rules_of(book: Codebook) -> tuple[AnyEdit, ...]:
    """Rules that hold now, those of the draft included.

    Parameters
    ----------
    book : Codebook
        Whose rules.

    Returns
    -------
    tuple of Edit
        In order.
    """
    return (*rules_at(book, book.version), *book.draft)


def fold(points: Iterable[CodedPainPoint], rules: Sequence[AnyEdit]) -> tuple[CodedPainPoint, ...]:
    """What each pain point is after the rules.

    Parameters
    ----------
    points : iterable of CodedPainPoint
        In any state; those that were split off count only by their rule.
    rules : sequence of Edit
        In order.

    Returns
    -------
    tuple of CodedPainPoint
        In the given order, those split off at the end.
    """
    fresh: dict[str, Any] = {"status": "active", "into": None, "locked": False, "pinned": ()}
    states = {point.id: point.model_copy(update={**fresh, "label": point.found_as}) for point in points if point.origin != "split"}
    for edit in rules:
        if edit.kind == "split":
            states[edit.into] = CodedPainPoint(
                id=edit.into,
                label=edit.label,
                touchpoint=edit.touchpoint,
                origin="split",
                found_as=edit.label,
                prototype=edit.prototype,
            )
        elif edit.kind != "move" and edit.kind != "exclude":  # these say nothing of what a pain point is
            point = states[edit.point]
            states[edit.point] = point.model_copy(update=_change(point, edit))
    return tuple(states.values())


def _change(point: CodedPainPoint, edit: AnyEdit) -> dict[str, Any]:
    if edit.kind == "merge":
        return {"status": "merged", "into": edit.into}
    if edit.kind == "rename":
        return {"label": edit.label}
    if edit.kind in ("lock", "unlock"):
        return {"locked": edit.kind == "lock"}
    if edit.kind in ("dismiss", "restore"):
        return {"status": "dismissed" if edit.kind == "dismiss" else "active", "into": None}
    others = tuple(pinned for pinned in point.pinned if pinned.member not in edit.members)
    return {"pinned": (*others, *(Pinned(member=ref, text=edit.text) for ref in edit.members)) if edit.kind == "pin" else others}


def held_members(rules: Sequence[AnyEdit]) -> dict[str, frozenset[Ref]]:
    """Members that each locked pain point holds.

    Parameters
    ----------
    rules : sequence of Edit
        In order.

    Returns
    -------
    dict of str to frozenset of Ref
        As they were when it was locked.
    """
    held: dict[str, frozenset[Ref]] = {}
    for edit in rules:
        if edit.kind == "lock":
            held[edit.point] = frozenset(edit.members)
        elif edit.kind == "unlock":
            held.pop(edit.point, None)
    return held


def replay(clauses: Mapping[Ref, str], bases: Mapping[Ref, str | None], rules: Sequence[AnyEdit]) -> Replay:
    """Apply the rules to what matching found.

    Parameters
    ----------
    clauses : mapping of Ref to str
        Every complaint of the run, normalised.
    bases : mapping of Ref to str or None
        Pain point of each of them before the rules.
    rules : sequence of Edit
        In order.

    Returns
    -------
    Replay
        Rules that say what a pain point is (rename, lock, dismiss, …) hold without members and are never unreplayed.
    """
    return _Replayer(clauses, bases, rules).result()


def taken_by_merge(clauses: Mapping[Ref, str], bases: Mapping[Ref, str | None], rules: Sequence[AnyEdit], point: str) -> set[Ref]:
    """Members that come back when a merge is undone after the rules.

    Parameters
    ----------
    clauses, bases, rules
        As for `replay`.
    point : str
        The merged pain point.

    Returns
    -------
    set of Ref
        What its merge brought and no rule has moved since.
    """
    replayer = _Replayer(clauses, bases, rules)
    replayer.result()
    return replayer.taken_back(point)


class _Replayer:
    def __init__(self, clauses: Mapping[Ref, str], bases: Mapping[Ref, str | None], rules: Sequence[AnyEdit]) -> None:
        self.clauses = clauses
        self.rules = rules
        self.homes = dict(bases)
        self.excluded: set[Ref] = set()
        self.merges: dict[str, tuple[str, set[Ref]]] = {}  # merged pain point → where to, and what it brought
        self.named: set[Ref] = set()  # by the rules so far

    # There may be a hundred thousand members, and few rules need these two.
    @cached_property
    def members(self) -> dict[str | None, set[Ref]]:
        """Members of each pain point, kept as they are from the first look on."""
        members: dict[str | None, set[Ref]] = defaultdict(set)
        for ref, home in self.homes.items():
            members[home].add(ref)
        return members

    @cached_property
    def unnamed(self) -> dict[str, list[Ref]]:
        """Members that no rule names, by their words."""
        named = {ref for edit in self.rules for ref in edit.members}
        unnamed: dict[str, list[Ref]] = defaultdict(list)
        for ref in self.clauses:
            if ref not in named:
                unnamed[ref.clause].append(ref)
        return unnamed

    def result(self) -> Replay:
        unreplayed = []
        for edit in self.rules:
            members = {found for found in map(self._locate, edit.members) if found}
            reason = self._apply(edit, set(members))
            self.named |= members
            if reason:
                unreplayed.append(Unreplayed(edit, reason))
        return Replay(self.homes, frozenset(self.excluded), tuple(unreplayed))

    def _locate(self, ref: Ref) -> Ref | None:
        """The member itself; failing that, the only other one of these words: rows without ids are numbered anew when they move."""
        if ref in self.clauses:
            return ref
        others = self.unnamed.get(ref.clause, [])
        return others[0] if len(others) == 1 else None

    def _apply(self, edit: AnyEdit, members: set[Ref]) -> str | None:
        """Carry out one rule; say why where it finds nothing to act on."""
        if edit.kind == "merge":
            members |= self.members[edit.point]
            self._settle(members, edit.into)
            self.merges[edit.point] = (edit.into, members)
            return None if members else NO_MEMBERS
        if edit.kind == "split":
            words = [word.casefold() for word in edit.words]
            members |= {ref for ref in self.members[edit.point] if any(word in self.clauses[ref].casefold() for word in words)}
            self._settle(members, edit.into)
            return None if members else NO_MEMBERS
        if edit.kind == "exclude":
            self._settle(members, None)
            self.excluded |= members
        elif edit.kind in ("move", "lock", "pin"):
            self._settle(members, edit.point)
        elif edit.kind == "restore":
            # What a rule has named so far comes back only where this one names it, too.
            self._settle(members | (self.taken_back(edit.point) - self.named), edit.point)
        return NOT_IN_RUN if edit.kind in ("move", "exclude", "pin") and not members else None

    def taken_back(self, point: str) -> set[Ref]:
        """What a merge brought and no rule has moved since; that merge is over."""
        if point not in self.merges:
            return set()
        end = point
        while end in self.merges:
            end = self.merges[end][0]
        _, brought = self.merges.pop(point)
        return {ref for ref in brought if self.homes[ref] == end}

    def _settle(self, members: set[Ref], home: str | None) -> None:
        looked = "members" in self.__dict__
        for ref in members:
            if looked:
                self.members[self.homes[ref]].discard(ref)
                self.members[home].add(ref)
            self.homes[ref] = home
        self.excluded -= members
