"""Rows out of .xlsx and .xls, after a look inside that keeps out bombs, locks and other Office files."""

from __future__ import annotations

import mmap
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from voc.errors import TableError
from voc.ingest.cells import cell_text
from voc.ingest.foreign import foreign_ole, foreign_zip
from voc.ingest.rawrow import RawRow, damage_reported, damaged

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A million rows of ten columns unpack to about half of this.
_UNPACKED_LIMIT_BYTES = 1 << 30
# XML packs 10 to 50 times smaller; zip bombs 1,000 times. Small files may do as they like.
_RATIO_LIMIT = 200
_RATIO_FROM_BYTES = 50 << 20
# The reader lays a sheet out as a full rectangle, 32 bytes a cell: two far-apart cells could fill the memory.
_CELLS_LIMIT = 25_000_000
_TRIAL_SECONDS = 60
_CHUNK_BYTES = 1 << 20
_CELL_COLUMN = re.compile(rb'\br="([A-Z]{1,3})[0-9]{1,7}"[^>]*[^/>]>')
_CELL_ROW = re.compile(rb'\br="[A-Z]{1,3}([0-9]{1,7})"[^>]*[^/>]>')


def sheet_names(path: Path) -> tuple[str, ...]:
    """Worksheets of a workbook, charts left out.

    Parameters
    ----------
    path : pathlib.Path
        An .xlsx or .xls file.

    Returns
    -------
    tuple of str
        In the workbook's order.

    Raises
    ------
    TableError
        If it is locked by a password, damaged, a bomb, or no workbook at all.
    """
    _check(path)
    with _opened(path) as book:
        return _worksheets(book)


def read_sheet(path: Path, sheet: str | None) -> Iterator[RawRow]:
    """Rows of one sheet. The whole sheet is held in memory.

    Parameters
    ----------
    path : pathlib.Path
        A workbook that `sheet_names` accepted.
    sheet : str or None
        Its name; None is the first worksheet.

    Yields
    ------
    RawRow
        Numbered from 1 as Excel does.

    Raises
    ------
    TableError
        If the sheet is damaged.
    """
    with damage_reported(path.name), _opened(path) as book:
        found = book.get_sheet_by_name(sheet if sheet is not None else _worksheets(book)[0])
        merged = _merged_down(found)
        spanning: dict[int, tuple[int, str]] = {}
        for number, cells in enumerate(found.iter_rows(), start=1):
            row = RawRow(number, [cell_text(cell) for cell in cells])
            spanning = {place: (last, text) for place, (last, text) in spanning.items() if number <= last}
            yield row._replace(above={place: text for place, (_, text) in spanning.items()}) if spanning else row
            spanning.update((place, (last, row.cells[place])) for place, last in merged.get(number, ()) if place < len(row.cells))


def _merged_down(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """Row where a merged cell begins, from 1 -> its place in the row, from 0, and the last row it covers, from 1."""
    offset = sheet.start[1] if sheet.start else 0
    merged: dict[int, list[tuple[int, int]]] = {}
    for (first, column), (last, _) in sheet.merged_cell_ranges or ():
        if last > first and column >= offset:
            merged.setdefault(first + 1, []).append((column - offset, last + 1))
    return merged


def _worksheets(book: CalamineWorkbook) -> tuple[str, ...]:
    return tuple(sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet)


def _opened(path: Path) -> CalamineWorkbook:
    with damage_reported(path.name):
        try:
            return CalamineWorkbook.from_path(path)
        except PasswordError:
            raise _locked(path) from None


def _locked(path: Path) -> TableError:
    return TableError(
        "encrypted",
        "工作簿有密码保护 / the workbook is locked by a password",
        "在 Excel 中取消密码后另存 / remove the password in Excel and save it again",
        file=path.name,
    )


def _check(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(OLE_MAGIC)) != OLE_MAGIC:
            _check_zip(path)
            return
        # A locked .xlsx is an OLE file that wraps the encrypted one.
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
                raise _locked(path)
    with damage_reported(path.name):
        trial = [sys.executable, "-I", str(Path(__file__).with_name("xls_trial.py")), str(path.resolve())]
        if subprocess.run(trial, check=False, capture_output=True, timeout=_TRIAL_SECONDS).returncode:  # noqa: S603 - our own script, and a path
            foreign = foreign_ole(path)
            raise foreign.refusal(path) if foreign else damaged(path.name)


def _check_zip(path: Path) -> None:
    with damage_reported(path.name), zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        names = [entry.filename.lower() for entry in entries]
        if foreign := foreign_zip(names):
            raise foreign.refusal(path)
        unpacked = sum(entry.file_size for entry in entries)
        packed = max(sum(entry.compress_size for entry in entries), 1)
        if unpacked > _UNPACKED_LIMIT_BYTES or (unpacked > _RATIO_FROM_BYTES and unpacked / packed > _RATIO_LIMIT):
            raise _too_large(path, f"解压后 {unpacked} 字节 / {unpacked} bytes unpacked")
        for entry in entries:
            if _area(archive, entry) > _CELLS_LIMIT:
                raise _too_large(path, f"工作表范围超过 {_CELLS_LIMIT} 个单元格 / a sheet spans over {_CELLS_LIMIT} cells")


def _area(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Cells in the rectangle that an entry's filled cells span. Reading it to the end also proves the sizes that the directory states."""
    columns: set[bytes] = set()
    last_row = 0
    tail = b""
    with archive.open(entry) as content:
        while chunk := content.read(_CHUNK_BYTES):
            text = tail + chunk
            columns.update(_CELL_COLUMN.findall(text))
            last_row = max(last_row, *map(int, set(_CELL_ROW.findall(text))), 0)
            tail = text[-64:]
    return last_row * max(map(_column_number, columns), default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _too_large(path: Path, what: str) -> TableError:
    return TableError(
        "too_large",
        f"工作簿过大：{what}",
        "拆成几个文件，或另存为 .csv / split it, or save it as .csv",
        file=path.name,
    )
