"""A run as one Excel workbook: the analysis, the statistics, the comments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from voc.export import analysis_sheets, excel_time, write_sheets
from voc.records import Analysis
from voc.statistics.records import StatisticsReport
from voc.statistics.workbook import overall_scores, statistics_sheets
from voc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from voc.export import Sheets

COMMENTS_LIMIT = 50_000  # rows of the sheet of comments: more make a workbook that offices open slowly; the CSV has all
_WIDTHS = (14, 80, 8, 30, 30, 14, 8, 20, 14, 16, 16, 10, 30, 8, 8, 8, 8, 24, 8, 30, 20, 20)


_WHEN = "时间 Date"


class CommentTable(NamedTuple):
    """Comments as rows.

    Parameters
    ----------
    head : tuple of str
        Names of the columns.
    rows : sequence of tuple
        A row a comment.
    of : int
        Comments there are in all.
    """

    head: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    of: int


def write_report(
    analysis: Analysis,
    taxonomy: Taxonomy,
    path: Path,
    *,
    statistics: StatisticsReport | None = None,
    comments: CommentTable | None = None,
) -> None:
    """Write the workbook.

    Parameters
    ----------
    analysis : Analysis
        What to write.
    taxonomy : Taxonomy
        Chinese names of the touchpoints.
    path : pathlib.Path
        Ends in ``.xlsx``.
    statistics : StatisticsReport, optional
        Of the same comments; its sheets follow.
    comments : CommentTable, optional
        A sheet of them, last.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    sheets = dict(analysis_sheets(analysis, taxonomy, overall_scores(statistics) if statistics else ()))
    if statistics:
        for name, sheet in statistics_sheets(statistics).items():
            chinese, _, english = name.partition(" ")
            sheets[f"{chinese}统计 {english}" if name in sheets else name] = sheet
    if comments:
        sheets |= _comment_sheet(comments)
    write_sheets(sheets, path)


def _comment_sheet(comments: CommentTable) -> Sheets:
    import pandas as pd

    at = comments.head.index(_WHEN)
    rows = [(*row[:at], excel_time(str(row[at])) if row[at] else None, *row[at + 1 :]) for row in comments.rows]
    left = comments.of - len(comments.rows)
    said = [(f"另有 {left} 条，见 CSV / {left} more are in the CSV", *[None] * (len(comments.head) - 1))] if left else []
    return {"评论 Comments": (pd.DataFrame([*rows, *said], columns=list(comments.head)), _WIDTHS)}
