"""One JSON line a request on stderr: id, method, path, status, milliseconds, number of comments; never text."""

from __future__ import annotations

import logging
from time import perf_counter
from uuid import uuid4

from flask import Flask, Response, g, request

from web.metrics import Metrics

log = logging.getLogger("web")


def log_requests(app: Flask, metrics: Metrics) -> None:
    """Let the application name each request, log it and count it.

    Parameters
    ----------
    app : flask.Flask
        Registered before what may refuse a request.
    metrics : Metrics
        Counts.
    """

    @app.before_request
    def begin() -> None:
        g.request_id = uuid4().hex
        g.started = perf_counter()
        g.comments = 0

    @app.after_request
    def end(response: Response) -> Response:
        seconds = perf_counter() - g.started
        # The pattern, not the address: whatever a caller writes there by mistake is not kept.
        path = request.url_rule.rule if request.url_rule else None
        metrics.observe(request.method, path, response.status_code, seconds, g.comments)
        fields = {"request_id": g.request_id, "method": request.method, "path": path, "status": response.status_code}
        log.info("request", extra={"fields": {**fields, "ms": round(1000 * seconds, 1), "comments": g.comments}})
        response.headers["X-Request-ID"] = g.request_id
        return response
