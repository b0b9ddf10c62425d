"""The arithmetic of quality: what is due when, how far values moved, what a score says."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.datastore.catalogue.choices import Mode, Rhythm
from dothi.datastore.quality.choices import Dimension, Severity
from dothi.datastore.quality.rules import drift, expected, scoring, usual
from dothi.datastore.quality.rules.expected import State
from dothi.lib.worktime import Calendar

CALENDAR = Calendar(off=frozenset({date(2026, 4, 30), date(2026, 5, 1)}))


def due(rhythm: Rhythm, first: date, last: date) -> list[date]:
    return [one.due_on for one in expected.periods(rhythm, first, last, CALENDAR)]


def test_a_month_is_due_on_its_last_day_or_the_next_working_day() -> None:
    # 31 January is a Saturday, 28 February one, too; 30 April and 1 May are days off.
    assert due(Rhythm.MONTHLY, date(2026, 1, 1), date(2026, 5, 10)) == [
        date(2026, 2, 2), date(2026, 3, 2), date(2026, 3, 31), date(2026, 5, 4),
    ]  # fmt: skip


def test_a_day_off_has_no_daily_delivery_and_a_week_is_due_on_friday() -> None:
    assert due(Rhythm.DAILY, date(2026, 4, 28), date(2026, 5, 4)) == [
        date(2026, 4, 28), date(2026, 4, 29), date(2026, 5, 4),
    ]  # fmt: skip
    # The Friday of the week of 1 May is a day off: Monday.
    assert due(Rhythm.WEEKLY, date(2026, 4, 20), date(2026, 5, 8)) == [
        date(2026, 4, 24), date(2026, 5, 4), date(2026, 5, 8),
    ]  # fmt: skip


def test_quarters_and_years_end_with_the_calendar() -> None:
    assert due(Rhythm.QUARTERLY, date(2026, 1, 1), date(2026, 12, 30)) == [
        date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30),
    ]  # fmt: skip
    assert due(Rhythm.YEARLY, date(2026, 1, 1), date(2027, 1, 1)) == [date(2026, 12, 31)]


@given(
    st.sampled_from(sorted(expected.DATED)), st.dates(date(2024, 1, 1), date(2028, 1, 1)),
    st.integers(0, 400),
)  # fmt: skip
def test_periods_are_due_on_working_days_one_after_the_other(
    rhythm: Rhythm, first: date, days: int
) -> None:
    last = first + timedelta(days=days)
    found = expected.periods(rhythm, first, last, CALENDAR)
    assert all(CALENDAR.is_working_day(one.due_on) and one.end <= one.due_on for one in found)
    assert all(a.end < b.start and a.due_on < b.due_on for a, b in pairwise(found))
    # Whatever is asked: a day has the same due periods alone as among others.
    assert expected.periods(rhythm, first, first, CALENDAR) == [
        one for one in found if one.due_on == first
    ]


def test_a_late_delivery_meets_all_that_is_overdue_and_not_what_runs() -> None:
    months = expected.periods(Rhythm.MONTHLY, date(2026, 1, 1), date(2026, 4, 20), CALENDAR)
    january, february, march = expected.met(months, [date(2026, 3, 10), date(2026, 3, 12)])
    assert (january.came_on, february.came_on) == (date(2026, 3, 10), date(2026, 3, 10))
    assert march.came_on == date(2026, 3, 12)
    today = date(2026, 3, 20)
    assert january.state(today, CALENDAR) == State.MET_LATE
    assert march.state(today, CALENDAR) == State.MET


def test_what_did_not_come_is_near_two_working_days_before_and_overdue_the_day_after() -> None:
    [month] = expected.met(
        expected.periods(Rhythm.MONTHLY, date(2026, 3, 3), date(2026, 3, 31), CALENDAR), []
    )
    states = {
        date(2026, 3, 26): State.COMING,
        date(2026, 3, 27): State.SOON,  # A Friday; due on Tuesday.
        date(2026, 3, 31): State.SOON,
        date(2026, 4, 1): State.OVERDUE,
    }
    assert {day: month.state(day, CALENDAR) for day in states} == states


# --- Drift ---------------------------------------------------------------------------------------

classes = st.lists(st.integers(0, 10_000), min_size=2, max_size=12)


@given(classes, st.integers(1, 50))
def test_the_same_shares_have_not_moved(counts: list[int], times: int) -> None:
    assert drift.index(counts, [times * count for count in counts]) == pytest.approx(0, abs=1e-9)


@given(st.integers(2, 12).flatmap(lambda n: st.tuples(*[st.lists(st.integers(0, 999), min_size=n, max_size=n)] * 2)))  # fmt: skip  # noqa: E501
def test_a_move_is_never_negative_and_the_same_both_ways(pair: tuple[list[int], list[int]]) -> None:
    before, after = pair
    assert drift.index(before, after) >= 0
    assert drift.index(before, after) == pytest.approx(drift.index(after, before))


def test_the_index_is_the_one_of_the_textbook() -> None:
    # (0.3 - 0.5) · ln(0.3 / 0.5) + (0.7 - 0.5) · ln(0.7 / 0.5)
    assert drift.index([50, 50], [30, 70]) == pytest.approx(0.169459, abs=1e-5)


# --- Sizes, scores -------------------------------------------------------------------------------


def test_a_delivery_is_as_large_as_usual_within_half_of_the_median() -> None:
    before = [100, 98, 102, 400]
    assert usual.is_usual(150, before, Mode.REPLACE)
    assert not usual.is_usual(49, before, Mode.REPLACE)
    assert not usual.is_usual(160, before, Mode.REPLACE)
    assert usual.is_usual(49, [100, 98], Mode.REPLACE) is None
    assert not usual.is_usual(70, [100], Mode.APPEND)
    assert usual.is_usual(1000, [100], Mode.MERGE)


def marked(dimension: Dimension, severity: Severity, mark: float) -> scoring.Marked:
    return scoring.Marked(dimension=dimension, severity=severity, mark=mark)


def test_a_serious_check_counts_three_times() -> None:
    found = scoring.by_dimension(
        [
            marked(Dimension.VALIDITY, Severity.STOP, 1.0),
            marked(Dimension.VALIDITY, Severity.NOTE, 0.0),
            marked(Dimension.TIMELINESS, Severity.WARN, 0.0),
        ]
    )
    assert found == {Dimension.VALIDITY: 75.0, Dimension.TIMELINESS: 0.0}
    assert scoring.score(found) == 37.5
    assert scoring.score({}) is None


@given(st.lists(st.tuples(st.sampled_from(Dimension), st.sampled_from(Severity), st.integers(1, 9999), st.integers(0, 9999))))  # fmt: skip  # noqa: E501
def test_a_hundred_is_said_of_what_is_whole_and_nothing_else(
    answers: list[tuple[Dimension, Severity, int, int]],
) -> None:
    made = [
        marked(dimension, severity, scoring.mark(min(failing, among), among))
        for dimension, severity, among, failing in answers
    ]
    score = scoring.score(scoring.by_dimension(made))
    if score is None:
        assert not made
        return
    assert 0 <= score <= 100
    assert (score == 100) == all(one.mark == 1 for one in made)
