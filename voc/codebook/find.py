"""Finding what people name: pain points by id or label, members by comment and place."""

from __future__ import annotations

from difflib import get_close_matches

from voc.codebook.records import Codebook, CodedPainPoint, Ref, RunMember, Status
from voc.codebook.versions import outcome_of
from voc.errors import CodebookError, UnknownPainPoint


def find_point(book: Codebook, name: str) -> CodedPainPoint:
    """The pain point that a person means.

    Parameters
    ----------
    book : Codebook
        To look in.
    name : str
        An id, the beginning of one, or a label.

    Returns
    -------
    CodedPainPoint
        In whatever state.

    Raises
    ------
    CodebookError
        If there is none, or there are several.
    """
    points = book.pain_points
    exact = [point for point in points if point.id == name] or [
        point for point in points if point.label == name and point.status != "merged"
    ]
    found = exact or [point for point in points if point.label == name or (len(name) > 3 and point.id.startswith(name))]
    if len(found) == 1:
        return found[0]
    if found:
        raise CodebookError(
            "ambiguous_pain_point",
            f"不止一个痛点 / several pain points: {name!r}",
            "、".join(f"{point.id} {point.label}" for point in found),
        )
    raise _unknown(book, name)


def need_known(book: Codebook, point: str) -> CodedPainPoint:
    """A pain point by its id.

    Parameters
    ----------
    book : Codebook
        To look in.
    point : str
        Its id.

    Returns
    -------
    CodedPainPoint
        In whatever state.

    Raises
    ------
    CodebookError
        If there is none.
    """
    if point not in book.by_id:
        raise _unknown(book, point)
    return book.by_id[point]


def active(book: Codebook, point: str, *also: Status) -> CodedPainPoint:
    """A pain point that can be edited.

    Parameters
    ----------
    book : Codebook
        To look in.
    point : str
        Its id.
    *also : str
        States that will do beside active.

    Returns
    -------
    CodedPainPoint
        In one of these states.

    Raises
    ------
    CodebookError
        If there is none, or it is in another state.
    """
    known = need_known(book, point)
    if known.status in ("active", *also):
        return known
    if known.status == "merged":
        raise CodebookError(
            "pain_point_merged",
            f"已并入 {known.into} / merged into {known.into}: {known.label} ({point})",
            f"改用 {known.into}，或先 / use {known.into}, or first run: voc codebook restore … {point}",
        )
    raise CodebookError("pain_point_dismissed", f"已忽略 / dismissed: {known.label} ({point})", f"voc codebook restore … {point}")


def need_no_other(book: Codebook, label: str, point: str | None = None) -> str:
    """A label that can be given.

    Parameters
    ----------
    book : Codebook
        To look in.
    label : str
        As typed.
    point : str, optional
        Id of the pain point that is to have it.

    Returns
    -------
    str
        Without white space around it.

    Raises
    ------
    CodebookError
        If it is empty, or that of another pain point that is not merged.
    """
    label = " ".join(label.split())
    if not label:
        raise CodebookError("no_label", "名称不能为空 / a name is needed")
    other = next((one for one in book.pain_points if one.label == label and one.id != point and one.status != "merged"), None)
    if other:
        raise CodebookError(
            "label_taken",
            f"已有同名痛点 / another pain point has this name: {label} ({other.id})",
            f"换个名字，或 / another name, or: voc codebook merge … {point or '…'} {other.id}",
        )
    return label


def members_at(book: Codebook, comment_id: str | None = None, span: tuple[int, int] | None = None) -> list[RunMember]:
    """Members of the last run.

    Parameters
    ----------
    book : Codebook
        With a run.
    comment_id : str, optional
        Of one comment.
    span : tuple of (int, int), optional
        Touching these characters of it, half open.

    Returns
    -------
    list of RunMember
        In order.

    Raises
    ------
    CodebookError
        If a comment is asked for, and nothing is there.
    """
    members = book.run.members if book.run else ()
    if comment_id is None:
        return list(members)
    inside = [member for member in members if member.comment_id == comment_id]
    found = [member for member in inside if span is None or (member.start < span[1] and member.end > span[0])]
    if found:
        return found
    places = " ".join(f"{member.start}:{member.end}" for member in inside)
    raise CodebookError(
        "no_such_member",
        f"上次分析里没有这句抱怨 / no such complaint in the last run: {comment_id!r}" + (f" {span[0]}:{span[1]}" if span else ""),
        f"这条评论的抱怨在 / its complaints are at: {places}" if places else "编号见 / ids are in: voc codebook show 手册 痛点",
    )


def the_member(book: Codebook, comment_id: str, span: tuple[int, int] | None = None, point: str | None = None) -> Ref:
    """The one member that a person means.

    Parameters
    ----------
    book : Codebook
        With a run.
    comment_id : str
        Of its comment.
    span : tuple of (int, int), optional
        Characters of it, where it has several complaints.
    point : str, optional
        Id of the pain point that it is in, where that tells.

    Returns
    -------
    Ref
        Its name in rules.

    Raises
    ------
    CodebookError
        If there is none, or there are several.
    """
    members = members_at(book, comment_id, span)
    if point is not None and len(members) > 1:
        homes = outcome_of(book).homes
        members = [member for member in members if homes[member.ref] == point] or members
    refs = list(dict.fromkeys(member.ref for member in members))
    if len(refs) > 1:
        places = " ".join(f"{member.start}:{member.end}" for member in members)
        raise CodebookError(
            "several_complaints",
            f"这条评论有 {len(refs)} 句抱怨 / this comment has {len(refs)} complaints: {comment_id!r}",
            f"--span {places.split()[0]}（{places}）",
        )
    return refs[0]


def _unknown(book: Codebook, name: str) -> UnknownPainPoint:
    near = get_close_matches(name, [word for point in book.pain_points for word in (point.label, point.id)], 3, 0.3)
    return UnknownPainPoint(
        "unknown_pain_point",
        f"手册里没有这个痛点 / no such pain point: {name!r}",
        f"是不是 / perhaps: {'、'.join(near)}" if near else "voc codebook list 列出全部 / lists them all",
    )
