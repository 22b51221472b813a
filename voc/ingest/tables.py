"""From paths to comments: look at each table first, then read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from voc.errors import TableError
from voc.ingest.columns import TableOptions, assign_columns, could_be_text
from voc.ingest.duplicates import mark_duplicates
from voc.ingest.files import bare_tables, local_file, raw_rows
from voc.ingest.header import Header, find_header, header_at, unique_names
from voc.ingest.rawrow import RawRow
from voc.ingest.rows import IdRegistry, table_comments
from voc.records import Comment, Problem, SourceTable
from voc.redact import redact_field

_SAMPLE_ROWS = 1_000
# Excel's own limit.
_COLUMNS_LIMIT = 16_384
# What makes a sheet one to pass over, as long as another sheet holds comments.
_NOT_FOR_US = frozenset({"no_rows", "no_header_row", "no_text_column", "empty_text_column", "unknown_column"})


def inspect_tables(path: Path, options: TableOptions | None = None) -> tuple[SourceTable, ...]:
    """How each table of a file would be read, without reading the comments.

    Parameters
    ----------
    path : pathlib.Path
        .xlsx, .xls, .csv, .tsv, .jsonl or .parquet, or ``-`` for CSV or JSON Lines on standard input.
    options : TableOptions, optional
        What the user says about it.

    Returns
    -------
    tuple of SourceTable
        At least one; of a workbook, every sheet that holds a text column, or the sheets that the user chose.

    Raises
    ------
    TableError
        If the file, or a chosen sheet, cannot be read as a table of comments.
    """
    options = options or TableOptions()
    source = local_file(path)
    found: list[SourceTable | TableError] = []
    bare = bare_tables(source, options.sheets, options.encoding)
    for sheet in bare:
        found.append(_tried(source, sheet, options))
    spoken = {name for table in found if isinstance(table, SourceTable) for name in table.text_columns}
    for at, error in enumerate(found):
        # Where nobody wrote on one sheet, the others say which column is meant: its scores count all the same.
        if isinstance(error, TableError) and error.code == "empty_text_column" and spoken:
            names = tuple(name for name in _header(source, bare[at], options.header_row).names if name in spoken)
            found[at] = _tried(source, bare[at], replace(options, text=names)) if names else error
    tables = [table for table in found if isinstance(table, SourceTable)]
    refused = [error for error in found if isinstance(error, TableError)]
    if refused and (options.sheets or not tables):
        raise next((error for error in refused if error.code != "no_rows"), refused[0])
    if not tables:
        raise _no_rows(source.name)
    # A sheet of notes looks like a list of comments without a header.
    headed = [table for table in tables if table.header_row]
    return tuple(tables if options.sheets else headed or tables)


def headed_tables(
    path: Path, encoding: str | None = None, header_row_of: Callable[[str | None], int | None] | None = None
) -> Iterator[SourceTable]:
    """Every table of a file with its column names, whether it can be read as comments or not.

    Parameters
    ----------
    path : pathlib.Path
        As for `inspect_tables`.
    encoding : str, optional
        That the user names.
    header_row_of : callable, optional
        Sheet → row of its header; None where it is to be found.

    Yields
    ------
    SourceTable
        Without roles; a sheet that holds no row is left out.

    Raises
    ------
    TableError
        If the file cannot be read at all, or nothing is in the row that the user names.
    """
    source = local_file(path)
    for bare in bare_tables(source, (), encoding):
        header = _header(source, bare, header_row_of(bare.sheet) if header_row_of else None)
        if header.names:
            yield bare.model_copy(update={"name": redact_field("", bare.name), "header_row": header.row, "headers": header.names})


def read_comments(path: Path, table: SourceTable) -> Iterator[Comment | Problem]:
    """Comments of one table, in its order, with duplicates marked.

    Parameters
    ----------
    path : pathlib.Path
        The file, or ``-``.
    table : SourceTable
        One that `inspect_tables` found in it.

    Returns
    -------
    iterator of (Comment or Problem)
        As many as the table has text columns times data rows, and a `Notice` wherever something beside a comment could not be used.

    Raises
    ------
    TableError
        If the file proves to be damaged on the way.
    """
    return read_all([(path, table)])


def read_all(sources: Sequence[tuple[Path, SourceTable]]) -> Iterator[Comment | Problem]:
    """Comments of several tables, one after the other, as if they were one.

    Parameters
    ----------
    sources : sequence of (pathlib.Path, SourceTable)
        Files and the tables that `inspect_tables` found in them.

    Returns
    -------
    iterator of (Comment or Problem)
        As `read_comments`. Ids are unique and duplicates are found over all tables; rows without an id are called after file and row.

    Raises
    ------
    TableError
        If a file proves to be damaged on the way.
    """
    return mark_duplicates(_chained(sources))


def _chained(sources: Sequence[tuple[Path, SourceTable]]) -> Iterator[Comment | Problem]:
    ids = IdRegistry()
    prefixes = unique_names([_stem(table) for _, table in sources])
    for (path, table), prefix in zip(sources, prefixes, strict=True):
        rows = partial(raw_rows, local_file(path), table)
        yield from table_comments(table, rows, ids, prefix=f"{prefix}-" if len(sources) > 1 else "")


def _stem(table: SourceTable) -> str:
    return table.label.replace(Path(table.name).suffix, "", 1)


def _tried(source: Path, bare: SourceTable, options: TableOptions) -> SourceTable | TableError:
    try:
        return _described(source, bare, options)
    except TableError as error:
        if error.code not in _NOT_FOR_US:
            raise
        return error


def _header(source: Path, bare: SourceTable, row: int | None) -> Header:
    return Header(0, bare.headers) if bare.headers else _headed(_sample(raw_rows(source, bare)), row)


def _headed(sample: Sequence[RawRow], row: int | None) -> Header:
    return find_header(sample) if row is None else header_at(sample, row)


def _described(source: Path, bare: SourceTable, options: TableOptions) -> SourceTable:
    sample = _sample(raw_rows(source, bare))
    header = Header(0, bare.headers) if bare.headers else _headed(sample, options.header_row)
    rows = [row for row in sample if row.number > header.row]
    if not rows:
        raise _no_rows(bare.label)
    if len(header.names) > _COLUMNS_LIMIT:
        raise TableError(
            "too_large", f"超过 {_COLUMNS_LIMIT} 列 / over {_COLUMNS_LIMIT} columns", "检查分隔符 / check the delimiter", file=bare.label
        )
    if len(sample) == _SAMPLE_ROWS:
        rows += _first_filled(raw_rows(source, bare), header, rows)
    try:
        columns, text_columns = assign_columns(header.names, rows, options)
    except TableError as error:
        error.where.setdefault("file", bare.label)
        raise
    taken = {*columns.values(), *text_columns}
    return bare.model_copy(
        update={
            "name": redact_field("", bare.name),  # 王先生13800138000投诉.csv
            "header_row": header.row,
            "headers": header.names,
            "columns": columns,
            "text_columns": text_columns,
            "ignored": tuple(name for name in header.names if name not in taken),
        }
    )


def _sample(rows: Iterable[RawRow]) -> list[RawRow]:
    return list(islice((row for row in rows if not row.fault and any(row.cells)), _SAMPLE_ROWS))


def _first_filled(rows: Iterable[RawRow], header: Header, seen: Sequence[RawRow]) -> list[RawRow]:
    """Rows below the sample that first fill a column which may be text and is empty so far: nobody may answer it for long."""
    empty = {at for at, name in enumerate(header.names) if could_be_text(name) and not any(map(partial(_fills, at), seen))}
    first = []
    for row in rows if empty else ():
        if filled := {at for at in empty if row.number > seen[-1].number and _fills(at, row)}:
            first.append(row)
            empty -= filled
        if not empty:
            break
    return first


def _fills(at: int, row: RawRow) -> bool:
    return at < len(row.cells) and bool(row.cells[at])


def _no_rows(label: str) -> TableError:
    return TableError(
        "no_rows", "表中没有数据行 / the table has no data rows", "检查文件或工作表 / check the file or the sheet", file=label
    )
