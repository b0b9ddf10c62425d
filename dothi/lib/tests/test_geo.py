"""Points and areas on the earth."""

import json
import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from dothi.lib import geo
from dothi.lib.geo import AreaIndex, Box, Place, Plane, Point

HERE = Point(106.64769, 10.76414)
near = st.builds(
    Point, st.floats(106.55, 106.75, allow_nan=False), st.floats(10.68, 10.86, allow_nan=False)
)


def square(west: float, south: float, side: float = 0.01) -> shapely.Polygon:
    return Box(west, south, west + side, south + side).polygon()


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert geo.distance_m(Point(106, 10), Point(106, 11)) == pytest.approx(111_195, abs=5)


def test_a_degree_of_longitude_is_shorter_away_from_the_equator() -> None:
    assert geo.distance_m(Point(0, 60), Point(1, 60)) == pytest.approx(55_597, abs=15)


@given(near, near)
def test_distance_is_the_same_both_ways_and_as_on_the_plane(one: Point, other: Point) -> None:
    there = geo.distance_m(one, other)
    flat = Plane(HERE).metres(shapely.LineString([one, other]))

    assert there == pytest.approx(geo.distance_m(other, one))
    assert there == pytest.approx(flat.length, rel=1e-3, abs=0.01)


@given(near)
def test_the_plane_leads_back_to_the_same_place(point: Point) -> None:
    plane = Plane(HERE)
    back = plane.degrees(plane.metres(shapely.Point(point)))

    assert back.bounds[:2] == pytest.approx(point, abs=1e-9)


@pytest.mark.parametrize(
    "point",
    [Point(0, 0), Point(181, 10), Point(106, 91), Point(math.nan, 10), Point(106, math.inf)],
)
def test_a_point_that_is_nowhere_is_told(point: Point) -> None:
    assert not point.on_earth
    assert HERE.on_earth


def test_a_box_around_a_point_holds_what_is_near() -> None:
    box = Box.around(HERE, metres=250)

    assert box.contains(HERE)
    assert geo.distance_m(Point(box.west, HERE.lat), HERE) == pytest.approx(250, rel=1e-3)
    assert geo.distance_m(Point(HERE.lon, box.north), HERE) == pytest.approx(250, rel=1e-3)
    assert not box.contains(Point(HERE.lon + 0.003, HERE.lat))


def test_area_is_in_square_metres() -> None:
    side = geo.distance_m(Point(106.64, 10.76), Point(106.65, 10.76))

    assert geo.area_m2(square(106.64, 10.76)) == pytest.approx(side * 1112, rel=2e-3)
    assert geo.area_m2(shapely.Polygon()) == 0


def test_geojson_goes_out_and_comes_back_the_same() -> None:
    area = shapely.MultiPolygon([square(106.64, 10.76), square(106.7, 10.8)])
    written = geo.to_geojson(area)

    assert json.loads(json.dumps(written)) == written
    assert geo.from_geojson(written).equals_exact(area, 1e-6)


@pytest.mark.parametrize("nonsense", [{}, {"type": "Polygon"}, {"type": "Circle"}, {"type": 3}])
def test_what_is_no_geojson_is_refused(nonsense: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="GeoJSON"):
        geo.from_geojson(nonsense)


def test_the_label_of_a_horseshoe_stands_on_it() -> None:
    horseshoe = shapely.Polygon([(0, 0), (9, 0), (9, 9), (8, 9), (8, 1), (1, 1), (1, 9), (0, 9)])

    assert not horseshoe.covers(shapely.Point(geo.centre_of(horseshoe)))
    assert horseshoe.covers(shapely.Point(geo.label_of(horseshoe)))


def test_dust_of_cutting_is_dropped() -> None:
    mixed = shapely.GeometryCollection([square(0, 0), shapely.Point(5, 5)])

    assert geo.multipolygon(mixed).equals(shapely.MultiPolygon([square(0, 0)]))


def test_neighbours_stay_neighbours_when_simplified() -> None:
    wavy = [(1.0, y / 20) if y % 2 else (1.0005, y / 20) for y in range(21)]
    west = shapely.Polygon([(0, 0), *wavy, (0, 1)])
    east = shapely.Polygon([(2, 0), *wavy, (2, 1)])

    simple = geo.simplified([west, east], metres=1000)

    assert shapely.get_num_coordinates(simple).sum() < 20
    assert simple[0].intersection(simple[1]).area == 0
    assert geo.union(simple).area == pytest.approx(2, rel=1e-3)
    assert geo.simplified([], metres=1) == []


def test_the_smaller_of_two_areas_answers_first() -> None:
    index = AreaIndex(
        [Place("city", square(106, 10, 1), (2,)), Place("ward", square(106.64, 10.76), (1,))]
    )

    assert index.first(Point(106.645, 10.765)) == "ward"
    assert index.holders(Point(106.645, 10.765)) == ["ward", "city"]
    assert index.first(Point(106.1, 10.1)) == "city"
    assert index.first(Point(100, 10)) is None
    assert len(index) == 2


def test_a_border_belongs_to_exactly_one() -> None:
    index = AreaIndex([Place("east", square(106.65, 10.76)), Place("west", square(106.64, 10.76))])

    assert index.first(Point(106.65, 10.765)) == "east"


def test_a_point_just_outside_belongs_to_the_nearest_within_reach() -> None:
    index = AreaIndex([Place("east", square(106.66, 10.76)), Place("west", square(106.64, 10.76))])
    outside = Point(106.6502, 10.765)  # 22 m east of "west".

    assert index.nearest(outside, within_m=50) == "west"
    assert index.nearest(outside, within_m=10) is None
    assert index.nearest(Point(106.645, 10.765), within_m=0) == "west"


def test_an_empty_index_holds_nothing() -> None:
    index: AreaIndex[str] = AreaIndex([])

    assert index.first(HERE) is None
    assert index.nearest(HERE, within_m=1000) is None
