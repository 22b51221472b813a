"""How numbers, shares, intervals and days look: one way each, in reports, on pages and in charts."""

from __future__ import annotations

from datetime import datetime, tzinfo

from voc.report.words import Language, say

_BLANK = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"


def number(value: float, digits: int = 0) -> str:
    """A count or a figure.

    Parameters
    ----------
    value : float
        Any.
    digits : int
        After the point.

    Returns
    -------
    str
        Thousands apart, a true minus; nothing is never below nothing.

    Examples
    --------
    >>> number(23130), number(-4.25, 1), number(-0.04, 1)
    ('23,130', '−4.2', '0.0')
    """
    return f"{value:z,.{digits}f}".replace("-", _MINUS)


def signed(value: float, digits: int = 1) -> str:
    """A difference or a balance such as the NPS.

    Parameters
    ----------
    value : float
        Any.
    digits : int
        After the point.

    Returns
    -------
    str
        With its sign.

    Examples
    --------
    >>> signed(12.34), signed(-0.5), signed(0)
    ('+12.3', '−0.5', '0.0')
    """
    return ("+" if round(value, digits) > 0 else "") + number(value, digits)


def share(value: float, digits: int = 1) -> str:
    """A share.

    Parameters
    ----------
    value : float
        From 0 to 1.
    digits : int
        Of the percentage.

    Returns
    -------
    str
        In percent; the blank does not break.

    Examples
    --------
    >>> share(0.1234).replace(_BLANK, " ")
    '12.3 %'
    """
    return f"{number(100 * value, digits)}{_BLANK}%"


def interval(bounds: tuple[float, float], digits: int = 1) -> str:
    """An interval of a share.

    Parameters
    ----------
    bounds : tuple of float, float
        From 0 to 1.
    digits : int
        Of the percentages.

    Returns
    -------
    str
        In percent.

    Examples
    --------
    >>> interval((0.118, 0.129)).replace(_BLANK, " ")
    '11.8–12.9 %'
    """
    return f"{number(100 * bounds[0], digits)}–{share(bounds[1], digits)}"


def signed_interval(bounds: tuple[float, float], digits: int = 1, *, language: Language = "zh") -> str:
    """An interval of a difference or of the NPS, where a dash would read as a minus.

    Parameters
    ----------
    bounds : tuple of float, float
        In points.
    digits : int
        After the point.
    language : {"zh", "en"}
        Of the reader.

    Returns
    -------
    str
        Both bounds with their signs.

    Examples
    --------
    >>> signed_interval((-3.1, 4))
    '−3.1 至 +4.0'
    """
    return say(language, "format.range", low=signed(bounds[0], digits), high=signed(bounds[1], digits))


def date(value: str | datetime, *, language: Language = "zh") -> str:
    """A day.

    Parameters
    ----------
    value : str or datetime.datetime
        ISO 8601 where it is text.
    language : {"zh", "en"}
        Of the reader.

    Returns
    -------
    str
        As the reader's language writes it.

    Examples
    --------
    >>> date("2026-03-05")
    '2026年3月5日'
    """
    day = datetime.fromisoformat(value) if isinstance(value, str) else value
    month = say(language, "format.months").split()[day.month - 1]
    return say(language, "format.date", year=day.year, month=month, day=day.day)


def moment(value: str | datetime, *, language: Language = "zh") -> str:
    """A day and the time of it.

    Parameters
    ----------
    value : str or datetime.datetime
        ISO 8601 where it is text; shown in the zone that it has.
    language : {"zh", "en"}
        Of the reader.

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
    return f"{date(at, language=language)} {at:%H:%M}"


def local_time(value: str, zone: tzinfo | None = None) -> str:
    """A moment as people write it into tables, by the clock of where they work.

    Parameters
    ----------
    value : str
        ISO 8601 with its zone; what has none, or is no moment (月底), stays as it was written.
    zone : datetime.tzinfo, optional
        Of the reader; that of this machine where left out.

    Returns
    -------
    str
        To the minute.

    Examples
    --------
    >>> from datetime import timedelta, timezone
    >>> local_time("2026-03-05T16:30:00+00:00", timezone(timedelta(hours=8))), local_time("2026-03-05")
    ('2026-03-06 00:30', '2026-03-05')
    """
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at.tzinfo else value
