"""Maps drawn on the server: wards and points as one small SVG, for readers without scripts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

WIDTH = 720
MARGIN = 12
TOLERANCE = 0.00005  # Degrees, about 5 m: finer is not seen at this size.


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A point with its words. `tone` is good, near, late or paused."""

    lon: float
    lat: float
    title: str
    tone: str = "good"
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class DrawnArea:
    path: str
    name: str
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class DrawnMarker:
    shape: str  # SVG path around its own middle: a shape for each tone, not only a colour.
    marker: Marker
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class Drawing:
    width: int
    height: int
    areas: tuple[DrawnArea, ...]
    markers: tuple[DrawnMarker, ...]
    schematic: bool
    # The corners of the whole picture in degrees: a tap on it becomes a place.
    west: float = 0
    east: float = 0
    south: float = 0
    north: float = 0


SHAPES = {
    "good": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0",
    "near": "M0-7L7 0L0 7L-7 0z",
    "late": "M0-8L8 6L-8 6z",
    "paused": "M-5-5H5V5H-5z",
}


def draw_map(
    areas: Sequence[Any], markers: Iterable[Marker] = (), *, around: bool = False
) -> Drawing:
    """Draw shapes with `.geometry` (shapely or GeoJSON), `.name` and `.label` (a point).

    With `around` the picture shows the neighbourhood of the markers instead of all shapes.
    """
    markers = list(markers)
    rings = [(area, list(_rings(area.geometry))) for area in areas]
    points = [point for _, found in rings for ring in found for point in ring]
    if not points:
        return Drawing(width=WIDTH, height=1, areas=(), markers=(), schematic=False)
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    if around and markers:
        west, east, south, north = _neighbourhood(markers)
    squeeze = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / ((east - west) * squeeze or 1)

    def place(lon: float, lat: float) -> tuple[float, float]:
        return (
            round(MARGIN + (lon - west) * squeeze * scale, 1),
            round(MARGIN + (north - lat) * scale, 1),
        )

    drawn = []
    for area, found in rings:
        path = "".join(
            "M" + "L".join("{} {}".format(*place(*point[:2])) for point in ring) + "z"
            for ring in found
        )
        x, y = place(area.label.lon, area.label.lat)
        if around and not (west <= area.label.lon <= east and south <= area.label.lat <= north):
            drawn.append(DrawnArea(path=path, name="", x=0, y=0))
            continue
        drawn.append(DrawnArea(path=path, name=area.name, x=x, y=y))
    margin_x, margin_y = MARGIN / scale / squeeze, MARGIN / scale
    return Drawing(
        west=west - margin_x,
        east=east + margin_x,
        south=south - margin_y,
        north=north + margin_y,
        width=WIDTH,
        height=round((north - south) * scale + 2 * MARGIN),
        areas=tuple(drawn),
        markers=tuple(
            DrawnMarker(
                shape=SHAPES.get(marker.tone, SHAPES["good"]),
                marker=marker,
                x=place(marker.lon, marker.lat)[0],
                y=place(marker.lon, marker.lat)[1],
            )
            for marker in markers
            if west <= marker.lon <= east and south <= marker.lat <= north
        ),
        schematic=any(area.schematic for area in areas),
    )


NEAR = 0.0035  # Degrees, about 400 m.


def _neighbourhood(markers: Sequence[Marker]) -> tuple[float, float, float, float]:
    """West, east, south and north of the markers with some ground around them, in 3 to 2."""
    lons, lats = [marker.lon for marker in markers], [marker.lat for marker in markers]
    tall = max(NEAR, (max(lats) - min(lats)) / 2 + NEAR / 2)
    wide = max(1.5 * tall, (max(lons) - min(lons)) / 2 + NEAR / 2)
    x, y = (max(lons) + min(lons)) / 2, (max(lats) + min(lats)) / 2
    return x - wide, x + wide, y - tall, y + tall


def _rings(geometry: Any) -> Iterable[Sequence[tuple[float, float]]]:
    """The outlines of a polygon or of several, thinned to what can be seen."""
    import shapely

    shape = shapely.geometry.shape(geometry) if isinstance(geometry, dict) else geometry
    thin = shape.simplify(TOLERANCE)
    for polygon in getattr(thin, "geoms", [thin]):
        yield list(polygon.exterior.coords)
        for hole in polygon.interiors:
            yield list(hole.coords)
