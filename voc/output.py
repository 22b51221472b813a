"""Writing files: whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import IO

from voc.errors import OutputError, VocError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a formula starts with


def check_writable(path: Path) -> None:
    """Refuse a place that cannot be written to, before any work is done.

    Parameters
    ----------
    path : pathlib.Path
        A file to be written; ``-`` is standard output.

    Raises
    ------
    OutputError
        If it is a folder, or its folder does not exist and cannot be made, or is closed to us.
    """
    if str(path) == "-":
        return
    if path.is_dir():
        raise OutputError("output_is_folder", "输出路径是文件夹 / the output is a folder", "给出文件名 / name a file in it", path=str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, trial = mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        Path(trial).unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """A file beside the target to write into; it takes the target's place at the end, or goes if anything fails.

    Parameters
    ----------
    path : pathlib.Path
        The target.

    Yields
    ------
    pathlib.Path
        An empty file with the target's ending.

    Raises
    ------
    OutputError
        If the target cannot be written.
    """
    check_writable(path)
    handle, name = mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(0o666 & ~_umask())
        draft.replace(path)
    except VocError:  # some are errors of the system too, and say better what went wrong
        raise
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def text_output(path: Path) -> Iterator[IO[str]]:
    """UTF-8 text to a file, whole or not at all, or to standard output for ``-``.

    Parameters
    ----------
    path : pathlib.Path
        The target.

    Yields
    ------
    text file
        To write to.

    Raises
    ------
    OutputError
        If the target cannot be written.
    """
    if str(path) == "-":
        yield sys.stdout
        return
    with atomic(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        yield file


def excel_safe(cell: str) -> str:
    """A cell that Excel takes for text, whatever it starts with.

    Parameters
    ----------
    cell : str
        Of a CSV.

    Returns
    -------
    str
        With an apostrophe before what would be a formula.

    Examples
    --------
    >>> excel_safe("=1+1"), excel_safe("评分")
    ("'=1+1", '评分')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        "not_writable",
        f"写不了输出文件 / cannot write the output: {error.strerror}",
        "换一个位置，或检查权限与磁盘空间 / choose another place, or check permissions and disk space",
        path=str(path),
    )
