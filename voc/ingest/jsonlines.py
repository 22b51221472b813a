"""Rows out of JSON Lines: one object a line, its keys the columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from voc.ingest.cells import cell_text
from voc.ingest.encoding import CODECS
from voc.ingest.rawrow import LINE_LIMIT, RawRow, oversized

# JSON can escape half of a character pair, which nothing could write out again.
_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
_NOT_AN_OBJECT = "不是一个 JSON 对象 / not a JSON object"
_HINT = '每行写一个对象 / write one object a line, such as {"id": "57", "text": "…"}'


def json_keys(path: Path, encoding: str) -> tuple[str, ...]:
    """Every key of the file, in order of first appearance.

    Parameters
    ----------
    path : pathlib.Path
        A file that decodes in `encoding`; it is read through once.
    encoding : str
        A key of `CODECS`.

    Returns
    -------
    tuple of str
        Empty where no line is an object.
    """
    keys: dict[str, None] = {}
    for _, found in _objects(path, encoding):
        if isinstance(found, dict):
            keys.update(dict.fromkeys(found))
    return tuple(keys)


def read_jsonlines(path: Path, encoding: str, keys: tuple[str, ...]) -> Iterator[RawRow]:
    """Rows of a JSON Lines file, one at a time.

    Parameters
    ----------
    path : pathlib.Path
        A file that decodes in `encoding`.
    encoding : str
        A key of `CODECS`.
    keys : tuple of str
        Which key goes into which cell.

    Yields
    ------
    RawRow
        Numbered by line, from 1.
    """
    for number, found in _objects(path, encoding):
        if isinstance(found, RawRow):
            yield found
        else:
            yield RawRow(number, [_text(found.get(key)) for key in keys])


def _objects(path: Path, encoding: str) -> Iterator[tuple[int, dict[str, object] | RawRow]]:
    with path.open(encoding=CODECS[encoding], newline="\n") as file:
        number = 0
        while line := file.readline(LINE_LIMIT):
            number += 1
            if len(line) < LINE_LIMIT or line.endswith("\n"):
                yield number, _object(line, number)
                continue
            while (rest := file.readline(LINE_LIMIT)) and not rest.endswith("\n"):
                pass
            yield number, oversized(number)


def _object(line: str, number: int) -> dict[str, object] | RawRow:
    if not line.strip():
        return {}
    try:
        found = json.loads(line)
        if _HALF_PAIR.search(line):
            found = json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):  # a number of 5,000 digits is a plain ValueError
        return RawRow(number, (), _NOT_AN_OBJECT, _HINT)
    return found if isinstance(found, dict) else RawRow(number, (), _NOT_AN_OBJECT, _HINT)


def _text(value: object) -> str:
    return cell_text(json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value)
