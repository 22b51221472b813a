"""How numbers, shares, intervals and times look on the pages: as in the report, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from voc.report import format as written
from voc.report.format import interval, number, share, signed
from voc.wordings import NOBODY_ASKED
from web.messages import current_language, t

__all__ = ["FILTERS", "date", "duration", "interval", "moment", "number", "person", "share", "signed", "signed_interval"]


def signed_interval(bounds: tuple[float, float], digits: int = 1) -> str:
    """An interval of a difference or of the NPS (see `voc.report.format.signed_interval`).

    Parameters
    ----------
    bounds : tuple of float, float
        In points.
    digits : int
        After the point.

    Returns
    -------
    str
        Both bounds with their signs.

    Examples
    --------
    >>> signed_interval((-3.1, 4))
    '−3.1 至 +4.0'
    """
    return written.signed_interval(bounds, digits, language=current_language())


def date(value: str | datetime) -> str:
    """A day (see `voc.report.format.date`).

    Parameters
    ----------
    value : str or datetime.datetime
        ISO 8601 where it is text.

    Returns
    -------
    str
        As the reader's language writes it.

    Examples
    --------
    >>> date("2026-03-05")
    '2026年3月5日'
    """
    return written.date(value, language=current_language())


def moment(value: str | datetime) -> str:
    """A day and the time of it (see `voc.report.format.moment`).

    Parameters
    ----------
    value : str or datetime.datetime
        ISO 8601 where it is text; what has a zone is shown by the clock of this machine (see `local`).

    Returns
    -------
    str
        To the minute.

    Examples
    --------
    >>> moment("2026-03-05T09:07:31")
    '2026年3月5日 09:07'
    """
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return written.moment(at.astimezone() if at.tzinfo else at, language=current_language())


def local(value: str) -> str:
    """A moment by the clock of this machine, which is set to where people work.

    Parameters
    ----------
    value : str
        ISO 8601 date-time with its zone, as the store keeps it.

    Returns
    -------
    str
        The same moment.

    Examples
    --------
    >>> datetime.fromisoformat(local("2026-03-05T09:07:31+00:00")) == datetime.fromisoformat("2026-03-05T17:07:31+08:00")
    True
    """
    return datetime.fromisoformat(value).astimezone().isoformat()


def duration(seconds: float) -> str:
    """How long something takes.

    Parameters
    ----------
    seconds : float
        From 0.

    Returns
    -------
    str
        In seconds, minutes, hours or days, whichever says enough.

    Examples
    --------
    >>> duration(8.2), duration(150), duration(5400)
    ('8 秒', '3 分钟', '1.5 小时')
    """
    if seconds < 90:
        return t("format.seconds", n=f"{seconds:.0f}")
    if seconds < 3600:
        return t("format.minutes", n=f"{-(-seconds // 60):.0f}")
    if seconds < 72 * 3600:
        return t("format.hours", n=f"{seconds / 3600:.1f}")
    return t("format.days", n=f"{seconds / 86400:.1f}")


def person(name: str) -> str:
    """Who did something.

    Parameters
    ----------
    name : str
        As the store has it.

    Returns
    -------
    str
        In words where the service asked nobody who they are.

    Examples
    --------
    >>> person("local"), person("王芳")
    ('本机', '王芳')
    """
    return t("format.this_computer") if name == NOBODY_ASKED else name


FILTERS: dict[str, Callable[..., str]] = {
    "number": number, "signed": signed, "share": share, "interval": interval, "signed_interval": signed_interval,
    "date": date, "moment": moment, "duration": duration, "local": local, "person": person,
}  # fmt: skip
