"""Questions about the working calendar."""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from dothi.core.workdays.choices import DayKind
from dothi.core.workdays.models import CalendarDay, CalendarVersion, WorkSession
from dothi.lib.worktime import OFFICE_WEEK, Calendar, Session, Week


@dataclass(frozen=True)
class _Known:
    """What a process keeps of the calendar: its stamp, the arithmetic, and the rows by day."""

    stamp: UUID | None
    calendar: Calendar
    days: dict[date, CalendarDay]


_known: _Known | None = None
_checked = float("-inf")


def official_calendar() -> Calendar:
    """The calendar of the house, kept in the process and read anew when its version has changed.

    The version is asked for at most once a second: verbs that run thousands of times do not pay.
    """
    return _current().calendar


def labels(days: Collection[date]) -> dict[date, CalendarDay]:
    """The rows of some days: what an explanation calls them, and on which basis. No query."""
    known = _current().days
    return {day: known[day] for day in days if day in known}


def fresh_calendar() -> Calendar:
    """The calendar as the rows say it this moment, for what must not be a second behind."""
    forget()
    return official_calendar()


def version() -> UUID | None:
    """The stamp of the last change; None before the first."""
    return CalendarVersion.objects.values_list("stamp", flat=True).filter(pk=1).first()


def read_calendar() -> Calendar:
    """Read the whole calendar from its rows."""
    return _read(None).calendar


def days_in(year: int) -> QuerySet[CalendarDay]:
    """The days of a year that depart from the week, in order."""
    return CalendarDay.objects.filter(day__year=year)


def sessions_on(day: date) -> list[WorkSession]:
    """The weekly sessions that hold on a day."""
    return [row for row in WorkSession.objects.all() if _holds(row, day)]


def forget() -> None:
    """Ask for the version at the next question: this process has just changed it."""
    global _checked
    _checked = float("-inf")


def _current() -> _Known:
    global _known, _checked
    now = time.monotonic()
    if _known is not None and now - _checked < settings.CALENDAR_CHECKED_EVERY:
        return _known
    stamp = version()
    known = _known
    if known is None or known.stamp != stamp:
        known = _known = _read(stamp)
    _checked = now
    return known


def _read(stamp: UUID | None) -> _Known:
    rows = {row.day: row for row in CalendarDay.objects.all()}
    week, later = _weeks(WorkSession.objects.all())
    calendar = Calendar(
        week=week,
        off=frozenset(day for day, row in rows.items() if row.kind == DayKind.OFF),
        makeup=frozenset(day for day, row in rows.items() if row.kind == DayKind.MAKEUP),
        later=later,
    )
    return _Known(stamp, calendar, rows)


def _weeks(sessions: Iterable[WorkSession]) -> tuple[Week, tuple[tuple[date, Week], ...]]:
    """The first week, and each one that replaced it with the day from which it holds."""
    rows = list(sessions)
    if not rows:
        return OFFICE_WEEK, ()
    changes = sorted({day for row in rows for day in (row.valid_from, row.valid_to) if day})
    return _week(rows, date.min), tuple((day, _week(rows, day)) for day in changes)


def _week(rows: Iterable[WorkSession], day: date) -> Week:
    week: dict[int, list[Session]] = {}
    for row in rows:
        if _holds(row, day):
            week.setdefault(row.weekday, []).append((row.opens, row.closes))
    return {weekday: tuple(sorted(sessions)) for weekday, sessions in week.items()}


def _holds(row: WorkSession, day: date) -> bool:
    return (row.valid_from is None or row.valid_from <= day) and (
        row.valid_to is None or day < row.valid_to
    )
