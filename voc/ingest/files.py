"""What a path really holds, whatever it is called, and the rows in it."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from voc.errors import TableError
from voc.ingest.copies import standard_input, unpacked
from voc.ingest.delimited import read_delimited, sniff_delimiter
from voc.ingest.encoding import CODECS, detect_encoding
from voc.ingest.foreign import OTHER, Foreign, foreign_start
from voc.ingest.jsonlines import json_keys, read_jsonlines
from voc.ingest.parquet import parquet_names, read_parquet
from voc.ingest.rawrow import RawRow
from voc.ingest.workbook import OLE_MAGIC, read_sheet, sheet_names
from voc.records import SourceTable

SUFFIXES = (".xlsx", ".xls", ".csv", ".tsv", ".jsonl", ".parquet")
GZIPPED = (".csv", ".tsv", ".jsonl")  # with .gz behind
_ZIP_MAGIC = b"PK\x03\x04"
_PARQUET_MAGIC = b"PAR1"
_NO_OBJECTS = Foreign(
    "没有 JSON 对象的文本", "text without JSON objects", '每行写一个对象 / write one object a line: {"id": "57", "text": "…"}'
)
_OF_JSON = (
    "评论一行一个对象，存为 .jsonl；voc 自己写的 .json 用 voc report、voc watch 读 / "
    "comments are an object a line in a .jsonl; what voc wrote is read by voc report and voc watch"
)
_BINARY = Foreign(
    "二进制数据，或没有 BOM 的 UTF-16",
    "binary data, or UTF-16 without a BOM",
    "在 Excel 中另存为 .xlsx；若是 UTF-16，用 --encoding utf-16-le / save it as .xlsx in Excel; for UTF-16 say --encoding utf-16-le",
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
# A few are an accident of some export; this many are not text.
_CONTROLS_SHARE = 0.05
_CONTROLS_FORGIVEN = 16
_HEAD_BYTES = 1 << 16


def local_file(path: Path) -> Path:
    """File to read for a path.

    Parameters
    ----------
    path : pathlib.Path
        A file, or ``-`` for standard input.

    Returns
    -------
    pathlib.Path
        The same, or a temporary copy of standard input or of what a gzipped table holds.

    Raises
    ------
    TableError
        If there is no such file, it is a folder, unreadable, empty, or of an unknown kind.
    """
    source = standard_input() if str(path) == "-" else path
    try:
        found = source.stat()
        if stat.S_ISREG(found.st_mode):
            source.open("rb").close()
    except (FileNotFoundError, ValueError) as error:  # a path with a NUL in it is a plain ValueError
        raise TableError("missing_file", f"找不到文件 / no such file: {str(path)!r}", "检查路径 / check the path") from error
    except OSError as error:
        raise TableError("unreadable_file", f"无法打开 / cannot be opened: {path}", f"{error.strerror}") from error
    if stat.S_ISDIR(found.st_mode):
        raise TableError("is_folder", f"这是文件夹，不是文件 / a folder, not a file: {path}", "写出其中的文件 / name the files in it")
    if not stat.S_ISREG(found.st_mode):
        raise TableError("not_a_table", f"不是普通文件 / not a regular file: {path}", "先存为文件 / save it to a file first")
    if not found.st_size:
        raise TableError("empty_file", "文件是空的 / the file is empty", "检查导出是否成功 / check the export", file=source.name)
    if source.suffix.lower() == ".gz" and Path(source.stem).suffix.lower() in GZIPPED:
        return unpacked(source)
    if source.suffix.lower() not in SUFFIXES:
        hint = _OF_JSON if source.suffix.lower() == ".json" else f"可用 / use one of: {' '.join(SUFFIXES)}"
        raise TableError("unknown_extension", f"不支持的文件类型 / unsupported file type: {source.name}", hint)
    return source


def bare_tables(source: Path, sheets: tuple[str, ...], encoding: str | None) -> tuple[SourceTable, ...]:
    """Tables of a file, with all that is known before their rows are read.

    Parameters
    ----------
    source : pathlib.Path
        A path from `local_file`.
    sheets : tuple of str
        Sheets that the user wants; empty for all.
    encoding : str, optional
        Encoding that the user names.

    Returns
    -------
    tuple of SourceTable
        One, or one per sheet; `headers` only where the format itself names its columns.

    Raises
    ------
    TableError
        If it is no table, or a sheet is not there.
    """
    kind = _kind(source)
    if kind == "workbook":
        seen = sheet_names(source)
        missing = [sheet for sheet in sheets if sheet not in seen]
        if missing:
            raise TableError(
                "unknown_sheet", f"没有这张工作表 / no such sheet: {missing[0]!r}", f"工作表 / sheets: {', '.join(seen)}", file=source.name
            )
        # The name of an only sheet tells nothing.
        return tuple(SourceTable(name=source.name, sheet=sheet if len(seen) > 1 else None) for sheet in seen if sheet in (sheets or seen))
    if kind == "parquet":
        return (SourceTable(name=source.name, header_row=0, headers=parquet_names(source)),)
    found = detect_encoding(source, encoding)
    _require_text(source, found)
    if kind == "jsonl":
        keys = json_keys(source, found)
        if not keys:
            raise _NO_OBJECTS.refusal(source)
        return (SourceTable(name=source.name, encoding=found, header_row=0, headers=keys),)
    return (SourceTable(name=source.name, encoding=found, delimiter=sniff_delimiter(source, found)),)


def names_its_columns(source: Path) -> bool:
    """Whether the format itself names the columns of a table, so that no row has to.

    Parameters
    ----------
    source : pathlib.Path
        A path from `local_file`.

    Returns
    -------
    bool
        True for JSON Lines and Parquet.
    """
    return _kind(source) in ("jsonl", "parquet")


def raw_rows(source: Path, table: SourceTable) -> Iterator[RawRow]:
    """Rows of a table, from the first row of the file on.

    Parameters
    ----------
    source : pathlib.Path
        A path from `local_file`.
    table : SourceTable
        One that `bare_tables` found in it.

    Returns
    -------
    iterator of RawRow
        In the file's order, numbered from 1.

    Raises
    ------
    TableError
        If the file proves to be damaged.
    """
    kind = _kind(source)
    if kind == "workbook":
        return read_sheet(source, table.sheet)
    if kind == "parquet":
        return read_parquet(source)
    encoding = table.encoding or "utf-8"
    return read_jsonlines(source, encoding, table.headers) if kind == "jsonl" else read_delimited(source, encoding, table.delimiter)


def _kind(source: Path) -> Literal["workbook", "parquet", "jsonl", "delimited"]:
    """Format by the first bytes; the name decides only between the kinds of text."""
    with source.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if foreign := foreign_start(head):
        raise foreign.refusal(source)
    if head.startswith((_ZIP_MAGIC, OLE_MAGIC)):
        return "workbook"
    if head.startswith(_PARQUET_MAGIC):
        return "parquet"
    if source.suffix.lower() == ".parquet":
        raise OTHER.refusal(source)
    return "jsonl" if source.suffix.lower() == ".jsonl" else "delimited"


def _require_text(source: Path, encoding: str) -> None:
    with source.open(encoding=CODECS[encoding]) as file:
        head = file.read(_HEAD_BYTES)
    if len(_CONTROLS.findall(head)) > max(_CONTROLS_FORGIVEN, _CONTROLS_SHARE * len(head)):
        raise _BINARY.refusal(source)
