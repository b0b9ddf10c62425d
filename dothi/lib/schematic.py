"""Schematic areas: what a map can show of places whose true borders nobody may publish freely.

An outline is drawn around known points so that it has the known size and lies in the known box,
and is then cut once, at the lines half-way between seeds (Voronoi). Whatever is a union of such
cells nests exactly in every larger union: old wards in the new ones that took them over.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import shapely
from shapely import MultiPoint, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from dothi.lib import geo
from dothi.lib.geo import Box, Plane, Point


def outline_around(points: Collection[Point], *, box: Box, km2: float) -> Polygon:
    """A rounded outline around the points, inside the box, of the given size to 0.1 %.

    The hull of the points is widened until it is large enough. Raises ValueError where the box
    is too small for that size.
    """
    plane = Plane(box.centre)
    frame = plane.metres(box.polygon())
    hull = plane.metres(MultiPoint(list(points)).convex_hull)
    if frame.area < km2 * 1e6:
        raise ValueError(f"{km2} km2 do not fit into the box")

    def widened(by: float) -> BaseGeometry:
        return hull.buffer(by, quad_segs=4).intersection(frame)

    low, high = 0.0, float(frame.length)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if widened(middle).area < km2 * 1e6 else (low, middle)
    rounded = plane.degrees(widened(high))
    if not isinstance(rounded, Polygon):
        raise ValueError("the points leave no single outline")
    return rounded


def cut(outline: Polygon, seeds: Mapping[str, Sequence[Point]]) -> dict[str, MultiPolygon]:
    """Cut the outline into one area per name: the ground nearest to one of its seeds."""
    plane = Plane.under(outline)
    frame = plane.metres(outline)
    flat = {name: [_flat(plane, seed) for seed in points] for name, points in seeds.items()}
    sites = MultiPoint([site for sites in flat.values() for site in sites])
    pieces = shapely.get_parts(shapely.voronoi_polygons(sites, extend_to=frame)).tolist()
    tree = shapely.STRtree(pieces)
    areas = {}
    for name, own in flat.items():
        cells = [pieces[n] for site in own for n in tree.query(site, "intersects").tolist()]
        merged = shapely.union_all(cells).intersection(frame)
        areas[name] = geo.multipolygon(plane.degrees(merged))
    return areas


def nested(
    cells: Mapping[str, BaseGeometry], members: Mapping[str, Iterable[str]]
) -> dict[str, MultiPolygon]:
    """The areas that are made of cells, by name. Raises KeyError for a cell that is none."""
    return {name: geo.union(cells[cell] for cell in own) for name, own in members.items()}


def _flat(plane: Plane, point: Point) -> shapely.Point:
    flat = plane.metres(shapely.Point(point))
    return shapely.Point(flat.bounds[:2])
