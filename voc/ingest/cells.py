"""One cell: from what a file holds to text."""

from __future__ import annotations

import datetime as dt
import math
import string

_BLANKS = string.whitespace + "\x00\x1c\x1d\x1e\x1f\x85\xa0\u200b\u200c\u200d\u2060\u3000\ufeff"
_NO_VALUE = frozenset({"nan", "null", "#n/a"})
_NO_VALUE_CHARS = max(map(len, _NO_VALUE))


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
