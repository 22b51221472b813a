"""From files that arrived to a job: what the API and the pages do alike."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from voc.jobsettings import JobFile, JobSettings
from voc.look import LookedTable, look
from voc.records import SourceTable
from voc.store import StoredJob
from web.upload_records import How, HowToRead
from web.work import Work


class HeldJob(NamedTuple):
    """Tables that wait for somebody to say how they are to be read."""

    job: StoredJob
    settings: JobSettings
    folder: Path


def settings_of(work: Work, asked: HowToRead, earlier: JobSettings | None = None, **more: Any) -> JobSettings:
    """What a job is asked for.

    Parameters
    ----------
    work : Work
        Of the service.
    asked : HowToRead
        What the caller says now.
    earlier : JobSettings, optional
        What was said before; it stays where the caller says nothing.
    **more : Any
        Fields of `JobSettings`.

    Returns
    -------
    JobSettings
        Not looked at yet.
    """
    columns = {role: header if isinstance(header, str) else tuple(header) for role, header in asked.columns.items()}
    said = {"columns": columns, "sheets": asked.sheet, "encoding": asked.encoding, "header_row": asked.header_row}
    kept = earlier.model_dump() if earlier else {}
    given: dict[str, Any] = {name: value for name, value in said.items() if value or value == 0}
    if given and earlier:  # for all files alike: what was chosen for each of them is over
        given["files"] = tuple(JobFile(path=file.path, name=file.name) for file in earlier.files)
    own = work.asked(asked)
    if earlier and asked.quality is None:
        own.pop("quality")
    return JobSettings.model_validate({**kept, **given, **own, **more})


def looked_at(folder: Path, settings: JobSettings) -> tuple[JobSettings, tuple[LookedTable, ...]]:
    """Find out how the tables will be read.

    Parameters
    ----------
    folder : pathlib.Path
        Of the job.
    settings : JobSettings
        Of the job.

    Returns
    -------
    tuple of JobSettings and tuple of LookedTable
        The settings with the tables, and these with their first rows.

    Raises
    ------
    TableError
        If one of them cannot be read.
    """
    tables = look(folder, settings)
    bare = tuple(SourceTable(**table.model_dump(exclude={"rows"})) for table in tables)
    return settings.model_copy(update={"tables": bare}), tables


def name_of(files: Iterable[JobFile]) -> str:
    """What an upload is called.

    Parameters
    ----------
    files : iterable of JobFile
        In their order.

    Returns
    -------
    str
        All their names.
    """
    return "、".join(file.name for file in files)


def held_job(work: Work, upload_id: int) -> HeldJob | None:
    """The job of an upload, where it waits to be started.

    Parameters
    ----------
    work : Work
        Of the service.
    upload_id : int
        An upload that the caller may see.

    Returns
    -------
    HeldJob or None
        None where it was started, or came in by Python.
    """
    job = next((job for job in reversed(work.store.jobs(upload_id)) if job.kind == "analyse"), None)
    if job is None or job.state != "held":
        return None
    folder = next(name for name, state in work.store.job_folders(upload_id).items() if state == "held")
    return HeldJob(job, JobSettings.model_validate(job.settings), work.root / folder)


def settings_again(work: Work, run_id: str, asked: How) -> JobSettings:
    """What a job is asked for that analyses the comments of a run once more.

    Parameters
    ----------
    work : Work
        Of the service.
    run_id : str
        A run that the caller may see.
    asked : How
        What is to be done otherwise than before.

    Returns
    -------
    JobSettings
        The rest is as it was.
    """
    before = work.store.run(run_id)
    earlier = {name: value for name, value in before.settings.items() if name in How.model_fields and value is not None}
    said = asked.model_dump(exclude_none=True)
    return JobSettings.model_validate({**work.asked(How(taxonomy=asked.taxonomy)), **earlier, **said, "from_run": run_id})
