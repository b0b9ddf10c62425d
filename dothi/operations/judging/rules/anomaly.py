"""Is this reading unlike what this stream says at this hour? Season and robust residual, at once.

A reading is set against the median of the stream's last readings and measured in their robust
spread (half the distance of the 16th and the 84th percentile, which is the standard deviation of a
normal series and is not moved by outliers). The usual residual of the hour of the day is taken off.
Two smoothed means of what is left, a short and a long one, are each set against their own long
memory; the larger of the two is the score, in standard deviations of that mean. So one wild reading
and a small shift that lasts are both seen, and a series whose residuals hang together does not cry
at each of its waves.

One reading at a time, nothing of the future, no clock but the time of the reading. Nothing is kept
but in memory: whoever starts anew lets it judge the last `window` readings again.
Source of the parts: Huber, *Robust Statistics* (1981), on median, percentiles and clipping;
Roberts, *Control Chart Tests Based on Geometric Moving Averages* (Technometrics 1, 1959).
"""

from array import array
from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite, sqrt

HOURS = 24
LOW, HIGH = 0.15865, 0.84134  # One standard deviation to either side of a normal median.
BEFORE_JUDGING = 20  # Readings without which a spread is none.
CLIP = 30.0  # Spreads: what is farther away is as far, so that one fault does not fill a mean.
AS_USUAL = 3.0  # Deviations: memory learns nothing from farther away.
LEAST_DEVIATION = 0.3  # Spreads, of the mean of one reading: a stream that hardly moves is calm.
LEAST_SPREAD = 0.01  # Share of the median: the last digit of a meter that stands is no news.
SEASON_LEARNS = 0.05
SEASON_STEP = 2.0  # Spreads that an hour of the day learns from one reading at most.


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is chosen once for many streams; `docs/domains/judging.md` says by which series.

    `short`, `long` and `memory`, `window`, `quiet`, `warm_up` in readings; `threshold` in
    deviations.
    """

    short: int = 1
    long: int = 6
    memory: int = 1000
    window: int = 2000
    threshold: float = 5.5
    quiet: int = 60
    warm_up: int = 50
    seasonal: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.short <= self.long:
            raise ValueError("short and long: 1 ≤ short ≤ long")
        if self.window < BEFORE_JUDGING or self.memory < 1:
            raise ValueError(f"window ≥ {BEFORE_JUDGING}, memory ≥ 1")
        if not self.threshold > 0 or self.quiet < 0 or self.warm_up < 0:
            raise ValueError("threshold > 0, quiet ≥ 0, warm_up ≥ 0")


@dataclass
class _Mean:
    """A smoothed mean of residuals beside the long memory of what it usually is."""

    span: int
    now: float | None = None
    usual: float = 0.0
    variance: float = 1.0

    def deviation(self, residual: float, learns: float) -> float:
        """Take the residual in; return how far the mean is from its usual, in deviations, ≥ 0."""
        now = (
            residual if self.now is None else self.now + 2 / (self.span + 1) * (residual - self.now)
        )
        self.now = now
        wide = max(sqrt(self.variance), LEAST_DEVIATION / sqrt(self.span))
        away = (now - self.usual) / wide
        learned = max(-AS_USUAL, min(AS_USUAL, away)) * wide
        self.variance += learns * (learned * learned - self.variance)
        self.usual += learns * learned
        return abs(away)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score` in deviations; `loud`: at or above the threshold; `new`: worth telling somebody.

    Of a stretch of loud readings the first is new; another is new after `quiet` calm ones.
    """

    score: float
    loud: bool
    new: bool


CALM = Verdict(0.0, False, False)


@dataclass
class Detector:
    """The memory of one stream. Not for several threads at once."""

    settings: Settings = field(default_factory=Settings)
    seen: int = 0
    since_loud: int | None = None
    _last: deque[float] = field(default_factory=deque)
    _sorted: "array[float]" = field(default_factory=lambda: array("d"))
    _hours: list[float] = field(default_factory=lambda: [0.0] * HOURS)
    _means: tuple[_Mean, _Mean] = field(init=False)

    def __post_init__(self) -> None:
        self._means = (_Mean(self.settings.short), _Mean(self.settings.long))

    def judge(self, value: float, at: datetime) -> Verdict:
        """Take in one reading, in the order of time, and judge it by those before it.

        `at` is aware and in the time of the house: its hour is the season. Raises ValueError for
        what is no finite number: that is a matter of the range of the stream, not of its habits.
        """
        if not isfinite(value):
            raise ValueError("a reading is a finite number")
        residual = self._residual(value, at.hour)
        self._remember(value)
        learns = max(1 / self.settings.memory, 1 / self.seen)
        score = max(mean.deviation(residual, learns) for mean in self._means)
        return self._verdict(score)

    def _residual(self, value: float, hour: int) -> float:
        there = len(self._sorted)
        if there < BEFORE_JUDGING:
            return 0.0
        middle = self._sorted[there // 2]
        spread = (self._sorted[int(there * HIGH)] - self._sorted[int(there * LOW)]) / 2
        residual = (value - middle) / max(spread, LEAST_SPREAD * abs(middle), 1e-9)
        if self.settings.seasonal:
            usual = self._hours[hour]
            off = residual - usual
            self._hours[hour] += SEASON_LEARNS * max(-SEASON_STEP, min(SEASON_STEP, off))
            residual = off
        return max(-CLIP, min(CLIP, residual))

    def _remember(self, value: float) -> None:
        self.seen += 1
        self._last.append(value)
        insort(self._sorted, value)
        if len(self._last) > self.settings.window:
            del self._sorted[bisect_left(self._sorted, self._last.popleft())]

    def _verdict(self, score: float) -> Verdict:
        loud = self.seen > self.settings.warm_up and score >= self.settings.threshold
        new = loud and (self.since_loud is None or self.since_loud > self.settings.quiet)
        if loud:
            self.since_loud = 1
        elif self.since_loud is not None:
            self.since_loud += 1
        return Verdict(score, loud, new)
