"""A row as it leaves a file, before anyone knows what its columns mean; and the limits every format keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import NamedTuple

from voc.errors import TableError, VocError

# No customer writes 130,000 characters: a longer cell is a broken quote or an attack. The same number is the csv module's own
# default, so all formats agree and no process-wide setting is touched.
CELL_LIMIT = 131_072
LINE_LIMIT = 1_048_576


class RawRow(NamedTuple):
    """Cells of one row as text; a row that could not be taken apart has a `fault` instead of cells.

    `above` holds, by place from 0, what merged cells that begin in an earlier row say of this one too.
    """

    number: int
    cells: Sequence[str]
    fault: str = ""
    hint: str = ""
    above: Mapping[int, str] = MappingProxyType({})


def oversized(number: int) -> RawRow:
    """Row that holds more text than any comment could.

    Parameters
    ----------
    number : int
        Row as a person counts it, from 1.

    Returns
    -------
    RawRow
        A row with a fault and no cells.
    """
    reason = f"单元格超过 {CELL_LIMIT} 个字符 / a cell is longer than {CELL_LIMIT} characters"
    return RawRow(number, (), reason, "检查引号是否成对，或拆分该单元格 / check for an unclosed quote, or split the cell")


@contextmanager
def damage_reported(name: str) -> Iterator[None]:
    """Turn whatever a foreign parser raises on damaged bytes into one clear error.

    Parameters
    ----------
    name : str
        File name for the error.

    Yields
    ------
    None
        To the code that runs the parser.

    Raises
    ------
    TableError
        If the parser gave up.
    """
    try:
        yield
    except (VocError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a panic in calamine's Rust code is no Exception
        raise damaged(name) from error


def damaged(name: str) -> TableError:
    """Error for a file whose bytes make no sense.

    Parameters
    ----------
    name : str
        Of the file.

    Returns
    -------
    TableError
        To raise.
    """
    return TableError(
        "damaged_file",
        "文件已损坏，无法读取 / the file is damaged and cannot be read",
        "用原来的软件打开后另存一份 / open it where it came from and save it again",
        file=name,
    )
