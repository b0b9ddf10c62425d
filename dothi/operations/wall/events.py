"""What changed on the live map. Screens follow these, and catch up on them after sleep."""

from typing import ClassVar

from dothi.core.events.registry import Event


class PointShown(Event):
    """A point appeared on the live map, moved, or changed its tone."""

    name: ClassVar[str] = "operations.point_shown"
    source: str
    layer: str
    unit_code: str
    category: str
    lon: float
    lat: float
    tone: str


class PointHidden(Event):
    """A point left the live map: what it stood for is settled."""

    name: ClassVar[str] = "operations.point_hidden"
    source: str
    layer: str
    unit_code: str
