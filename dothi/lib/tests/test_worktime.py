"""Deadlines are computed as the law and the calendar say."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.core.workdays import rules as seed
from dothi.core.workdays.choices import DayKind
from dothi.lib import worktime
from dothi.lib.worktime import Calendar

DAYS = list(seed.days_of(range(2024, 2028)))
OFFICIAL = Calendar(
    off=frozenset(day.day for day in DAYS if day.kind == DayKind.OFF),
    makeup=frozenset(day.day for day in DAYS if day.kind == DayKind.MAKEUP),
)
moments = st.datetimes(
    datetime(2025, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2024-05-03", 1, "2024-05-04"),
        ("2025-04-25", 5, "2025-05-06"),
        ("2025-12-31", 1, "2026-01-05"),
        ("2026-01-09", 1, "2026-01-10"),
        ("2026-02-12", 3, "2026-02-24"),
        ("2026-04-24", 3, "2026-05-04"),
        ("2026-08-21", 3, "2026-08-25"),
        ("2026-11-23", 1, "2026-11-25"),
        ("2026-11-23", 15, "2026-12-15"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2027-02-03", 3, "2027-02-15"),
    ],
)
def test_the_eleven_vectors(received: str, days: int, due: str) -> None:
    found = worktime.add_working_days(at(f"{received}T09:00"), days, OFFICIAL)
    assert found == at(f"{due}T17:00")


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 250), (2026, 249), (2027, 249)])
def test_working_days_of_a_year(year: int, days: int) -> None:
    last, end = date(year - 1, 12, 31), date(year, 12, 31)
    assert worktime.working_days_between(last, end, OFFICIAL) == days


def test_hours_run_in_sessions_and_rest_at_noon() -> None:
    found = worktime.add_working_time(at("2026-03-02T10:30"), timedelta(hours=2), OFFICIAL)
    assert found == at("2026-03-02T14:00")


def test_eight_hours_are_one_day() -> None:
    found = worktime.add_working_time(at("2026-03-02T09:00"), timedelta(hours=8), OFFICIAL)
    assert found == at("2026-03-03T09:00")
    assert worktime.length_of_day(OFFICIAL) == timedelta(hours=8)


def test_what_comes_in_the_night_counts_from_the_morning() -> None:
    assert worktime.next_working_moment(at("2026-03-01T22:00"), OFFICIAL) == at("2026-03-02T07:30")


def test_a_term_that_ends_on_a_rest_day_ends_with_the_next_working_day() -> None:
    found = worktime.add_calendar_days(at("2026-03-02T09:00"), 5, OFFICIAL)
    assert found == at("2026-03-09T17:00")


def test_a_month_after_the_last_of_january_is_the_last_of_february() -> None:
    assert worktime.add_months(at("2025-01-31T09:00"), 1, OFFICIAL) == at("2025-02-28T17:00")


def test_a_makeup_saturday_works_like_an_ordinary_day() -> None:
    assert OFFICIAL.sessions_of(date(2026, 1, 10)) == worktime.OFFICE_DAY


def test_an_office_with_saturday_mornings() -> None:
    week = dict(worktime.OFFICE_WEEK) | {5: ((time(7, 30), time(11, 30)),)}
    calendar = Calendar(week=week)
    found = worktime.add_working_days(at("2026-03-06T09:00"), 1, calendar)
    assert found == at("2026-03-07T11:30")


def test_a_makeup_saturday_is_a_whole_day_where_saturdays_are_half() -> None:
    week = dict(worktime.OFFICE_WEEK) | {5: ((time(7, 30), time(11, 30)),)}
    calendar = Calendar(week=week, makeup=frozenset({date(2026, 3, 7)}))
    assert calendar.closes(date(2026, 3, 7)) == time(17)
    assert calendar.closes(date(2026, 3, 14)) == time(11, 30)


def test_new_office_hours_hold_from_their_day_on() -> None:
    winter = dict.fromkeys(range(5), ((time(8), time(12)), (time(13), time(16))))
    calendar = Calendar(later=((date(2026, 3, 4), winter),))
    assert worktime.add_working_days(at("2026-03-02T09:00"), 1, calendar) == at("2026-03-03T17:00")
    assert worktime.add_working_days(at("2026-03-02T09:00"), 2, calendar) == at("2026-03-04T16:00")
    found = worktime.add_working_time(at("2026-03-03T16:00"), timedelta(hours=8), calendar)
    assert found == at("2026-03-04T16:00")
    assert worktime.length_of_day(calendar, date(2026, 3, 4)) == timedelta(hours=7)


@pytest.mark.parametrize(
    ("came", "counted"),
    [
        ("2026-03-06T06:00", "2026-03-06T07:30"),
        ("2026-03-06T14:00", "2026-03-06T14:00"),
        ("2026-03-06T15:00", "2026-03-06T15:00"),
        ("2026-03-06T15:01", "2026-03-09T07:30"),
        ("2026-03-07T10:00", "2026-03-09T07:30"),
        ("2026-03-08T23:00", "2026-03-09T07:30"),
    ],
)
def test_what_comes_after_three_or_on_a_rest_day_is_of_the_next_working_day(
    came: str, counted: str
) -> None:
    assert worktime.counted_from(at(came), time(15), OFFICIAL) == at(counted)


def test_minutes_run_through_the_change_to_summer_time() -> None:
    start = datetime(2026, 3, 8, 1, 58, tzinfo=ZoneInfo("America/Los_Angeles"))
    end = worktime.add_elapsed(start, timedelta(minutes=5))
    assert end.isoformat() == "2026-03-08T03:03:00-07:00"
    assert worktime.elapsed(start, end) == timedelta(minutes=5)


def test_makeup_days_on_the_way_are_known() -> None:
    found = worktime.makeup_days_between(date(2026, 1, 9), date(2026, 8, 22), OFFICIAL)
    assert found == [date(2026, 1, 10), date(2026, 8, 22)]


def test_a_calendar_without_work_is_a_mistake_and_no_endless_wait() -> None:
    with pytest.raises(worktime.NoWorkingTime):
        worktime.add_working_days(at("2026-03-02T09:00"), 1, Calendar(week={}))
    with pytest.raises(worktime.NoWorkingTime):
        worktime.add_working_time(at("2026-03-02T09:00"), timedelta(hours=1), Calendar(week={}))
    with pytest.raises(worktime.NoWorkingTime):
        worktime.add_calendar_days(at("2026-03-02T09:00"), 3, Calendar(week={}))
    closed = Calendar(later=((date(2026, 4, 1), {}),))
    with pytest.raises(worktime.NoWorkingTime):
        worktime.add_working_days(at("2026-03-02T09:00"), 40, closed)


def test_a_term_beyond_all_years_is_a_mistake() -> None:
    with pytest.raises(worktime.NoWorkingTime):
        worktime.add_working_days(at("9990-03-02T09:00"), 10**4, OFFICIAL)


@given(start=moments, hours=st.integers(0, 200))
def test_time_added_is_time_between(start: datetime, hours: int) -> None:
    end = worktime.add_working_time(start, timedelta(hours=hours), OFFICIAL)
    assert worktime.working_time_between(start, end, OFFICIAL) == timedelta(hours=hours)


@given(
    start=moments, later=st.timedeltas(timedelta(0), timedelta(days=20)), days=st.integers(1, 30)
)
def test_who_comes_later_is_never_due_earlier(start: datetime, later: timedelta, days: int) -> None:
    first = worktime.add_working_days(start, days, OFFICIAL)
    assert worktime.add_working_days(start + later, days, OFFICIAL) >= first


@given(start=moments, minutes=st.integers(-40_000, 600_000))
def test_the_tables_agree_with_counting_day_by_day(start: datetime, minutes: int) -> None:
    end = start + timedelta(minutes=minutes)
    between = [start.date() + timedelta(days=n) for n in range((end.date() - start.date()).days)]
    slow = sum(OFFICIAL.is_working_day(day + timedelta(days=1)) for day in between)
    assert worktime.working_days_between(start.date(), end.date(), OFFICIAL) == slow
    if slow:
        assert OFFICIAL.nth_working_day(start.date(), slow) <= end.date()
        assert OFFICIAL.nth_working_day(start.date(), slow + 1) > end.date()


@given(start=moments, one=st.integers(0, 90_000), two=st.integers(0, 90_000))
def test_working_time_adds_up_along_the_way(start: datetime, one: int, two: int) -> None:
    middle = start + timedelta(minutes=one)
    end = middle + timedelta(minutes=two)
    whole = worktime.working_time_between(start, end, OFFICIAL)
    first = worktime.working_time_between(start, middle, OFFICIAL)
    assert whole == first + worktime.working_time_between(middle, end, OFFICIAL)


@given(start=moments, days=st.integers(1, 30), ahead=st.integers(0, 40))
def test_a_holiday_only_pushes_out(start: datetime, days: int, ahead: int) -> None:
    extra = start.date() + timedelta(days=ahead)
    more = Calendar(off=OFFICIAL.off | {extra}, makeup=OFFICIAL.makeup - {extra})
    before = worktime.add_working_days(start, days, OFFICIAL)
    assert worktime.add_working_days(start, days, more) >= before
