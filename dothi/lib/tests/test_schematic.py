"""Schematic areas: one outline, cut once."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dothi.lib import geo, schematic
from dothi.lib.geo import Box, Point

BOX = Box(106.63, 10.75, 106.66, 10.78)
places = st.builds(
    Point, st.floats(106.635, 106.655).map(lambda x: round(x, 4)),
    st.floats(10.755, 10.775).map(lambda y: round(y, 4)),
)  # fmt: skip


def test_an_outline_has_the_size_and_lies_in_the_box() -> None:
    points = [Point(106.64, 10.76), Point(106.65, 10.77), Point(106.65, 10.755)]

    outline = schematic.outline_around(points, box=BOX, km2=5)

    assert geo.area_m2(outline) == pytest.approx(5e6, rel=1e-3)
    assert BOX.grown(0.1).polygon().covers(outline)
    assert all(outline.covers(shapely.Point(point)) for point in points)


def test_a_box_that_is_too_small_is_told() -> None:
    with pytest.raises(ValueError, match="fit"):
        schematic.outline_around([BOX.centre], box=BOX, km2=500)


@settings(max_examples=30)
@given(st.lists(places, min_size=2, max_size=12, unique=True))
def test_cells_fill_the_outline_and_hold_their_seeds(seeds: list[Point]) -> None:
    outline = BOX.polygon()

    cells = schematic.cut(outline, {str(n): [seed] for n, seed in enumerate(seeds)})

    assert sum(cell.area for cell in cells.values()) == pytest.approx(outline.area, rel=1e-6)
    assert geo.union(cells.values()).area == pytest.approx(outline.area, rel=1e-6)
    for number, seed in enumerate(seeds):
        assert cells[str(number)].buffer(1e-7).covers(shapely.Point(seed))


def test_what_is_made_of_cells_holds_them() -> None:
    seeds = {"a": [Point(106.64, 10.76)], "b": [Point(106.65, 10.77)], "c": [Point(106.64, 10.77)]}
    cells = schematic.cut(BOX.polygon(), seeds)

    made = schematic.nested(cells, {"north": ["b", "c"], "south": ["a"]})

    assert made["north"].buffer(1e-9).covers(cells["b"])
    assert made["north"].intersection(made["south"]).area == pytest.approx(0, abs=1e-12)
    with pytest.raises(KeyError):
        schematic.nested(cells, {"x": ["unknown"]})
