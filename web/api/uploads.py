"""/uploads: tables come in, are looked at, and wait for a worker."""

from __future__ import annotations

from flask import Blueprint, Response, g, url_for
from sqlalchemy import Connection

from voc.jobsettings import JobSettings
from voc.look import LookedTable
from voc.store import StoredJob, StoredUpload
from voc.workfolder import remove
from web.access import may_erase, not_yours, sees, visible_upload
from web.api.exchange import answer, read_body, read_query
from web.api.incoming import Incoming
from web.api.operations import Operation, operation
from web.errors import ApiError
from web.idempotency import Once
from web.intake import held_job, looked_at, name_of, settings_of
from web.upload_records import (
    HowToRead,
    JobView,
    ListQuery,
    UploadDetail,
    UploadForm,
    UploadList,
    UploadView,
    view_job,
    view_upload,
)
from web.work import Work


def make_uploads(api: Blueprint, work: Work) -> None:
    """Add the operations.

    Parameters
    ----------
    api : flask.Blueprint
        To add them to.
    work : Work
        Store, folder and queue.
    """
    store = work.store

    def detail(upload: StoredUpload, tables: tuple[LookedTable, ...] | None = None) -> UploadDetail:
        jobs = store.jobs(upload.id)
        settings = JobSettings.model_validate(jobs[-1].settings) if jobs else JobSettings()
        seen = tables if tables is not None else tuple(LookedTable(**table.model_dump()) for table in settings.tables)
        runs = tuple(run.id for run in store.runs() if run.upload_id == upload.id)
        plain = view_upload(upload, jobs, runs).model_dump()
        return UploadDetail(**plain, tables=seen, job=view_job(jobs[0]) if jobs else None, problems=store.problems(upload.id))

    @operation(
        api,
        "/uploads",
        Operation(
            "POST",
            "上传表格并分析 / Send tables to be analysed",
            "write",
            UploadDetail,
            multipart=UploadForm,
            problems=(400, 409, 413, 415, 422, 503),
            status=202,
            idempotent=True,
            location=True,
        ),
    )
    def add_upload() -> Response:
        folder = work.new_folder()
        kept = False
        try:
            incoming = Incoming(folder, work.settings.upload_limit_mb)
            once = Once(store, incoming.fingerprint)

            def add() -> Response:
                nonlocal kept
                settings, tables = looked_at(folder, settings_of(work, incoming.options, files=incoming.files))
                made: list[Response] = []

                def keep(connection: Connection, noted: tuple[StoredUpload, StoredJob]) -> None:
                    upload, job = noted
                    plain = view_upload(upload, (job,), ()).model_dump()
                    record = UploadDetail(**plain, tables=tables, job=view_job(job), problems=())
                    made.append(answer(record, 202, location=url_for("api.get_upload", upload_id=upload.id)))
                    once.keep(connection, made[0], upload.id)

                options = incoming.options
                _, job = store.add_upload_job(
                    name_of(incoming.files),
                    settings.model_dump(mode="json"),
                    keep,
                    user_id=g.identity.user_id,
                    private=options.private,
                    folder=folder.name,
                    held=not options.start,
                )
                kept = True
                if options.start:
                    work.queue.wake(job.id)
                return made[0]

            return once.do(add)
        finally:
            if not kept:
                remove(folder)

    @operation(
        api,
        "/uploads",
        Operation("GET", "上传列表，新的在前 / Uploads, the newest first", "read", UploadList, query=ListQuery, problems=(422,), etag=True),
    )
    def list_uploads() -> Response:
        asked = read_query(ListQuery)
        seen = [upload for upload in store.uploads() if sees(upload) and (asked.before is None or upload.id < asked.before)]
        jobs, runs = store.jobs(limit=1_000_000), store.runs()
        views: list[UploadView] = []
        for upload in seen[: asked.limit]:
            own = tuple(job for job in jobs if job.upload_id == upload.id)
            views.append(view_upload(upload, own, tuple(run.id for run in runs if run.upload_id == upload.id)))
        return answer(UploadList(uploads=tuple(views)), etag=True)

    @operation(
        api,
        "/uploads/<int:upload_id>",
        Operation("GET", "一次上传：进度与问题 / An upload: progress and problems", "read", UploadDetail, problems=(404,), etag=True),
    )
    def get_upload(upload_id: int) -> Response:
        return answer(detail(visible_upload(store, upload_id)), etag=True)

    @operation(
        api,
        "/uploads/<int:upload_id>/start",
        Operation(
            "POST",
            "开始分析等待中的上传 / Start the analysis of an upload that waits",
            "write",
            JobView,
            HowToRead,
            problems=(400, 404, 409, 413, 415, 422, 503),
            status=202,
            location=True,
        ),
    )
    def start_upload(upload_id: int) -> Response:
        visible_upload(store, upload_id)
        asked = read_body(HowToRead)
        held = held_job(work, upload_id)
        if held is None:
            raise ApiError(409, "job_started", "这次上传已经开始分析 / the upload was started already", f"GET /api/v1/uploads/{upload_id}")
        settings, _ = looked_at(held.folder, settings_of(work, asked, held.settings))
        job = held.job
        started = store.start_job(job.id, settings.model_dump(mode="json"))
        work.queue.wake(job.id)
        return answer(view_job(started), 202, location=url_for("api.get_job", job_id=job.id))

    @operation(
        api,
        "/uploads/<int:upload_id>",
        Operation(
            "DELETE",
            "彻底删除一次上传 / Erase an upload for good, with its runs",
            "write",
            None,
            problems=(404, 422, 503),
            status=204,
        ),
    )
    def erase_upload(upload_id: int) -> Response:
        upload = visible_upload(store, upload_id)
        if not may_erase(upload):
            raise not_yours()
        work.erase(upload_id, g.identity.name)
        return Response(status=204)
