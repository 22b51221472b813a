"""Where the header is: under title rows, on two rows with merged groups, or nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from voc.errors import TableError
from voc.ingest.dates import iso_date, without_year
from voc.ingest.names import asks, names_role, plain_name, role_of
from voc.ingest.rawrow import RawRow
from voc.ingest.scores import score

SEARCH_ROWS = 5  # in which a header is looked for
_LABEL_CHARS = 40
_SENTENCE = re.compile(r"[，。！,!；;…~]")
# 导出人：张三, and not 一、物流：时效 or Q1：物流
_NOTE = re.compile(r"(?![一二三四五六七八九十第])[^\W\d]{2,8}\s*[：:]\s*\S")
_BLANKS = re.compile(r"\s+")


class Header(NamedTuple):
    """Last row of the header as a person counts it (0: there is none), and one name for every column."""

    row: int
    names: tuple[str, ...]


def find_header(rows: Sequence[RawRow]) -> Header:
    """Header of a table, judged from its first rows.

    Parameters
    ----------
    rows : sequence of RawRow
        The first rows, without the blank ones and without faults.

    Returns
    -------
    Header
        Names are unique; a column without one is called 列 and its place from 1.

    Examples
    --------
    >>> title, header, first = RawRow(1, ["上半年满意度调查", ""]), RawRow(3, ["编号", "评价"]), RawRow(4, ["57", "太慢了"])
    >>> find_header([title, header, first])
    Header(row=3, names=('编号', '评价'))
    """
    usual = median([filled for row in rows if (filled := _filled(row)) > 1] or [1])
    if usual == 1:
        return _single_column(rows)
    place = _first_wide(rows, usual)
    if place is None:
        return _without(rows)
    for top in (place - 1, place):
        if top >= 0 and _is_group_over(rows, top):
            names = _joined(rows[top].cells, rows[top + 1].cells)
            return Header(rows[top + 1].number, unique_names(names))
    if not _is_header(rows, place):
        return _without(rows)
    return Header(rows[place].number, unique_names(rows[place].cells))


def header_at(rows: Sequence[RawRow], number: int) -> Header:
    """Header of a table where the user says which row it is.

    Parameters
    ----------
    rows : sequence of RawRow
        As for `find_header`.
    number : int
        Of the last row of the header, from 1; 0: there is none.

    Returns
    -------
    Header
        With a name for every column that the rows usually have; group names above that row are kept where they would be found.

    Raises
    ------
    TableError
        If nothing is in that row.

    Examples
    --------
    >>> title, header, first = RawRow(1, ["满意度", "说明"]), RawRow(2, ["甲", "乙"]), RawRow(3, ["57", "太慢了"])
    >>> header_at([title, header, first], 2).names, header_at([title, header, first], 0).names
    (('甲', '乙'), ('列1', '列2'))
    """
    if not number:
        return _without(rows)
    if (found := find_header(rows)).row == number:
        return found
    cells = next((row.cells for row in rows if row.number == number), None)
    if cells is None:
        message = f"第 {number} 行没有内容，不能作表头 / there is nothing in row {number}: it cannot be the header"
        raise TableError("no_header_row", message, "从 1 数起，0 为没有表头 / rows count from 1; 0: there is no header")
    blanks = [""] * (len(_without(rows).names) - len(cells))
    return Header(number, unique_names([*cells, *blanks]))


def are_labels(cells: Sequence[str]) -> bool:
    """Whether cells can be names of columns.

    Parameters
    ----------
    cells : sequence of str
        Of a row.

    Returns
    -------
    bool
        False where one of them is a number, a date or a sentence, or comes twice.

    Examples
    --------
    >>> are_labels(["编号", "联系人", ""]), are_labels(["57", "李四"]), are_labels(["李四", "送餐太慢，味道一般。"])
    (True, False, False)
    """
    return _are_labels(cells) and not any(map(_SENTENCE.search, cells))


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Column names without line breaks, none empty, none twice.

    Parameters
    ----------
    names : sequence of str
        As the file has them.

    Returns
    -------
    tuple of str
        As many, in the same order.

    Examples
    --------
    >>> unique_names(["评分", "", "评分"])
    ('评分', '列2', '评分~2')
    """
    taken: Counter[str] = Counter()
    unique = []
    for place, name in enumerate(names, start=1):
        plain = candidate = _BLANKS.sub(" ", name) or f"列{place}"
        while taken[candidate]:
            taken[plain] += 1
            candidate = f"{plain}~{taken[plain]}"
        taken[candidate] += 1
        unique.append(candidate)
    return tuple(unique)


