"""What a date cell states, in the ways that people and spreadsheets write it; and the year that a column leaves out."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache

# A column of dates says the same few things over and over.
_REMEMBERED = 1 << 14
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: at for at, name in enumerate(_MONTH_NAMES, start=1)}
_MONTH = rf"(?P<name>(?:{'|'.join(_MONTHS)})[a-z]*)"
_ORDINAL = "(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4}|\d{2}(?=\s*年))\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?!\d{1,5}(?!\d))",
        rf"(?P<day>\d{{1,2}}){_ORDINAL}[\s-]*{_MONTH}(?:[\s.,-]+(?P<year>\d{{4}}|\d{{2}}(?!\s*:)))?",
        rf"{_MONTH}[\s.]+(?P<day>\d{{1,2}}){_ORDINAL}(?:[\s,]+(?P<year>\d{{4}}))?",
        r"(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]?",
        r"(?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?![-/.\d])",
    )
)
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[\s,]+|\s*[(\[]?(?:星期|周|礼拜)[一二三四五六日天][)\]]?", re.IGNORECASE)
_TIME = re.compile(
    r"[T\s,]*(?P<half>上午|早上|早晨|凌晨|中午|下午|傍晚|晚上|[AP]M)?\s*(?P<hour>\d{1,2})"
    r"(?:\s*[:时点]\s*(?:钟|整|(?P<halfpast>半)|(?P<minute>\d{1,2})\s*(?:[:分]\s*(?P<second>\d{1,2})(?:\.\d+)?)?\s*[分秒]?)?|(?=\s*[AP]M))"
    r"\s*(?P<ampm>[AP]M)?\s*(?P<zone>Z|GMT|UTC|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_COMPACT_TIME = re.compile(r"T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})(?P<zone>Z)?", re.IGNORECASE)
_MORNING = frozenset({"上午", "早上", "早晨", "凌晨", "AM"})
_EVENING = frozenset({"下午", "傍晚", "晚上", "PM"})
# Excel counts days from here (and takes 1900 for a leap year); these numbers are the years 2000 to 2099.
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)
_SERIAL = re.compile(r"\d{5}(?:\.\d{1,12})?")
_SERIALS = range(36_526, 73_051)
_LEAP_YEAR = 2024
# Longer cells are no dates, and not worth the search.
_LONGEST = 60


@lru_cache(_REMEMBERED)
def iso_date(text: str, year: int | None = None) -> str | None:
    """ISO 8601 date or date-time out of the ways people write one: year or month first in digits, any order with the month's name.

    Parameters
    ----------
    text : str
        A cell.
    year : int, optional
        Year of a date that states none.

    Returns
    -------
    str or None
        None if it is no date, one that the calendar lacks, or one without a year where none is given.

    Examples
    --------
    >>> iso_date("2026年3月5日 下午2点"), iso_date("20260305"), iso_date("5 Mar 2026"), iso_date("2026/2/30")
    ('2026-03-05T14:00:00', '2026-03-05', '2026-03-05', None)
    >>> iso_date("3月5日"), iso_date("3月5日", 2026)
    (None, '2026-03-05')
    """
    if len(text) > _LONGEST:
        return None
    text = _WEEKDAY.sub("", unicodedata.normalize("NFKC", text)).strip()
    for pattern in _DATES:
        if match := pattern.match(text):
            return _stated(match.groupdict(), text[match.end() :], year)
    return None


def without_year(text: str) -> bool:
    """Whether a cell is a date that leaves its year out.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    bool
        True for "3月5日", "03-05", "3/5" and "5 Mar", with or without a time.
    """
    return iso_date(text) is None and iso_date(text, _LEAP_YEAR) is not None


def column_date(text: str) -> str | None:
    """Date in a column that is known to hold dates: as `iso_date`, and Excel's day numbers of the years 2000 to 2099.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    str or None
        None if it is no date, or has no year.

    Examples
    --------
    >>> column_date("46086"), column_date("46086.75"), column_date("昨天")
    ('2026-03-05', '2026-03-05T18:00:00', None)
    """
    found = iso_date(text)
    if found or not _SERIAL.fullmatch(text) or int(text[:5]) not in _SERIALS:
        return found
    moment = _EXCEL_EPOCH + dt.timedelta(seconds=round(float(text) * 86_400))
    return moment.isoformat() if "." in text else moment.date().isoformat()


class ColumnYear:
    """Year that all dates of a column agree on; the column is looked through only once a date without a year turns up.

    Parameters
    ----------
    cells : callable
        Gives the cells of the column, anew at each call.
    """

    def __init__(self, cells: Callable[[], Iterable[str]]) -> None:
        self._cells = cells
        self.lent = 0

    @cached_property
    def year(self) -> int | None:  # numpydoc ignore=RT01
        """The year; None where no date states one, or two differ."""
        years: set[str] = set()
        for cell in self._cells():
            if found := column_date(cell):
                years.add(found[:4])
            if len(years) > 1:
                return None
        return int(years.pop()) if years else None

    def complete(self, text: str) -> str | None:
        """Date that a cell states, with the column's year where it leaves it out; those are counted in `lent`.

        Parameters
        ----------
        text : str
            A cell of the column.

        Returns
        -------
        str or None
            None if it is no date, or its year is unknown.
        """
        if found := column_date(text):
            return found
        found = iso_date(text, self.year) if without_year(text) else None
        self.lent += found is not None
        return found


def _stated(parts: dict[str, str | None], rest: str, year: int | None) -> str | None:
    written = parts.get("year")
    stated = int(written) if written else year
    time = (_TIME.fullmatch(rest) or _COMPACT_TIME.fullmatch(rest)) if rest else None
    if stated is None or (rest and time is None):
        return None
    name = parts.get("name")
    month = _MONTHS[name[:3].lower()] if name else int(parts["month"] or 0)
    try:
        day = dt.date(stated + (2000 if stated < 100 else 0), month, int(parts["day"] or 0))
        return _with_time(day, time.groupdict()) if time else day.isoformat()
    except ValueError:
        return None


def _with_time(day: dt.date, parts: dict[str, str | None]) -> str:
    hour = int(parts["hour"] or 0)
    half = (parts.get("half") or parts.get("ampm") or "").upper()
    if half == "晚上" and hour == 12:
        return day.isoformat()  # the midnight before or after: the day alone is safe
    if (half in _EVENING and hour < 12) or (half == "中午" and hour < 10):
        hour += 12
    elif half in _MORNING and hour == 12:
        hour = 0
    minute = 30 if parts.get("halfpast") else int(parts["minute"] or 0)
    time = dt.time(hour, minute, int(parts.get("second") or 0))
    zone = (parts.get("zone") or "").upper()
    return dt.datetime.combine(day, time).isoformat() + ("Z" if zone in ("GMT", "UTC") else zone)
