"""What the draft changes: which comments move, and how many each pain point has before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voc.codebook.records import Codebook, CodedPainPoint, Ref
from voc.codebook.rules import fold, rules_at, rules_of
from voc.codebook.versions import outcome_of
from voc.errors import CodebookError


@dataclass(frozen=True)
class Diff:
    """What differs between two states on the last run.

    Parameters
    ----------
    points : tuple of (CodedPainPoint or None, CodedPainPoint or None, int, int)
        Pain points that changed: before, after (None: not there), comments before and after.
    moved : tuple of (Ref, str or None, str or None)
        Members that go from one pain point to another; None: to none, or from none.
    excluded : frozenset of Ref
        Those of the moved that a person took out.
    counts : mapping of str to int
        Comments of each pain point after.
    """

    points: tuple[tuple[CodedPainPoint | None, CodedPainPoint | None, int, int], ...]
    moved: tuple[tuple[Ref, str | None, str | None], ...]
    excluded: frozenset[Ref]
    counts: Mapping[str, int]


def diff(book: Codebook, since: int | None = None) -> Diff:
    """Compare the draft with a version.

    Parameters
    ----------
    book : Codebook
        With the last run.
    since : int, optional
        Version to compare with; the last one where left out.

    Returns
    -------
    Diff
        Empty where nothing changed.

    Raises
    ------
    CodebookError
        If there is no such version.
    """
    number = book.version if since is None else since
    if not 0 <= number <= book.version:
        raise CodebookError("no_such_version", f"没有第 {number} 版 / there is no version {number}", f"1–{book.version}")
    rules = rules_at(book, number)
    after = outcome_of(book)
    before = after if rules == rules_of(book) else outcome_of(book, rules)
    moved = sorted((ref, before.homes[ref], home) for ref, home in after.homes.items() if before.homes[ref] != home)
    touched = {home for _, *homes in moved for home in homes}
    known = {point for version in book.versions[:number] for point in version.found}
    old = {point.id: point for point in fold(book.pain_points, rules) if point.id in known or point.origin == "split"}
    new, counts_now = book.by_id, after.counts()
    counts = {point: n for point, n in counts_now.items() if point not in touched} | before.counts(touched)
    points = []
    for point_id in [*new, *(one for one in old if one not in new)]:
        row = (old.get(point_id), new.get(point_id), counts.get(point_id, 0) if point_id in old else 0, counts_now.get(point_id, 0))
        if row[0] != row[1] or row[2] != row[3]:
            points.append(row)
    return Diff(tuple(points), tuple(moved), after.excluded, counts_now)
