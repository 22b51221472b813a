"""Where a reader can go: what the header shows."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from flask import current_app, request, url_for

from web.pages.access import Page, may


class NavItem(NamedTuple):
    """A place in the header.

    Parameters
    ----------
    message : str
        Key of its name.
    endpoint : str
        Its page; left out where the application has no such page.
    """

    message: str
    endpoint: str


NAV = (
    NavItem("nav.upload", "upload.show"),
    NavItem("nav.overview", "overview.show"),
    NavItem("nav.pain_points", "painpoints.show"),
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
    """Places that exist and that the reader may see.

    Returns
    -------
    list of Link
        In the order of the work.
    """
    shown = []
    for message, endpoint in NAV:
        name = endpoint.partition(".")[0]
        page = current_app.blueprints.get(name)
        if endpoint in current_app.view_functions and (not isinstance(page, Page) or may(page.needs)):
            shown.append(Link(message, url_for(endpoint), request.blueprint == name))
    return shown


def with_query(**changes: object) -> str:
    """Address of the present page with another query: for sorting, paging and filters.

    Parameters
    ----------
    **changes : object
        New values; None takes a name out.

    Returns
    -------
    str
        Path and query.
    """
    query = request.args.to_dict(flat=False) | {name: [str(value)] for name, value in changes.items()}
    kept = {name: values for name, values in query.items() if changes.get(name, "") is not None}
    return f"{request.path}?{urlencode(kept, doseq=True)}" if kept else request.path
