"""Where a reader can go: what the header shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple
from urllib.parse import urlencode

from flask import current_app, g, request, url_for

from voc.errors import StoreUnavailable
from web.pages.access import Page, may
from web.pages.draft import SAID
from web.pages.frame import newest_run


class NavItem(NamedTuple):
    """A place in the header.

    Parameters
    ----------
    message : str
        Key of its name.
    endpoint : str
        Its page; left out where the application has no such page.
    also : tuple of str
        Other pages, by the name of their blueprint, that belong there.
    """

    message: str
    endpoint: str
    also: tuple[str, ...] = ()


NAV = (
    NavItem("nav.upload", "upload.show", ("uploading",)),
    NavItem("nav.overview", "overview.show"),
    NavItem("nav.pain_points", "painpoints.show", ("point", "point_edit", "draft", "edits")),
    NavItem("nav.cases", "cases.show", ("case_edit",)),
    NavItem("nav.insights", "insights.show"),
    NavItem("nav.comments", "comments.show"),
    NavItem("nav.review", "review.show"),
    NavItem("nav.export", "export.show"),
    NavItem("nav.admin", "admin.show"),
    NavItem("nav.help", "help.show"),
)


class Link(NamedTuple):
    """What a template needs of it.

    Parameters
    ----------
    message : str
        Key of its name.
    href : str
        Address.
    current : bool
        Whether the present page belongs there.
    """

    message: str
    href: str
    current: bool


def nav_links() -> list[Link]:
    """Places that exist and that the reader may see; pages of a run only where there is one.

    Returns
    -------
    list of Link
        In the order of the work. Filters are carried from page to page of a run.
    """
    shown = []
    address = run_addresses()
    for message, endpoint, also in NAV:
        name = endpoint.partition(".")[0]
        page = current_app.blueprints.get(name)
        if endpoint not in current_app.view_functions or (isinstance(page, Page) and not may(page.needs)):
            continue
        if href := address(endpoint) if of_run(endpoint) else url_for(endpoint):
            named = "nav.data" if message == "nav.upload" and not may("write") else message  # who may not upload finds the runs there
            shown.append(Link(named, href, request.blueprint in (name, *also)))
    return shown


def of_run(endpoint: str) -> bool:
    """Whether a page is one of a run.

    Parameters
    ----------
    endpoint : str
        The page, which the application has.

    Returns
    -------
    bool
        True where its address names one.
    """
    return any("run_id" in rule.arguments for rule in current_app.url_map.iter_rules(endpoint))


def run_addresses() -> Callable[[str], str | None]:
    """Gives the address of a page of the present run, or of the newest.

    Returns
    -------
    callable
        Endpoint → address; None where there is no run.
    """

    @cache
    def newest() -> str | None:
        try:
            run = newest_run(current_app.extensions["store"]) if may("read") else None
        except StoreUnavailable:  # the page says so, or is about something else: its head need not
            return None
        return run.id if run else None

    def address(endpoint: str) -> str | None:
        if frame := g.get("frame"):
            return str(frame.url(endpoint))
        return url_for(endpoint, run_id=newest()) if newest() else None

    return address


def with_query(**changes: object) -> str:
    """Address of the present page with another query: for sorting, paging and filters; what just happened is said once.

    Parameters
    ----------
    **changes : object
        New values; None takes a name out.

    Returns
    -------
    str
        Path and query.
    """
    here = {name: values for name, values in request.args.to_dict(flat=False).items() if name not in SAID}
    query = here | {name: [str(value)] for name, value in changes.items()}
    kept = {name: values for name, values in query.items() if changes.get(name, "") is not None}
    return f"{request.path}?{urlencode(kept, doseq=True)}" if kept else request.path
