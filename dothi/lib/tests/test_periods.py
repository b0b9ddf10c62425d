"""Reports close on the 14th, unless the office closes on another day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.lib import periods
from dothi.lib.periods import NoSuchPeriod, Period, Span

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
closings = st.integers(0, 28)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2026-03", date(2026, 2, 15), date(2026, 3, 14)),
        ("2026-01", date(2025, 12, 15), date(2026, 1, 14)),
        ("2026-Q1", date(2025, 12, 15), date(2026, 3, 14)),
        ("2026-Q4", date(2026, 9, 15), date(2026, 12, 14)),
        ("2026-H1", date(2025, 12, 15), date(2026, 6, 14)),
        ("2026-9M", date(2025, 12, 15), date(2026, 9, 14)),
        ("2026", date(2025, 12, 15), date(2026, 12, 14)),
    ],
)
def test_periods_of_state_reports(code: str, first: date, last: date) -> None:
    period = periods.parse(code)
    assert (period.first, period.last) == (first, last)
    assert period.code == code


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_periods_of_the_calendar(code: str, first: date, last: date) -> None:
    period = periods.parse(code, closing=periods.CALENDAR)
    assert (period.first, period.last) == (first, last)


def test_the_15th_of_december_begins_the_next_year() -> None:
    found = periods.periods_of(date(2026, 12, 15))
    assert [period.code for period in found] == ["2027-01", "2027-Q1", "2027-H1", "2027-9M", "2027"]


def test_nothing_of_nine_months_lies_after_their_close() -> None:
    assert periods.period_of(date(2026, 9, 15), Span.NINE_MONTHS) is None


def test_neighbours_and_the_year_before() -> None:
    first = Period(2026, 1, Span.MONTH)
    assert first.previous.code == "2025-12"
    assert first.previous.next == first
    assert first.year_before.code == "2025-01"
    assert Period(2026, 1, Span.NINE_MONTHS).previous.code == "2025-9M"


def test_the_quarters_that_a_stretch_touches() -> None:
    found = periods.periods_between(date(2025, 12, 14), date(2026, 3, 15), Span.QUARTER)
    assert [period.code for period in found] == ["2025-Q4", "2026-Q1", "2026-Q2"]


@pytest.mark.parametrize("code", ["2026-13", "2026-00", "2026-Q5", "2026-H3", "26-01", "", "2026-"])
def test_what_is_no_period_is_refused(code: str) -> None:
    with pytest.raises(NoSuchPeriod):
        periods.parse(code)


def test_a_closing_day_that_february_lacks_is_refused() -> None:
    with pytest.raises(NoSuchPeriod):
        Period(2026, 1, Span.MONTH, closing=29)


@given(day=days, closing=closings)
def test_every_day_lies_in_one_month_quarter_half_and_year(day: date, closing: int) -> None:
    for span in (Span.MONTH, Span.QUARTER, Span.HALF, Span.YEAR):
        period = periods.period_of(day, span, closing=closing)
        assert period is not None
        assert day in period
        assert day not in period.next
        assert day not in period.previous
        assert period.next.first == period.last + timedelta(days=1)
        assert periods.parse(period.code, closing=closing) == period
