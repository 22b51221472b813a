"""Clocks of a case: around the clock, and in hours when people work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.deadlines import case_clock, working_seconds
from voc.store.case_records import Case, CaseDetail, CaseEntry

CHINA = timezone(timedelta(hours=8))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1))


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-02T09:00", "2026-03-02T18:00", 9),  # one Monday
        ("2026-03-02T00:00", "2026-03-03T00:00", 9),
        ("2026-03-02T12:00", "2026-03-02T12:30", 0.5),
        ("2026-03-02T18:00", "2026-03-03T09:00", 0),  # over night
        ("2026-03-06T17:00", "2026-03-09T10:00", 2),  # over the weekend
        ("2026-03-07T10:00", "2026-03-08T22:00", 0),  # a weekend
        ("2026-03-02T10:00", "2026-03-16T10:00", 90),  # two weeks
        ("2026-03-09T10:00", "2026-03-06T17:00", -2),
    ],
)
def test_working_seconds_are_those_from_monday_to_friday_9_to_18(start, end, hours):
    assert working_seconds(datetime.fromisoformat(start), datetime.fromisoformat(end)) == hours * 3600


@given(MOMENTS, MOMENTS, MOMENTS)
def test_working_seconds_add_up_and_are_no_more_than_all(one, other, third):
    assert working_seconds(one, other) + working_seconds(other, third) == pytest.approx(working_seconds(one, third), abs=1e-3)
    assert abs(working_seconds(one, other)) <= abs((other - one).total_seconds()) + 1e-3


def test_working_seconds_go_by_the_hours_of_where_it_starts():
    monday = datetime(2026, 3, 2, 9, tzinfo=CHINA)
    assert working_seconds(monday, datetime(2026, 3, 2, 10, tzinfo=UTC)) == 9 * 3600  # 18:00 in China


def case_detail(*steps: tuple[str, str], due: str | None = "2026-03-04T10:00:00+00:00") -> CaseDetail:
    """A case received on Monday, 2 March 2026, 10:00 in China; steps are time and status."""
    opened = "2026-03-02T02:00:00+00:00"
    entries = [CaseEntry(id=n, at=at, author=None, kind="status", text=to) for n, (at, to) in enumerate([(opened, "received"), *steps], 1)]
    case = Case(
        id=1, pain_point_id="pp-1", label="慢", run_id="r1", owner=None, due=due, status=entries[-1].text, opened_at=opened, overdue=False
    )
    return CaseDetail(case=case, entries=tuple(entries))


def test_case_clock_runs_24_hours_to_the_first_answer():
    clock = case_clock(case_detail(("2026-03-02T03:00:00+00:00", "analysed")), datetime(2026, 3, 2, 16, tzinfo=CHINA))
    assert clock.response_by == datetime(2026, 3, 3, 10, tzinfo=CHINA)
    assert (clock.response_left_s, clock.response_working_s) == (18 * 3600, 3 * 3600)
    assert (clock.due_left_s, clock.due_working_s) == (50 * 3600, (2 + 9 + 9) * 3600)


def test_case_clock_stops_at_the_first_answer_and_says_how_late_it_was():
    steps = (("2026-03-03T05:00:00+00:00", "responded"), ("2026-03-03T06:00:00+00:00", "analysed"), ("2026-03-05T06:00:00+00:00", "closed"))
    clock = case_clock(case_detail(*steps), datetime(2026, 3, 9, tzinfo=CHINA))
    assert (clock.response_left_s, clock.response_working_s) == (-3 * 3600, None)
    assert (clock.due_left_s, clock.due_working_s) == (None, None)  # closed


def test_case_clock_without_a_due_time():
    clock = case_clock(case_detail(due=None), datetime(2026, 3, 2, 16, tzinfo=CHINA))
    assert (clock.due, clock.due_left_s) == (None, None)
