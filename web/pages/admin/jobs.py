"""/admin/jobs: what is worked on, and why something failed."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from voc.errors import JobError
from web.pages.access import Page
from web.pages.admin.answers import done, show
from web.work import Work

PER_PAGE = 50


def add_jobs(page: Page, work: Work) -> None:
    """Add the tab.

    Parameters
    ----------
    page : Page
        Of the administration.
    work : Work
        Store and queue.
    """
    store = work.store

    def listed(**more: Any) -> Response:
        found = store.jobs(limit=PER_PAGE + 1, before=request.args.get("before", type=int))
        further = found[PER_PAGE - 1].id if len(found) > PER_PAGE else None
        names = {upload.id: upload.name for upload in store.uploads()}
        people = {user.id: user.name for user in store.users.all()}
        return show("jobs", jobs=found[:PER_PAGE], further=further, names=names, people=people, **more)

    @page.get("/jobs", endpoint="jobs")
    def show_jobs() -> Response:
        return listed()

    @page.post("/jobs/<int:job_id>/cancel")
    def cancel_job(job_id: int) -> Response:
        try:
            job = store.cancel_job(job_id)
        except JobError as error:
            return listed(error=error)
        return done("admin.jobs", "cancelled" if job.state == "cancelled" else "cancelling")

    @page.post("/jobs/<int:job_id>/retry")
    def retry_job(job_id: int) -> Response:
        try:
            job = store.retry_job(job_id)
        except JobError as error:
            return listed(error=error)
        work.queue.wake(job.id)
        return done("admin.jobs", "retried")
