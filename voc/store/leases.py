"""Jobs as workers see them: held by one at a time, and taken over when that one is silent."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Connection, and_, case, func, null, or_, select, update

from voc.errors import JobError
from voc.store.clock import clock
from voc.store.jobs import FRESH, NOBODY, plain_job, select_job
from voc.store.records import ClaimedJob, JobFault
from voc.store.worktables import JobRow
from voc.store.write import now

Beat = Literal["go on", "cancel", "lost"]
MOST_CRASHES = 5  # workers that may die in a row at the same place


def claim(connection: Connection, worker: str, lease_s: float, job_id: int | None = None) -> ClaimedJob | None:
    """Take a job that waits, or whose worker is silent: one statement, so that no two workers ever hold the same.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    worker : str
        Who takes it; unique.
    lease_s : float
        Seconds until it must give a sign of life.
    job_id : int, optional
        A certain one; the oldest where left out.

    Returns
    -------
    ClaimedJob or None
        None where there is nothing to take.
    """
    silent = and_(JobRow.state == "running", JobRow.lease_until < clock(connection))
    free = or_(JobRow.state == "queued", silent)
    wanted = [JobRow.id == job_id] if job_id is not None else []
    first = select(JobRow.id).where(free, *wanted).order_by(JobRow.id).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    taken = (
        update(JobRow)
        .where(JobRow.id == first, free)
        .values(
            {
                **FRESH,
                "crashes": JobRow.crashes + case((JobRow.state == "running", 1), else_=0),
                "attempts": JobRow.attempts + 1,
                "state": "running",
                "worker": worker,
                "lease_until": clock(connection) + lease_s,
                "started_at": func.coalesce(JobRow.started_at, now()),
            }
        )
        .returning(JobRow.id, JobRow.crashes)
    )
    row = connection.execute(taken).first()
    if row is None:
        return None
    if row.crashes >= MOST_CRASHES:
        fault = JobFault(
            code="worker_died",
            message=f"处理它的进程连续 {MOST_CRASHES} 次意外结束 / its worker died {MOST_CRASHES} times in a row",
            hint="看日志和内存；文件是否过大？/ see log and memory; is the file too large?",
        )
        fail(connection, row.id, worker, fault)
        return claim(connection, worker, lease_s, job_id)
    held = connection.execute(select_job(connection).where(JobRow.id == row.id)).mappings().one()
    return ClaimedJob.model_validate({**plain_job(held), "worker": worker, "folder": held["folder"]})


def beat(
    connection: Connection,
    job_id: int,
    worker: str,
    lease_s: float,
    *,
    stage: str | None = None,
    rows_done: int | None = None,
    rows_total: int | None = None,
) -> Beat:
    """Give a sign of life, and say how far the job is.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    job_id : int
        The job.
    worker : str
        Who holds it.
    lease_s : float
        Seconds until the next sign.
    stage : str, optional
        That begins now; the present one where left out.
    rows_done, rows_total : int, optional
        Of the stage.

    Returns
    -------
    {"go on", "cancel", "lost"}
        Whether somebody wants it cancelled, or the job is not the worker's any more.
    """
    values: dict[str, Any] = {"lease_until": clock(connection) + lease_s}
    if rows_done is not None:
        values |= {"rows_done": rows_done, **({} if stage else {"crashes": 0})}  # it got further than those before
    if rows_total is not None:
        values["rows_total"] = rows_total
    if stage is not None:
        values |= {"stage": stage, "stage_from": clock(connection), "stage_first": rows_done or 0, "rows_done": rows_done or 0}
        values["rows_total"] = rows_total or 0
    said = connection.execute(update(JobRow).where(*_held(job_id, worker)).values(values).returning(JobRow.cancel_requested)).first()
    return "lost" if said is None else "cancel" if said.cancel_requested else "go on"


def finish(connection: Connection, job_id: int, worker: str) -> None:
    """Mark a job as done, in the transaction that saves what it made.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    job_id : int
        The job.
    worker : str
        Who holds it.

    Raises
    ------
    JobError
        ``job_lost`` if it is not the worker's any more; nothing may be saved then.
    """
    _end(connection, job_id, worker, {"state": "done", "finished_at": now(), "stage": null(), "cancel_requested": False})


def fail(connection: Connection, job_id: int, worker: str, fault: JobFault) -> None:
    """Note why a job cannot be done.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    job_id : int
        The job.
    worker : str
        Who holds it.
    fault : JobFault
        Without a customer's text.

    Raises
    ------
    JobError
        ``job_lost`` if it is not the worker's any more.
    """
    said = {f"error_{name}": value for name, value in fault.model_dump().items()}
    _end(connection, job_id, worker, {"state": "failed", "finished_at": now(), **said})


def release(connection: Connection, job_id: int, worker: str, *, cancelled: bool = False) -> None:
    """Lay a job down: back in the queue, or cancelled.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    job_id : int
        The job.
    worker : str
        Who holds it.
    cancelled : bool
        Whether somebody wanted that.

    Raises
    ------
    JobError
        ``job_lost`` if it is not the worker's any more.
    """
    _end(connection, job_id, worker, {"state": "cancelled", "finished_at": now()} if cancelled else {"state": "queued"})


def _held(job_id: int, worker: str) -> list[Any]:
    return [JobRow.id == job_id, JobRow.worker == worker, JobRow.state == "running"]


def _end(connection: Connection, job_id: int, worker: str, values: dict[str, Any]) -> None:
    if not connection.execute(update(JobRow).where(*_held(job_id, worker)).values({**NOBODY, **values})).rowcount:
        raise JobError("job_lost", f"任务已由别的进程接手，或已删除 / another worker has the job, or it is gone: {job_id}")
