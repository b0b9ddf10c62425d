"""Facts that units tell the rest of the platform."""

from datetime import date
from typing import ClassVar

from dothi.core.events.registry import Event


class UnitCreated(Event):
    """A unit exists from a day on."""

    name: ClassVar[str] = "units.created"
    unit_code: str
    valid_from: date
    parent_code: str | None


class UnitEnded(Event):
    """A unit is no longer in force from that day on, and nothing follows it."""

    name: ClassVar[str] = "units.ended"
    unit_code: str
    valid_from: date
    valid_to: date


class UnitsReorganised(Event):
    """Units went over into others on one day. Codes may stand on both sides."""

    name: ClassVar[str] = "units.reorganised"
    on: date
    ended: tuple[str, ...]
    created: tuple[str, ...]
    decision: str


class AreasDrawn(Event):
    """Units have new areas; maps and placements made before may differ."""

    name: ClassVar[str] = "units.areas_drawn"
    unit_codes: tuple[str, ...]
    schematic: bool
    provenance: str
