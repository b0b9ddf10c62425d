"""Facts about requests of those whom data speak of; never who it was or what they wrote."""

from typing import ClassVar

from dothi.core.events.registry import Event


class RightMoved(Event):
    """A right was claimed, or its request was answered or withdrawn."""

    name: ClassVar[str] = "rights.moved"
    code: str
    right: str
    unit_code: str
    was: str
    now: str
