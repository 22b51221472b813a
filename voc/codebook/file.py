"""The codebook's file: JSON that people can read and compare line by line; the same bytes however often it is saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from voc.codebook.records import Codebook
from voc.codebook.rules import fold, rules_of
from voc.errors import CodebookError
from voc.output import text_output

_LINE = 140  # characters; what fits is written on one line


def load_codebook(path: Path) -> Codebook:
    """Read a codebook.

    Parameters
    ----------
    path : pathlib.Path
        Written by `save_codebook`.

    Returns
    -------
    Codebook
        As saved.

    Raises
    ------
    CodebookError
        If there is no such file, it is no codebook, or its pain points are not what its rules make of them.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise CodebookError(
            "no_codebook",
            f"没有这个手册 / no such codebook: {path.name!r}",
            "先运行 / first run: voc analyse 文件.xlsx --codebook " + path.name,
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, type(error).__name__) from error
    try:
        book = Codebook.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise _unreadable(path, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    _check(book, path)
    return book


def save_codebook(book: Codebook, path: Path, *, opened: Codebook | None) -> None:
    """Write a codebook, whole or not at all.

    Parameters
    ----------
    book : Codebook
        What to write.
    path : pathlib.Path
        Replaced where it exists.
    opened : Codebook or None
        The codebook that `book` was made from, as it was read; None where the file did not exist.

    Raises
    ------
    CodebookError
        If the file is not what was opened any more: what somebody else decided meanwhile would be lost.
    OutputError
        If the file cannot be written.
    """
    if (load_codebook(path) if path.exists() else None) != opened:
        raise CodebookError(
            "codebook_changed_meanwhile",
            f"手册刚被别人改过，没有保存 / somebody else has just changed the codebook; nothing was saved: {path.name!r}",
            "再运行一次同样的命令 / run the same command again",
        )
    with text_output(path) as out:
        out.write(codebook_json(book))


def codebook_json(book: Codebook) -> str:
    """The text of the codebook's file.

    Parameters
    ----------
    book : Codebook
        What to write.

    Returns
    -------
    str
        JSON; keys in the order of the records, what fits on one line on one line.
    """
    return pretty_json(book.model_dump(mode="json", exclude_none=True)) + "\n"


def pretty_json(value: Any, depth: int = 0) -> str:
    """JSON with one record per line where it fits.

    Parameters
    ----------
    value : object
        Dicts, lists, strings, numbers, booleans.
    depth : int
        Levels that it lies inside.

    Returns
    -------
    str
        Chinese as it is.
    """
    line = json.dumps(value, ensure_ascii=False)
    if (depth and len(line) + depth <= _LINE) or not isinstance(value, dict | list) or not value:
        return line
    margin = "\n" + " " * (depth + 1)
    if isinstance(value, dict):
        inside = [f"{json.dumps(key, ensure_ascii=False)}: {pretty_json(item, depth + 1)}" for key, item in value.items()]
        return "{" + margin + f",{margin}".join(inside) + "\n" + " " * depth + "}"
    return "[" + margin + f",{margin}".join(pretty_json(item, depth + 1) for item in value) + "\n" + " " * depth + "]"


def _check(book: Codebook, path: Path) -> None:
    numbers = [version.number for version in book.versions]
    returns = [version.rolled_back_to for version in book.versions if (version.rolled_back_to or 0) >= version.number]
    try:
        consistent = (
            numbers == list(range(1, len(numbers) + 1)) and not returns and fold(book.pain_points, rules_of(book)) == book.pain_points
        )
    except KeyError:  # a rule of a pain point that is not there
        consistent = False
    if not consistent:
        raise CodebookError(
            "codebook_changed_by_hand",
            f"手册里的痛点与修改记录对不上 / the pain points do not follow from the edits: {path.name!r}",
            "用 voc codebook rename 等命令修改，不要直接改文件；找回上一份 / edit with `voc codebook rename` and the like; "
            "bring back the last copy",
        )


def _unreadable(path: Path, why: str) -> CodebookError:
    return CodebookError(
        "not_a_codebook",
        f"不是痛点手册，或已损坏 / no codebook, or a damaged one: {path.name!r}: {why}",
        "换一个文件；手册由 voc analyse --codebook 建立 / another file; codebooks are made by voc analyse --codebook",
    )
