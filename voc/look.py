"""How uploaded tables would be read, found out in a process of its own: whatever a file does to its reader, the service goes on.

Run as ``python -m voc.look FOLDER`` with `JobSettings` as JSON on standard input.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from voc.errors import TableError
from voc.ingest.files import local_file, raw_rows
from voc.jobsettings import JobSettings, open_reading
from voc.normalise import normalise
from voc.records import Record, SourceTable
from voc.redact import redact, redact_field

_SECONDS = 60
_MEMORY_BYTES = 4 << 30
_ROWS = 5
_COLUMNS = 100
_CHARS = 200
_AT_ONCE = threading.Semaphore(2)  # what is looked at may take much memory


class LookedTable(SourceTable):
    """How a table is read, with its first rows."""

    rows: tuple[dict[str, str], ...] = ()


class Look(Record):
    """What a look at tables found."""

    tables: tuple[LookedTable, ...]


def look(folder: Path, settings: JobSettings) -> tuple[LookedTable, ...]:
    """Find out how the tables of a job would be read.

    Parameters
    ----------
    folder : pathlib.Path
        Of the job.
    settings : JobSettings
        Names the files, and what the user says about them.

    Returns
    -------
    tuple of LookedTable
        At least one.

    Raises
    ------
    TableError
        If one of the files cannot be read as a table of comments, or only with too much time or memory.
    """
    said = json.loads(apart("voc.look", folder, settings))
    if "error" in said:
        raise TableError(said["error"]["code"], said["error"]["message"], said["error"]["hint"])
    return Look.model_validate(said).tables


def apart(module: str, folder: Path, settings: JobSettings) -> bytes:
    """Run a module of ours on the tables of a job, in a process of its own.

    Parameters
    ----------
    module : str
        Its name; it calls `asked_of_us`.
    folder : pathlib.Path
        Of the job.
    settings : JobSettings
        Names the files.

    Returns
    -------
    bytes
        What it printed.

    Raises
    ------
    TableError
        If it takes too much time or memory.
    """
    command = [sys.executable, "-P", "-m", module, str(folder)]
    asked = settings.model_dump_json(exclude={"tables"}).encode()
    with _AT_ONCE:
        try:
            ended = subprocess.run(command, input=asked, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - our own module
        except subprocess.TimeoutExpired as error:
            raise _too_heavy() from error
    if ended.returncode:
        raise _too_heavy()
    return ended.stdout


def asked_of_us() -> JobSettings:
    """What `apart` asks of the process that it made.

    Returns
    -------
    JobSettings
        From standard input; from now on the memory is limited.
    """
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    return JobSettings.model_validate_json(sys.stdin.buffer.read())


def plainly(error: TableError, folder: Path, settings: JobSettings) -> dict[str, str]:
    """Say what is wrong with a table as its owner calls it.

    Parameters
    ----------
    error : TableError
        Which may name files of ours.
    folder : pathlib.Path
        Of the job.
    settings : JobSettings
        Of the job.

    Returns
    -------
    dict of str to str
        Code, message and hint.
    """
    ours = {file.path: file.name for file in settings.files}
    message = error.message
    for path, name in ours.items():
        message = message.replace(str(folder / path), name).replace(path, name)
    return {"code": error.code, "message": message, "hint": error.hint}


def main(folder: Path) -> None:
    """Look at the tables of a folder and print what is found.

    Parameters
    ----------
    folder : pathlib.Path
        Of the job.
    """
    settings = asked_of_us()
    try:
        reading = open_reading(folder, settings)
        said = Look(tables=tuple(_looked(path, table) for path, table in reading.sources)).model_dump_json()
    except TableError as error:
        said = json.dumps({"error": plainly(error, folder, settings)})
    sys.stdout.buffer.write(said.encode())


def _looked(path: Path, table: SourceTable) -> LookedTable:
    rows = (row for row in raw_rows(local_file(path), table) if row.number > table.header_row and not row.fault and any(row.cells))
    shown = [_shown(table, row.cells) for row in islice(rows, _ROWS)]
    return LookedTable(**table.model_dump(), rows=tuple(shown))


def _shown(table: SourceTable, cells: Sequence[str]) -> dict[str, str]:
    return dict(zip(table.headers, shown_cells(table, cells, _COLUMNS, _CHARS), strict=False))


def shown_cells(table: SourceTable, cells: Sequence[str], most: int, chars: int) -> list[str]:
    """Cells of a row, redacted as they would be stored, and cut short afterwards: half a number would not be known for one.

    Parameters
    ----------
    table : SourceTable
        Says which columns hold text.
    cells : sequence of str
        Of a row.
    most : int
        How many of them.
    chars : int
        How much of each.

    Returns
    -------
    list of str
        From the first column on.
    """
    free = set(table.text_columns)
    pairs = list(zip(table.headers, cells, strict=False))[:most]
    safe = [redact(normalise(cell))[0].text if name in free else redact_field(name, cell) for name, cell in pairs]
    return [text if len(text) <= chars else f"{text[:chars]}…" for text in safe]


def _too_heavy() -> TableError:
    return TableError(
        "too_large",
        "读这个文件要的时间或内存太多 / reading the file takes too much time or memory",
        "拆成几个文件，或另存为 .csv / split it, or save it as .csv",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
