"""Facts that dossiers tell the rest of the platform: codes, statuses, units and times."""

from datetime import datetime
from typing import ClassVar

from dothi.core.events.registry import Event


class DossierSubmitted(Event):
    """A dossier came in, online, at the counter, by post or from another system."""

    name: ClassVar[str] = "cases.submitted"
    code: str
    procedure: str
    area: str
    way: int
    origin: str
    unit_code: str
    receiving_unit: str
    submitted_at: datetime


class DossierMoved(Event):
    """Something was done with a dossier; `was` is equal to `now` where the status stayed.

    `move` is the id of the line of its history. The times are those that the dossier has after it,
    so that every figure can be counted anew from the facts alone.
    """

    name: ClassVar[str] = "cases.moved"
    code: str
    procedure: str
    area: str
    unit_code: str
    act: str
    was: int
    now: int
    step: str
    handling_unit: str
    handling_role: str
    due_at: datetime | None
    paused: bool
    move: int
    way: int = 0
    received_at: datetime | None = None
    promised_at: datetime | None = None
    done_at: datetime | None = None
    returned_at: datetime | None = None
    closed_at: datetime | None = None
    asked: int = 0
    asked_at: datetime | None = None
    met_at: datetime | None = None


class DossierOverdue(Event):
    """The promised time of a dossier has passed. Told once for each due time."""

    name: ClassVar[str] = "cases.overdue"
    code: str
    procedure: str
    area: str
    unit_code: str
    handling_unit: str
    handling_role: str
    due_at: datetime


class DossierFinished(Event):
    """A dossier has its result. `on_time` compares with the due time as it stood then."""

    name: ClassVar[str] = "cases.finished"
    code: str
    procedure: str
    area: str
    unit_code: str
    end: str
    received_at: datetime
    done_at: datetime
    due_at: datetime
    on_time: bool


class DossierRated(Event):
    """The applicant said how it went: one to five stars."""

    name: ClassVar[str] = "cases.rated"
    code: str
    procedure: str
    unit_code: str
    stars: int


class TurnMoved(Event):
    """A number of the queue was taken, called, served or whatever `act` says.

    `number` is what is called out (`A012`); `counter` the one that called it, 0 where none did.
    """

    name: ClassVar[str] = "cases.turn_moved"
    unit_code: str
    number: str
    group: str
    act: str
    was: str
    now: str
    counter: int
    taken_at: datetime
    waiting_since: datetime
    called_at: datetime | None
    ended_at: datetime | None


class AppointmentMoved(Event):
    """An appointment was made, moved, kept, missed or cancelled; `state` is how it stands then."""

    name: ClassVar[str] = "cases.appointment_moved"
    code: str
    unit_code: str
    group: str
    state: str
    starts_at: datetime


class FeeReceipted(Event):
    """A receipt was issued, for 0 ₫ too, or `voided`. `kind` and `how` are codes of `choices`."""

    name: ClassVar[str] = "cases.receipted"
    code: str
    procedure: str
    unit_code: str
    receipt: str
    kind: str
    how: str
    amount: int
    voided: bool
