"""What an alarm is worth on a series whose events are known, counted by hand.

σ(y) = 2 / (1 + e^5y) − 1, so σ(−1) = 0.986614, σ(−0.5) = 0.848284, σ(0.5) = −0.848284.
"""

import pytest

from dothi.operations.judging.rules.scoring import Weights, score, standard

EVENT = (200, 209)  # Ten readings of a thousand; the first 150 are not judged.


def of(*alarms: int, events: tuple[tuple[int, int], ...] = (EVENT,)) -> float:
    return score(1000, events, alarms).raw


def test_the_first_reading_of_an_event_counts_one_whole() -> None:
    assert of(200) == pytest.approx(1)
    assert standard([score(1000, (EVENT,), [200])]) == pytest.approx(100)


def test_halfway_counts_by_the_curve() -> None:
    """Five readings are left of ten: σ(−0.5) / σ(−1)."""
    assert of(205) == pytest.approx(0.848284 / 0.986614, abs=1e-5)


def test_the_last_reading_still_counts_a_little() -> None:
    assert of(209) == pytest.approx(0.244919 / 0.986614, abs=1e-5)


def test_of_an_event_only_the_first_alarm_counts() -> None:
    assert of(203, 204, 209) == of(203) == of(209, 203)


def test_silence_costs_the_event_and_is_nought() -> None:
    assert of() == -1
    assert standard([score(1000, (EVENT,), [])]) == 0


def test_an_alarm_before_any_event_costs_its_whole_weight() -> None:
    assert of(160, 200) == pytest.approx(1 - 0.11)


def test_an_alarm_just_behind_an_event_costs_less_than_one_far_behind() -> None:
    """Width 9: half of it behind is σ(0.5); three widths and more is simply false."""
    wide = (200, 210)
    assert of(200, 215, events=(wide,)) == pytest.approx(1 - 0.11 * 0.848284, abs=1e-5)
    assert of(200, 241, events=(wide,)) == pytest.approx(1 - 0.11)


def test_what_is_learned_from_is_not_judged() -> None:
    assert of(3, 149, 200) == of(200)
    early = score(1000, ((100, 110), EVENT), [100, 200])
    assert (early.events, early.caught) == (1, 1)
    assert early.raw == pytest.approx(1)


def test_probation_ends_after_750_readings_at_most() -> None:
    found = score(100_000, ((800, 810),), [700, 760, 800])
    assert (found.caught, found.false_alarms) == (1, 1)


def test_series_are_weighed_by_their_events() -> None:
    two = score(1000, (EVENT, (400, 409)), [200, 400])
    none = score(1000, (EVENT,), [])
    assert standard([two, none]) == pytest.approx(100 * (2 - 1 + 3) / 6)


def test_weights_may_be_others() -> None:
    found = score(1000, (EVENT,), [160], Weights(hit=1, false=0.22, missed=2))
    assert found.raw == pytest.approx(-2 - 0.22)


@pytest.mark.parametrize("events", [((5, 3),), ((1, 5), (5, 9)), ((8, 9), (1, 2)), ((990, 1000),)])
def test_windows_that_cannot_be_are_refused(events: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="windows"):
        score(1000, events, [])


def test_without_an_event_nobody_is_judged() -> None:
    with pytest.raises(ValueError, match="no labelled event"):
        standard([score(1000, (), [])])
