"""Edits that people make: checked, recorded with the members that they concern, added to the draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from voc.codebook.assign import new_id, prototype_of
from voc.codebook.find import active, members_at, need_known, need_no_other
from voc.codebook.records import (
    AnyEdit,
    Codebook,
    Dismiss,
    Exclude,
    Lock,
    Merge,
    Move,
    Pin,
    Ref,
    Rename,
    Restore,
    Split,
    Unlock,
    Unpin,
)  # fmt: skip
from voc.codebook.rules import rules_of, taken_by_merge
from voc.codebook.versions import ids_ever_given, now, outcome_of, run_of, with_draft
from voc.errors import CodebookError


def merge(book: Codebook, point: str, into: str) -> Codebook:
    """Put one pain point into another, for good.

    Parameters
    ----------
    book : Codebook
        Not changed.
    point, into : str
        Ids of two active pain points.

    Returns
    -------
    Codebook
        With the edit in its draft.

    Raises
    ------
    CodebookError
        If one of them is not there or not active, or both are the same.
    """
    if point == into:
        raise CodebookError("same_pain_point", f"同一个痛点不能并入自己 / a pain point cannot be merged into itself: {point}")
    active(book, point), active(book, into)
    return _add(book, Merge(at=now(), point=point, into=into, members=_members(book, point)))


def split(book: Codebook, point: str, words: Sequence[str], label: str) -> tuple[Codebook, str]:
    """Make the members that hold one of the words a pain point of their own.

    Parameters
    ----------
    book : Codebook
        Not changed.
    point : str
        Id of an active pain point.
    words : sequence of str
        In simplified or traditional characters.
    label : str
        Name of the new pain point.

    Returns
    -------
    Codebook
        With the edit in its draft.
    str
        Id of the new pain point.

    Raises
    ------
    CodebookError
        If it is not there or not active, no member or every member holds one of the words, or the name is taken.
    """
    from voc.normalise import normalise

    source = active(book, point)
    name = need_no_other(book, label)
    wanted = tuple(dict.fromkeys(filter(None, (normalise(word).normalised.strip() for word in words))))
    if not wanted:
        raise CodebookError("no_words", "没有给出词语 / no words given", "--words 小票")
    clauses = _clauses(book)
    inside = _members(book, point)
    chosen = tuple(ref for ref in inside if any(word.casefold() in clauses[ref].casefold() for word in wanted))
    if not chosen or len(chosen) == len(inside):
        how = "没有成员含有 / no member holds" if not chosen else "所有成员都含有 / every member holds"
        raise CodebookError(
            "split_is_no_split",
            f"{how}: {'、'.join(wanted)} ({source.label})",
            f"换几个词；用 voc codebook show 看成员 / other words; see the members by: voc codebook show … {point}",
        )
    point_id = new_id((source.id, *wanted), ids_ever_given(book))
    return _add(
        book,
        Split(
            at=now(),
            point=point,
            into=point_id,
            label=name,
            touchpoint=source.touchpoint,
            words=wanted,
            prototype=prototype_of([clauses[ref] for ref in chosen]),
            members=chosen,
        ),
    ), point_id


def rename(book: Codebook, point: str, label: str) -> Codebook:
    """Give a pain point another name.

    Parameters
    ----------
    book : Codebook
        Not changed.
    point : str
        Its id.
    label : str
        Of no other pain point.

    Returns
    -------
    Codebook
        With the edit in its draft.

    Raises
    ------
    CodebookError
        If it is not there, or the name is empty, taken or the one that it has.
    """
    known = need_known(book, point)
    name = need_no_other(book, label, point)
    _need(known.label != name, "already_so", f"已经叫这个名字 / it is called that already: {name}")
    return _add(book, Rename(at=now(), point=point, label=name))


def move(book: Codebook, members: Iterable[Ref], point: str) -> Codebook:
    """Put members into a pain point, also such as are in none.

    Parameters
    ----------
    book : Codebook
        Not changed.
    members : iterable of Ref
        Of the last run.
    point : str
        Id of a pain point that is not merged.

    Returns
    -------
    Codebook
        With one edit for each member that is not there yet.

    Raises
    ------
    CodebookError
        If it is not there or merged, or all of them are in it.
    """
    active(book, point, "dismissed")
    homes = outcome_of(book).homes
    wanted = [ref for ref in members if homes.get(ref) != point]
    _need(bool(wanted), "already_so", f"已经在这个痛点里 / already in this pain point: {point}")
    return _each(book, wanted, lambda ref, text: Move(at=now(), point=point, members=(ref,), text=text))


def exclude(book: Codebook, members: Iterable[Ref]) -> Codebook:
    """Take members out of all pain points: no complaint, or not to be counted.

    Parameters
    ----------
    book : Codebook
        Not changed.
    members : iterable of Ref
        Of the last run.

    Returns
    -------
    Codebook
        With one edit for each member that is not out yet.

    Raises
    ------
    CodebookError
        If all of them are out already.
    """
    out = outcome_of(book).excluded
    wanted = [ref for ref in members if ref not in out]
    _need(bool(wanted), "already_so", "已经排除 / already excluded")
    return _each(book, wanted, lambda ref, text: Exclude(at=now(), members=(ref,), text=text))


def lock(book: Codebook, point: str) -> Codebook:
    """Keep a pain point as it is: matching gives it nothing beyond its members and prototypes, and takes nothing from it.

    Parameters
    ----------
    book : Codebook
        Not changed.
    point : str
        Its id.

    Returns
    -------
    Codebook
        With the edit in its draft.

    Raises
    ------
    CodebookError
        If it is not there or locked already.
    """
    _need(not active(book, point, "dismissed").locked, "already_so", f"已经锁定 / locked already: {point}")
    return _add(book, Lock(at=now(), point=point, members=_members(book, point)))


def unlock(book: Codebook, point: str) -> Codebook:
    """Let a locked pain point take part in matching again.

    Parameters
    ----------
    book : Codebook
        Not changed.
    point : str
        Its id.

    Returns
    -------
    Codebook
        With the edit in its draft.

    Raises
    ------
    CodebookError
        If it is not there or not locked.
    """
    _need(need_known(book, point).locked, "already_so", f"没有锁定 / not locked: {point}")
    return _add(book, Unlock(at=now(), point=point))


def dismiss(book: Codebook, point: str) -> Codebook:
    """Recognise a pain point and no longer show it.

    Parameters
    ----------
    book : Codebook
        Not changed.
    point : str
        Id of an active pain point.

    Returns
    -------
    Codebook
        With the edit in its draft.

    Raises
    ------
    CodebookError
        If it is not there or not active.
    """
    active(book, point)
    return _add(book, Dismiss(at=now(), point=point))


def restore(book: Codebook, point: str) -> Codebook:
    """Show a dismissed pain point again, or undo its merge: what the merge took and nobody moved since comes back.

    Parameters
    ----------
    book : Codebook
        Not changed.
    point : str
        Id of a dismissed or merged pain point.

    Returns
    -------
    Codebook
        With the edit in its draft.

    Raises
    ------
    CodebookError
        If it is not there or active, or its name is taken.
    """
    known = need_known(book, point)
    _need(known.status != "active", "already_so", f"本来就在用 / it is active: {known.label} ({point})")
    need_no_other(book, known.label, point)
    rules = rules_of(book)
    members = taken_by_merge(*run_of(book, rules), rules, point) if known.status == "merged" else set()
    return _add(book, Restore(at=now(), point=point, members=tuple(sorted(members))))


def pin(book: Codebook, point: str, member: Ref, *, pinned: bool = True) -> Codebook:
    """Quote a member first, or no longer.

    Parameters
    ----------
    book : Codebook
        Not changed.
    point : str
        Id of its pain point.
    member : Ref
        Of the last run.
    pinned : bool
        False takes the pin out.

    Returns
    -------
    Codebook
        With the edit in its draft.

    Raises
    ------
    CodebookError
        If it is not a member, or pinned already, or not pinned.
    """
    known = need_known(book, point)
    is_pinned = any(one.member == member for one in known.pinned)
    _need(is_pinned != pinned, "already_so", "已经钉住 / pinned already" if pinned else "没有钉住 / not pinned")
    if not pinned:
        text = next(one.text for one in known.pinned if one.member == member)
        return _add(book, Unpin(at=now(), point=point, members=(member,), text=text))
    inside = outcome_of(book).homes.get(member) == point
    _need(inside, "not_a_member", f"这条评论不在该痛点里 / not in this pain point: {member.comment_id}", "voc codebook show, move")
    return _each(book, [member], lambda ref, text: Pin(at=now(), point=point, members=(ref,), text=text))


def _add(book: Codebook, *edits: AnyEdit) -> Codebook:
    return with_draft(book, (*book.draft, *edits))


def _each(book: Codebook, members: Sequence[Ref], make: Callable[[Ref, str], AnyEdit]) -> Codebook:
    wanted = {ref.comment_id for ref in members}
    texts = {member.ref: member.text for member in reversed(members_at(book)) if member.comment_id in wanted}
    return _add(book, *(make(ref, texts[ref]) for ref in members))


def _members(book: Codebook, point: str) -> tuple[Ref, ...]:
    return tuple(outcome_of(book).members(point))


def _clauses(book: Codebook) -> dict[Ref, str]:
    return book.run.clauses if book.run else {}


def _need(condition: bool, code: str, message: str, hint: str = "") -> None:
    if not condition:
        raise CodebookError(code, message, hint)
