"""Every table of an upload with its first rows and what each column is taken for, also where that is wrong: so that people can mend it.

Run as ``python -m voc.preview FOLDER``, as `voc.look` is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from uuid import uuid4

from pydantic import Field

from voc.errors import TableError
from voc.ingest import inspect_tables
from voc.ingest.files import local_file, names_its_columns, raw_rows
from voc.ingest.header import SEARCH_ROWS, are_labels
from voc.ingest.rawrow import RawRow
from voc.ingest.tables import headed_tables
from voc.jobsettings import JobFile, JobSettings
from voc.look import apart, asked_of_us, plainly, shown_cells
from voc.personal_fields import personal_kind
from voc.records import Record, SourceTable
from voc.redact import redact_field

COLUMNS = 200  # shown of a table
_ROWS = 4
_TOP_ROWS, _TOP_CELLS, _TOP_CHARS = 12, 6, 16
_WIDE = 40  # columns of a table whose cells are cut shorter
_CHARS, _CHARS_WIDE = 120, 40
_KEPT = "preview.json"


class Fault(Record):
    """Why a table cannot be read as it is asked for."""

    code: str
    message: str
    hint: str = ""


class ShownRow(Record):
    """One of the first rows."""

    number: int = Field(description="in the file, from 1")
    cells: tuple[str, ...] = Field(description="redacted, cut short, in the order of the headers")


class ShownTable(Record):
    """A file, or a sheet of it."""

    file: int = Field(description="place among the files of the job")
    table: SourceTable = Field(description="without headers: the file cannot be read at all")
    used: bool = Field(description="whether its rows will be analysed")
    rows: tuple[ShownRow, ...] = ()
    top: tuple[ShownRow, ...] = Field((), description="rows that can be the header, a few cells of each")
    fault: Fault | None = None


class Preview(Record):
    """All tables, in the order of the files and of their sheets."""

    tables: tuple[ShownTable, ...]


class _Kept(Preview):
    """A preview, and what was asked for."""

    asked: str


def preview(folder: Path, settings: JobSettings) -> tuple[ShownTable, ...]:
    """Show the tables of a job as they would be read.

    Parameters
    ----------
    folder : pathlib.Path
        Of the job.
    settings : JobSettings
        Names the files, and what the user says about them.

    Returns
    -------
    tuple of ShownTable
        At least one a file, with its fault where it has one.

    Raises
    ------
    TableError
        If the files are gone, or take too much time or memory.
    """
    if not folder.is_dir():
        raise TableError("file_gone", "上传的文件已不在 / the uploaded file is not there any more", "请重新上传 / upload it again")
    return Preview.model_validate_json(apart("voc.preview", folder, settings)).tables


def kept_preview(folder: Path, settings: JobSettings) -> tuple[ShownTable, ...]:
    """The preview that was made last, where it was of the same; else a new one, which is kept beside the files.

    Parameters
    ----------
    folder : pathlib.Path
        Of the job.
    settings : JobSettings
        As for `preview`.

    Returns
    -------
    tuple of ShownTable
        As of `preview`.
    """
    path = folder / _KEPT
    asked = settings.model_dump_json(include={"files", "columns", "sheets", "encoding", "header_row"})
    if path.exists():
        kept = _Kept.model_validate_json(path.read_bytes())
        if kept.asked == asked:
            return kept.tables
    tables = preview(folder, settings)
    draft = folder / f"{_KEPT}.{uuid4().hex}"
    draft.write_text(_Kept(asked=asked, tables=tables).model_dump_json(), encoding="utf-8")
    draft.replace(path)  # whole or not at all: another request may be reading
    return tables


def main(folder: Path) -> None:
    """Print the preview of the tables of a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Of the job.
    """
    settings = asked_of_us()
    tables = tuple(table for at, file in enumerate(settings.files) for table in _of_file(folder, settings, at, file))
    sys.stdout.buffer.write(Preview(tables=tables).model_dump_json().encode())


def _of_file(folder: Path, settings: JobSettings, at: int, file: JobFile) -> Iterator[ShownTable]:
    path = folder / file.path
    try:
        headed = list(headed_tables(path, file.encoding or settings.encoding, _header_row_of(settings, file)))
        if not headed:
            raise TableError("no_rows", "表中没有数据行 / the table has no data rows", "检查文件 / check the file")
        read, faults = _read(path, settings, file)
    except TableError as error:
        yield ShownTable(file=at, table=SourceTable(name=file.name), used=False, fault=Fault(**plainly(error, folder, settings)))
        return
    for table in headed:
        known = read.get(table.sheet, table)
        wrong = faults.get(table.sheet, faults.get(None) if not read else None)
        fault = Fault(**plainly(wrong, folder, settings)) if wrong else None
        named = known.model_copy(update={"name": file.name})
        first = list(islice(_filled(path, named), _TOP_ROWS))
        names = _personal(first, named)
        yield ShownTable(
            file=at,
            table=named,
            used=table.sheet in read or table.sheet in faults,
            rows=tuple(_rows(path, named, names)),
            top=() if names_its_columns(local_file(path)) else tuple(_top(first, names)),
            fault=fault,
        )


def _header_row_of(settings: JobSettings, file: JobFile) -> Callable[[str | None], int | None]:
    chosen = {table.sheet: table.header_row for table in file.tables or ()}
    return lambda sheet: chosen.get(sheet, settings.header_row)


def _read(path: Path, settings: JobSettings, file: JobFile) -> tuple[dict[str | None, SourceTable], dict[str | None, TableError]]:
    """Tables that can be read, by sheet, and why others, which were asked for, cannot; None: of all sheets, or the only one."""
    read: dict[str | None, SourceTable] = {}
    faults: dict[str | None, TableError] = {}
    chosen = [table.sheet for table in file.tables] if file.tables is not None else [None]
    for sheet, asked in zip(chosen, settings.options_of(file), strict=True):
        try:
            read |= {table.sheet: table for table in inspect_tables(path, asked)}
        except TableError as error:
            faults[sheet] = error
    return read, faults


def _rows(path: Path, table: SourceTable, names: dict[int, str]) -> Iterator[ShownRow]:
    rows = (row for row in _filled(path, table) if row.number > table.header_row)
    chars = _CHARS if len(table.headers) <= _WIDE else _CHARS_WIDE
    safe = table.model_copy(update={"headers": tuple(names.get(at, header) for at, header in enumerate(table.headers))})
    for row in islice(rows, _ROWS):
        yield ShownRow(number=row.number, cells=tuple(shown_cells(safe, row.cells, COLUMNS, chars)))


def _top(rows: Sequence[RawRow], names: dict[int, str]) -> Iterator[ShownRow]:
    for row in rows:
        safe = [cell if names.get(at) == cell else redact_field(names.get(at, ""), cell) for at, cell in enumerate(row.cells)]
        yield ShownRow(number=row.number, cells=tuple(cell[:_TOP_CHARS] for cell in safe if cell)[:_TOP_CELLS])


def _personal(rows: Sequence[RawRow], table: SourceTable) -> dict[int, str]:
    """Names of columns that hold personal data, by place, in whichever row that can be the header: it may not be known yet."""
    text = {at for at, header in enumerate(table.headers) if header in table.text_columns}
    labels = [row for row in rows[:SEARCH_ROWS] if are_labels(row.cells)]
    return {at: cell for row in labels for at, cell in enumerate(row.cells) if at not in text and personal_kind(cell)}


def _filled(path: Path, table: SourceTable) -> Iterator[RawRow]:
    return (row for row in raw_rows(local_file(path), table) if not row.fault and any(row.cells))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
