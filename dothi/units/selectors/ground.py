"""Where units lie. Placing runs for every report, so the areas of a day are kept in memory.

Each process keeps the units and areas of the newest `Edition`; each thread asks the database for
its stamp at most every `settings.AREAS_CHECKED_EVERY` seconds. The unit that is returned is shared
between threads: read it, do not change it.
"""

import threading
import time
from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from dothi.lib import geo
from dothi.lib.geo import AreaIndex, Box, Place, Point
from dothi.units import rules
from dothi.units.models import Area, Edition, Unit, UnitAlias


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The ground of one unit, for maps. `geometry` is GeoJSON in degrees: read it only."""

    unit_id: int
    code: str
    name_vi: str
    name_en: str
    kind: str
    valid_from: date
    geometry: dict[str, Any] = field(repr=False)
    centroid: Point
    label: Point  # Where the name has most room.
    box: Box
    schematic: bool
    provenance: str
    licence: str

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_vi


@dataclass(frozen=True, kw_only=True)
class _Day:
    """The units in force between two boundary dates and the index of their areas."""

    units: dict[int, Unit]
    names: dict[int, tuple[str, ...]]
    index: AreaIndex[int]
    leaves: tuple[Shape, ...]
    outline: MultiPolygon


class _Kept:
    """What a process keeps of one edition: a day for each stretch between boundary dates."""

    def __init__(self, stamp: UUID | None) -> None:
        self.stamp = stamp
        self._bounds = _boundaries()
        self._days: dict[int, _Day] = {}

    def day(self, on: date) -> _Day:
        stretch = bisect_right(self._bounds, on)
        if stretch not in self._days:
            self._days[stretch] = _load(on)
        return self._days[stretch]


_newest: _Kept | None = None
_mine = threading.local()


def forget() -> None:
    """Ask for the stamp at the next question: this thread changed units or areas."""
    _mine.checked = None


def unit_at(point: Point, *, on: date) -> Unit | None:
    """The smallest unit whose area holds the point on that day; a border belongs to one of two."""
    day = _kept().day(on)
    found = day.index.first(point)
    return None if found is None else day.units[found]


def units_at(point: Point, *, on: date) -> list[Unit]:
    """All units whose area holds the point on that day, the smallest first."""
    day = _kept().day(on)
    return [day.units[found] for found in day.index.holders(point)]


def nearest(point: Point, *, on: date, within_m: float) -> Unit | None:
    """The unit that holds the point, else the nearest one that is no farther than that."""
    day = _kept().day(on)
    found = day.index.nearest(point, within_m=within_m)
    return None if found is None else day.units[found]


def ward_areas(on: date) -> list[Shape]:
    """The smallest areas of that day, which cover the city side by side, by code."""
    return list(_kept().day(on).leaves)


def outline(on: date) -> MultiPolygon:
    """All ground of the house on that day, in degrees; empty where no area is known."""
    return _kept().day(on).outline


def box(on: date) -> Box | None:
    """The box around all ground of the house on that day."""
    ground = outline(on)
    return None if ground.is_empty else Box.of(ground)


def find(query: str, *, on: date, limit: int = 20) -> list[Unit]:
    """Units by code, name or other name, best first; marks, tone placement and "P.5" don't matter.

    A name typed with its marks finds the unit with just these marks first.
    """
    day = _kept().day(on)
    ranked = []
    for key, unit in day.units.items():
        codes_and_names = day.names[key]
        likeness = rules.likeness(query, code=unit.code, names=codes_and_names)
        if likeness:
            ranked.append((-likeness, unit.code, key))
    return [day.units[key] for _, _, key in sorted(ranked)[:limit]]


def _kept() -> _Kept:
    """The newest edition, asked for at most every few seconds by each thread.

    The stamp is kept per thread: one that has changed areas and not yet committed must not show
    them to others.
    """
    global _newest
    now = time.monotonic()
    checked = getattr(_mine, "checked", None)
    if checked is not None and now - checked < settings.AREAS_CHECKED_EVERY:
        mine: _Kept = _mine.kept
        return mine
    stamp = Edition.objects.values_list("stamp", flat=True).first()
    kept = _newest
    if kept is None or kept.stamp != stamp or stamp is None:
        kept = _newest = _Kept(stamp)
    _mine.kept, _mine.checked = kept, now
    return kept


def _boundaries() -> list[date]:
    days: set[date | None] = set()
    for model in (Unit, Area):
        for pair in model.objects.values_list("valid_from", "valid_to"):
            days.update(pair)
    return sorted(day for day in days if day is not None)


def _load(on: date) -> _Day:
    in_force = Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))
    units = {unit.pk: unit for unit in Unit.objects.filter(in_force)}
    areas = list(Area.objects.filter(in_force, replaced_at=None, unit__in=units))
    shapes = {area.unit_id: geo.from_geojson(area.geometry) for area in areas}
    return _Day(
        units=units,
        names=_names(units),
        index=AreaIndex([_place(units, area, shapes[area.unit_id]) for area in areas]),
        leaves=_leaves(units, areas, shapes),
        outline=geo.union(shapes.values()),
    )


def _names(units: dict[int, Unit]) -> dict[int, tuple[str, ...]]:
    names = {key: [unit.name_vi, unit.name_en] for key, unit in units.items()}
    for key, alias in UnitAlias.objects.filter(unit__in=units).values_list("unit_id", "alias"):
        names[key].append(alias)
    return {key: tuple(filter(None, own)) for key, own in names.items()}


def _place(units: dict[int, Unit], area: Area, shape: BaseGeometry) -> Place[int]:
    """The deeper in the tree, the smaller; a true border counts before a schematic one."""
    rank = (-_depth(units, area.unit_id), area.schematic, shape.area, units[area.unit_id].code)
    return Place(key=area.unit_id, geometry=shape, rank=rank)


def _depth(units: dict[int, Unit], key: int) -> int:
    depth, seen = 0, units.get(key)
    while seen is not None and seen.parent_id is not None:
        depth, seen = depth + 1, units.get(seen.parent_id)
    return depth


def _leaves(
    units: dict[int, Unit], areas: Collection[Area], shapes: dict[int, BaseGeometry]
) -> tuple[Shape, ...]:
    """The areas below which there is no other area, by code."""
    above: set[int] = set()
    for area in areas:
        parent = units[area.unit_id].parent_id
        while parent is not None and parent in units:
            above.add(parent)
            parent = units[parent].parent_id
    leaves = [
        _shape(units[area.unit_id], area, shapes[area.unit_id])
        for area in areas
        if area.unit_id not in above
    ]
    return tuple(sorted(leaves, key=lambda shape: shape.code))


def _shape(unit: Unit, area: Area, shape: BaseGeometry) -> Shape:
    return Shape(
        unit_id=unit.pk,
        code=unit.code,
        name_vi=unit.name_vi,
        name_en=unit.name_en,
        kind=unit.kind,
        valid_from=unit.valid_from,
        geometry=area.geometry,
        centroid=geo.centre_of(shape),
        label=geo.label_of(shape),
        box=Box(area.west, area.south, area.east, area.north),
        schematic=area.schematic,
        provenance=area.provenance,
        licence=area.licence,
    )
