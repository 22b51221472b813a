"""One cell: from what a file holds to text, and from text to a date or a score."""

from __future__ import annotations

import datetime as dt
import math
import re
import string
import unicodedata
from functools import lru_cache

from voc.ingest.names import to_simplified

_BLANKS = string.whitespace + "\x00\x1c\x1d\x1e\x1f\x85\xa0\u200b\u200c\u200d\u2060\u3000\ufeff"
_NO_VALUE = frozenset({"nan", "null", "#n/a"})
_NO_VALUE_CHARS = max(map(len, _NO_VALUE))
# A column of dates or scores says the same few things over and over.
_REMEMBERED = 1 << 14
_DATE = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[T\s]*(?P<half>上午|下午)?\s*(?P<hour>\d{1,2})[:时点]\s*(?P<minute>\d{1,2})(?:[:分]\s*(?P<second>\d{1,2})(?:\.\d+)?)?\s*[分秒]?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_COMPACT_DATE = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2}))?")
_SCORE = re.compile(r"(-?\d{1,9}(?:\.\d{1,9})?)\s*(?:分|颗星|星级|星|点|points?|stars?)?\s*(?:/\s*\d+)?\s*(?:[(:、.—\-\s]\D*)?")
_WORDS = {
    "非常满意": 5.0, "很满意": 5.0, "十分满意": 5.0, "满意": 4.0, "比较满意": 4.0, "较满意": 4.0, "一般": 3.0, "中立": 3.0,
    "不满意": 2.0, "不太满意": 2.0, "比较不满意": 2.0, "非常不满意": 1.0, "很不满意": 1.0,
    "五星": 5.0, "四星": 4.0, "三星": 3.0, "二星": 2.0, "两星": 2.0, "一星": 1.0,
}  # fmt: skip
_STARS = re.compile("(★{1,10})☆*")


def cell_text(value: object) -> str:
    """Text of a cell, as a person reads it.

    Parameters
    ----------
    value : object
        Text, number, date, truth value, bytes or None.

    Returns
    -------
    str
        Without blanks at its ends and without NUL; "" for nothing, not-a-number, ``null`` and ``#N/A``.

    Examples
    --------
    >>> cell_text(57.0), cell_text("　太慢了\\n"), cell_text(float("nan"))
    ('57', '太慢了', '')
    """
    if isinstance(value, str):
        text = value.strip(_BLANKS).replace("\x00", "")
        return "" if len(text) <= _NO_VALUE_CHARS and text.lower() in _NO_VALUE else text
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return cell_text(value.decode("utf-8", "replace"))
    return str(value)


@lru_cache(_REMEMBERED)
def iso_date(text: str) -> str | None:
    """ISO 8601 date or date-time out of the ways people write one, year first.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    str or None
        None if it is no date, or one that the calendar lacks.

    Examples
    --------
    >>> iso_date("2026年3月5日 14:20"), iso_date("20260305"), iso_date("2026/2/30")
    ('2026-03-05T14:20:00', '2026-03-05', None)
    """
    text = unicodedata.normalize("NFKC", text)
    match = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if not match:
        return None
    parts = match.groupdict()
    try:
        day = dt.date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
        if parts["hour"] is None:
            return day.isoformat()
        hour = int(parts["hour"]) + (12 if parts.get("half") == "下午" and int(parts["hour"]) < 12 else 0)
        time = dt.time(hour, int(parts["minute"]), int(parts["second"] or 0))
    except ValueError:
        return None
    return dt.datetime.combine(day, time).isoformat() + (parts.get("zone") or "").upper()


@lru_cache(_REMEMBERED)
def score(text: str) -> float | None:
    """Number that a rating cell states.

    Parameters
    ----------
    text : str
        "4.0", "5分", "5 - 非常愿意", "★★★★☆", or one of the five steps of satisfaction (非常满意 is 5).

    Returns
    -------
    float or None
        None if it states none.

    Examples
    --------
    >>> score("4.5分"), score("非常满意"), score("好评")
    (4.5, 5.0, None)
    """
    text = unicodedata.normalize("NFKC", text)
    if match := _SCORE.fullmatch(text):
        return float(match[1])
    if match := _STARS.fullmatch(text):
        return float(len(match[1]))
    return _WORDS.get(to_simplified(text))


def nps_score(text: str) -> int | None:
    """Answer to "how likely are you to recommend us", 0 to 10.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    int or None
        None if it is no whole number from 0 to 10.

    Examples
    --------
    >>> nps_score("9分"), nps_score("10.0"), nps_score("11")
    (9, 10, None)
    """
    value = score(text)
    return int(value) if value is not None and value.is_integer() and 0 <= value <= 10 else None
