"""What the pages of a run have in common: which run, which of its comments are counted, and where else one can go from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from voc.store import RunFilter, RunSummary, Store, StoredUpload
from web.access import sees, visible_run
from web.api.exchange import check_fields
from web.format import moment
from web.messages import t
from web.pages.access import Page

SHOWN_RUNS = 50  # to choose from
FIELDS = ("channel", "store", "product", "region", "question")
FILTERS = ("from", "to", *FIELDS)  # as the address names them


@dataclass(frozen=True)
class Frame:
    """The run of a page.

    Parameters
    ----------
    store : Store
        Holds it.
    run_id : str
        The run; the reader may see it.
    upload : StoredUpload
        That it analysed.
    chosen : RunFilter
        Which comments the page is about: from its address.
    """

    store: Store
    run_id: str
    upload: StoredUpload
    chosen: RunFilter

    @property
    def filters(self) -> dict[str, str]:  # numpydoc ignore=RT01
        """The filters that are set, as the address names them: for links to other pages of the run."""
        return self.chosen.model_dump(exclude_none=True)

    @property
    def active(self) -> list[tuple[str, str]]:  # numpydoc ignore=RT01
        """The same as pairs of name and words, for the filter bar."""
        return [(name, f"{t(f'filter.{name}')} {value}") for name, value in self.filters.items()]

    @property
    def options(self) -> dict[str, list[tuple[str, str]]]:  # numpydoc ignore=RT01
        """What each field can be filtered by, as pairs for `select_field`; fields with fewer than two values are left out."""
        values = self.store.field_values(self.run_id)
        everything = ("", t("filter.all"))
        return {field: [everything, *((one, one) for one in values[field])] for field in FIELDS if len(values[field]) > 1}

    @property
    def runs(self) -> list[tuple[str, str]]:  # numpydoc ignore=RT01
        """Runs to choose from, as pairs for `select_field`: the newest first."""
        names = {upload.id: upload.name for upload in self.store.uploads()}
        page = self.store.run_page(sees, limit=SHOWN_RUNS)
        return [(run.id, f"{names[run.upload_id]} · {moment(run.started_at)}") for run in page.runs]

    def url(self, endpoint: str, **more: Any) -> str:
        """Address of another page of this run, with the same filters.

        Parameters
        ----------
        endpoint : str
            Its page.
        **more : Any
            Parameters of the address; None takes a filter out.

        Returns
        -------
        str
            Path and query.
        """
        asked: Mapping[str, Any] = {**self.filters, **more}
        return url_for(endpoint, run_id=self.run_id, **{name: value for name, value in asked.items() if value is not None})


def open_frame(store: Store, run_id: str) -> Frame:
    """The run that the present request is about; templates know it as ``g.frame``.

    Parameters
    ----------
    store : Store
        Holds it.
    run_id : str
        From the address.

    Returns
    -------
    Frame
        With the filters of the address.

    Raises
    ------
    RecordNotFound
        If there is no such run, or the reader may not see it.
    ApiError
        422 where a filter is not as it should be.
    """
    given = {name: [value] for name in FILTERS if (value := request.args.get(name, "").strip())}
    frame = Frame(store, run_id, visible_run(store, run_id), check_fields(RunFilter, given))
    g.frame = frame
    return frame


def newest_run(store: Store) -> RunSummary | None:
    """The run to show where none was chosen.

    Parameters
    ----------
    store : Store
        Holds it.

    Returns
    -------
    RunSummary or None
        None where the reader may see none.
    """
    runs = store.run_page(sees, limit=1).runs
    return runs[0] if runs else None


def make_start(store: Store) -> Page:
    """Make the addresses that lead to a run.

    Parameters
    ----------
    store : Store
        Holds the runs.

    Returns
    -------
    Page
        For who may read.
    """
    page = Page("start", needs="read")

    @page.get("/")
    def show() -> Response:
        run = newest_run(store)
        return redirect(url_for("overview.show", run_id=run.id) if run else url_for("upload.show"), 303)

    @page.get("/runs")
    def choose() -> Response:
        """The same page of another run: what the form in the head of each page sends."""
        endpoint = request.args.get("page", "")
        rules = list(current_app.url_map.iter_rules(endpoint)) if endpoint in current_app.view_functions else []
        known = endpoint if endpoint.endswith(".show") and any(rule.arguments == {"run_id"} for rule in rules) else "overview.show"
        return redirect(url_for(known, run_id=request.args.get("run_id", "")), 303)

    return page
