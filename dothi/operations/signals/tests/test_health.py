"""A device that is ill is not a city in danger."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dothi.operations.signals.choices import Health
from dothi.operations.signals.rules.health import SILENT_AFTER, STUCK_AFTER, Heard, health

NOON = datetime(2026, 9, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CHANCE = random.Random(1)
GOOD = Heard(
    rhythm=5 * MINUTE, newest=NOON - MINUTE, usual_jump=0.1,
    values=[1 + CHANCE.gauss(0, 0.1) for _ in range(60)],
    lags=[timedelta(seconds=CHANCE.uniform(0.2, 3)) for _ in range(60)],
)  # fmt: skip


def test_a_good_stream_is_well() -> None:
    assert health(GOOD, at=NOON) == Health.WELL


def test_who_never_spoke_is_new() -> None:
    assert health(Heard(rhythm=MINUTE, newest=None), at=NOON) == Health.NEW


def test_silence_is_counted_in_its_own_rhythm() -> None:
    newest = NOON - SILENT_AFTER * 5 * MINUTE
    assert health(replace(GOOD, newest=newest), at=NOON) == Health.WELL
    assert health(replace(GOOD, newest=newest - MINUTE), at=NOON) == Health.SILENT


def test_what_speaks_only_when_something_happens_is_never_silent() -> None:
    quiet = replace(GOOD, rhythm=None, newest=NOON - timedelta(days=90))
    assert health(quiet, at=NOON) == Health.WELL


def test_a_flat_line_is_stuck_unless_it_may_stand() -> None:
    flat = replace(GOOD, values=[*GOOD.values, *[1.5] * STUCK_AFTER])
    assert health(flat, at=NOON) == Health.STUCK
    assert health(replace(flat, may_stand=True), at=NOON) == Health.WELL
    assert health(replace(GOOD, values=[1.5] * (STUCK_AFTER - 1)), at=NOON) == Health.WELL


@pytest.mark.parametrize("seconds", [-45, -4])
def test_readings_before_their_time_come_from_a_fast_clock(seconds: float) -> None:
    lags = [timedelta(seconds=seconds)] * 20
    assert health(replace(GOOD, lags=lags), at=NOON) == Health.SKEWED


def test_a_steady_lag_is_a_slow_clock_and_an_unsteady_one_is_the_net() -> None:
    steady = [timedelta(seconds=300 + n % 3) for n in range(20)]
    assert health(replace(GOOD, lags=steady), at=NOON) == Health.SKEWED
    unsteady = [timedelta(seconds=CHANCE.uniform(30, 600)) for _ in range(20)]
    assert health(replace(GOOD, lags=unsteady), at=NOON) == Health.WELL


def test_noise_is_in_most_places_and_a_jump_in_one() -> None:
    noisy = [1 + CHANCE.gauss(0, 1) for _ in range(60)]
    assert health(replace(GOOD, values=noisy), at=NOON) == Health.NOISY
    jump = [*GOOD.values[:30], *[one + 5 for one in GOOD.values[30:]]]
    assert health(replace(GOOD, values=jump), at=NOON) == Health.WELL


def test_silence_is_said_before_all_else() -> None:
    both = replace(GOOD, newest=NOON - timedelta(days=1), values=[1.0] * 60)
    assert health(both, at=NOON) == Health.SILENT
