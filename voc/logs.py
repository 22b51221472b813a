"""The log of a process: JSON lines on stderr, never a customer's text."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from traceback import extract_tb


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


def frames_of(error: BaseException) -> list[str]:
    """Where an error came from; not its message, which may quote a comment.

    Parameters
    ----------
    error : BaseException
        That was caught.

    Returns
    -------
    list of str
        ``file:line function``, the outermost first.
    """
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
