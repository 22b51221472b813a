"""GET /runs/{run_id}/export: what the run can be taken away as; and the files."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from flask import Response, render_template

from voc.report.workbook import COMMENTS_LIMIT
from voc.store import Store
from web.downloads import download
from web.messages import current_language
from web.pages.access import Page
from web.pages.frame import open_frame
from web.run_records import Format


class File(NamedTuple):
    """A file that a run can be had as.

    Parameters
    ----------
    kind : Format
        Ending, and key of its words.
    name : str
        Last part of its address.
    """

    kind: Format
    name: str

    @property
    def endpoint(self) -> str:  # numpydoc ignore=RT01
        """That serves it."""
        return f"export.{self.kind}"


FILES = (
    File("html", "report.html"),
    File("xlsx", "analysis.xlsx"),
    File("csv", "comments.csv"),
    File("json", "analysis.json"),
    File("jsonl", "comments.jsonl"),
)


def make_export(store: Store) -> Page:
    """Make the pages.

    Parameters
    ----------
    store : Store
        Holds the runs.

    Returns
    -------
    Page
        For who may read.
    """
    page = Page("export", needs="read")

    @page.get("/runs/<run_id>/export")
    def show(run_id: str) -> str:
        open_frame(store, run_id)
        now = store.current(run_id)
        return render_template("export.html", files=FILES, analysis=now.analysis, reviewed=now.reviewed, most=COMMENTS_LIMIT)

    @page.get("/runs/<run_id>/report")
    def report(run_id: str) -> Response:
        return download(store, run_id, "html", language=current_language(), show=True)

    def serve(kind: Format, run_id: str) -> Response:
        return download(store, run_id, kind, language=current_language())

    for file in FILES:
        page.add_url_rule(f"/runs/<run_id>/export/{file.name}", file.kind, partial(serve, file.kind))
    return page
