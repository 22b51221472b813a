"""The cookies: of a session, and of the form to sign in before there is one."""

from __future__ import annotations

from flask import current_app, request
from werkzeug.wrappers import Response

from web.hosts import is_loopback
from web.settings import ServerSettings


def only_https(settings: ServerSettings) -> bool:
    """Whether cookies go over HTTPS alone.

    Parameters
    ----------
    settings : ServerSettings
        With host and proxies.

    Returns
    -------
    bool
        False where the service is reached from this machine alone; for Flask's ``SESSION_COOKIE_SECURE``.
    """
    return not is_loopback(settings.host) or settings.trusted_proxies > 0


def session_secret() -> str | None:
    """Value of the session's cookie.

    Returns
    -------
    str or None
        None where there is none.
    """
    return request.cookies.get(_name("session"))


def form_secret() -> str | None:
    """Value of the cookie that the form to sign in is tied to.

    Returns
    -------
    str or None
        None where there is none.
    """
    return request.cookies.get(_name("form"))


def set_cookie(response: Response, kind: str, secret: str | None, *, max_age_s: int | None = None) -> None:
    """Send a cookie that scripts cannot read and other sites do not send along.

    Parameters
    ----------
    response : werkzeug.wrappers.Response
        To go with.
    kind : {"session", "form"}
        Which.
    secret : str or None
        Its value; None: the browser is to forget it.
    max_age_s : int, optional
        Seconds that the browser keeps it; until it is closed where left out.
    """
    secure = _secure()
    if secret is None:
        response.delete_cookie(_name(kind), secure=secure, httponly=True, samesite="Lax")
    else:
        response.set_cookie(_name(kind), secret, max_age=max_age_s, secure=secure, httponly=True, samesite="Lax")


def _name(kind: str) -> str:
    # Browsers take the prefix only with Secure, for this very host and all of it: no neighbour can set such a cookie.
    return f"__Host-voc_{kind}" if _secure() else f"voc_{kind}"


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
