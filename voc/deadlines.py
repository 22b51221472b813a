"""How much time a case has left: by the clock, and in hours when people work."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from voc.records import Record
from voc.store.case_records import CaseDetail

RESPONSE_HOURS = 24  # from when a case is received to the first answer
WORKDAY_HOURS = 9
_OPENS, _DAY = timedelta(hours=9), timedelta(hours=WORKDAY_HOURS)  # from 9:00 to 18:00
_WORKDAYS = 5  # of a week, from Monday
_ANSWERED = ("responded", "followed_up", "closed")


class CaseClock(Record):
    """Both clocks of a case. Seconds below 0: so long past."""

    response_by: AwareDatetime
    responded_at: AwareDatetime | None
    response_left_s: float = Field(description="from now, or from the answer, to `response_by`")
    response_working_s: float | None = Field(description="of it when people work; none: it was answered")
    due: AwareDatetime | None
    due_left_s: float | None = Field(description="none: it has no due time, or is closed")
    due_working_s: float | None


def case_clock(detail: CaseDetail, now: datetime) -> CaseClock:
    """What the clocks of a case say.

    Parameters
    ----------
    detail : CaseDetail
        The first step to responded, or beyond, in its history counts as the answer.
    now : datetime.datetime
        With the time zone in which people work.

    Returns
    -------
    CaseClock
        Times in that zone.
    """
    case = detail.case
    answers = (entry.at for entry in detail.entries if entry.kind == "status" and entry.text in _ANSWERED)
    response_by = _at(case.opened_at, now) + timedelta(hours=RESPONSE_HOURS)
    responded_at = _at(first, now) if (first := next(answers, None)) else None
    due = _at(case.due, now) if case.due else None
    running = due is not None and case.status != "closed"
    return CaseClock(
        response_by=response_by,
        responded_at=responded_at,
        response_left_s=(response_by - (responded_at or now)).total_seconds(),
        response_working_s=None if responded_at else working_seconds(now, response_by),
        due=due,
        due_left_s=(due - now).total_seconds() if due and running else None,
        due_working_s=working_seconds(now, due) if due and running else None,
    )


def working_seconds(start: datetime, end: datetime) -> float:
    """Time between two moments when people work: Monday to Friday, 9:00 to 18:00.

    Statutory holidays and the weekends that are worked for them (调休) change every year, and are not known here: they count as what
    day of the week they are.

    Parameters
    ----------
    start, end : datetime.datetime
        Both with a time zone, or both without; hours are those of `start`.

    Returns
    -------
    float
        Below 0 where `end` lies before `start`.

    Examples
    --------
    >>> friday, monday = datetime(2026, 3, 6, 17), datetime(2026, 3, 9, 10)
    >>> working_seconds(friday, monday) / 3600, working_seconds(monday, friday) / 3600
    (2.0, -2.0)
    """
    return _worked_until(end.astimezone(start.tzinfo) if end.tzinfo else end) - _worked_until(start)


def _worked_until(at: datetime) -> float:
    """Seconds since the Monday on which the calendar begins, by the clock on the wall."""
    weeks, weekday = divmod(at.toordinal() - 1, 7)
    today = timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
    today = min(max(today - _OPENS, timedelta()), _DAY) if weekday < _WORKDAYS else timedelta()
    return ((_WORKDAYS * weeks + min(weekday, _WORKDAYS)) * _DAY + today).total_seconds()


def _at(text: str, now: datetime) -> datetime:
    return datetime.fromisoformat(text).astimezone(now.tzinfo)
