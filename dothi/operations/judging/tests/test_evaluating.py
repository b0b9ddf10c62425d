"""When a condition begins to hold, and when it ends; by readings and by time alone."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.operations.judging.choices import How, Side
from dothi.operations.judging.rules.conditions import (
    Absence,
    Composite,
    Condition,
    Of,
    Rate,
    Scheduled,
    Spatial,
    Stuck,
    Threshold,
    Unusual,
)
from dothi.operations.judging.rules.evaluating import House, Judge, memory, source_of, watch

CITY = ZoneInfo("Asia/Ho_Chi_Minh")
FEAST = date(2026, 9, 2)
HOUSE = House(zone=CITY, is_closed=lambda day: day == FEAST)
BEGIN = datetime(2026, 9, 1, 8, tzinfo=CITY)  # A Tuesday.
HIGH = Threshold(side=Side.ABOVE, limit=1.5, clear=1.2)


def judge(condition: Condition) -> Judge:
    return Judge(watch(condition, HOUSE, since=BEGIN), BEGIN)


def minutes(count: float) -> datetime:
    return BEGIN + timedelta(minutes=count)


def turns(
    condition: Condition, *readings: tuple[float, float], until: float | None = None
) -> list[tuple[float, bool]]:
    """Minute and value in; minute and whether it was raised out."""
    one, found = judge(condition), []
    for minute, value in readings:
        found += one.observe("s", value, minutes(minute))
    if until is not None:
        found += one.until(minutes(until))
    return [((turn.at - BEGIN) / timedelta(minutes=1), turn.raised) for turn in found]


def test_past_the_limit_it_is_raised_and_back_past_the_other_it_ends() -> None:
    readings = enumerate((1.0, 1.5, 1.6, 1.4, 1.3, 1.2, 1.4, 1.6))
    assert turns(HIGH, *readings) == [(2, True), (5, False), (7, True)]


def test_below_works_the_other_way_round() -> None:
    low = Threshold(side=Side.BELOW, limit=20, clear=25)
    assert turns(low, (0, 30), (1, 20), (2, 19), (3, 24), (4, 25)) == [(2, True), (4, False)]


def test_it_has_to_last_and_time_alone_is_enough() -> None:
    lasting = Threshold(side=Side.ABOVE, limit=1.5, hold=300)
    assert turns(lasting, (0, 2), (4, 2), (4.9, 1), (5, 2), until=9) == []
    assert turns(lasting, (0, 2), until=20) == [(5, True)]
    assert turns(lasting, (0, 2), (7, 1)) == [(5, True), (7, False)]


def test_a_rise_is_set_against_the_lowest_of_the_window() -> None:
    rise = Rate(side=Side.ABOVE, limit=0.5, within=600)
    assert turns(rise, (0, 1), (4, 0.8), (8, 1.2), (9, 1.31)) == [(9, True)]
    slow = [(n, n / 25) for n in range(60)]
    assert turns(rise, *slow) == []


def test_a_rise_ends_when_its_foot_leaves_the_window() -> None:
    rise = Rate(side=Side.ABOVE, limit=0.5, within=600)
    (begun, _), (ended, raised) = turns(rise, (0, 0), (1, 1), until=60)
    assert (begun, raised) == (1, False)
    assert ended == pytest.approx(10, abs=1e-3)


def test_a_fall_is_seen_too() -> None:
    assert turns(Rate(side=Side.BELOW, limit=5, within=600), (0, 30), (5, 24)) == [(5, True)]


def test_silence_is_counted_from_the_beginning_and_from_each_word() -> None:
    assert turns(Absence(after=600), until=30) == [(10, True)]
    assert turns(Absence(after=600), (5, 1), (14, 1), until=30) == [(24, True)]
    assert turns(Absence(after=600), (11, 1)) == [(10, True), (11, False)]


def test_a_flat_line_is_stuck_and_a_silent_one_is_not() -> None:
    stuck = Stuck(lasting=600, tolerance=0.1)
    flat = [(n, 1 + (n % 2) / 20) for n in range(12)]
    assert turns(stuck, *flat, (12, 2)) == [(10, True), (12, False)]
    assert turns(stuck, (0, 1), until=60) == []


def test_what_is_unusual_ends_when_it_was_calm_for_long_enough() -> None:
    chance = random.Random(1)
    readings = [(n, chance.gauss(0, 1)) for n in range(400)]
    readings[300] = (300, 40)
    (begun, up), (ended, down) = turns(Unusual(calm=900), *readings)
    assert (begun, up, down) == (300, True, False)
    assert 315 <= ended <= 340


@pytest.mark.parametrize(
    ("asked", "edges"),
    [
        (
            {"begin": "09:00", "end": "10:00"},
            [(60, True), (120, False), (1500, True), (1560, False)],
        ),
        ({"begin": "09:00", "end": "10:00", "days": [2]}, [(1500, True), (1560, False)]),
        ({"begin": "09:00", "end": "10:00", "days": [2], "holidays": False}, []),
        ({"begin": "22:00", "end": "02:00", "holidays": False}, [(840, True), (1080, False)]),
        ({"begin": "00:00", "end": "24:00", "days": [3]}, [(2400, True), (3840, False)]),
    ],
)
def test_some_conditions_are_asked_at_their_hours_only(
    asked: dict[str, Any], edges: list[tuple[float, bool]]
) -> None:
    """High water from 8:00 on Tuesday. Wednesday is a feast; over midnight belongs to Tuesday."""
    scheduled = Scheduled(of=HIGH, **{"days": [1, 2], **asked})
    assert turns(scheduled, (0, 2), until=3 * 1440) == edges


def both(how: How, least: int = 1) -> Composite:
    many = Threshold(side=Side.ABOVE, limit=20)
    parts = [
        Of(condition=HIGH, stream="a"),
        Of(condition=HIGH, stream="b"),
        Of(condition=many, indicator="feedback.open", unit="u"),
    ]
    return Composite(how=how, least=least, parts=parts)


@pytest.mark.parametrize(
    ("how", "least", "at"), [(How.ANY, 1, 1), (How.AT_LEAST, 2, 2), (How.ALL, 1, 3)]
)
def test_parts_count_together_over_streams_and_indicators(how: How, least: int, at: int) -> None:
    one, found = judge(both(how, least)), []
    for minute, (source, value) in enumerate(
        [("a", 1), ("a", 2), ("b", 2), ("indicator:feedback.open@u", 25), ("nobody", 99)]
    ):
        found += one.observe(source, value, minutes(minute))
    assert [turn.at for turn in found] == [minutes(at)]
    assert found[0].values[("a", "b", source_of(both(how).parts[2]))[at - 1]] in {2, 25}


def test_so_many_streams_of_one_place_have_to_say_so() -> None:
    three = Spatial(of=HIGH, quantity="level", least=3, unit="p1")
    one, found = judge(three), []
    for minute, source in enumerate("aabbcad"):
        found += one.observe(source, 2, minutes(minute))
    assert [turn.at for turn in found] == [minutes(4)]


def test_of_a_composite_the_longest_memory_counts() -> None:
    parts = [
        Of(condition=Absence(after=60), stream="a"),
        Of(condition=Absence(after=600), stream="b"),
    ]
    assert memory(Composite(how=How.ALL, parts=parts)) == timedelta(minutes=10)


READINGS = st.lists(
    st.tuples(st.integers(1, 400), st.floats(-3, 3, allow_nan=False)), min_size=1, max_size=60
)
CONDITIONS = st.sampled_from(
    [
        HIGH,
        Threshold(side=Side.BELOW, limit=-1, hold=300),
        Rate(side=Side.ABOVE, limit=1, within=900),
        Stuck(lasting=600, tolerance=1),
        Absence(after=240),
        Scheduled(of=HIGH, days=[1, 3], begin="09:00", end="11:00"),
        both(How.AT_LEAST, 1),
    ]
)


@given(CONDITIONS, READINGS)
def test_turns_alternate_in_the_order_of_time_and_agree_with_the_watch(
    condition: Condition, steps: list[tuple[int, float]]
) -> None:
    one, at, found = judge(condition), BEGIN, []
    for seconds, value in steps:
        at += timedelta(seconds=seconds)
        found += one.observe("a", value, at)
        assert one.raised == one.watch.holds(at)
    assert [turn.raised for turn in found] == [n % 2 == 0 for n in range(len(found))]
    assert [turn.at for turn in found] == sorted(turn.at for turn in found)


@given(READINGS, st.integers(1, 30), st.floats(0.1, 4))
def test_the_window_of_a_rise_is_what_a_plain_search_finds(
    steps: list[tuple[int, float]], within: int, limit: float
) -> None:
    rise = Rate(side=Side.ABOVE, limit=limit, within=within * 60)
    one, at, seen = judge(rise), BEGIN, []
    for seconds, value in steps:
        at += timedelta(seconds=seconds)
        one.observe("s", value, at)
        seen.append((at, value))
        lowest = min(v for t, v in seen if at - t <= timedelta(minutes=within))
        assert one.raised == (value - lowest > limit)


def test_times_of_the_house_are_meant_whatever_zone_a_reading_has() -> None:
    scheduled = Scheduled(of=HIGH, days=[1], begin="09:00", end="10:00")
    one = judge(scheduled)
    assert one.observe("s", 2, datetime(2026, 9, 1, 2, 30, tzinfo=UTC))[0].raised
