"""What forms say of a case, and what is said where that will not do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from voc.store.case_records import CaseChange
from web.api.exchange import check_fields

FIELDS = ("owner", "due", "root_cause", "action")


def case_change(form: Mapping[str, str], status: str | None = None) -> CaseChange:
    """What a form asks for.

    Parameters
    ----------
    form : mapping of str to str
        Fields that it lacks stay as they are.
    status : str, optional
        The step to take.

    Returns
    -------
    CaseChange
        For the store.

    Raises
    ------
    ApiError
        422 with the names of fields that will not do.
    """
    given = {name: [form[name].strip()] for name in FIELDS if name in form}
    if "due" in given:
        given["due"] = [with_zone(given["due"][0])]
    return check_fields(CaseChange, {**given, **({"status": [status]} if status else {})})


def with_zone(typed: str) -> str:
    """A time as the store takes it.

    Parameters
    ----------
    typed : str
        By the clock of this machine, as a field for date and time gives it, or a day, which lasts until its end.

    Returns
    -------
    str
        With its zone; as it is where it is no time, for the store to refuse.

    Examples
    --------
    >>> with_zone("明天"), with_zone("")
    ('明天', '')
    """
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        return typed
    if at.tzinfo is None:
        at = (at.replace(hour=23, minute=59) if len(typed) <= len("2026-03-05") else at).astimezone()
    return at.isoformat()


def zone_name(now: datetime) -> str:
    """The zone in which times are shown, for who is in another.

    Parameters
    ----------
    now : datetime.datetime
        With its zone.

    Returns
    -------
    str
        Its distance from UTC.

    Examples
    --------
    >>> zone_name(datetime.fromisoformat("2026-03-05T09:00:00+08:00"))
    'UTC+08:00'
    """
    minutes = int((now.utcoffset() or timedelta()).total_seconds() // 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
