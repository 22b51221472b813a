"""Drafts become versions; a return to an earlier one is a version too, so that history is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from voc.codebook.records import AnyEdit, Codebook, Ref, Version
from voc.codebook.rules import Replay, fold, replay, rules_at, rules_of
from voc.errors import CodebookError


def now() -> str:
    """The time as versions and edits carry it.

    Returns
    -------
    str
        ISO 8601, UTC, to the second.
    """
    return datetime.now(UTC).isoformat(timespec="seconds")


def with_draft(book: Codebook, draft: Sequence[AnyEdit]) -> Codebook:
    """The codebook with another draft.

    Parameters
    ----------
    book : Codebook
        Not changed.
    draft : sequence of Edit
        In order.

    Returns
    -------
    Codebook
        Its pain points follow.
    """
    rules = (*rules_at(book, book.version), *draft)
    return book.model_copy(update={"draft": tuple(draft), "pain_points": fold(book.pain_points, rules)})


def outcome_of(book: Codebook, rules: Sequence[AnyEdit] | None = None) -> Replay:
    """Where the last run's members are.

    Parameters
    ----------
    book : Codebook
        Without a run: no members.
    rules : sequence of Edit, optional
        Those that hold now where left out.

    Returns
    -------
    Replay
        Of these rules on the last run.
    """
    rules = rules_of(book) if rules is None else rules
    return replay(*run_of(book, rules), rules)


def run_of(book: Codebook, rules: Sequence[AnyEdit]) -> tuple[dict[Ref, str], dict[Ref, str | None]]:
    """The last run as `replay` takes it.

    Parameters
    ----------
    book : Codebook
        Without a run: no members.
    rules : sequence of Edit
        What a split brought about that is not among them counts as of the pain point that was split.

    Returns
    -------
    dict of Ref to str
        Clause of each member, normalised.
    dict of Ref to str or None
        Its pain point before the rules.
    """
    known = {point.id for point in fold(book.pain_points, rules)}
    parents: dict[str | None, str] = {edit.into: edit.point for edit in _all_edits(book) if edit.kind == "split"}
    if book.run is None:
        return {}, {}
    bases, standing = book.run.bases, {}
    for found in set(bases.values()) - known - {None}:
        base = found
        while base is not None and base not in known:  # split off by a rule that does not hold here
            base = parents.get(base)
        standing[found] = base
    return book.run.clauses, {ref: standing.get(base, base) for ref, base in bases.items()} if standing else bases


def ids_ever_given(book: Codebook) -> set[str]:
    """Ids that must not be given again.

    Parameters
    ----------
    book : Codebook
        Whose ids.

    Returns
    -------
    set of str
        Also those of splits that were taken back.
    """
    return {point.id for point in book.pain_points} | {edit.into for edit in _all_edits(book) if edit.kind == "split"}


def uncommitted(book: Codebook) -> tuple[str, ...]:
    """Pain points found or imported since the last version.

    Parameters
    ----------
    book : Codebook
        Whose draft.

    Returns
    -------
    tuple of str
        Their ids, in the order in which they were given.
    """
    committed = {point for version in book.versions for point in version.found}
    return tuple(point.id for point in book.pain_points if point.origin != "split" and point.id not in committed)


def commit(book: Codebook, message: str = "", *, at: str | None = None) -> Codebook:
    """Make the draft a version.

    Parameters
    ----------
    book : Codebook
        With edits or pain points that no version holds.
    message : str
        What it is about.
    at : str, optional
        When; now where left out.

    Returns
    -------
    Codebook
        With an empty draft and one more version.

    Raises
    ------
    CodebookError
        If there is nothing to commit.
    """
    found = uncommitted(book)
    if not book.draft and not found and book.versions:
        raise CodebookError("nothing_to_commit", "没有未提交的修改 / there is nothing to commit", "voc codebook merge, split, rename, …")
    return _add(book, Version(number=book.version + 1, committed_at=at or now(), message=message, edits=book.draft, found=found))


def rollback(book: Codebook, number: int, *, at: str | None = None) -> Codebook:
    """Return to the state of a version, by a new version.

    What runs found and people imported since then stays: only edits are taken back.

    Parameters
    ----------
    book : Codebook
        With an empty draft.
    number : int
        Of the version to return to.
    at : str, optional
        When; now where left out.

    Returns
    -------
    Codebook
        With one more version, whose rules are those of that version.

    Raises
    ------
    CodebookError
        If there is no such version, or edits are not committed.
    """
    if not 1 <= number <= book.version:
        raise CodebookError(
            "no_such_version",
            f"没有第 {number} 版 / there is no version {number}",
            f"可选 / choose from 1–{book.version}" if book.version else "先提交 / first run: voc codebook commit",
        )
    if book.draft:
        raise CodebookError(
            "draft_not_empty",
            f"还有 {len(book.draft)} 处修改没有提交 / {len(book.draft)} edits are not committed",
            "voc codebook commit，或 / or voc codebook undo --all",
        )
    message = f"回到第 {number} 版 / back to version {number}"
    return _add(
        book,
        Version(number=book.version + 1, committed_at=at or now(), message=message, rolled_back_to=number, found=uncommitted(book)),
    )


def undo(book: Codebook, *, everything: bool = False) -> tuple[Codebook, tuple[AnyEdit, ...]]:
    """Take back the last edit of the draft.

    Parameters
    ----------
    book : Codebook
        With a draft.
    everything : bool
        Take back the whole draft.

    Returns
    -------
    Codebook
        Without these edits.
    tuple of Edit
        What was taken back.

    Raises
    ------
    CodebookError
        If the draft is empty.
    """
    if not book.draft:
        raise CodebookError(
            "nothing_to_undo",
            "没有未提交的修改可撤销 / the draft is empty",
            "已提交的用 / for what is committed: voc codebook rollback 版本号",
        )
    kept = () if everything else book.draft[:-1]
    return with_draft(book, kept), book.draft[len(kept) :]


def _add(book: Codebook, version: Version) -> Codebook:
    """Add a version with the counts of its state on the last run."""
    after = with_draft(book.model_copy(update={"versions": (*book.versions, version)}), ())
    if after.run is None:
        return after
    counted = version.model_copy(update={"comments": after.run.comments, "counts": outcome_of(after).counts()})
    return after.model_copy(update={"versions": (*book.versions, counted)})


def _all_edits(book: Codebook) -> list[AnyEdit]:
    return [*book.draft, *(edit for version in book.versions for edit in version.edits)]
