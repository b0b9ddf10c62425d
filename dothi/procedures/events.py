"""Facts that the catalogue of procedures tells the rest of the platform."""

from datetime import date
from typing import ClassVar

from dothi.core.events.registry import Event


class VersionPublished(Event):
    """A version of a procedure was published; it holds from a day on."""

    name: ClassVar[str] = "procedures.published"
    code: str
    number: int
    valid_from: date


class ProcedureEnded(Event):
    """A procedure is no longer offered from a day on."""

    name: ClassVar[str] = "procedures.ended"
    code: str
    valid_to: date
