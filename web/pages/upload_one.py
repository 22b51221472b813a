"""GET /uploads/{upload_id} and what can be done there: choose columns, start, watch, cancel, try again, erase."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Response as FlaskResponse
from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from voc.errors import JobError, TableError
from voc.jobsettings import JobSettings
from voc.preview import ShownTable, kept_preview
from voc.problems import as_csv, for_sheet
from voc.store import StoredJob, StoredUpload
from web.access import may_erase, not_yours, visible_upload
from web.api.exchange import check_fields
from web.downloads import attached
from web.intake import HeldJob, held_job, looked_at, settings_again
from web.pages.access import Page
from web.pages.codebook_choice import audience_of, goes_on, read_choice, shelf_of, shown_choice
from web.pages.upload_form import ENCODINGS, ROLES, groups_of, mark_of, read_tables, spoken_fault, taxonomy_choices
from web.upload_records import How
from web.work import Work

STAGES = ("load", "read", "score", "pain_points", "codebook", "describe", "save")
QUALITIES = ("fast", "best")
DETAILS = ("coarse", "normal", "fine")
SHOWN_PROBLEMS = 100  # lines on the page
_ALL_PROBLEMS = 1_000_000  # rows of a sheet
_HOW = ("quality", "detail", "taxonomy")


def make_upload_one(reading: Page, writing: Page, work: Work) -> None:
    """Add the views.

    Parameters
    ----------
    reading, writing : Page
        For who may read, and for who may upload.
    work : Work
        Store, folder and queue.
    """
    store = work.store

    def back(upload_id: int, **more: Any) -> Response:
        return redirect(url_for("upload.one", upload_id=upload_id, **more), 303)

    def common(upload: StoredUpload) -> dict[str, Any]:
        return {
            "upload": upload,
            "at": datetime.fromisoformat(upload.created_at).astimezone(),
            "erasable": may_erase(upload),
            "qualities": QUALITIES,
            "details": DETAILS,
            "taxonomies": taxonomy_choices(store),
            "default_quality": work.settings.quality,
        }

    def held_page(
        upload: StoredUpload,
        held: HeldJob,
        form: Mapping[str, str] | None = None,
        faults: Mapping[int, str] | None = None,
        codebook_fault: str = "",
    ) -> str:
        """What was typed stays where it was refused."""
        tables, gone = tables_of(held)
        chosen: dict[str, Any] = (
            held.settings.model_dump(include=set(_HOW)) if form is None else {name: form.get(name, "") for name in _HOW}
        )
        return render_template(
            "upload_held.html",
            **common(upload),
            groups=groups_of(tables, held.settings, form, faults),
            several=len(tables) > 1,
            mark=mark_of(tables),
            gone=gone,
            refused=bool(faults or codebook_fault),
            said=request.args.get("said", ""),
            chosen=chosen,
            choice=shown_choice(shelf_of(store, upload.id), upload, held.settings.codebook or "", form, codebook_fault),
            private=upload.private if form is None else "private" in form,
            own=upload.user_id is not None and may_erase(upload),
            roles=ROLES,
            encodings=ENCODINGS,
        )

    def tables_of(held: HeldJob) -> tuple[tuple[ShownTable, ...], tuple[str, str] | None]:
        try:
            return kept_preview(held.folder, held.settings), None
        except TableError as error:
            return (), spoken_fault(error.code, error.message, error.hint)

    def job_page(upload: StoredUpload, jobs: tuple[StoredJob, ...], form: Mapping[str, str] | None = None, codebook_fault: str = "") -> str:
        job = jobs[0] if jobs else None
        runs = [run for run in store.runs() if run.upload_id == upload.id]
        read = next((job for job in reversed(jobs) if job.kind == "analyse"), None)
        lines = for_sheet(store.problems(upload.id, _ALL_PROBLEMS))  # all, since blank answers are one line with their number
        shelf = shelf_of(store, upload.id)
        codebook = str((job.settings if job else runs[0].settings if runs else {}).get("codebook") or "")
        stages = [stage for stage in STAGES if stage != "codebook" or (job and job.settings.get("codebook"))]
        return render_template(
            "upload_job.html",
            **common(upload),
            job=job,
            state=job.state if job else "done",
            stages=stages,
            stage=stages.index(job.progress.stage) if job and job.progress.stage in stages else -1,
            fault=spoken_fault(job.error.code, job.error.message, job.error.hint) if job and job.error else None,
            runs=[(run, datetime.fromisoformat(run.started_at).astimezone(), url_for("overview.show", run_id=run.id)) for run in runs],
            tables=JobSettings.model_validate(read.settings).tables if read else (),
            counts=store.upload_counts([upload.id])[upload.id],
            lines=lines[:SHOWN_PROBLEMS],
            more=len(lines) > SHOWN_PROBLEMS,
            chosen=JobSettings().model_dump(include=set(_HOW))
            | ({name: runs[0].settings[name] for name in _HOW if runs[0].settings.get(name)} if runs else {})
            | ({name: form[name] for name in _HOW if name in form} if form is not None else {}),
            choice=shown_choice(shelf, upload, codebook, form, codebook_fault),
            codebook=codebook,
            goes_on=goes_on(shelf, codebook, upload.id),
            reviewed=store.reviewed_comments(upload.id) if runs else 0,
        )

    @reading.get("/uploads/<int:upload_id>")
    def one(upload_id: int) -> str:
        upload = visible_upload(store, upload_id)
        held = held_job(work, upload_id)
        return held_page(upload, held) if held else job_page(upload, store.jobs(upload_id))

    @reading.get("/uploads/<int:upload_id>/problems.csv")
    def problems(upload_id: int) -> FlaskResponse:
        upload = visible_upload(store, upload_id)
        return attached([as_csv(store.problems(upload_id, _ALL_PROBLEMS))], f"问题-{upload.name}", str(upload_id), "csv")

    @writing.post("/uploads/<int:upload_id>/preview")
    def preview(upload_id: int) -> Response | tuple[str, int]:
        return settle(upload_id, start=False)

    @writing.post("/uploads/<int:upload_id>/start")
    def start(upload_id: int) -> Response | tuple[str, int]:
        return settle(upload_id, start=True)

    def settle(upload_id: int, *, start: bool) -> Response | tuple[str, int]:
        upload = visible_upload(store, upload_id)
        held = held_job(work, upload_id)
        if held is None:
            return back(upload_id)  # somebody else was faster: the page says how it stands
        tables, gone = tables_of(held)
        form = request.form
        if gone or form.get("mark") != mark_of(tables):
            return back(upload_id, said="changed")
        before = held.settings
        settings, faults, anew = read_tables(form, with_how(before), tables, start=start)
        own = upload.user_id is not None and may_erase(upload)
        private = "private" in form if own else upload.private
        codebook, fault = read_choice(form, shelf_of(store, upload_id), upload, audience_of(upload, private))
        if faults or fault:
            return held_page(upload, held, form, faults, fault), 422
        settings = settings.model_copy(update={"codebook": codebook})
        if own:
            store.set_private(upload_id, private)
        try:
            store.settle_job(held.job.id, settings.model_dump(mode="json"))
            if not start:
                return back(upload_id)
            if anew:
                return back(upload_id, said=anew)  # other columns than those that were chosen from
            ready, _ = looked_at(held.folder, settings)
            store.start_job(held.job.id, ready.model_dump(mode="json"))
        except TableError as error:  # the page shows it at its table
            return back(upload_id, said="none" if error.code == "no_table" else "refused")
        except JobError:
            return back(upload_id)
        work.queue.wake(held.job.id)
        return back(upload_id)

    def with_how(settings: JobSettings) -> JobSettings:
        return settings.model_copy(update=how().model_dump(include=set(_HOW), exclude_none=True))

    def how() -> How:
        return check_fields(How, {name: [value] for name in _HOW if (value := request.form.get(name, "").strip())})

    @writing.post("/uploads/<int:upload_id>/cancel")
    def cancel(upload_id: int) -> Response:
        return change(upload_id, lambda job: store.cancel_job(job.id))

    @writing.post("/uploads/<int:upload_id>/retry")
    def retry(upload_id: int) -> Response:
        return change(upload_id, lambda job: work.queue.wake(store.retry_job(job.id).id))

    @writing.post("/uploads/<int:upload_id>/reopen")
    def reopen(upload_id: int) -> Response:
        """Back to the columns: what they hold was wrong after all."""
        return change(upload_id, lambda job: store.hold_job(job.id) if job.kind == "analyse" else None)

    def change(upload_id: int, act: Callable[[StoredJob], object]) -> Response:
        visible_upload(store, upload_id)
        try:
            for job in store.jobs(upload_id)[:1]:
                act(job)
        except JobError:
            return back(upload_id)  # it has ended, or goes on, meanwhile: the page says how it stands
        return back(upload_id)

    @writing.post("/uploads/<int:upload_id>/rerun")
    def rerun(upload_id: int) -> Response | tuple[str, int]:
        upload = visible_upload(store, upload_id)
        run = next((run for run in store.runs() if run.upload_id == upload_id), None)
        if run is None:
            return back(upload_id)
        codebook, fault = read_choice(request.form, shelf_of(store, upload_id), upload, audience_of(upload, upload.private))
        if fault:
            return job_page(upload, store.jobs(upload_id), request.form, fault), 422
        settings = settings_again(work, run.id, how().model_copy(update={"codebook": codebook}))
        job = store.add_job("rerun", upload_id, settings.model_dump(mode="json"), user_id=g.identity.user_id)
        work.queue.wake(job.id)
        return back(upload_id)

    @writing.post("/uploads/<int:upload_id>/delete")
    def delete(upload_id: int) -> Response:
        if not may_erase(visible_upload(store, upload_id)):
            raise not_yours()
        work.erase(upload_id, g.identity.name)
        return redirect(url_for("upload.show", said="deleted"), 303)