def _filled(row: RawRow) -> int:
    return sum(map(bool, row.cells))


def _single_column(rows: Sequence[RawRow]) -> Header:
    for place, row in enumerate(rows[:SEARCH_ROWS]):
        name = next(filter(None, row.cells))
        known = role_of(name) if place == 0 else names_role(plain_name(name), "text", exact=True)
        if known is not None or asks(name):
            return Header(row.number, unique_names(row.cells))
    return _without(rows)


def _without(rows: Sequence[RawRow]) -> Header:
    widths = Counter(len(row.cells) for row in rows)
    width = max(widths, key=lambda width: (widths[width], width), default=0)
    return Header(0, unique_names([""] * width))


def _first_wide(rows: Sequence[RawRow], usual: float) -> int | None:
    """First row that is no title; a later one of the first few if that one holds the known names."""
    wide = [place for place, row in enumerate(rows) if _filled(row) >= max(2, usual / 2) and len(set(filter(None, row.cells))) > 1]
    if not wide:
        return None
    first, known = wide[0], _named(rows[wide[0]].cells)
    return next((place for place in wide if place <= first + SEARCH_ROWS and _named(rows[place].cells) > known + 1), first)


def _is_header(rows: Sequence[RawRow], place: int) -> bool:
    cells, below = rows[place].cells, rows[place + 1 :]
    if _named(cells) or any(map(asks, cells)):
        return True
    if not are_labels(cells):
        return False
    recurs = any(cell and cell == row.cells[at] for row in below for at, cell in enumerate(cells[: len(row.cells)]))
    return _contrast(cells, below) or not recurs


def _is_group_over(rows: Sequence[RawRow], top: int) -> bool:
    """Whether a row holds merged group names over the true column names."""
    if top + 1 >= len(rows) or rows[top + 1].number != rows[top].number + 1 or len(set(filter(None, rows[top].cells))) < 2:
        return False
    above, below = _padded(rows[top].cells, rows[top + 1].cells)
    if any(cell.endswith(("：", ":")) for cell in above) or all(map(_NOTE.match, filter(None, above))):
        return False  # 门店： 朝阳店, a note and its value
    gaps = [place for place, cell in enumerate(above) if not cell and (below[place] or any(above[place:]))]
    if not gaps or not above[0] or not all(below[place] for place in gaps) or not _are_labels([*filter(None, above), *set(below)]):
        return False
    return _named(below) > _named(above) or _contrast(below, rows[top + 2 :])


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    names, group = [], ""
    for upper, lower in zip(*_padded(above, below), strict=True):
        if upper:
            group = upper if lower else ""
        names.append("/".join(filter(None, (group if lower else upper, lower))))
    return names


def _padded(above: Sequence[str], below: Sequence[str]) -> tuple[list[str], list[str]]:
    width = max(len(above), len(below))
    return [*above, *[""] * (width - len(above))], [*below, *[""] * (width - len(below))]


def _named(cells: Sequence[str]) -> int:
    return sum(role_of(cell) is not None for cell in cells if cell)


def _are_labels(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(set(filled)) == len(filled) and not any(len(cell) > _LABEL_CHARS or _is_value(cell) for cell in filled)


def _is_value(cell: str) -> bool:
    return score(cell) is not None or iso_date(cell) is not None or without_year(cell)


def _contrast(cells: Sequence[str], below: Sequence[RawRow]) -> bool:
    """Whether some column is a word here and mostly numbers or dates below."""
    for place, cell in enumerate(cells):
        values = [row.cells[place] for row in below if len(row.cells) > place and row.cells[place]]
        if cell and not _is_value(cell) and sum(map(_is_value, values)) > len(values) / 2:
            return True
    return False
