"""What every answer gets: security headers, and gzip where the caller takes it."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_WORTH_BYTES = 1024  # shorter answers go in one packet either way


def finish_responses(app: Flask) -> None:
    """Let the application send them.

    Parameters
    ----------
    app : flask.Flask
        What is registered for `after_request` later comes before this.
    """

    @app.after_request
    def compress(response: Response) -> Response:
        response.vary.add("Accept-Encoding")
        plain = response.status_code == 200 and not response.is_streamed and "Content-Encoding" not in response.headers
        if plain and request.accept_encodings.quality("gzip") > 0 and (response.content_length or 0) >= _WORTH_BYTES:
            response.direct_passthrough = False
            response.set_data(gzip.compress(response.get_data(), compresslevel=5, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)  # the report has a stricter policy of its own
        response.headers.setdefault("Cache-Control", "no-store")  # comments are nobody else's business
        return response
