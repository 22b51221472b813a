"""An analysis as files for people: an Excel workbook and a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from voc.output import atomic
from voc.problems import for_sheet
from voc.records import Analysis
from voc.taxonomy import Taxonomy
from voc.wordings import CHANGES, PAIN_TYPES

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import JustifyMethod
    from rich.table import Table

    Sheets = Mapping[str, tuple[pd.DataFrame, Sequence[int]]]

_QUOTE_SHOWN = 24  # characters of a quote in the terminal
_PROBLEM_COLUMNS = ["类别 Kind", "文件 File", "行 Row", "列 Column", "原因 Reason", "办法 Hint", "次数 Count", "前几行 First rows"]
# Columns of shares beside those that are called so, and the bounds that follow one; marked cells of a table of other things.
_SHARES = {
    "名称属实 Label support", "负面占比 Negative", "未答 Missing", "别处 Elsewhere", "满意者 High", "不满者 Low group", "之前 Before",
    "最近 Recent", "之后 After",
}  # fmt: skip
_BOUNDS = ("下限 Low", "上限 High")
_SHARE_CELLS = "share_cells"
_EXCEL_BEGINS = 1900  # the last year that it does not know well
_MEMBERS_LIMIT = 1_000_000  # rows of a sheet, below Excel's 1,048,576


class Score(NamedTuple):
    """A score of all respondents.

    Parameters
    ----------
    name : str
        Of the score.
    value : float
        As it is read.
    interval : tuple of float, float
        95 %.
    n : int
        Respondents who gave it.
    share : bool
        Whether it is one, 0–1.
    """

    name: str
    value: float
    interval: tuple[float, float]
    n: int
    share: bool


def write_xlsx(analysis: Analysis, taxonomy: Taxonomy, path: Path) -> None:
    """Write an analysis as an Excel workbook: overview, pain points, what changed, evidence, journey, problems.

    Parameters
    ----------
    analysis : Analysis
        What to write.
    taxonomy : Taxonomy
        Chinese names of the touchpoints.
    path : pathlib.Path
        Ends in ``.xlsx``.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_sheets(analysis_sheets(analysis, taxonomy), path)


