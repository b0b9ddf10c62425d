"""Facts that sources tell the rest of the platform."""

from typing import ClassVar

from dothi.core.events.registry import Event


class SourceTried(Event):
    """A source was tried: what came of it."""

    name: ClassVar[str] = "datastore.source_tried"
    source: str
    dataset: str
    outcome: str
    fault: str
    run: str
    number: int = 0  # Of the try; 0 in facts that are older than their number.


class SourceMoved(Event):
    """A source was paused, started or held."""

    name: ClassVar[str] = "datastore.source_moved"
    source: str
    dataset: str
    was: str
    now: str
