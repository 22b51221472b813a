"""Opens text files, gzipped or not, and reads JSON lines; faults are refused by row number, never by text."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from voc.errors import TableError


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
