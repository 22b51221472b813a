"""Errors for people: what a browser is shown where a script gets a problem document."""

from __future__ import annotations

from flask import render_template, request
from werkzeug.exceptions import SecurityError

from web.messages import current_language, load_messages, one_language
from web.records import ProblemDocument

_PROBLEM = "application/problem+json"
_API = "/api/"


def wants_page() -> bool:
    """Whether a person with a browser asks.

    Returns
    -------
    bool
        False below /api/, for whoever takes anything, and where the name of the host is not ours: no address can be made then.
    """
    if request.path.startswith(_API) or isinstance(request.routing_exception, SecurityError):
        return False
    return request.accept_mimetypes.best_match([_PROBLEM, "text/html"], _PROBLEM) == "text/html"


def error_page(document: ProblemDocument) -> str:
    """Write the page.

    Parameters
    ----------
    document : ProblemDocument
        What a script would get.

    Returns
    -------
    str
        HTML in the reader's language.
    """
    words = load_messages(current_language())
    key = f"error.{document.status}"
    own = document.code in ("not_found", "method_not_allowed", "too_large", "internal", "forbidden") and f"{key}.title" in words
    return render_template(
        "error.html",
        status=document.status,
        title=words[f"{key}.title"] if own else one_language(document.title),
        hint=words[f"{key}.hint"] if own else one_language(document.hint),
        request_id=document.request_id,
    )
