"""Working-time arithmetic for deadlines. Pure: the calendar comes in, nothing is asked.

Times are aware and in the time zone of the house; days are read off them. Law: Bộ luật Dân sự
2015, điều 147–148 (the first day is not counted; a term that ends on a rest day ends with the next
working day); Bộ luật Lao động 2019, điều 111–112 (rest days, holidays, make-up days).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import cached_property

Session = tuple[time, time]
Week = Mapping[int, tuple[Session, ...]]
OFFICE_DAY: tuple[Session, ...] = ((time(7, 30), time(11, 30)), (time(13), time(17)))
OFFICE_WEEK: Week = dict.fromkeys(range(5), OFFICE_DAY)
DAY = timedelta(days=1)
NO_TIME = timedelta(0)


class NoWorkingTime(Exception):
    """The calendar has a whole year without work, or the term outlasts it: nothing falls due."""


@dataclass(frozen=True)
class _Year:
    """The working days of one year in order, and the working time up to the end of each."""

    days: tuple[date, ...]
    worked: tuple[timedelta, ...]

    @property
    def total(self) -> timedelta:
        return self.worked[-1] if self.worked else NO_TIME

    def before(self, day: date) -> timedelta:
        """The working time of the year before `day`."""
        index = bisect_left(self.days, day)
        return self.worked[index - 1] if index else NO_TIME


@dataclass(frozen=True)
class Calendar:
    """The weekly sessions of the office, and the days that depart from the week.

    `week` maps weekdays (0 is Monday) to sessions in order; `later` holds the weeks that replaced
    it, each from a day on, in order. Years are worked out once, when they are first asked for.
    """

    week: Week = field(default_factory=lambda: OFFICE_WEEK)
    off: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()
    later: tuple[tuple[date, Week], ...] = ()

    def week_of(self, day: date) -> Week:
        """The weekly sessions that hold on a day."""
        index = bisect_right([since for since, _ in self.later], day) if self.later else 0
        return self.later[index - 1][1] if index else self.week

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on that day: make-up days do, days off do not."""
        if day in self.makeup:
            return True
        return day not in self.off and bool(self.week_of(day).get(day.weekday()))

    def sessions_of(self, day: date) -> tuple[Session, ...]:
        """The sessions of a day. A make-up day works like the first ordinary day of its week."""
        if day in self.makeup:
            return self.ordinary(day)
        if day in self.off:
            return ()
        return self.week_of(day).get(day.weekday()) or ()

    def ordinary(self, day: date) -> tuple[Session, ...]:
        """The sessions of an ordinary working day at that time."""
        week = self.week_of(day)
        return next((week[number] for number in range(7) if week.get(number)), OFFICE_DAY)

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`.

        Raises:
            NoWorkingTime: a whole year has none.
        """
        return self.nth_working_day(day, 1)

    def nth_working_day(self, day: date, number: int) -> date:
        """The n-th working day after `day`, which is not counted; `day` itself for 0.

        Raises:
            NoWorkingTime: a whole year has none.
        """
        if number <= 0:
            return day
        year, left = self._year(day.year), number
        begin = bisect_right(year.days, day)
        at = day.year
        while left > len(year.days) - begin:
            left -= len(year.days) - begin
            at, begin = at + 1, 0
            year = self._working_year(at)
        return year.days[begin + left - 1]

    def opens(self, day: date) -> time:
        return self.sessions_of(day)[0][0]

    def closes(self, day: date) -> time:
        return self.sessions_of(day)[-1][1]

    @cached_property
    def _years(self) -> dict[int, _Year]:
        return {}

    def _year(self, number: int) -> _Year:
        known = self._years.get(number)
        return known if known is not None else self._work_out(number)

    def _working_year(self, number: int) -> _Year:
        if number >= MAXYEAR or not self._year(number).days:
            raise NoWorkingTime(f"no working day in {number}")
        return self._year(number)

    def _work_out(self, number: int) -> _Year:
        days, worked, total = [], [], NO_TIME
        for day in _days(date(number, 1, 1) - DAY, date(number, 12, 31)):
            if self.is_working_day(day):
                total += _length(self.sessions_of(day))
                days.append(day)
                worked.append(total)
        year = self._years[number] = _Year(tuple(days), tuple(worked))
        return year


def next_working_moment(at: datetime, calendar: Calendar) -> datetime:
    """`at` itself within a session, else the start of the next one."""
    for opens, closes in calendar.sessions_of(at.date()):
        if at < _on(at, at.date(), closes):
            return max(at, _on(at, at.date(), opens))
    day = calendar.next_working_day(at.date())
    return _on(at, day, calendar.opens(day))


def next_opening(at: datetime, calendar: Calendar) -> datetime:
    """The start of work on the first working day after the day of `at`."""
    day = calendar.next_working_day(at.date())
    return _on(at, day, calendar.opens(day))


def counted_from(at: datetime, cut_off: time, calendar: Calendar) -> datetime:
    """When something counts as received where the counter takes it only until an hour.

    What comes after that hour, or on a rest day, counts as received when the next working day
    opens; what comes before counts as received when it came, or when the office opens.
    """
    day = at.date()
    if not calendar.is_working_day(day) or at.time() > cut_off:
        return next_opening(at, calendar)
    return max(at, _on(at, day, calendar.opens(day)))


def add_elapsed(start: datetime, length: timedelta) -> datetime:
    """Time that runs at night and on rest days, and through a change to summer time."""
    return (start.astimezone(UTC) + length).astimezone(start.tzinfo)


def elapsed(start: datetime, end: datetime) -> timedelta:
    """The time between two moments, whatever the clocks on the wall did meanwhile."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def add_working_time(start: datetime, amount: timedelta, calendar: Calendar) -> datetime:
    """The moment when `amount` of working time has passed since `start`.

    It falls at the end of a session rather than at the start of the next one.

    Raises:
        NoWorkingTime: a whole year on the way has no working time.
    """
    if amount <= NO_TIME:
        return next_working_moment(start, calendar)
    number = start.year
    year = calendar._year(number)
    left = year.before(start.date()) + _worked_on(start, calendar) + amount
    while left > year.total:
        left -= year.total
        number += 1
        year = calendar._working_year(number)
    index = bisect_left(year.worked, left)
    day = year.days[index]
    return _into(start, day, left - (year.worked[index - 1] if index else NO_TIME), calendar)


def add_working_days(start: datetime, days: int, calendar: Calendar) -> datetime:
    """The close of the n-th working day after the day of `start`, which is not counted."""
    return _close_of(start, calendar.nth_working_day(start.date(), days), calendar)


def add_calendar_days(start: datetime, days: int, calendar: Calendar) -> datetime:
    """The close of the n-th day after, or of the next working day when that one is a rest day."""
    return end_on(start, start.date() + days * DAY, calendar)


def add_months(start: datetime, months: int, calendar: Calendar) -> datetime:
    """The close of the same day n months later (its last day where there is no such day)."""
    return end_on(start, months_after(start.date(), months), calendar)


def months_after(day: date, months: int) -> date:
    """The same day n months later, or the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (first_of_next - DAY).day))


def end_on(start: datetime, day: date, calendar: Calendar) -> datetime:
    """The close of `day`, or of the next working day when the office rests then."""
    if not calendar.is_working_day(day):
        day = calendar.next_working_day(day)
    return _close_of(start, day, calendar)


def working_time_between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """How much working time lies between two moments; negative when `end` comes first."""
    if end < start:
        return -working_time_between(end, start, calendar)
    years = sum(
        (calendar._year(number).total for number in range(start.year, end.year)), start=NO_TIME
    )
    return years + _worked_in_year(end, calendar) - _worked_in_year(start, calendar)


def working_days_between(first: date, last: date, calendar: Calendar) -> int:
    """How many working days lie in `first < day ≤ last`: the days that a deadline counts."""
    if last <= first:
        return 0
    years = sum(len(calendar._year(number).days) for number in range(first.year, last.year))
    until = bisect_right(calendar._year(last.year).days, last)
    return years + until - bisect_right(calendar._year(first.year).days, first)


def rest_days_between(first: date, last: date, calendar: Calendar) -> list[date]:
    """The days in `first < day ≤ last` that a deadline skips."""
    return [day for day in _days(first, last) if not calendar.is_working_day(day)]


def makeup_days_between(first: date, last: date, calendar: Calendar) -> list[date]:
    """The make-up days in `first < day ≤ last`, which a deadline counts."""
    return sorted(day for day in calendar.makeup if first < day <= last)


def length_of_day(calendar: Calendar, on: date | None = None) -> timedelta:
    """The working time of an ordinary day (8 hours in most offices)."""
    return _length(calendar.ordinary(on or date.min))


def _length(sessions: tuple[Session, ...]) -> timedelta:
    return sum(
        (
            datetime.combine(date.min, end) - datetime.combine(date.min, begin)
            for begin, end in sessions
        ),
        start=NO_TIME,
    )


def _days(first: date, last: date) -> Iterator[date]:
    for number in range(first.toordinal() + 1, last.toordinal() + 1):
        yield date.fromordinal(number)


def _worked_in_year(at: datetime, calendar: Calendar) -> timedelta:
    return calendar._year(at.year).before(at.date()) + _worked_on(at, calendar)


def _worked_on(at: datetime, calendar: Calendar) -> timedelta:
    """The working time of the day up to that moment."""
    total, day = NO_TIME, at.date()
    for opens, closes in calendar.sessions_of(day):
        begin = _on(at, day, opens)
        if at <= begin:
            break
        total += min(at, _on(at, day, closes)) - begin
    return total


def _into(start: datetime, day: date, worked: timedelta, calendar: Calendar) -> datetime:
    """The moment of a day at which that much of it is worked."""
    for opens, closes in calendar.sessions_of(day):
        begin, end = _on(start, day, opens), _on(start, day, closes)
        if worked <= end - begin:
            return begin + worked
        worked -= end - begin
    raise AssertionError("more was worked than the day has")


def _close_of(start: datetime, day: date, calendar: Calendar) -> datetime:
    closes = calendar.closes(day) if calendar.is_working_day(day) else OFFICE_DAY[-1][1]
    return _on(start, day, closes)


def _on(like: datetime, day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=like.tzinfo)
