"""GET and POST /upload: files come in, and the list of those that came before."""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import NamedTuple

from flask import g, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from voc.corpora import sample_path
from voc.errors import TableError
from voc.ingest import SUFFIXES
from voc.ingest.files import GZIPPED
from voc.jobsettings import JobFile, JobSettings
from voc.preview import ShownTable, kept_preview
from voc.store import StoredUpload
from web.access import may_erase, sees
from web.api.incoming import Incoming
from web.errors import ApiError
from web.intake import looked_at, name_of
from web.messages import t
from web.pages.access import Page, may
from web.pages.codebook_choice import SAMPLE as SAMPLE_CODEBOOK
from web.pages.codebook_choice import shape_of, shelf_of, suggested
from web.pages.upload_form import spoken_fault
from web.pages.upload_one import make_upload_one
from web.work import Work

SHOWN = 20  # uploads on a page
SAMPLE, SAMPLE_NAME = "retail_survey.xlsx", "示例问卷.xlsx"
SAID = ("deleted",)  # what an address may let the page say


class Line(NamedTuple):
    """An upload in the list."""

    upload: StoredUpload
    at: datetime
    state: str
    comments: int
    problems: int
    overview: str | None
    erasable: bool


def make_upload(work: Work) -> list[Page]:
    """Make the pages.

    Parameters
    ----------
    work : Work
        Store, folder and queue.

    Returns
    -------
    list of Page
        For who may read, and for who may upload.
    """
    reading, writing = Page("upload", needs="read"), Page("uploading", needs="write")
    store = work.store

    def lines(uploads: list[StoredUpload]) -> list[Line]:
        counts = store.upload_counts([upload.id for upload in uploads])
        runs = {run.upload_id: run.id for run in reversed(store.runs())}
        found = []
        for upload in uploads:
            job = next(iter(store.jobs(upload.id)), None)
            run = runs.get(upload.id)
            at = datetime.fromisoformat(upload.created_at).astimezone()
            comments, problems = counts[upload.id]
            state = job.state if job else "done"
            overview = url_for("overview.show", run_id=run) if run else None
            found.append(Line(upload, at, state, comments, problems, overview, may_erase(upload)))
        return found

    def start_page(fault: tuple[str, str] | None = None) -> str:
        seen = [upload for upload in store.uploads() if sees(upload)]
        pages = max(-(-len(seen) // SHOWN), 1)
        page = min(max(request.args.get("page", 1, type=int), 1), pages)
        first = (page - 1) * SHOWN
        said = request.args.get("said", "")
        return render_template(
            "upload.html",
            fault=fault,
            said=said if said in SAID else "",
            lines=lines(seen[first : first + SHOWN]),
            page=page,
            pages=pages,
            first=first + 1,
            total=len(seen),
            accept=",".join([*SUFFIXES, *(f"{suffix}.gz" for suffix in GZIPPED)]),
            limit_mb=work.settings.upload_limit_mb,
            own=g.identity.user_id is not None,
            newest=next((run.overview for run in lines(seen) if run.overview), None) if not may("write") else None,
        )

    @reading.get("/upload")
    def show() -> str:
        return start_page()

    @writing.post("/upload")
    def add() -> Response | tuple[str, int]:
        try:
            with work.arriving() as folder:
                incoming = Incoming(folder, work.settings.upload_limit_mb, of_page=True)
                name, private = name_of(incoming.files), incoming.options.private
                settings = JobSettings(files=incoming.files, quality=work.settings.quality)
                tables = kept_preview(folder, settings)
                refuse_unreadable(tables)
                shape = shape_of(table.table for table in tables if table.used)
                codebook = suggested(shelf_of(store), name, shape, g.identity.user_id if private else None)
                upload, _ = store.add_upload_job(
                    name,
                    settings.model_copy(update={"codebook": codebook}).model_dump(mode="json"),
                    user_id=g.identity.user_id,
                    private=private,
                    folder=folder.name,
                    held=True,
                )
        except TableError as error:
            return start_page(spoken_fault(error.code, error.message, error.hint)), 422
        except RequestEntityTooLarge:
            return start_page((t("upload.too_large", mb=work.settings.upload_limit_mb), t("error.413.hint"))), 413
        except ApiError as error:
            nothing = any(fault.code == "missing" for fault in error.document.errors)
            said = (t("upload.no_file"), "") if nothing else (error.document.title, error.document.hint)
            return start_page(said), error.status
        return redirect(url_for("upload.one", upload_id=upload.id), 303)

    @writing.post("/upload/sample")
    def sample() -> Response:
        with work.arriving() as folder:
            shutil.copyfile(sample_path(SAMPLE), folder / "0.xlsx")
            file = JobFile(path="0.xlsx", name=SAMPLE_NAME)
            # Quick, and with a codebook of its own: made-up customers do not belong into that of the team.
            settings, _ = looked_at(folder, JobSettings(files=(file,), quality="fast", codebook=SAMPLE_CODEBOOK))
            upload, job = store.add_upload_job(
                SAMPLE_NAME, settings.model_dump(mode="json"), user_id=g.identity.user_id, folder=folder.name
            )
        work.queue.wake(job.id)
        return redirect(url_for("upload.one", upload_id=upload.id), 303)

    make_upload_one(reading, writing, work)
    return [reading, writing]


def refuse_unreadable(tables: tuple[ShownTable, ...]) -> None:
    """Refuse files of which none can be mended on the next page.

    Parameters
    ----------
    tables : tuple of ShownTable
        Of the files.

    Raises
    ------
    TableError
        What is wrong with the first.
    """
    if any(table.table.headers or (table.fault and table.fault.code == "unknown_encoding") for table in tables):
        return
    fault = next(table.fault for table in tables if table.fault)
    raise TableError(fault.code, fault.message, fault.hint)
