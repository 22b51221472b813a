"""Problems as people read them: what is the same many times over is one line with a count."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from voc.output import excel_safe

if TYPE_CHECKING:
    from voc.records import Problem
    from voc.store import StoredProblem

_KINDS = {"problem": "整行没用上 problem", "notice": "只这一格没用上 notice"}
EMPTY_ANSWER = "空白回答 / empty answer"
ROWS_SHOWN = 5


class Group(NamedTuple):
    """Problems of one file and column for one reason; `first` stands for them."""

    first: Problem
    rows: Sequence[int]

    @property
    def places(self) -> str:  # numpydoc ignore=RT01
        """The first rows, as in "2、5、9…"."""
        shown = "、".join(map(str, self.rows[:ROWS_SHOWN]))
        return f"{shown}…" if len(self.rows) > ROWS_SHOWN else shown


def grouped(problems: Iterable[Problem]) -> list[Group]:
    """Bring together what has the same file, column and reason.

    Parameters
    ----------
    problems : iterable of Problem
        In any order.

    Returns
    -------
    list of Group
        In order of first appearance; their rows are as many as there are problems.
    """
    rows: dict[tuple[str, str | None, str], list[int]] = {}
    first: dict[tuple[str, str | None, str], Problem] = {}
    for problem in problems:
        key = (problem.file, problem.column, problem.reason)
        first.setdefault(key, problem)
        rows.setdefault(key, []).append(problem.row)
    return [Group(first[key], numbers) for key, numbers in rows.items()]


def as_csv(problems: Iterable[StoredProblem]) -> str:
    """A table of problems that Excel opens: with a BOM, a line each, no cell a formula.

    Parameters
    ----------
    problems : iterable of StoredProblem
        Of an upload.

    Returns
    -------
    str
        One file's text.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("类别 Kind", "文件 File", "行 Row", "列 Column", "原因 Reason", "办法 Hint"))
    for problem in problems:
        cells = (_KINDS[problem.kind], problem.file, str(problem.row), problem.column or "", problem.reason, problem.hint)
        writer.writerow(map(excel_safe, cells))
    return "\ufeff" + out.getvalue()


def for_sheet(problems: Sequence[Problem]) -> list[Group]:
    """One line for all blank answers of a column; every other problem has its own, since its row is to be mended.

    Parameters
    ----------
    problems : sequence of Problem
        In any order.

    Returns
    -------
    list of Group
        In order of first appearance.
    """
    blank = {id(group.first): group for group in grouped(problem for problem in problems if problem.reason == EMPTY_ANSWER)}
    lines = (blank.get(id(problem)) if problem.reason == EMPTY_ANSWER else Group(problem, [problem.row]) for problem in problems)
    return [line for line in lines if line]
