"""Facts that sharing tells the rest of the platform."""

from typing import ClassVar

from dothi.core.events.registry import Event


class UseGranted(Event):
    """A steward let somebody use a dataset for a purpose."""

    name: ClassVar[str] = "sharing.use_granted"
    code: str
    dataset: str
    unit_code: str
    expires_on: str


class RequestMoved(Event):
    """A use was asked for, or its request was answered, sent back or withdrawn."""

    name: ClassVar[str] = "sharing.request_moved"
    code: str
    dataset: str
    unit_code: str
    was: str
    now: str


class UseEnded(Event):
    """A grant ended before its day, or with it (`early` says which)."""

    name: ClassVar[str] = "sharing.use_ended"
    code: str
    dataset: str
    unit_code: str
    early: bool
