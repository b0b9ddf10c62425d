"""How well would a rule have done on a series whose events are known? The score of NAB.

Source: Lavin and Ahmad, *Evaluating Real-time Anomaly Detection Algorithms – the Numenta Anomaly
Benchmark* (ICMLA 2015), section III; written from the paper. Each labelled event is a window of
readings. The first alarm in it counts by how early it is, from 1 at its left edge to 0 just after
its right; further alarms in it count nothing; an alarm outside costs the more the farther it lies
behind the window before it; an event without an alarm costs its whole weight. The first readings,
from which a detector learns, are not judged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp

PROBATION, PROBATION_AT_MOST = 0.15, 750  # Share of the readings; readings.
STEEP = 5
FORGOTTEN = 3.0  # Widths of the window behind it: from there on an alarm is simply false.

Window = tuple[int, int]
"""Numbers of the first and the last reading of an event, both of it."""


@dataclass(frozen=True)
class Weights:
    """What counts how much. The standard profile of the benchmark."""

    hit: float = 1.0
    false: float = 0.11
    missed: float = 1.0


@dataclass(frozen=True)
class Score:
    """The raw score of a series, and how many events it was judged on."""

    raw: float
    events: int
    caught: int
    false_alarms: int


def score(
    readings: int, events: Sequence[Window], alarms: Iterable[int], weights: Weights | None = None
) -> Score:
    """Judge the alarms, by number of their reading, on a series of that many readings.

    Raises ValueError for windows that overlap, are out of order or lie outside.
    """
    _check(readings, events)
    by = weights or Weights()
    start = int(min(PROBATION * readings, PROBATION_AT_MOST))
    judged = [window for window in events if window[1] >= start]
    caught: dict[Window, int] = {}
    raw, false = 0.0, 0
    for alarm in sorted(set(alarms)):
        if alarm < start:
            continue
        window = next((one for one in judged if one[0] <= alarm <= one[1]), None)
        if window is None:
            raw += by.false * _outside(alarm, events)
            false += 1
        else:
            caught.setdefault(window, alarm)
    raw += sum(by.hit * _inside(alarm, window) for window, alarm in caught.items())
    raw -= by.missed * (len(judged) - len(caught))
    return Score(raw, len(judged), len(caught), false)


def standard(scores: Iterable[Score], weights: Weights | None = None) -> float:
    """Of many series together: 0 is what silence gets, 100 what a perfect detector gets.

    Raises ValueError where no event was judged.
    """
    by, every = weights or Weights(), list(scores)
    events = sum(one.events for one in every)
    if not events:
        raise ValueError("no labelled event to judge by")
    silence, perfect = -by.missed * events, by.hit * events
    return 100 * (sum(one.raw for one in every) - silence) / (perfect - silence)


def _inside(alarm: int, window: Window) -> float:
    """From 1 at the left edge down to nearly 0 at the right."""
    left, right = window
    return _sigmoid(-(right - alarm + 1) / (right - left + 1)) / _sigmoid(-1)


def _outside(alarm: int, events: Sequence[Window]) -> float:
    """From nearly 0 just behind an event down to −1."""
    before = [one for one in events if one[1] < alarm]
    if not before:
        return -1
    left, right = before[-1]
    away = (alarm - right) / max(right - left, 1)
    return -1 if away > FORGOTTEN else _sigmoid(away)


def _sigmoid(place: float) -> float:
    return 2 / (1 + exp(STEEP * place)) - 1


def _check(readings: int, events: Sequence[Window]) -> None:
    at = -1
    for left, right in events:
        if not at < left <= right < readings:
            raise ValueError("windows lie in order, apart, and within the series")
        at = right
