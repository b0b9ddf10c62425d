"""What a stream is used to, and what it is not."""

import random
from datetime import UTC, datetime, timedelta
from math import inf, nan, pi, sin
from pathlib import Path
from typing import Any

import pytest

from bench.anomaly import NEEDED, left_out, series_of
from dothi.operations.judging.rules.anomaly import Detector, Settings, Verdict
from dothi.operations.judging.rules.scoring import standard

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)
REAL = Path(__file__).parents[5] / "shared" / "data" / "signals"


def verdicts(values: list[float], settings: Settings | None = None) -> list[Verdict]:
    detector = Detector(settings or Settings())
    return [detector.judge(one, BEGIN + n * FIVE_MINUTES) for n, one in enumerate(values)]


def new_ones(values: list[float], settings: Settings | None = None) -> list[int]:
    return [n for n, one in enumerate(verdicts(values, settings)) if one.new]


def noise(readings: int, seed: int = 1) -> list[float]:
    chance = random.Random(seed)
    return [20 + chance.gauss(0, 1) for _ in range(readings)]


def test_an_ordinary_stream_is_calm() -> None:
    assert new_ones(noise(3000)) == []


def test_one_wild_reading_is_seen_at_once() -> None:
    values = noise(1000)
    values[700] = 40
    assert new_ones(values) == [700]


def test_a_small_shift_that_lasts_is_seen_though_no_reading_of_it_is_wild() -> None:
    values = [one + (3.2 if n >= 700 else 0) for n, one in enumerate(noise(1000))]
    found = new_ones(values)
    assert found
    assert 700 <= found[0] < 712


def test_a_stretch_of_loud_readings_is_told_once() -> None:
    values = [60 if 700 <= n < 730 else one for n, one in enumerate(noise(900))]
    assert new_ones(values) == [700]
    assert sum(one.loud for one in verdicts(values)) > 20


def test_another_stretch_is_told_after_it_was_quiet_long_enough() -> None:
    values = [60 if n in (700, 740, 801) else one for n, one in enumerate(noise(900))]
    assert new_ones(values, Settings(quiet=60)) == [700]
    values[802] = values[803] = 20
    values += noise(100, seed=2)
    values[980] = 60
    assert new_ones(values, Settings(quiet=60)) == [700, 980]


def test_a_tide_that_is_usual_at_its_hour_is_no_anomaly_and_its_absence_is() -> None:
    """Twelve days of a daily wave; on the last the wave stays away."""
    chance = random.Random(3)
    day = 288
    values = [10 * sin(2 * pi * n / day) + chance.gauss(0, 0.5) for n in range(12 * day)]
    flat = values[: 11 * day] + [chance.gauss(0, 0.5) for _ in range(day)]
    seasonal = Settings(seasonal=True, window=3 * day, memory=2 * day)
    assert [n for n in new_ones(values, seasonal) if n > 5 * day] == []
    assert [n for n in new_ones(flat, seasonal) if n > 11 * day] != []


def test_a_meter_that_stands_is_no_anomaly_by_its_last_digit() -> None:
    values = [100.0] * 500 + [100.4] + [100.0] * 100
    assert new_ones(values) == []


def test_one_fault_of_a_meter_does_not_deafen_the_detector() -> None:
    values = noise(1000)
    values[500] = 1e12
    values[800] = 40
    assert new_ones(values) == [500, 800]


def test_nothing_is_judged_before_it_is_known() -> None:
    assert new_ones([1.0, 1e6, -1e6, 3.0] * 12) == []


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_no_number_is_refused_and_leaves_no_trace(value: float) -> None:
    told, other = Detector(), Detector()
    with pytest.raises(ValueError, match="finite"):
        told.judge(value, BEGIN)
    assert told == other


@pytest.mark.parametrize(
    "wrong",
    [{"short": 0}, {"short": 9, "long": 3}, {"window": 5}, {"memory": 0}, {"threshold": 0},
     {"quiet": -1}, {"warm_up": -1}],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="≥|>|≤"):
        Settings(**wrong)


@pytest.mark.shared_data
def test_on_real_series_that_it_has_not_seen_it_reaches_what_is_asked() -> None:
    """Settings chosen on six series, judged on the seventh, for each in turn."""
    if not REAL.exists():
        pytest.skip(f"{REAL} is not there")
    chosen = left_out(series_of(REAL))
    assert len(chosen) == 7
    assert standard(score for score, _ in chosen.values()) >= NEEDED
