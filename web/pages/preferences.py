"""POST /preferences: language and theme, kept in two cookies."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from web.messages import LANGUAGE_COOKIE, LANGUAGES
from web.pages.access import Page

THEMES = ("system", "light", "dark")
THEME_COOKIE = "voc_theme"
_YEAR_S = 365 * 24 * 3600


def local_path(address: str) -> str:
    """Where to go on within the application, whatever a form says.

    Parameters
    ----------
    address : str
        As it was sent.

    Returns
    -------
    str
        The address if it is a path of this application, else the start.

    Examples
    --------
    >>> local_path("/help?a=1"), local_path("//evil.example/"), local_path("https://evil.example"), local_path("/\\\\evil.example")
    ('/help?a=1', '/', '/', '/')
    """
    # Browsers read a backslash as a slash, and drop tabs and line ends before they look.
    clean = address.isprintable() and "\\" not in address and address.startswith("/") and not address.startswith("//")
    return address if clean and not urlsplit(address).netloc else "/"


def current_theme() -> str:
    """What the reader chose.

    Returns
    -------
    str
        One of `THEMES`; system where nothing was chosen.
    """
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "system"


def make_preferences() -> Page:
    """Make the page.

    Returns
    -------
    Page
        Open to all: a reader who cannot read the language cannot log in either.
    """
    page = Page("preferences")

    @page.post("/preferences")
    def save() -> Response:
        # A script, which has changed the page already, goes nowhere.
        answer: Response = redirect(local_path(request.form["next"]), 303) if "next" in request.form else Response(status=204)
        for name, cookie, known in (("language", LANGUAGE_COOKIE, LANGUAGES), ("theme", THEME_COOKIE, THEMES)):
            chosen = request.form.get(name)
            if chosen is not None and chosen not in known:
                abort(400)
            if chosen:
                answer.set_cookie(cookie, chosen, max_age=_YEAR_S, secure=request.is_secure, httponly=True, samesite="Lax")
        return answer

    return page
