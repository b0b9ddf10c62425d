"""Points, boxes and areas on the earth (WGS84, degrees), without a geodatabase.

A city is small: lengths and areas are measured on a plane that touches the earth in its middle
(`Plane`), which is right to 0.1 % within 50 km.
"""

import math
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon, STRtree
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

EARTH_RADIUS_M = 6_371_008.8  # Mean radius, IUGG.
METRES_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M

Key = TypeVar("Key", bound=Hashable)


class Point(NamedTuple):
    lon: float
    lat: float

    @property
    def on_earth(self) -> bool:
        """Whether both are numbers in range; (0, 0) counts as "not known"."""
        inside = -180 <= self.lon <= 180 and -90 <= self.lat <= 90  # False for NaN.
        return inside and (self.lon, self.lat) != (0, 0)


class Box(NamedTuple):
    west: float
    south: float
    east: float
    north: float

    def contains(self, point: Point) -> bool:
        return self.west <= point.lon <= self.east and self.south <= point.lat <= self.north

    @property
    def centre(self) -> Point:
        return Point((self.west + self.east) / 2, (self.south + self.north) / 2)

    def grown(self, metres: float) -> "Box":
        """The box with that much more on each side."""
        up = metres / METRES_PER_DEGREE
        out = up / math.cos(math.radians(self.centre.lat))
        return Box(self.west - out, self.south - up, self.east + out, self.north + up)

    @classmethod
    def around(cls, point: Point, *, metres: float) -> "Box":
        """The square whose sides are that far from the point: the first sieve of "nearby"."""
        return cls(point.lon, point.lat, point.lon, point.lat).grown(metres)

    @classmethod
    def of(cls, geometry: BaseGeometry) -> "Box":
        west, south, east, north = geometry.bounds
        return cls(west, south, east, north)

    def polygon(self) -> Polygon:
        return shapely.box(*self)


def distance_m(one: Point, other: Point) -> float:
    """Metres along the earth between two points (haversine)."""
    lat_1, lat_2 = math.radians(one.lat), math.radians(other.lat)
    across = math.sin((lat_2 - lat_1) / 2) ** 2
    along = math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    chord = across + math.cos(lat_1) * math.cos(lat_2) * along
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


@dataclass(frozen=True)
class Plane:
    """A plane in metres, east and north of an origin."""

    origin: Point

    @cached_property
    def _scale(self) -> tuple[float, float]:
        return METRES_PER_DEGREE * math.cos(math.radians(self.origin.lat)), METRES_PER_DEGREE

    def metres(self, geometry: BaseGeometry) -> BaseGeometry:
        """The geometry in metres from the origin."""
        return shapely.transform(geometry, lambda xy: (xy - self.origin) * self._scale)

    def degrees(self, geometry: BaseGeometry) -> BaseGeometry:
        """The geometry in degrees again."""
        return shapely.transform(geometry, lambda xy: xy / self._scale + self.origin)

    @classmethod
    def under(cls, geometry: BaseGeometry) -> "Plane":
        """The plane that touches the earth in the middle of the geometry."""
        return cls(Box.of(geometry).centre)


def area_m2(geometry: BaseGeometry) -> float:
    """Square metres of an area given in degrees."""
    return float(Plane.under(geometry).metres(geometry).area) if not geometry.is_empty else 0.0


def centre_of(geometry: BaseGeometry) -> Point:
    """The centroid; that of a horseshoe lies outside it."""
    middle = geometry.centroid
    return Point(middle.x, middle.y)


def label_of(geometry: BaseGeometry) -> Point:
    """Where a name has most room: the middle of the largest circle inside the area."""
    circle = shapely.maximum_inscribed_circle(multipolygon(geometry))
    lon, lat = circle.coords[0]
    return Point(lon, lat)


def multipolygon(geometry: BaseGeometry) -> MultiPolygon:
    """The areas of the geometry; lines and points, the dust of cutting, are dropped."""
    flat: list[Polygon] = []
    for part in shapely.get_parts(geometry).tolist():
        if isinstance(part, MultiPolygon):
            flat.extend(part.geoms)
        elif isinstance(part, Polygon) and not part.is_empty:
            flat.append(part)
    return MultiPolygon(flat)


def to_geojson(geometry: BaseGeometry, *, places: int = 6) -> dict[str, Any]:
    """GeoJSON of the geometry (RFC 7946), rounded: six places are 0.1 m."""
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, places))
    written: dict[str, Any] = _lists(mapping(rounded))
    return written


def from_geojson(written: Mapping[str, Any]) -> BaseGeometry:
    """The geometry of a GeoJSON object. Raises ValueError for what is none."""
    try:
        return shape(dict(written))
    except (KeyError, TypeError, AttributeError, IndexError, shapely.errors.ShapelyError) as wrong:
        raise ValueError(f"not a GeoJSON geometry: {wrong}") from wrong


def simplified(geometries: Sequence[BaseGeometry], *, metres: float) -> list[BaseGeometry]:
    """The areas with fewer corners; borders that two of them share stay shared.

    A corner goes when the triangle that it spans is smaller than a square of that many metres.
    """
    if not geometries:
        return []
    simple = shapely.coverage_simplify(np.array(geometries), metres / METRES_PER_DEGREE)
    return list(simple)


def union(geometries: Iterable[BaseGeometry]) -> MultiPolygon:
    return multipolygon(shapely.union_all(list(geometries)))


def _lists(value: Any) -> Any:
    """Tuples as lists: what is read back from JSON equals what was written."""
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    return [_lists(item) for item in value] if isinstance(value, tuple | list) else value


@dataclass(frozen=True)
class Place(Generic[Key]):
    """One area of an index: `rank` decides between areas that hold the same point, low first."""

    key: Key
    geometry: BaseGeometry
    rank: tuple[Any, ...] = ()


class AreaIndex(Generic[Key]):
    """Which areas hold a point. Read-only once made, so that threads may share it."""

    def __init__(self, places: Collection[Place[Key]]) -> None:
        ranked = sorted(places, key=lambda place: (*place.rank, str(place.key)))
        self._keys = [place.key for place in ranked]
        self._shapes = [place.geometry for place in ranked]
        shapely.prepare(self._shapes)
        self._tree = STRtree(self._shapes)

    def __len__(self) -> int:
        return len(self._keys)

    def first(self, point: Point) -> Key | None:
        """The area of lowest rank that holds the point; its border belongs to it."""
        found = self._tree.query(shapely.Point(point), "intersects")
        return self._keys[found.min()] if found.size else None

    def holders(self, point: Point) -> list[Key]:
        """All areas that hold the point, lowest rank first."""
        found = np.sort(self._tree.query(shapely.Point(point), "intersects"))
        return [self._keys[number] for number in found]

    def nearest(self, point: Point, *, within_m: float) -> Key | None:
        """The nearest area, when it is no farther than that; the one that holds it comes first."""
        held = self.first(point)
        if held is not None:
            return held
        near = np.sort(self._tree.query(Box.around(point, metres=within_m).polygon()))
        plane, origin = Plane(point), shapely.Point(0, 0)
        far = [(plane.metres(self._shapes[n]).distance(origin), n) for n in near.tolist()]
        distance, number = min(far, default=(math.inf, -1))
        return self._keys[number] if distance <= within_m else None
