"""Where tables wait for their analysis, and what is done of it so far; all of it is gone when the analysis is done.

Raw tables hold personal data: the folder is closed to other users, and what no job needs any more is deleted.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from pydantic import ValidationError

from voc.errors import OutputError, StoreError
from voc.records import Annotation
from voc.store.connection import Database

KEPT_S = 7 * 24 * 3600.0  # of what failed, was cancelled, or never started
_ARRIVING_S = 600.0  # an upload under way has no job yet, and is written to or looked at for a minute
_TO_SCOUR = "to_scour"
_MADE_BY = "made_by.json"


def work_folder(database: Database, setting: Path | None = None) -> Path:
    """The folder of a store.

    Parameters
    ----------
    database : Database
        The store's.
    setting : pathlib.Path, optional
        What the user says; beside the SQLite file where left out.

    Returns
    -------
    pathlib.Path
        Made, and closed to other users.

    Raises
    ------
    StoreError
        If the store is no file and the user names no folder.
    OutputError
        If it cannot be made.
    """
    if setting is None and database.file is None:
        raise StoreError(
            "no_work_folder", "还要一个工作目录 / a work folder is needed", "VOC_WORK_FOLDER=/var/lib/voc", store=database.name
        )
    folder = setting or Path(f"{database.file}-work")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise OutputError("not_writable", f"建不了工作目录 / cannot make the work folder: {error.strerror}", path=str(folder)) from error
    return folder.resolve()


def remove(folder: Path) -> None:
    """Delete a folder and all in it; one that is gone is no fault.

    Parameters
    ----------
    folder : pathlib.Path
        Of a job.
    """
    for _ in range(3):  # a worker that has not noticed yet may be writing into it
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)


def ask_scour(root: Path) -> None:
    """Note that something was erased whose traces the database's files still hold, because another program was reading them.

    Parameters
    ----------
    root : pathlib.Path
        The work folder.
    """
    (root / _TO_SCOUR).touch()


def scour_asked(root: Path, *, done: bool = False) -> bool:
    """Whether `ask_scour` was called.

    Parameters
    ----------
    root : pathlib.Path
        The work folder.
    done : bool
        Whether it has been seen to.

    Returns
    -------
    bool
        True where it was, and nobody has seen to it before.
    """
    asked = (root / _TO_SCOUR).exists()
    if done:
        (root / _TO_SCOUR).unlink(missing_ok=True)
    return asked


def tidy(root: Path, jobs: Callable[[], Mapping[str, str]]) -> list[str]:
    """Delete what no job needs: what a killed process left, and what was not tried again for a week.

    Parameters
    ----------
    root : pathlib.Path
        The work folder.
    jobs : callable
        Gives folder → state of its job.

    Returns
    -------
    list of str
        Names of the folders deleted.
    """
    idle = {folder: time.time() - _changed_at(folder) for folder in root.iterdir() if folder.is_dir()}
    states = jobs() if idle else {}  # read now: a job of any folder that is a while old is in it
    kept = {None: _ARRIVING_S, "done": 0.0, "queued": float("inf"), "running": float("inf")}
    gone = [folder for folder, seconds in idle.items() if seconds >= kept.get(states.get(folder.name), KEPT_S)]
    for folder in gone:
        remove(folder)
    return [folder.name for folder in gone]


def _changed_at(folder: Path) -> float:
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    except FileNotFoundError:  # it is being used, or removed
        return time.time()


class Checkpoints:
    """Annotations of the chunks that are scored; those of another make are thrown away.

    Parameters
    ----------
    folder : pathlib.Path
        Of the job; it exists.
    made_by : str
        Digest of all that the annotations depend on beside the comments.
    """

    def __init__(self, folder: Path, made_by: str) -> None:
        self.folder = folder / "scored"
        said = self.folder / _MADE_BY
        if self.folder.exists() and _text_of(said) != json.dumps(made_by):
            shutil.rmtree(self.folder)
        self.folder.mkdir(mode=0o700, exist_ok=True)  # not its parents: an upload that was erased stays so
        _write(said, json.dumps(made_by))

    def load(self, number: int, ids: Sequence[str]) -> list[Annotation] | None:
        """Annotations of a chunk.

        Parameters
        ----------
        number : int
            Of the chunk, from 0.
        ids : sequence of str
            Of its comments, in order.

        Returns
        -------
        list of Annotation or None
            None where it is not scored yet.
        """
        try:
            found = list(self._read(number))
        except (OSError, UnicodeDecodeError, ValidationError):  # not there, or a disk's fault: it is scored anew
            return None
        return found if [annotation.id for annotation in found] == list(ids) else None

    def save(self, number: int, annotations: Sequence[Annotation]) -> None:
        """Keep a chunk; it is there as a whole or not at all, whenever the process or the machine ends.

        Parameters
        ----------
        number : int
            Of the chunk, from 0.
        annotations : sequence of Annotation
            One per comment, in order.
        """
        _write(self._path(number), "".join(f"{annotation.model_dump_json()}\n" for annotation in annotations))

    def annotations(self, chunks: int) -> Iterator[Annotation]:
        """All of them, one after the other.

        Parameters
        ----------
        chunks : int
            How many there are; all are scored.

        Yields
        ------
        Annotation
            In the order of the comments.
        """
        for number in range(chunks):
            yield from self._read(number)

    def _read(self, number: int) -> Iterator[Annotation]:
        with self._path(number).open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield Annotation.model_validate_json(line)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}.jsonl"


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _write(path: Path, content: str) -> None:
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)  # the name, too, is to outlive a power cut
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
