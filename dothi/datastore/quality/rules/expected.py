"""When deliveries are due, and which of them came.

A period is what one delivery is about: a working day, a week, a month, a quarter, a year. It is due
on its last day (a week on its Friday); where the office is closed that day, on the next working day
(Bộ luật Dân sự 2015, điều 148). A delivery meets the oldest periods that are overdue, all at once,
because it brings the table up to date; only when none is overdue does it meet the one that runs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dothi.datastore.catalogue.choices import Rhythm
from dothi.lib.worktime import Calendar, months_after

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MONTHS = {Rhythm.MONTHLY: 1, Rhythm.QUARTERLY: 3, Rhythm.YEARLY: 12}
# Rhythms with days on which something is due.
DATED = frozenset({Rhythm.DAILY, Rhythm.WEEKLY, *MONTHS})
SOON = 2  # Working days before the day: time to remind.


class State(StrEnum):
    MET = "met"
    MET_LATE = "met_late"
    OVERDUE = "overdue"
    SOON = "near"
    COMING = "coming"


@dataclass(frozen=True, kw_only=True)
class Period:
    start: date
    end: date
    due_on: date


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A period and the day on which its delivery came."""

    period: Period
    came_on: date | None

    def state(self, today: date, calendar: Calendar) -> State:
        due = self.period.due_on
        if self.came_on is not None:
            return State.MET if self.came_on <= due else State.MET_LATE
        if due < today:
            return State.OVERDUE
        soon = calendar.nth_working_day(today, SOON)
        return State.SOON if due <= soon and self.period.start <= soon else State.COMING


def periods(rhythm: Rhythm, first: date, last: date, calendar: Calendar) -> list[Period]:
    """The periods that are due between two days, both of them counted."""
    return [one for one in _all(rhythm, first, last, calendar) if first <= one.due_on <= last]


def _all(rhythm: Rhythm, first: date, last: date, calendar: Calendar) -> Iterator[Period]:
    start = _start(rhythm, first)
    while start <= last:
        if rhythm == Rhythm.DAILY:
            following, end = start + DAY, start
            if not calendar.is_working_day(start):
                start = following
                continue
        elif rhythm == Rhythm.WEEKLY:
            following, end = start + WEEK, start + 4 * DAY
        else:
            following = months_after(start, MONTHS[rhythm])
            end = following - DAY
        due = end if calendar.is_working_day(end) else calendar.next_working_day(end)
        yield Period(start=start, end=end, due_on=due)
        start = following


def _start(rhythm: Rhythm, day: date) -> date:
    """The beginning of a period early enough that none which is due from `day` on is missed: the
    one before that of the day may be due later than its end."""
    match rhythm:
        case Rhythm.DAILY:
            return day
        case Rhythm.WEEKLY:
            return day - day.weekday() * DAY - 2 * WEEK
        case _:
            months = MONTHS[rhythm]
            begin = date(day.year, (day.month - 1) // months * months + 1, 1)
            return _before(begin, months)


def _before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def met(due: Sequence[Period], deliveries: Iterable[date]) -> list[Expected]:
    """Each period with the delivery that met it."""
    came: dict[Period, date] = {}
    for day in sorted({*deliveries}):
        open_ = [one for one in due if one not in came]
        overdue = [one for one in open_ if one.due_on < day]
        running = [one for one in open_ if one.start <= day <= one.due_on][:1]
        for one in overdue or running:
            came[one] = day
    return [Expected(period=one, came_on=came.get(one)) for one in due]
