"""Facts that quality tells the rest of the platform: codes, counts and times."""

from typing import ClassVar

from dothi.core.events.registry import Event


class VersionInspected(Event):
    """A version was looked at with all checks."""

    name: ClassVar[str] = "quality.inspected"
    dataset: str
    version: int
    score: float | None
    failed: int
    unasked: int


class IncidentOpened(Event):
    """A check fails that did not, or that somebody had settled in an earlier version."""

    name: ClassVar[str] = "quality.incident_opened"
    dataset: str
    check: str
    severity: str
    version: int


class IncidentSettled(Event):
    """A check passes again, or a steward said why it may fail."""

    name: ClassVar[str] = "quality.incident_settled"
    dataset: str
    check: str
    by_itself: bool
