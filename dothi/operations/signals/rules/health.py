"""How a stream itself is, whatever it says of the city: silent, stuck, its clock off, noisy.

These are matters of the device and its steward, never alarms. Source of the spread: Rousseeuw and
Croux, *Alternatives to the Median Absolute Deviation* (JASA 88, 1993): the median of absolute
deviations times 1.4826 is the standard deviation of a normal series.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from dothi.operations.signals.choices import Health

SILENT_AFTER: Final = 3  # Rhythms without a word.
STUCK_AFTER: Final = 12  # Equal readings in a row of a stream that moves otherwise.
SKEW: Final = timedelta(seconds=30)
SKEW_SAMPLE: Final = 10  # Readings without which a clock is not judged.
NOISE: Final = 4.0  # Times the jumps between neighbours that the stream has usually.
NOISE_SAMPLE: Final = 30
MAD: Final = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is known of a stream now, oldest reading first.

    `values`: its last readings where they are numbers. `lags`: how long after its time each of them
    came. `usual_jump`: the median step between neighbours in a good time, None where none is known.
    `may_stand`: it is right that it shows one value for long, like a gate or a rain gauge in March.
    """

    rhythm: timedelta | None
    newest: datetime | None
    values: Sequence[float] = ()
    lags: Sequence[timedelta] = ()
    usual_jump: float | None = None
    may_stand: bool = False


def health(heard: Heard, *, at: datetime) -> Health:
    """The most serious thing that is wrong with it, or WELL."""
    if heard.newest is None:
        return Health.NEW
    if is_silent(heard.newest, heard.rhythm, at=at):
        return Health.SILENT
    if not heard.may_stand and is_stuck(heard.values):
        return Health.STUCK
    if is_skewed(heard.lags):
        return Health.SKEWED
    return Health.NOISY if is_noisy(heard.values, heard.usual_jump) else Health.WELL


def is_silent(newest: datetime, rhythm: timedelta | None, *, at: datetime) -> bool:
    """A stream without a rhythm speaks when it has something to say: it is never silent."""
    return rhythm is not None and at - newest > SILENT_AFTER * rhythm


def is_stuck(values: Sequence[float]) -> bool:
    """A flat line at the end of what moved before, or nothing but a flat line."""
    last = values[-STUCK_AFTER:]
    return len(last) == STUCK_AFTER and len(set(last)) == 1


def is_skewed(lags: Sequence[timedelta]) -> bool:
    """Readings come before their time: its clock is fast. (A slow one looks like a slow net.)

    Or they all come late by the same: the steadier a lag is, the less it is the net.
    """
    if len(lags) < SKEW_SAMPLE:
        return False
    seconds = [one.total_seconds() for one in lags]
    middle = median(seconds)
    wide = median(abs(one - middle) for one in seconds) * MAD
    limit = SKEW.total_seconds()
    return middle < -limit / 10 or (middle > limit and wide < middle / 10)


def is_noisy(values: Sequence[float], usual_jump: float | None) -> bool:
    """Its neighbours lie much farther apart than usual, in most places and not in one."""
    if usual_jump is None or len(values) < NOISE_SAMPLE:
        return False
    jumps = [abs(one - before) for before, one in zip(values, values[1:], strict=False)]
    return median(jumps) > NOISE * usual_jump > 0
