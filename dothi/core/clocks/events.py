"""Facts that clocks tell the domains whose duties they measure."""

from datetime import datetime
from typing import ClassVar

from dothi.core.events.registry import Event


class ClockNearDue(Event):
    """A running clock entered the last part of its time. Told once."""

    name: ClassVar[str] = "clock.near_due"
    subject: str
    clock: str
    unit_code: str
    due_at: datetime


class ClockBreached(Event):
    """A running clock passed its due time. Told once for each due time it is given."""

    name: ClassVar[str] = "clock.breached"
    subject: str
    clock: str
    unit_code: str
    due_at: datetime


class ClockLapsed(Event):
    """A clock ran out that nobody had to meet; `agreed` when the silence counts as agreement."""

    name: ClassVar[str] = "clock.lapsed"
    subject: str
    clock: str
    unit_code: str
    due_at: datetime
    agreed: bool


class ClockRescheduled(Event):
    """An open clock was computed again after the calendar was corrected, and its due time moved."""

    name: ClassVar[str] = "clock.rescheduled"
    subject: str
    clock: str
    unit_code: str
    due_before: datetime
    due_at: datetime
