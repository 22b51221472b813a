"""One JSON line a request on stderr: id, method, path, status, milliseconds, number of comments; never text."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from time import perf_counter
from uuid import uuid4

from flask import Flask, Response, g, request

from web.metrics import Metrics

log = logging.getLogger("web")


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; what goes with it is under ``extra={"fields": {...}}``."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line.

        Parameters
        ----------
        record : logging.LogRecord
            From any logger; a traceback, which may quote a comment, is left out.

        Returns
        -------
        str
            JSON with ``time``, ``level``, ``logger``, ``event``, and the fields.
        """
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        head = {"time": at, "level": record.levelname.lower(), "logger": record.name, "event": record.getMessage()}
        return json.dumps({**head, **getattr(record, "fields", {})}, ensure_ascii=False)


def configure_logging() -> None:
    """Send the log of the process to stderr as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


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
