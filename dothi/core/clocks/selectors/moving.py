"""Where open clocks would stand by the calendar as it is now: to look at before they are moved."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from dothi.core.clock import local
from dothi.core.clocks.choices import Mark, State
from dothi.core.clocks.models import Clock, ClockMark
from dothi.core.clocks.rules import Event, Plan, Spec, plan
from dothi.core.workdays.selectors import fresh_calendar
from dothi.lib.worktime import Calendar

REPLAYED = {Mark.PAUSED, Mark.RESUMED, Mark.EXTENDED}
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Move:
    """One open clock whose due time would be another by the calendar of now."""

    subject: str
    name: str
    unit_code: str
    due_before: datetime
    due_at: datetime

    @property
    def is_later(self) -> bool:
        return self.due_at > self.due_before


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What computing all open clocks anew would change. `moves` are the first ones, in order.

    `earlier` ones are told and stay: a day that somebody was given does not come sooner.
    """

    open: int
    later: int
    earlier: int
    moves: tuple[Move, ...]

    @property
    def moved(self) -> int:
        return self.later


def preview_recompute(*, limit: int = 100) -> Preview:
    """Compute all open clocks by the calendar as its rows say it now, and write nothing.

    `services.recompute_open` makes it so. The moves shown are those that are due first.
    """
    calendar = fresh_calendar()
    found = later = earlier = 0
    first: list[Move] = []
    for move in (_move(clock, calendar) for clock in _each_open()):
        found += 1
        if move is None:
            continue
        later, earlier = later + move.is_later, earlier + (not move.is_later)
        if not move.is_later:
            continue
        first.append(move)
        if len(first) >= 2 * limit:
            first = sorted(first, key=_when)[:limit]
    moves = tuple(sorted(first, key=_when)[:limit])
    return Preview(open=found, later=later, earlier=earlier, moves=moves)


def replayed(clock: Clock, calendar: Calendar) -> Plan:
    """The plan of a clock by a calendar: its start and all that happened to it since."""
    happened = _events(clock.marks.all())
    return plan(Spec.from_json(clock.spec), local(clock.started_at), happened, calendar)


def open_clocks() -> QuerySet[Clock]:
    """What runs or is paused, each with its marks."""
    rows = Clock.objects.filter(state__in=[State.RUNNING, State.PAUSED])
    return rows.prefetch_related("marks").order_by("id")


def _each_open() -> Iterator[Clock]:
    """By the id, a batch at a time: the house goes on working meanwhile."""
    last = 0
    while rows := list(open_clocks().filter(id__gt=last)[:BATCH]):
        yield from rows
        last = rows[-1].pk


def _move(clock: Clock, calendar: Calendar) -> Move | None:
    due_at = replayed(clock, calendar).due_at
    if due_at == clock.due_at:
        return None
    return Move(
        subject=clock.subject,
        name=clock.name,
        unit_code=clock.unit_code,
        due_before=clock.due_at,
        due_at=due_at,
    )


def _when(move: Move) -> tuple[datetime, str]:
    return move.due_before, move.subject


def _events(marks: Iterable[ClockMark]) -> list[Event]:
    return [
        Event(mark=Mark(mark.mark), at=local(mark.at), amount=mark.amount)
        for mark in marks
        if mark.mark in REPLAYED
    ]
