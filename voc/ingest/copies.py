"""Temporary copies of what cannot be read in place: standard input, and gzipped tables."""

from __future__ import annotations

import atexit
import gzip
import shutil
import sys
import tempfile
import zlib
from functools import cache
from pathlib import Path

from voc.errors import TableError

_HEAD_BYTES = 1 << 16
_CHUNK_BYTES = 1 << 20
# A gzipped table may unpack to this much: a hundred times what a batch of comments takes, and still a laptop's disk.
_UNPACKED_BYTES = 4 << 30


@cache
def standard_input() -> Path:
    """Copy of standard input, which can be read only once; it lives as long as the process.

    Returns
    -------
    pathlib.Path
        Named ``stdin.jsonl`` or ``stdin.csv``, by how it starts.
    """
    copy = _folder() / "stdin"
    with copy.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    with copy.open("rb") as file:
        is_json = file.read(_HEAD_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    return copy.rename(copy.with_suffix(".jsonl" if is_json else ".csv"))


@cache
def unpacked(path: Path) -> Path:
    """Unpacked copy of a gzipped file; it lives as long as the process.

    Parameters
    ----------
    path : pathlib.Path
        Ends in ``.gz``.

    Returns
    -------
    pathlib.Path
        Named as the file, without the ``.gz``.

    Raises
    ------
    TableError
        If it is not gzip, is damaged, or unpacks to more than 4 GiB.
    """
    copy = _folder() / path.stem
    unpack(path, copy)
    return copy


def unpack(path: Path, copy: Path, limit_bytes: int = _UNPACKED_BYTES) -> None:
    """Write what a gzipped file holds to another file.

    Parameters
    ----------
    path : pathlib.Path
        The gzipped file.
    copy : pathlib.Path
        Where to.
    limit_bytes : int
        How long that may become.

    Raises
    ------
    TableError
        If it is not gzip, is damaged, or unpacks to more.
    """
    try:
        with gzip.open(path) as packed, copy.open("wb") as file:
            while chunk := packed.read(_CHUNK_BYTES):
                if file.tell() > limit_bytes:
                    message = f"解压后超过 {limit_bytes >> 20} MiB / unpacks to over {limit_bytes >> 20} MiB"
                    raise TableError("too_large", message, "拆成几份 / split the file", file=path.name)
                file.write(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise TableError(
            "bad_gzip", "gzip 文件已损坏 / damaged gzip data", "重新下载或解压后再试 / fetch it again, or unpack it first", file=path.name
        ) from error


def _folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="voc-")
    atexit.register(folder.cleanup)
    return Path(folder.name)
