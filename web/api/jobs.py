"""/jobs: how far work is, cancel it, try it again; and a run once more with other settings."""

from __future__ import annotations

from flask import Blueprint, Response, g, request, url_for
from sqlalchemy import Connection

from voc.errors import RecordNotFound
from voc.store import StoredJob
from web.access import sees, visible_run
from web.api.exchange import answer, read_body, read_query
from web.api.operations import Operation, operation
from web.idempotency import Once, digest
from web.intake import settings_again
from web.upload_records import How, JobList, JobQuery, JobView, view_job
from web.work import Work


def make_jobs(api: Blueprint, work: Work) -> None:
    """Add the operations.

    Parameters
    ----------
    api : flask.Blueprint
        To add them to.
    work : Work
        Store and queue.
    """
    store = work.store

    def visible_job(job_id: int) -> StoredJob:
        job = store.job(job_id)
        if not sees(store.upload(job.upload_id)):
            raise RecordNotFound("unknown_job", f"没有这个任务 / no such job: {job_id}")
        return job

    @operation(
        api,
        "/jobs",
        Operation("GET", "任务列表，新的在前 / Jobs, the newest first", "read", JobList, query=JobQuery, problems=(422,), etag=True),
    )
    def list_jobs() -> Response:
        asked = read_query(JobQuery)
        seen = {upload.id for upload in store.uploads() if sees(upload)}
        found = [job for job in store.jobs(asked.upload_id, limit=1_000_000) if job.upload_id in seen]
        page = [job for job in found if asked.before is None or job.id < asked.before][: asked.limit]
        return answer(JobList(jobs=tuple(map(view_job, page))), etag=True)

    @operation(api, "/jobs/<int:job_id>", Operation("GET", "任务进度 / How far a job is", "read", JobView, problems=(404,), etag=True))
    def get_job(job_id: int) -> Response:
        return answer(view_job(visible_job(job_id)), etag=True)

    @operation(
        api,
        "/jobs/<int:job_id>/cancel",
        Operation("POST", "取消任务 / Cancel a job", "write", JobView, problems=(404, 409, 503)),
    )
    def cancel_job(job_id: int) -> Response:
        visible_job(job_id)
        return answer(view_job(store.cancel_job(job_id)))

    @operation(
        api,
        "/jobs/<int:job_id>/retry",
        Operation("POST", "重试任务 / Try a failed or cancelled job again", "write", JobView, problems=(404, 409, 503), status=202),
    )
    def retry_job(job_id: int) -> Response:
        visible_job(job_id)
        job = store.retry_job(job_id)
        work.queue.wake(job.id)
        return answer(view_job(job), 202)

    @operation(
        api,
        "/runs/<run_id>/rerun",
        Operation(
            "POST",
            "换设置再分析一次 / Analyse the comments of a run once more, with other settings",
            "write",
            JobView,
            How,
            problems=(400, 404, 409, 413, 415, 422, 503),
            status=202,
            idempotent=True,
            location=True,
        ),
    )
    def rerun(run_id: str) -> Response:
        upload = visible_run(store, run_id)
        asked = read_body(How)
        settings = settings_again(work, run_id, asked)
        once = Once(store, digest(request.get_data()))

        def add() -> Response:
            made: list[Response] = []

            def keep(connection: Connection, job: StoredJob) -> None:
                made.append(answer(view_job(job), 202, location=url_for("api.get_job", job_id=job.id)))
                once.keep(connection, made[0], upload.id)

            job = store.add_job("rerun", upload.id, settings.model_dump(mode="json"), keep, user_id=g.identity.user_id)
            work.queue.wake(job.id)
            return made[0]

        return once.do(add)
