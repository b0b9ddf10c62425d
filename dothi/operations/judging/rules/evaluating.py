"""Runs a condition over readings as they come: the same code judges today and the past.

A watch takes readings in the order of their time (`observe`), says whether its condition holds at a
moment (`holds`) and when that may change though nothing comes (`wakes`). Nothing is kept but in
memory: whoever starts anew lets it see the readings of `memory` again, which gives the same answer.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol

from dothi.operations.judging.choices import How, Side
from dothi.operations.judging.rules.anomaly import Detector, Settings
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

DAY = timedelta(days=1)
READINGS = 2_000  # That an unusual condition wants to have seen: the window of its detector.


class Watch(Protocol):
    """`source` is the code of the stream or indicator that the reading is of."""

    def observe(self, source: str, value: float, at: datetime) -> None: ...
    def holds(self, at: datetime) -> bool: ...
    def wakes(self, at: datetime) -> datetime | None: ...


@dataclass(frozen=True, kw_only=True)
class House:
    """What of the house a condition may need: its time, and the days that its calendar closes."""

    zone: tzinfo
    is_closed: Callable[[date], bool]


def watch(condition: Condition, house: House, *, since: datetime) -> Watch:
    """A watch that has seen nothing yet; `since`: from when on an absence is counted."""
    match condition:
        case Threshold():
            return _Threshold(condition)
        case Rate():
            return _Rate(condition)
        case Absence():
            return _Absence(timedelta(seconds=condition.after), since)
        case Stuck():
            return _Stuck(condition)
        case Unusual():
            return _Unusual(condition, house.zone)
        case Scheduled():
            return _Scheduled(condition, house, watch(condition.of, house, since=since))
        case Composite():
            return _Composite.of(condition, house, since)
        case Spatial():
            return _Spatial(condition.least, lambda: watch(condition.of, house, since=since))


def memory(condition: Condition) -> timedelta:
    """How far back a watch has to look to know what it would know had it always run.

    An unusual condition looks back `READINGS` readings instead.
    """
    match condition:
        case Threshold():
            return timedelta(seconds=condition.hold)
        case Rate():
            return timedelta(seconds=condition.within)
        case Absence():
            return timedelta(seconds=condition.after)
        case Stuck():
            return timedelta(seconds=condition.lasting)
        case Unusual():
            return timedelta(seconds=condition.calm)
        case Scheduled() | Spatial():
            return memory(condition.of)
        case Composite():
            return max(memory(part.condition) for part in condition.parts)


@dataclass
class _Threshold:
    asked: Threshold
    past_since: datetime | None = None
    raised: bool = False

    def observe(self, source: str, value: float, at: datetime) -> None:
        self._look(at)
        clear = self.asked.limit if self.asked.clear is None else self.asked.clear
        if self.raised:
            if not self._is_past(value, clear):
                self.raised, self.past_since = False, None
        elif not self._is_past(value, self.asked.limit):
            self.past_since = None
        elif self.past_since is None:
            self.past_since = at
        self._look(at)

    def _is_past(self, value: float, limit: float) -> bool:
        return value > limit if self.asked.side == Side.ABOVE else value < limit

    def _look(self, at: datetime) -> None:
        since = self.past_since
        if since is not None and at - since >= timedelta(seconds=self.asked.hold):
            self.raised = True

    def holds(self, at: datetime) -> bool:
        self._look(at)
        return self.raised

    def wakes(self, at: datetime) -> datetime | None:
        if self.raised or self.past_since is None:
            return None
        return self.past_since + timedelta(seconds=self.asked.hold)


@dataclass
class _Rate:
    """Keeps only readings that can still be the lowest (or highest) of the window."""

    asked: Rate
    kept: deque[tuple[datetime, float]] = field(default_factory=deque)
    newest: float = 0.0

    def observe(self, source: str, value: float, at: datetime) -> None:
        sign = 1 if self.asked.side == Side.ABOVE else -1
        self._forget(at)
        level = self.newest = sign * value
        while self.kept and self.kept[-1][1] >= level:
            self.kept.pop()
        self.kept.append((at, level))

    def _forget(self, at: datetime) -> None:
        begin = at - timedelta(seconds=self.asked.within)
        while self.kept and self.kept[0][0] < begin:
            self.kept.popleft()

    def holds(self, at: datetime) -> bool:
        self._forget(at)
        return bool(self.kept) and self.newest - self.kept[0][1] > self.asked.limit

    def wakes(self, at: datetime) -> datetime | None:
        if not self.holds(at):
            return None
        return self.kept[0][0] + timedelta(seconds=self.asked.within, microseconds=1)


@dataclass
class _Absence:
    after: timedelta
    newest: datetime

    def observe(self, source: str, value: float, at: datetime) -> None:
        self.newest = max(self.newest, at)

    def holds(self, at: datetime) -> bool:
        return at - self.newest >= self.after

    def wakes(self, at: datetime) -> datetime | None:
        return None if self.holds(at) else self.newest + self.after


@dataclass
class _Stuck:
    asked: Stuck
    since: datetime | None = None
    newest: datetime | None = None
    low: float = 0.0
    high: float = 0.0

    def observe(self, source: str, value: float, at: datetime) -> None:
        low, high = min(self.low, value), max(self.high, value)
        if self.since is None or high - low > self.asked.tolerance:
            self.since, low, high = at, value, value
        self.newest, self.low, self.high = at, low, high

    def holds(self, at: datetime) -> bool:
        """Of what was read: a stream that says nothing at all is absent, not stuck."""
        if self.since is None or self.newest is None:
            return False
        return self.newest - self.since >= timedelta(seconds=self.asked.lasting)

    def wakes(self, at: datetime) -> datetime | None:
        return None


class _Unusual:
    def __init__(self, asked: Unusual, zone: tzinfo) -> None:
        self.calm, self.zone = timedelta(seconds=asked.calm), zone
        self.detector = Detector(
            Settings(
                short=asked.short, long=asked.long, threshold=asked.threshold,
                seasonal=asked.seasonal, window=READINGS,
            )
        )  # fmt: skip
        self.until: datetime | None = None

    def observe(self, source: str, value: float, at: datetime) -> None:
        if self.detector.judge(value, at.astimezone(self.zone)).loud:
            self.until = at + self.calm

    def holds(self, at: datetime) -> bool:
        return self.until is not None and at <= self.until

    def wakes(self, at: datetime) -> datetime | None:
        if self.until is None or not self.holds(at):
            return None
        return self.until + timedelta(microseconds=1)


class _Scheduled:
    """Its part sees all readings, so that it has learned when its hours begin."""

    def __init__(self, asked: Scheduled, house: House, part: Watch) -> None:
        self.days, self.holidays = frozenset(asked.days), asked.holidays
        self.begin, self.end = _time(asked.begin), _time(asked.end)
        self.house, self.part = house, part

    def observe(self, source: str, value: float, at: datetime) -> None:
        self.part.observe(source, value, at)

    def holds(self, at: datetime) -> bool:
        return self._is_open(at) and self.part.holds(at)

    def _is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.house.zone)
        now, day = timedelta(hours=local.hour, minutes=local.minute), local.date()
        if self.begin < self.end:
            return self.begin <= now < self.end and self._is_day(day)
        return (now >= self.begin and self._is_day(day)) or (
            now < self.end and self._is_day(day - DAY)
        )

    def _is_day(self, day: date) -> bool:
        return day.weekday() in self.days and (self.holidays or not self.house.is_closed(day))

    def wakes(self, at: datetime) -> datetime | None:
        return min([self._next_edge(at), *([w] if (w := self.part.wakes(at)) else [])])

    def _next_edge(self, at: datetime) -> datetime:
        local = at.astimezone(self.house.zone)
        midnight = datetime.combine(local.date(), time(), self.house.zone)
        edges = (midnight + days * DAY + edge for days in (0, 1) for edge in (self.begin, self.end))
        return min(edge for edge in edges if edge > local)


def _time(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


@dataclass
class _Composite:
    how: How
    least: int
    parts: list[Watch]
    by_source: dict[str, list[Watch]]

    @classmethod
    def of(cls, asked: Composite, house: House, since: datetime) -> "_Composite":
        parts = [watch(one.condition, house, since=since) for one in asked.parts]
        by_source: dict[str, list[Watch]] = {}
        for one, part in zip(asked.parts, parts, strict=True):
            by_source.setdefault(source_of(one), []).append(part)
        return cls(asked.how, asked.least, parts, by_source)

    def observe(self, source: str, value: float, at: datetime) -> None:
        for part in self.by_source.get(source, ()):
            part.observe(source, value, at)

    def holds(self, at: datetime) -> bool:
        hold = sum(part.holds(at) for part in self.parts)
        needed = {How.ALL: len(self.parts), How.ANY: 1, How.AT_LEAST: self.least}[self.how]
        return hold >= needed

    def wakes(self, at: datetime) -> datetime | None:
        return _first(part.wakes(at) for part in self.parts)


@dataclass
class _Spatial:
    """A watch for each stream of the place; which these are, the caller knows."""

    least: int
    make: Callable[[], Watch]
    parts: dict[str, Watch] = field(default_factory=dict)

    def observe(self, source: str, value: float, at: datetime) -> None:
        if source not in self.parts:
            self.parts[source] = self.make()
        self.parts[source].observe(source, value, at)

    def holds(self, at: datetime) -> bool:
        return sum(part.holds(at) for part in self.parts.values()) >= self.least

    def wakes(self, at: datetime) -> datetime | None:
        return _first(part.wakes(at) for part in self.parts.values())


def source_of(part: Of) -> str:
    """How the readings of a part are called: its stream, or its indicator and unit."""
    return part.stream or f"indicator:{part.indicator}@{part.unit}"


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((one for one in moments if one is not None), default=None)


@dataclass(frozen=True, slots=True)
class Turn:
    """The condition began (`raised`) or ceased to hold, at a moment."""

    raised: bool
    at: datetime
    values: Mapping[str, float]  # The newest of each source then.


@dataclass
class Judge:
    """Follows one watch from `began` on over readings and time, and tells its turns in order."""

    watch: Watch
    began: datetime
    raised: bool = False
    newest: dict[str, float] = field(default_factory=dict)
    _wakes: datetime | None = field(init=False)

    def __post_init__(self) -> None:
        self._wakes = self.watch.wakes(self.began)

    def observe(self, source: str, value: float, at: datetime) -> list[Turn]:
        """Take in a reading; what turned before it by time alone is told, too."""
        turns = self.until(at)
        self.watch.observe(source, value, at)
        self.newest[source] = value
        return turns + self._look(at)

    def until(self, at: datetime) -> list[Turn]:
        """Let time pass up to `at` without a reading."""
        turns: list[Turn] = []
        while self._wakes is not None and self._wakes <= at:
            turns += self._look(self._wakes)
        return turns

    def _look(self, at: datetime) -> list[Turn]:
        holds = self.watch.holds(at)
        wakes = self.watch.wakes(at)
        self._wakes = wakes if wakes is not None and wakes > at else None
        if holds == self.raised:
            return []
        self.raised = holds
        return [Turn(holds, at, dict(self.newest))]
