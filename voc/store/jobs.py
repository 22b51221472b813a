"""Jobs as the service sees them: noted, looked at, cancelled, tried again; what workers do with them is in `voc.store.leases`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, Select, insert, null, select, update

from voc.errors import JobError, RecordNotFound
from voc.store.clock import clock
from voc.store.records import JobFault, JobKind, JobProgress, JobState, StoredJob
from voc.store.worktables import JobRow
from voc.store.write import now

NOBODY: dict[str, Any] = {"worker": null(), "lease_until": null()}
FRESH: dict[str, Any] = {
    **NOBODY,
    "stage": null(),
    "stage_from": null(),
    "stage_first": 0,
    "rows_done": 0,
    "rows_total": 0,
    "error_code": null(),
    "error_message": null(),
    "error_hint": null(),
}
_PLAIN = set(StoredJob.model_fields) - {"settings", "progress", "error"}


def add_job(
    connection: Connection,
    kind: JobKind,
    upload_id: int,
    settings: Mapping[str, Any],
    *,
    user_id: int | None = None,
    folder: str | None = None,
    held: bool = False,
) -> StoredJob:
    """Note work to be done.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    kind : {"analyse", "rerun"}
        What is to be done.
    upload_id : int
        With what.
    settings : mapping of str to JSON values
        How.
    user_id : int, optional
        Who asks.
    folder : str, optional
        Name of its folder in the work folder; a new one where left out.
    held : bool
        Whether it waits for `start`.

    Returns
    -------
    StoredJob
        Queued or held, with the id of the run that it will make.
    """
    values = {
        "kind": kind,
        "state": "held" if held else "queued",
        "upload_id": upload_id,
        "run_id": uuid4().hex[:12],
        "user_id": user_id,
        "folder": folder or uuid4().hex,
        "settings": json.dumps(settings, ensure_ascii=False),
        "created_at": now(),
        "attempts": 0,
        "crashes": 0,
        "cancel_requested": False,
        "stage_first": 0,
        "rows_done": 0,
        "rows_total": 0,
    }
    number = connection.execute(insert(JobRow).values(values).returning(JobRow.id)).scalar_one()
    return job(connection, number)


def job(connection: Connection, job_id: int) -> StoredJob:
    """One job.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    job_id : int
        Its number.

    Returns
    -------
    StoredJob
        As it stands.

    Raises
    ------
    RecordNotFound
        If there is none.
    """
    row = connection.execute(select_job(connection).where(JobRow.id == job_id)).mappings().first()
    if row is None:
        raise RecordNotFound("unknown_job", f"没有这个任务 / no such job: {job_id}")
    return StoredJob.model_validate(plain_job(row))


def jobs(connection: Connection, upload_id: int | None = None, *, limit: int = 1000, before: int | None = None) -> tuple[StoredJob, ...]:
    """The newest jobs first.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    upload_id : int, optional
        Of one upload; all where left out.
    limit : int
        How many at most.
    before : int, optional
        Only those with smaller numbers.

    Returns
    -------
    tuple of StoredJob
        As they stand.
    """
    of_it = [JobRow.upload_id == upload_id] if upload_id is not None else []
    if before is not None:
        of_it.append(JobRow.id < before)
    rows = connection.execute(select_job(connection).where(*of_it).order_by(JobRow.id.desc()).limit(limit)).mappings()
    return tuple(StoredJob.model_validate(plain_job(row)) for row in rows)


def folders(connection: Connection, upload_id: int | None = None) -> dict[str, JobState]:
    """Folders of all jobs.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    upload_id : int, optional
        Of one upload; all where left out.

    Returns
    -------
    dict of str to str
        Name of the folder → state of its job.
    """
    of_it = [JobRow.upload_id == upload_id] if upload_id is not None else []
    return {row.folder: row.state for row in connection.execute(select(JobRow.folder, JobRow.state).where(*of_it))}


def cancel(connection: Connection, job_id: int) -> StoredJob:
    """Cancel a job: at once where nobody works on it, otherwise as soon as its worker looks.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    job_id : int
        The job.

    Returns
    -------
    StoredJob
        Cancelled, or ``cancel_requested``.

    Raises
    ------
    RecordNotFound
        If there is none.
    JobError
        ``job_ended`` if it has ended already.
    """
    waits = update(JobRow).where(JobRow.id == job_id, JobRow.state.in_(["held", "queued"]))
    if connection.execute(waits.values(state="cancelled", finished_at=now())).rowcount:
        return job(connection, job_id)
    works = update(JobRow).where(JobRow.id == job_id, JobRow.state == "running")
    if connection.execute(works.values(cancel_requested=True)).rowcount:
        return job(connection, job_id)
    raise _wrong_state("job_ended", "任务已经结束 / the job has ended already", job(connection, job_id))


def retry(connection: Connection, job_id: int) -> StoredJob:
    """Queue a failed or cancelled job again; what is done of it is not done again.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    job_id : int
        The job.

    Returns
    -------
    StoredJob
        Queued.

    Raises
    ------
    RecordNotFound
        If there is none.
    JobError
        ``job_not_ended`` if it is neither.
    """
    return _again_as(connection, job_id, "queued")


def hold(connection: Connection, job_id: int) -> StoredJob:
    """Hold a failed or cancelled job, so that it can be asked for something else.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    job_id : int
        The job.

    Returns
    -------
    StoredJob
        Held.

    Raises
    ------
    RecordNotFound
        If there is none.
    JobError
        ``job_not_ended`` if it is neither.
    """
    return _again_as(connection, job_id, "held")


def _again_as(connection: Connection, job_id: int, state: JobState) -> StoredJob:
    values = {**FRESH, "state": state, "finished_at": null(), "cancel_requested": False, "crashes": 0}
    ended = update(JobRow).where(JobRow.id == job_id, JobRow.state.in_(["failed", "cancelled"]))
    if connection.execute(ended.values(values)).rowcount:
        return job(connection, job_id)
    raise _wrong_state("job_not_ended", "只有失败或已取消的任务能重试 / only failed or cancelled jobs", job(connection, job_id))


def start(connection: Connection, job_id: int, settings: Mapping[str, Any]) -> StoredJob:
    """Queue a job that was held.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    job_id : int
        The job.
    settings : mapping of str to JSON values
        In the place of those it had.

    Returns
    -------
    StoredJob
        Queued.

    Raises
    ------
    RecordNotFound
        If there is none.
    JobError
        ``job_started`` if it is not held.
    """
    return _held_as(connection, job_id, "queued", settings)


def settle(connection: Connection, job_id: int, settings: Mapping[str, Any]) -> StoredJob:
    """Change what a job is asked for while it is held.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    job_id : int
        The job.
    settings : mapping of str to JSON values
        In the place of those it had.

    Returns
    -------
    StoredJob
        Held.

    Raises
    ------
    RecordNotFound
        If there is none.
    JobError
        ``job_started`` if it is not held.
    """
    return _held_as(connection, job_id, "held", settings)


def _held_as(connection: Connection, job_id: int, state: JobState, settings: Mapping[str, Any]) -> StoredJob:
    held = update(JobRow).where(JobRow.id == job_id, JobRow.state == "held")
    if connection.execute(held.values(state=state, settings=json.dumps(settings, ensure_ascii=False))).rowcount:
        return job(connection, job_id)
    raise _wrong_state("job_started", "任务已经开始过 / the job was started already", job(connection, job_id))


def _wrong_state(code: str, message: str, found: StoredJob) -> JobError:
    return JobError(code, f"{message}: {found.state}", f"GET /api/v1/jobs/{found.id}")


def select_job(connection: Connection) -> Select[Any]:
    """Statement for jobs with all that `plain_job` needs.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Of either kind of database.

    Returns
    -------
    sqlalchemy.Select
        To be narrowed.
    """
    return select(JobRow.__table__, clock(connection).label("now"))


def plain_job(row: RowMapping) -> dict[str, Any]:
    """Fields of a `StoredJob`.

    Parameters
    ----------
    row : sqlalchemy.RowMapping
        From `select_job`.

    Returns
    -------
    dict of str to object
        With rate and time left as of now.
    """
    passed = row["now"] - row["stage_from"] if row["stage_from"] is not None else 0
    moved = row["rows_done"] - row["stage_first"]
    rate = moved / passed if row["state"] == "running" and moved > 0 and passed > 0 else None
    progress = JobProgress(
        stage=row["stage"],
        rows_done=row["rows_done"],
        rows_total=row["rows_total"],
        rows_per_second=None if rate is None else round(rate, 1),
        seconds_left=None if rate is None else round((row["rows_total"] - row["rows_done"]) / rate, 1),
    )
    fault = JobFault(code=row["error_code"], message=row["error_message"], hint=row["error_hint"]) if row["error_code"] else None
    plain = {name: row[name] for name in _PLAIN}
    return {**plain, "settings": json.loads(row["settings"]), "progress": progress, "error": fault}
