"""A codebook for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from voc.codebook.differences import Diff
from voc.codebook.exchange import STATUS_NAMES
from voc.codebook.records import AnyEdit, Codebook, CodedPainPoint
from voc.codebook.session import CodebookSession
from voc.codebook.versions import outcome_of, uncommitted
from voc.records import ChangeKind
from voc.wordings import CHANGES

if TYPE_CHECKING:
    from rich.table import Table

_SHOWN = 24  # characters of a quote
_NAMED = 6  # pain points named in a line
_KINDS: tuple[ChangeKind, ...] = ("new", "growing", "fading", "gone")
_EDITS = {
    "merge": "并入 merge",
    "split": "拆分 split",
    "rename": "改名 rename",
    "move": "移动 move",
    "exclude": "排除 exclude",
    "lock": "锁定 lock",
    "unlock": "解锁 unlock",
    "dismiss": "忽略 dismiss",
    "restore": "恢复 restore",
    "pin": "钉住 pin",
    "unpin": "取消钉住 unpin",
}


def points_table(book: Codebook, touchpoints: Mapping[str, str], *, everything: bool) -> Table:
    """All pain points with their counts in the last run.

    Parameters
    ----------
    book : Codebook
        To list.
    touchpoints : mapping of str to str
        Id → name.
    everything : bool
        Also those dismissed and merged.

    Returns
    -------
    rich.table.Table
        The most comments first.
    """
    counts = outcome_of(book).counts()
    table = _table(f"痛点手册 / Codebook，{version_name(book)}", ("编号 Id", "痛点 Pain point", "触点", "状态", ">评论", "例句 Example"))
    rows = [point for point in book.pain_points if everything or point.status == "active"]
    for point in sorted(rows, key=lambda point: (point.status != "active", -counts.get(point.id, 0), point.id)):
        example = point.pinned[0].text if point.pinned else next(iter(point.prototype), "")
        touchpoint = touchpoints.get(point.touchpoint, point.touchpoint)
        table.add_row(*_safe(point.id, point.label, touchpoint, state(point), str(counts.get(point.id, 0)), _short(example)))
    return table


def members_table(book: Codebook, point: CodedPainPoint, most: int) -> Table:
    """Members of a pain point in the last run.

    Parameters
    ----------
    book : Codebook
        With the run.
    point : CodedPainPoint
        Whose members.
    most : int
        Rows at most.

    Returns
    -------
    rich.table.Table
        Pinned ones first, then by comment.
    """
    homes, pinned = outcome_of(book).homes, {one.member for one in point.pinned}
    inside = [member for ref, member in zip(book.run.refs, book.run.members, strict=True) if homes[ref] == point.id] if book.run else []
    title = f"{point.label} {point.id} · {state(point)} · 成员 / members {len(inside)}"
    table = _table(title, ("评论 Comment", "位置 Span", "原话 Text", ""))
    for member in sorted(inside, key=lambda member: member.ref not in pinned)[:most]:
        mark = "钉住 pinned" if member.ref in pinned else ""
        table.add_row(*_safe(member.comment_id, f"{member.start}:{member.end}", member.text, mark))
    return table


def history_table(book: Codebook) -> Table:
    """Versions of a codebook, the draft last.

    Parameters
    ----------
    book : Codebook
        Whose history.

    Returns
    -------
    rich.table.Table
        One row for each version.
    """
    table = _table("版本 / Versions", (">版本", "时间 Committed", "说明 Message", ">修改 Edits", ">新痛点 New", ">评论 Comments"))
    for version in book.versions:
        numbers = (str(len(version.edits)), str(len(version.found)), str(version.comments))
        table.add_row(*_safe(str(version.number), version.committed_at, version.message, *numbers))
    found = uncommitted(book)
    if book.draft or found:
        table.add_row("–", "未提交 / not committed", "草稿 / draft", str(len(book.draft)), str(len(found)), "")
    return table


def edits_table(edits: Sequence[AnyEdit], labels: Mapping[str, str], title: str) -> Table:
    """Edits in words.

    Parameters
    ----------
    edits : sequence of Edit
        In order.
    labels : mapping of str to str
        Id of each pain point → its name.
    title : str
        Above the table.

    Returns
    -------
    rich.table.Table
        One row for each.
    """
    table = _table(title, (">#", "修改 Edit", "痛点 Pain point", "内容 What"))
    for number, edit in enumerate(edits, 1):
        point = getattr(edit, "point", "")
        what = ""
        if edit.kind in ("merge", "split"):
            what = f"→ {labels.get(edit.into, edit.into)}" + (f"（{'、'.join(edit.words)}）" if edit.kind == "split" else "")
        elif edit.kind == "rename":
            what = f"→ {edit.label}"
        elif edit.kind in ("move", "exclude", "pin", "unpin"):
            what = "、".join(member.comment_id for member in edit.members) + f" {_short(edit.text)}"
        table.add_row(*_safe(str(number), _EDITS[edit.kind], labels.get(point, point), what))
    return table


def diff_tables(book: Codebook, difference: Diff, most: int) -> list[Table]:
    """What the draft changes: counts of pain points, and the comments that move.

    Parameters
    ----------
    book : Codebook
        With the last run.
    difference : Diff
        From `diff`.
    most : int
        Comments shown at most.

    Returns
    -------
    list of rich.table.Table
        Only those with rows.
    """
    counts = _table("痛点变化 / Pain points", ("编号 Id", "痛点 Pain point", "状态 State", ">之前 Before", ">之后 After"))
    names: dict[str | None, str] = {None: "–"}
    for before, after, count, count_now in difference.points:
        one = after or before
        if one is not None:
            label = one.label if before is None or after is None or before.label == after.label else f"{before.label} → {after.label}"
            was, now = state(before) if before else "无 none", state(after) if after else "无 none"
            names[one.id] = one.label
            counts.add_row(*_safe(one.id, label, now if was == now else f"{was} → {now}", str(count), str(count_now)))
    moves = _table(f"移动的抱怨 / Complaints that move: {len(difference.moved)}", ("评论 Comment", "原话 Text", "从 From", "到 To"))
    texts = {member.ref: member.text for member in reversed(book.run.members)} if book.run else {}
    for ref, home, home_now in difference.moved[:most]:
        target = "排除 excluded" if ref in difference.excluded else names.get(home_now, str(home_now))
        moves.add_row(*_safe(ref.comment_id, _short(texts[ref]), names.get(home, str(home)), target))
    return [table for table in (counts, moves) if table.row_count]


def report_lines(session: CodebookSession) -> list[str]:
    """What a run says against the codebook.

    Parameters
    ----------
    session : CodebookSession
        After `assign`.

    Returns
    -------
    list of str
        One line of counts, then the names where there are any.
    """
    applied = session.applied
    if applied is None:
        return []
    if session.is_new:
        count = len(session.book.pain_points)
        return [f"已新建手册 / created codebook {session.name}: 第 1 版，痛点 {count} 个 / version 1 with {count} pain points"]
    groups = {kind: [row for row in applied.changes if row.kind == kind] for kind in _KINDS}
    line = " · ".join(f"{CHANGES[kind]} {len(groups[kind])}" for kind in _KINDS)
    lines = [
        f"手册 / codebook {session.name}，{version_name(session.book)}: {line} · 未能重放的修改 unreplayed {len(applied.replay.unreplayed)}"
    ]
    for kind in _KINDS:
        if rows := groups[kind]:
            named = "、".join(f"{row.label} {'' if row.before is None else f'{row.before}→'}{row.after}" for row in rows[:_NAMED])
            lines.append(f"  {CHANGES[kind]}: {named}{' …' if len(rows) > _NAMED else ''}")
    reasons = [one.reason for one in applied.replay.unreplayed]
    lines += [f"  未能重放 / unreplayed {reasons.count(reason)} × {reason}；保留在手册里 / kept" for reason in dict.fromkeys(reasons)]
    return lines


def version_name(book: Codebook) -> str:
    """Version and draft in words.

    Parameters
    ----------
    book : Codebook
        Whose version.

    Returns
    -------
    str
        Chinese, then English.
    """
    draft, found = len(book.draft), len(uncommitted(book))
    more = f" + 未提交 / not committed: 修改 edits {draft}, 新痛点 new pain points {found}" if draft or found else ""
    return f"第 {book.version} 版 / version {book.version}{more}"


def state(point: CodedPainPoint) -> str:
    """State of a pain point in words.

    Parameters
    ----------
    point : CodedPainPoint
        Whose state.

    Returns
    -------
    str
        Chinese, with the id that it is merged into.
    """
    return STATUS_NAMES[point.status] + (f" {point.into}" if point.into else "") + ("，锁定" if point.locked else "")


def _table(title: str, headers: Sequence[str]) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for header in headers:
        table.add_column(header.lstrip(">"), justify="right" if header.startswith(">") else "left")
    return table


def _safe(*cells: str) -> list[str]:
    from rich.markup import escape

    return [escape(cell) for cell in cells]


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
