"""How the tabs of /admin answer: shown with what was said, or refused where it was asked for."""

from __future__ import annotations

from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from voc.errors import VocError
from web.errors import status_of

TABS = (
    ("users", "admin.show"),
    ("tokens", "admin.tokens"),
    ("jobs", "admin.jobs"),
    ("audit", "admin.audit"),
    ("erase", "admin.erase"),
    ("models", "admin.models"),
    ("words", "admin.words"),
)
# What a page may say that was just done; the address carries the word, so it says nothing else.
SAID = frozenset(
    ("role", "enabled", "disabled", "revoked", "cancelled", "cancelling", "retried", "erased_customer", "erased_upload", "kept")
)


def show(tab: str, *, error: VocError | None = None, status: int = 200, **shown: Any) -> Response:
    """One tab.

    Parameters
    ----------
    tab : str
        One of `TABS`, or the name of a template below it.
    error : VocError, optional
        Why what was asked for is not done; the page then has its status.
    status : int
        Of the answer otherwise.
    **shown : Any
        For the template.

    Returns
    -------
    werkzeug.wrappers.Response
        The page.
    """
    said = request.args.get("said", "")
    text = render_template(
        f"admin_{tab}.html",
        tab=tab.partition("_")[0],
        tabs=TABS,
        said=said if said in SAID else None,
        said_n=request.args.get("n", 0, type=int),
        error=error,
        nobody_asked=g.identity.user_id is None,
        **shown,
    )
    return make_response(text, status_of(error) if error else status)


def done(endpoint: str, said: str, **where: Any) -> Response:
    """Go on to a tab that says what was done.

    Parameters
    ----------
    endpoint : str
        Of the tab.
    said : str
        One of `SAID`.
    **where : Any
        For its address.

    Returns
    -------
    werkzeug.wrappers.Response
        303.
    """
    return redirect(url_for(endpoint, said=said, **where), 303)
