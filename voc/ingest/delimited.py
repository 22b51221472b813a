"""Rows out of comma, tab, semicolon or bar separated text, whatever state its quotes are in."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import TextIO

from voc.ingest.cells import cell_text
from voc.ingest.encoding import CODECS
from voc.ingest.names import role_of
from voc.ingest.rawrow import CELL_LIMIT, LINE_LIMIT, RawRow, oversized

_ASCII_DELIMITERS = ("\t", ",", ";", "|")
_FULL_WIDTH_COMMA = "，"
# Stands in where a line is one cell: a control character that text does not hold.
_ONE_COLUMN = "\x1f"
_SNIFF_ROWS = 200
_LOOK_AHEAD = 5
_SNIFF_CHARS = 1 << 18
# First line by which a file tells Excel its delimiter. Excel does not show it, so it is no row.
_SEPARATOR_LINE = re.compile(r'"?sep=(?P<mark>[^\w\s"]|\t)"?(?P=mark)*\r?\n?', re.IGNORECASE)
_SEPARATOR_CHARS = 64
# What Excel users write to keep the leading zeros of a number: ="0057".
_FORMULA_TEXT = re.compile(r'="([^"]*)"')


def read_delimited(path: Path, encoding: str, delimiter: str | None) -> Iterator[RawRow]:
    """Rows of a text table, one at a time.

    Parameters
    ----------
    path : pathlib.Path
        A file that decodes in `encoding`.
    encoding : str
        A key of `CODECS`.
    delimiter : str or None
        One character; None makes each line one cell.

    Yields
    ------
    RawRow
        Numbered from 1 as a spreadsheet numbers them: a cell with line breaks is still one row.
    """
    with path.open(encoding=CODECS[encoding], newline="") as file:
        _pass_separator_line(file)
        yield from _records(file, delimiter or _ONE_COLUMN)


def sniff_delimiter(path: Path, encoding: str) -> str | None:
    """Character between the cells, judged from the first rows.

    Parameters
    ----------
    path : pathlib.Path
        A file that decodes in `encoding`.
    encoding : str
        A key of `CODECS`.

    Returns
    -------
    str or None
        What a first line ``sep=;`` names; else tab, comma, semicolon or bar;
        the full-width comma only under a header that is known; None for one cell a line.
    """
    with path.open(encoding=CODECS[encoding], newline="") as file:
        if mark := _pass_separator_line(file):
            return mark
        sample = file.read(_SNIFF_CHARS)
    best = max(_ASCII_DELIMITERS, key=lambda delimiter: _regularity(sample, delimiter))
    if _regularity(sample, best) > (0.0, 0):
        return best
    return _FULL_WIDTH_COMMA if _named_cells(_first_rows(sample, _FULL_WIDTH_COMMA)[:1]) >= 2 else None


def _pass_separator_line(file: TextIO) -> str | None:
    """Read past a first line that only names the delimiter, and say which; go back where it does not."""
    match = _SEPARATOR_LINE.fullmatch(file.readline(_SEPARATOR_CHARS))
    if match is None:
        file.seek(0)
    return match["mark"] if match else None


def _first_rows(sample: str, delimiter: str) -> list[list[str]]:
    rows = (list(row.cells) for row in _records(io.StringIO(sample, newline=""), delimiter))
    return list(islice((cells for cells in rows if any(cells)), _SNIFF_ROWS))


def _named_cells(rows: list[list[str]]) -> int:
    return max((sum(role_of(cell) is not None for cell in cells) for cells in rows), default=0)


def _regularity(sample: str, delimiter: str) -> tuple[float, int]:
    """Share of rows that have the usual number of cells, and that number; (0, 0) where the delimiter makes no table."""
    rows = _first_rows(sample, delimiter)
    if not rows:
        return 1.0, 1  # nothing but delimiters
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    if not widths:
        return 0.0, 0
    width, rows_of_it = widths.most_common(1)[0]
    share = rows_of_it / len(rows)
    # A list of comments holds commas too, but no header cells and no steady width from its first line on.
    steady = share >= 0.9 or (share >= 0.6 and len(rows[0]) > 1)
    named = _named_cells(rows[:10])
    return (share + named, width) if steady or named >= 2 else (0.0, 0)


class _LongLine(Exception):
    """A line without end."""


class _Lines:
    """Lines of a file; those of the current record are kept, so that reading can go back to the second of them.

    Parameters
    ----------
    file : TextIO
        Open for reading.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self.record: list[str] = []
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        self.record.append(line)
        return line

    def _read(self) -> str:
        line = self._file.readline(LINE_LIMIT)
        if not line:
            self.ended = True
            raise StopIteration
        if len(line) == LINE_LIMIT and not line.endswith("\n"):
            while (rest := self._file.readline(LINE_LIMIT)) and not rest.endswith("\n"):
                pass
            raise _LongLine
        return line

    def skip_quoted(self) -> None:
        """Go on behind the line that closes the quote which is open now."""
        closed = False
        while not closed:
            self.record.clear()
            try:
                closed = next(self).count('"') % 2 == 1
            except StopIteration:
                return
            except _LongLine:
                continue

    def back_to_second(self) -> None:
        """Read on from the line behind the one where the record began."""
        self._again.extendleft(reversed(self.record[1:]))
        self.ended = False


def _records(file: TextIO, delimiter: str) -> Iterator[RawRow]:
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    for number in count(1):
        lines.record.clear()
        try:
            yield RawRow(number, [_cell(cell) for cell in next(reader)])
        except StopIteration:
            return
        except _LongLine:
            yield oversized(number)
        except csv.Error:
            yield _reread(lines, number, delimiter)


def _reread(lines: _Lines, number: int, delimiter: str) -> RawRow:
    """Row that breaks the rules of quoting: taken leniently where it is one line, else given up without what follows it."""
    if len(lines.record) == 1 and not lines.ended:
        try:
            return RawRow(number, [_cell(cell) for cell in next(csv.reader(lines.record, delimiter=delimiter))])
        except csv.Error:
            return oversized(number)
    if sum(map(len, lines.record)) > CELL_LIMIT and not _are_rows(lines.record[:_LOOK_AHEAD], delimiter):
        lines.skip_quoted()
        return oversized(number)
    lines.back_to_second()
    return RawRow(
        number,
        (),
        "引号没有成对 / a quote is opened and never closed",
        "补上引号，或把文本中的引号写成两个 / close it, or double the quotes inside the text",
    )


def _are_rows(lines: Sequence[str], delimiter: str) -> bool:
    """Whether what follows an open quote looks like more rows rather than more of the cell."""
    first, *others = (line.count(delimiter) for line in lines)
    return first in others


def _cell(cell: str) -> str:
    wrapped = _FORMULA_TEXT.fullmatch(cell) if cell.startswith("=") else None
    return cell_text(wrapped[1] if wrapped else cell)