def write_sheets(sheets: Sheets, path: Path) -> None:
    """Write tables as the sheets of an Excel workbook, with filters and a header that stays.

    Parameters
    ----------
    sheets : mapping of str to (pandas.DataFrame, sequence of int)
        Name → table, and the widths of its columns in characters.
    path : pathlib.Path
        Ends in ``.xlsx``.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    import pandas as pd

    # Customers' words are text, never formulas or links, whatever they start with.
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with (
        atomic(path) as draft,
        pd.ExcelWriter(
            draft, engine="xlsxwriter", date_format="yyyy-mm-dd", datetime_format="yyyy-mm-dd hh:mm", engine_kwargs=options
        ) as writer,
    ):
        percent = writer.book.add_format({"num_format": "0.0%"})
        for name, (frame, widths) in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)
            sheet = writer.sheets[name]
            sheet.freeze_panes(1, 0)
            shares = _shares(list(map(str, frame.columns)))
            for column, width in enumerate(widths):
                sheet.set_column(column, column, width, percent if column in shares else None)
            for row, column in frame.attrs.get(_SHARE_CELLS, ()):
                sheet.write_number(row + 1, column, frame.iloc[row, column], percent)
            if len(frame):
                sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)


def _shares(columns: Sequence[str]) -> set[int]:
    """Places of the columns that hold shares; the bounds that follow a share are shares too."""
    found: set[int] = set()
    for place, name in enumerate(columns):
        if name in _SHARES or name.split(" ")[0].endswith("占比") or (name in _BOUNDS and place - 1 in found):
            found.add(place)
    return found


def excel_time(value: str | None) -> datetime | date | str | None:
    """A day or a moment as Excel knows them, by the clock of this machine.

    Parameters
    ----------
    value : str or None
        ISO 8601.

    Returns
    -------
    datetime.datetime, datetime.date, str or None
        What is no date, or before 1900, which Excel does not know, stays as it was written.

    Examples
    --------
    >>> excel_time("2026-04-28"), excel_time("2026-04-28T14:49:37"), excel_time("月底")
    (datetime.date(2026, 4, 28), datetime.datetime(2026, 4, 28, 14, 49, 37), '月底')
    """
    try:
        at = datetime.fromisoformat(value or "")
    except ValueError:
        return value
    if at.year <= _EXCEL_BEGINS:
        return value
    return at.date() if value and len(value) == len("2026-04-28") else at.astimezone().replace(tzinfo=None) if at.tzinfo else at


def analysis_sheets(analysis: Analysis, taxonomy: Taxonomy, scores: Sequence[Score] = ()) -> Sheets:
    """Tables of an analysis.

    Parameters
    ----------
    analysis : Analysis
        What they show.
    taxonomy : Taxonomy
        Chinese names of the touchpoints.
    scores : sequence of Score, optional
        For the overview; the NPS of the analysis where left out.

    Returns
    -------
    mapping of str to (pandas.DataFrame, sequence of int)
        As `write_sheets` takes them.
    """
    import pandas as pd

    names = {touchpoint.id: touchpoint.zh for touchpoint in taxonomy.touchpoints}
    points = [
        {
            "排名 Rank": rank,
            "痛点 Pain point": point.label,
            "触点 Touchpoint": names.get(point.touchpoint, point.touchpoint),
            "评论数 Comments": point.comments,
            "占比 Share": point.share,
            "下限 Low": point.interval[0],
            "上限 High": point.interval[1],
            "严重度 Severity": point.severity,
            "稳定性 Stability": point.stability,
            "名称属实 Label support": point.label_support,
            "类型 Type": PAIN_TYPES[point.pain_type],
            "说明 Description": point.description,
            "英文 English": point.gloss,
            "首次 First seen": excel_time(point.first_seen),
            "最近 Last seen": excel_time(point.last_seen),
            "关键词 Terms": "、".join(point.terms),
            "原话 Quotes": " / ".join(quote.text for quote in point.quotes),
            "编号 Id": point.id,
            "触点编号 Touchpoint id": point.touchpoint,
        }
        for rank, point in enumerate(analysis.pain_points, 1)
    ]
    members = [
        {
            "痛点 Pain point": point.label,
            "评论编号 Comment": member.comment_id,
            "原话 Text": member.text,
            "起 Start": member.start,
            "止 End": member.end,
            "痛点编号 Pain point id": point.id,
        }
        for point in analysis.pain_points
        for member in point.members
    ]
    journey = [
        {
            "阶段 Stage": taxonomy.stages.get(cell.stage, "–"),
            "触点 Touchpoint": names.get(cell.touchpoint, cell.touchpoint),
            "提及 Mentions": cell.mentions,
            "负面 Negative": cell.negative,
            # Of no mentions there is no share: 0 would say that all are content.
            "负面占比 Share": cell.share if cell.mentions else None,
            "下限 Low": cell.interval[0] if cell.mentions else None,
            "上限 High": cell.interval[1] if cell.mentions else None,
            "触点编号 Touchpoint id": cell.touchpoint,
        }
        for cell in analysis.journey
    ]
    changes = [
        {
            "变化 Change": CHANGES[one.kind],
            "痛点 Pain point": one.label,
            "上次评论 Comments before": one.before,
            "上次共 Of before": one.before_of,
            "上次占比 Share before": one.shares[0] if one.shares else None,
            "这次评论 Comments now": one.after,
            "这次共 Of now": one.after_of,
            "这次占比 Share now": one.shares[1] if one.shares else None,
            "编号 Id": one.id,
        }
        for one in analysis.changes
    ]
    kinds = (("未读 Not read", analysis.input.problems), ("提示 Notice", analysis.input.notices))
    problems = [
        {
            "类别 Kind": kind,
            "文件 File": line.first.file,
            "行 Row": line.first.row,
            "列 Column": line.first.column,
            "原因 Reason": line.first.reason,
            "办法 Hint": line.first.hint,
            "次数 Count": len(line.rows),
            "前几行 First rows": line.places,
        }
        for kind, items in kinds
        for line in for_sheet(items)
    ]
    rows, cells = _overview(analysis, scores)
    overview = pd.DataFrame(rows, columns=["项目 Item", "值 Value", "下限 Low", "上限 High", "n"], dtype=object)
    overview.attrs[_SHARE_CELLS] = cells
    compared = {"变化 Changes": (pd.DataFrame(changes), (16, 20, 10, 10, 10, 10, 10, 10, 14))} if changes else {}
    return {
        "概览 Overview": (overview, (34, 24, 10, 10, 10)),
        "痛点 Pain points": (pd.DataFrame(points), (6, 20, 12, 10, 9, 9, 9, 10, 10, 10, 12, 60, 24, 12, 12, 30, 80, 14, 20)),
        **compared,
        "证据 Evidence": (pd.DataFrame(members[:_MEMBERS_LIMIT]), (20, 18, 80, 8, 8, 14)),
        "旅程 Journey": (pd.DataFrame(journey), (12, 14, 10, 10, 10, 9, 9, 20)),
        "读取问题 Problems": (
            pd.DataFrame(problems, columns=_PROBLEM_COLUMNS),
            (12, 26, 8, 30, 44, 44, 8, 24),
        ),
    }


def _overview(analysis: Analysis, scores: Sequence[Score]) -> tuple[list[tuple[object, ...]], list[tuple[int, int]]]:
    """Rows, and the cells of them that are shares."""
    source, metrics = analysis.input, analysis.metrics
    sentiment = {"negative": "负面 Negative", "neutral": "中性 Neutral", "positive": "正面 Positive"}
    rows: list[tuple[object, ...]] = [
        ("文件 Files", "、".join(table.label for table in source.files)),
        ("文本格 Text cells read", source.rows),
        ("评论 Comments", source.comments),
        ("未读 Not read", len(source.problems)),
        ("重复 Duplicates", source.duplicates),
        ("无内容 Without content", source.uninformative),
    ]
    of = source.comments
    shares = [(sentiment[label], share.share, *share.interval, of) for label, share in metrics.sentiment.items()]
    scores = scores or ([Score("NPS", metrics.nps.value, metrics.nps.interval, metrics.nps.n, False)] if metrics.nps else ())
    shares += [(one.name, one.value, *one.interval, one.n) for one in scores if one.share]
    rows += shares
    rows += [(one.name, one.value, *one.interval, one.n) for one in scores if not one.share]
    rows += [
        ("痛点 Pain points", len(analysis.pain_points)),
        ("未归类的抱怨 Unassigned complaints", analysis.unassigned.size),
        ("未归类占比 Unassigned share", analysis.unassigned.share),
        ("稳定性 Stability", analysis.quality.stability),
        ("名称属实 Label support", analysis.quality.label_support),
        ("分析时间 Started", excel_time(analysis.run.started_at)),
        ("版本 Version", analysis.run.voc_version),
    ]
    named = {"未归类占比 Unassigned share", "名称属实 Label support", *(row[0] for row in shares)}
    filled = [(*row, None, None, None)[:5] for row in rows]
    cells = [(at, place) for at, row in enumerate(filled) if row[0] in named for place in (1, 2, 3) if isinstance(row[place], float | int)]
    return filled, cells


def quality_line(analysis: Analysis) -> str:
    """How far the pain points of a run can be trusted, and how long each stage took.

    Parameters
    ----------
    analysis : Analysis
        Of the run.

    Returns
    -------
    str
        Two lines, three where too many complaints stayed outside.
    """
    outside, quality = analysis.unassigned, analysis.quality
    figures = [
        f"痛点 / pain points {len(analysis.pain_points)}",
        f"未归类的抱怨 / unassigned complaints {outside.size} ({outside.share:.1%})",
    ]
    if quality.stability is not None:
        figures.append(f"稳定性 / stability {quality.stability:.2f}")
    if quality.label_support is not None:
        figures.append(f"名称属实 / label support {quality.label_support:.0%}")
    lines = [" · ".join(figures), "用时 / seconds: " + " · ".join(f"{stage} {value:.1f}" for stage, value in analysis.run.seconds.items())]
    if quality.reached is False:
        lines.append(f"未归类多于所要求的 {quality.max_unassigned:.0%}：其余的和哪个痛点都不像 / more stay outside: they are like none")
    return "\n".join(lines)


def _short(text: str) -> str:
    return text if len(text) <= _QUOTE_SHOWN else f"{text[: _QUOTE_SHOWN - 1]}…"


def terminal_table(analysis: Analysis, taxonomy: Taxonomy, most: int) -> Table:
    """Ranked pain points for the terminal.

    Parameters
    ----------
    analysis : Analysis
        What to show.
    taxonomy : Taxonomy
        Chinese names of the touchpoints.
    most : int
        Rows at most.

    Returns
    -------
    rich.table.Table
        To print with rich.
    """
    from rich.markup import escape
    from rich.table import Table

    names = {touchpoint.id: touchpoint.zh for touchpoint in taxonomy.touchpoints}
    table = Table(title="痛点排名 / Ranked pain points")
    columns: tuple[tuple[str, JustifyMethod], ...] = (
        ("#", "right"),
        ("痛点", "left"),
        ("触点", "left"),
        ("评论", "right"),
        ("占比 (95% 区间)", "right"),
        ("严重度", "right"),
        ("原话", "left"),
    )
    for header, align in columns:
        table.add_column(header, justify=align, overflow="ellipsis", no_wrap=True)
    for rank, point in enumerate(analysis.pain_points[:most], 1):
        low, high = point.interval
        table.add_row(
            str(rank),
            point.label,
            names.get(point.touchpoint, point.touchpoint),
            str(point.comments),
            f"{point.share:.1%} ({low:.1%}–{high:.1%})",
            f"{point.severity:.2f}",
            escape(_short(point.quotes[0].text)),
        )
    return table
