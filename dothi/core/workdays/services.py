"""Seed and correct the working calendar. A change moves no open deadline by itself."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from dothi.core.audit.services import record
from dothi.core.workdays import rules, selectors
from dothi.core.workdays.choices import Certainty, DayKind, Source
from dothi.core.workdays.models import CalendarDay, CalendarVersion, WorkSession
from dothi.lib.worktime import OFFICE_WEEK, Session


class BadHours(ValueError):
    """Office hours that overlap, end before they begin, or leave no working day at all."""


class NoBasis(ValueError):
    """A day is called off or worked without a name, or without the decision behind it."""


@transaction.atomic
def seed(*, years: Iterable[int], at: datetime, by: str = "system") -> int:
    """Add the holidays of some years where nobody has said anything yet. Return how many.

    An estimate of an earlier seed gives way to what a newer program knows; what the office
    entered stays.
    """
    wanted = sorted(set(years))
    guessed = CalendarDay.objects.filter(day__year__in=wanted, certainty=Certainty.ESTIMATED)
    guessed.exclude(source=Source.OFFICE).delete()
    known = set(CalendarDay.objects.filter(day__year__in=wanted).values_list("day", flat=True))
    new = [CalendarDay(**vars(day)) for day in rules.days_of(wanted) if day.day not in known]
    CalendarDay.objects.bulk_create(new)
    if not WorkSession.objects.exists():
        WorkSession.objects.bulk_create(_rows(OFFICE_WEEK))
    _changed()
    record("workdays.seed", subject="workdays.calendar", by=by, at=at, years=wanted, days=len(new))
    return len(new)


@transaction.atomic
def set_day(
    *,
    day: date,
    kind: DayKind,
    label_vi: str,
    label_en: str,
    legal_basis: str,
    by: str,
    at: datetime,
    certainty: Certainty = Certainty.ANNOUNCED,
) -> CalendarDay:
    """Say what a day is. Open deadlines stay until somebody has them computed again.

    Raises:
        NoBasis: nobody says why: a day off without its decision moves no deadline.
    """
    if not legal_basis.strip() or not label_vi.strip():
        raise NoBasis(day)
    before = CalendarDay.objects.filter(day=day).values_list("kind", flat=True).first()
    row, _ = CalendarDay.objects.update_or_create(
        day=day,
        defaults={
            "kind": kind,
            "label_vi": label_vi,
            "label_en": label_en,
            "legal_basis": legal_basis,
            "certainty": certainty,
            "source": Source.OFFICE,
        },
    )
    _changed()
    record(
        "workdays.set_day",
        subject=f"workdays.day:{day}",
        by=by,
        at=at,
        reason=legal_basis,
        kind=kind.value,
        was=before or "",
    )
    return row


@transaction.atomic
def clear_day(*, day: date, by: str, at: datetime, reason: str) -> bool:
    """Make a day an ordinary one again. Return whether it was not.

    Raises:
        NoBasis: no reason is given.
    """
    if not reason.strip():
        raise NoBasis(day)
    found = bool(CalendarDay.objects.filter(day=day).delete()[0])
    if found:
        _changed()
        record("workdays.clear_day", subject=f"workdays.day:{day}", by=by, at=at, reason=reason)
    return found


@transaction.atomic
def set_hours(
    *,
    week: Mapping[int, Sequence[Session]],
    valid_from: date,
    by: str,
    at: datetime,
    reason: str,
) -> None:
    """Set the weekly office hours from a day on. Weekdays that are not named rest.

    What was planned for that day or later is replaced. Open deadlines stay as they are.

    Raises:
        BadHours: sessions overlap or have no length, or no weekday works.
    """
    _check(week)
    WorkSession.objects.filter(valid_from__gte=valid_from).delete()
    still = Q(valid_to=None) | Q(valid_to__gt=valid_from)
    WorkSession.objects.filter(still).update(valid_to=valid_from)
    WorkSession.objects.bulk_create(_rows(week, valid_from))
    _changed()
    record(
        "workdays.set_hours",
        subject="workdays.calendar",
        by=by,
        at=at,
        reason=reason,
        valid_from=valid_from.isoformat(),
    )


def _check(week: Mapping[int, Sequence[Session]]) -> None:
    if not any(week.values()) or not set(week) <= set(range(7)):
        raise BadHours("no weekday works, or there is no such weekday")
    for sessions in week.values():
        hours = [hour for session in sorted(sessions) for hour in session]
        if hours != sorted(hours) or len(set(hours)) < len(hours):
            raise BadHours("sessions overlap, touch, or have no length")


def _rows(
    week: Mapping[int, Sequence[Session]], valid_from: date | None = None
) -> list[WorkSession]:
    return [
        WorkSession(weekday=weekday, opens=opens, closes=closes, valid_from=valid_from)
        for weekday, sessions in week.items()
        for opens, closes in sessions
    ]


def _changed() -> None:
    CalendarVersion.objects.update_or_create(pk=1, defaults={"stamp": uuid.uuid4()})
    # At once for this transaction, and again for what another thread read before the commit.
    selectors.forget()
    transaction.on_commit(selectors.forget)
