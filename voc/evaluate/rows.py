"""Reads the rows of a gold file or a score file, and refuses what is wrong with them by row number, never by text."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeVar

from pydantic import ValidationError

from voc.errors import TableError
from voc.records import Record


class Named(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:  # numpydoc ignore=RT01
        """Unique in its file."""


_Model = TypeVar("_Model", bound=Record)
_Item = TypeVar("_Item", bound=Named)


def checked(record: type[_Model], row: Any, hint: str, path: Path, number: int) -> _Model:
    """A row as a record.

    Parameters
    ----------
    record : type of Record
        What it should be.
    row : object
        As read.
    hint : str
        Which values are allowed.
    path : pathlib.Path
        Named in the refusal.
    number : int
        Row in the file, from 1.

    Returns
    -------
    Record
        Of that type.

    Raises
    ------
    TableError
        If it is none.
    """
    try:
        return record.model_validate(row)
    except ValidationError as error:
        # Without pydantic's own message, which would quote the text.
        raise unknown_label(".".join(map(str, error.errors()[0]["loc"])), hint, path, number) from None


def unknown_label(field: str, hint: str, path: Path, number: int) -> TableError:
    """The refusal of a value.

    Parameters
    ----------
    field : str
        Where it stands; the value itself may be a customer's text in the wrong column, and is not quoted.
    hint : str
        Which values are allowed.
    path : pathlib.Path
        Named in the refusal.
    number : int
        Row in the file, from 1.

    Returns
    -------
    TableError
        To be raised.
    """
    return TableError("unknown_label", f"{field} 的值不可用 / not an allowed value of {field}", hint, file=path.name, row=number)


def need_fields(fields: Iterable[str], found: Iterable[str], path: Path, number: int) -> None:
    """Refuse a row or header that lacks a field.

    Parameters
    ----------
    fields, found : iterable of str
        Needed, and there.
    path : pathlib.Path
        Named in the refusal.
    number : int
        Row in the file, from 1.

    Raises
    ------
    TableError
        If one is missing.
    """
    missing = sorted(set(fields) - set(found))
    if missing:
        raise TableError("gold_columns", f"缺少列 / missing columns: {', '.join(missing)}", ", ".join(fields), file=path.name, row=number)


def by_id(items: Sequence[_Item], path: Path) -> dict[str, _Item]:
    """Items by their id.

    Parameters
    ----------
    items : sequence of Named
        In file order.
    path : pathlib.Path
        Named in the refusal.

    Returns
    -------
    dict of str to Named
        In the same order.

    Raises
    ------
    TableError
        If an id comes twice.
    """
    found: dict[str, _Item] = {}
    for number, item in enumerate(items, 1):
        if item.id in found:
            message = f"第 {number} 条的 id 已用过 / the id of comment {number} was used before"
            raise TableError("id_twice", message, "id 要唯一 / ids must be unique", file=path.name)
        found[item.id] = item
    return found


def json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Objects of a JSON Lines file; empty lines are passed over.

    Parameters
    ----------
    path : pathlib.Path
        UTF-8, gzipped where the name ends in ``.gz``.

    Yields
    ------
    tuple of (int, dict)
        Line number from 1, object.

    Raises
    ------
    TableError
        If the file cannot be read or a line is no object.
    """
    with open_text(path) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict):
                hint = "每行写一个对象 / write one object a line"
                raise TableError("bad_json_line", "不是一个 JSON 对象 / not a JSON object", hint, file=path.name, row=number)
            yield number, row


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """A text file, gzipped or not, whose faults become one clear error.

    Parameters
    ----------
    path : pathlib.Path
        UTF-8, gzipped where the name ends in ``.gz``.

    Yields
    ------
    text file
        To read from.

    Raises
    ------
    TableError
        If it cannot be read, now or later.
    """
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as lines:
            yield lines
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise TableError("unreadable", f"读不了文件 / cannot read the file: {reason}", "UTF-8", file=path.name) from error
