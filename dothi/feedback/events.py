"""Facts that feedback tells the rest of the platform: codes, states, units and times."""

from datetime import datetime
from typing import ClassVar

from dothi.core.events.registry import Event


class FeedbackSubmitted(Event):
    """A report was received, placed in a unit, sent on if a route knew where to, and timed.

    `unit_code` is the unit that had the place then and stays so; `handling_unit` is who acts.
    """

    name: ClassVar[str] = "feedback.submitted"
    code: str
    unit_code: str
    category: str
    channel: str
    urgency: str
    state: str
    handling_unit: str
    handling_role: str
    partner: str
    received_at: datetime
    due_at: datetime | None
    visibility: str
    reachable: bool  # Whether the reporter left a way to be told.


class FeedbackMoved(Event):
    """A report went from one state to another, or to another hand in the same state."""

    name: ClassVar[str] = "feedback.moved"
    code: str
    unit_code: str
    category: str
    act: str
    was: str
    now: str
    handling_unit: str
    handling_role: str
    partner: str
    received_at: datetime
    due_at: datetime | None
    paused: bool
    visibility: str
    reachable: bool


class FeedbackAnswered(Event):
    """A report got its result. `on_time` compares with the due time as it stood then."""

    name: ClassVar[str] = "feedback.answered"
    code: str
    unit_code: str
    category: str
    handling_unit: str
    received_at: datetime
    resolved_at: datetime
    due_at: datetime | None
    on_time: bool
    reopened: int


class FeedbackMerged(Event):
    """A report turned out to be about the same thing as another one."""

    name: ClassVar[str] = "feedback.merged"
    code: str
    into: str
    unit_code: str
    category: str


class FeedbackRated(Event):
    """The reporter rated the handling with one to five stars."""

    name: ClassVar[str] = "feedback.rated"
    code: str
    unit_code: str
    category: str
    handling_unit: str
    stars: int


class FeedbackOverdue(Event):
    """A report passed its due time unanswered. Told once for each due time."""

    name: ClassVar[str] = "feedback.overdue"
    code: str
    unit_code: str
    category: str
    handling_unit: str
    due_at: datetime


class FeedbackNearDue(Event):
    """The last part of a report's time has begun."""

    name: ClassVar[str] = "feedback.near_due"
    code: str
    unit_code: str
    category: str
    handling_unit: str
    due_at: datetime


class FeedbackShown(Event):
    """What everybody may read of a report became more or less."""

    name: ClassVar[str] = "feedback.shown"
    code: str
    unit_code: str
    category: str
    was: str
    now: str


class FeedbackSpoken(Event):
    """A message was written to or by the reporter; its words stay with the report."""

    name: ClassVar[str] = "feedback.spoken"
    code: str
    unit_code: str
    category: str
    sender: str
    public: bool
    reachable: bool


class FeedbackSeconded(Event):
    """Somebody else has seen the same thing."""

    name: ClassVar[str] = "feedback.seconded"
    code: str
    unit_code: str
    category: str
    me_too: int
