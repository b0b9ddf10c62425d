"""Questions about clocks: which there are, how they stand, and why they are due when they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from dothi.core.clocks.choices import State, View
from dothi.core.clocks.models import Clock
from dothi.core.clocks.selectors.explaining import Line as Line
from dothi.core.clocks.selectors.explaining import explain as explain
from dothi.core.clocks.selectors.moving import Move as Move
from dothi.core.clocks.selectors.moving import Preview as Preview
from dothi.core.clocks.selectors.moving import open_clocks as open_clocks
from dothi.core.clocks.selectors.moving import preview_recompute as preview_recompute
from dothi.core.clocks.selectors.moving import replayed as replayed
from dothi.core.clocks.selectors.reckoning import reckoned_anew as reckoned_anew
from dothi.core.clocks.selectors.reckoning import reckoning as reckoning
from dothi.core.clocks.selectors.wording import amount as amount
from dothi.core.clocks.selectors.wording import moment as moment
from dothi.core.clocks.selectors.wording import short_day as short_day
from dothi.core.clocks.selectors.wording import state_of as state_of
from dothi.core.clocks.selectors.wording import words as words
from dothi.core.workdays.selectors import official_calendar
from dothi.lib.worktime import Calendar


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """What a clock chip shows."""

    state: View
    label: str
    words: str
    due_at: datetime
    lines: tuple[Line, ...] = ()


def clocks_of(subject: str) -> QuerySet[Clock]:
    """All clocks of a subject, also those that have ended, in the order of their start."""
    return Clock.objects.filter(subject=subject).order_by("id")


def open_clock(subject: str, name: str = "answer") -> Clock | None:
    """The clock of that name that runs or is paused."""
    rows = Clock.objects.filter(subject=subject, name=name)
    return rows.filter(state__in=[State.RUNNING, State.PAUSED]).first()


def view(clock: Clock, *, at: datetime, explained: bool = True) -> ClockView:
    """A clock for its chip, with the line-by-line explanation unless a list shows many."""
    return _view(clock, at, explained=explained)


def _view(
    clock: Clock, at: datetime, *, explained: bool, calendar: Calendar | None = None
) -> ClockView:
    state = state_of(clock, at)
    return ClockView(
        state=state,
        label=str(state.label),
        words=words(clock, at=at, calendar=calendar),
        due_at=clock.due_at,
        lines=tuple(explain(clock, at=at)) if explained else (),
    )


def views(clocks: Iterable[Clock], *, at: datetime) -> dict[int, ClockView]:
    """Chips for a list, by clock id, without a query for each row."""
    found = list(clocks)
    calendar = official_calendar() if found else None
    return {one.pk: _view(one, at, explained=False, calendar=calendar) for one in found}
