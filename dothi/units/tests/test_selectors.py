"""The tree on a day, the unit at a place, the unit by its name."""

import threading
import timeit
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import Settings

from dothi.lib.geo import Box, Point
from dothi.units import selectors, services
from dothi.units.choices import AliasKind, Kind
from dothi.units.models import Unit
from dothi.units.tests.factories import MONDAY_9AM, TODAY, load_demo_units, make_root, make_unit

pytestmark = pytest.mark.django_db

WEST = Box(106.60, 10.70, 106.65, 10.80)
EAST = Box(106.65, 10.70, 106.70, 10.80)


def test_the_unit_at_a_place_is_the_smallest_that_holds_it() -> None:
    ward = make_unit("1", box=WEST)
    quarter = make_unit(
        "1-1", box=Box(106.60, 10.70, 106.61, 10.71), kind=Kind.QUARTER, parent=ward
    )

    assert selectors.unit_at(Point(106.605, 10.705), on=TODAY) == quarter
    assert selectors.unit_at(Point(106.62, 10.75), on=TODAY) == ward
    assert selectors.units_at(Point(106.605, 10.705), on=TODAY) == [quarter, ward]


def test_a_place_outside_belongs_to_nobody_unless_it_is_near() -> None:
    ward = make_unit("1", box=WEST)
    outside = Point(106.5995, 10.75)  # 55 m west of the border.

    assert selectors.unit_at(outside, on=TODAY) is None
    assert selectors.nearest(outside, on=TODAY, within_m=100) == ward
    assert selectors.nearest(outside, on=TODAY, within_m=20) is None


def test_a_unit_that_has_not_begun_or_has_ended_holds_nothing() -> None:
    ward = make_unit("1", box=WEST, valid_from=date(2025, 1, 1), parent=make_root())
    services.end_unit(unit=ward, on=date(2026, 1, 1), reason="", at=MONDAY_9AM, by="system")
    place = Point(106.62, 10.75)

    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1)]

    assert [bool(selectors.unit_at(place, on=day)) for day in days] == [False, True, True, False]


def test_a_new_area_counts_at_once() -> None:
    ward = make_unit("1", box=WEST)
    place = Point(106.68, 10.75)
    assert selectors.unit_at(place, on=TODAY) is None

    services.draw_area(
        unit=ward,
        geometry=EAST.polygon(),
        provenance="better",
        licence="none",
        schematic=False,
        at=MONDAY_9AM,
        by="system",
    )

    assert selectors.unit_at(place, on=TODAY) == ward
    assert selectors.unit_at(Point(106.62, 10.75), on=TODAY) is None


@pytest.mark.django_db(transaction=True)
def test_other_threads_learn_of_a_new_area_within_the_stated_time(
    settings: Settings,
) -> None:
    settings.AREAS_CHECKED_EVERY = 0.05
    make_unit("1", box=WEST)
    assert selectors.unit_at(Point(106.68, 10.75), on=TODAY) is None

    def elsewhere() -> None:
        make_unit("2", "Phường Đông", box=EAST)
        connection.close()

    other = threading.Thread(target=elsewhere)
    other.start()
    other.join()
    threading.Event().wait(0.06)

    found = selectors.unit_at(Point(106.68, 10.75), on=TODAY)
    assert found is not None
    assert found.code == "2"


def test_placing_asks_the_database_for_nothing_but_the_stamp(settings: Settings) -> None:
    load_demo_units()
    place = Point(106.6422, 10.76262)
    selectors.unit_at(place, on=TODAY)

    with CaptureQueriesContext(connection) as asked:
        selectors.unit_at(place, on=TODAY)
    assert len(asked) == 1

    settings.AREAS_CHECKED_EVERY = 60
    with CaptureQueriesContext(connection) as asked:
        selectors.unit_at(place, on=TODAY)
    assert len(asked) == 0


def test_placing_is_quick_enough_to_run_for_every_report(settings: Settings) -> None:
    """Typically 10-20 µs; the bound is wide so that a busy machine does not fail it."""
    load_demo_units()
    settings.AREAS_CHECKED_EVERY = 60
    place = Point(106.6422, 10.76262)
    selectors.unit_at(place, on=TODAY)

    best = min(timeit.repeat(lambda: selectors.unit_at(place, on=TODAY), number=200, repeat=5))

    assert best / 200 < 500e-6


def test_descendants_are_found_at_any_depth_with_one_question() -> None:
    ward = make_unit("1")
    quarter = make_unit("1-1", kind=Kind.QUARTER, parent=ward)
    office = make_unit("1-1-1", kind=Kind.OFFICE, parent=quarter)
    root = make_root()

    with CaptureQueriesContext(connection) as asked:
        below = set(selectors.descendants(root, on=TODAY))

    assert len(asked) == 1
    assert below == {ward, quarter, office}
    assert set(selectors.descendants(ward, on=TODAY, include_self=True)) == {ward, quarter, office}
    assert set(selectors.ancestors(office)) == {quarter, ward, root}
    assert set(selectors.descendants(root, on=date(2019, 1, 1))) == set()


def test_an_empty_house_has_no_root() -> None:
    with pytest.raises(Unit.DoesNotExist):
        selectors.root(on=TODAY)
    assert selectors.unit_at(Point(106.6, 10.7), on=TODAY) is None
    assert selectors.ward_areas(TODAY) == []
    assert selectors.box(TODAY) is None


def test_boundaries_are_the_days_on_which_the_map_changed() -> None:
    load_demo_units()

    assert selectors.boundaries() == [date(2000, 1, 1), date(2025, 1, 1), date(2025, 7, 1)]


@pytest.mark.parametrize(
    ("query", "on", "first"),
    [
        ("27232", TODAY, "Phường Bình Thới"),
        ("binh thoi", TODAY, "Phường Bình Thới"),
        ("Hoà Bình", TODAY, "Phường Hòa Bình"),
        ("Hòa Bình", TODAY, "Phường Hòa Bình"),
        ("minh ph", TODAY, "Phường Minh Phụng"),
        ("Phu Tho Ward", TODAY, "Phường Phú Thọ"),
        ("P.1", date(2024, 6, 1), "Phường 1"),
        ("phường 11", date(2024, 6, 1), "Phường 11"),
        ("27223", date(2025, 3, 1), "Phường 10"),
        ("quận 11", date(2024, 6, 1), "Quận 11"),
    ],
)
def test_a_unit_is_found_however_it_is_written(query: str, on: date, first: str) -> None:
    load_demo_units()

    assert selectors.find(query, on=on)[0].name_vi == first


def test_ward_1_is_not_ward_16() -> None:
    load_demo_units()

    found = [unit.name_vi for unit in selectors.find("phường 1", on=date(2024, 6, 1))]

    assert found == ["Phường 1"]
    assert selectors.find("không có", on=TODAY) == []
    assert selectors.find("", on=TODAY) == []


def test_a_code_of_another_list_finds_the_unit() -> None:
    ward = make_unit("1")
    services.add_alias(
        unit=ward, alias="00017", kind=AliasKind.CODE, source="", at=MONDAY_9AM, by="system"
    )

    assert selectors.unit_of("00017", on=TODAY) == ward
    with pytest.raises(Unit.DoesNotExist):
        selectors.unit_of("00018", on=TODAY)


def test_shapes_of_a_map_have_names_in_both_languages() -> None:
    load_demo_units()
    shape = next(ward for ward in selectors.ward_areas(TODAY) if ward.code == "27211")

    assert shape.name == "Phường Hòa Bình"
    with translation.override("en"):
        assert shape.name == "Hoa Binh Ward"
    assert shape.geometry["type"] == "MultiPolygon"
    assert shape.box.contains(shape.centroid)
    assert shape.box.contains(shape.label)


def test_the_outline_holds_every_ward() -> None:
    load_demo_units()
    box = selectors.box(TODAY)

    assert box is not None
    assert all(box.contains(ward.label) for ward in selectors.ward_areas(TODAY))
    assert selectors.outline(TODAY).area == pytest.approx(
        selectors.outline(TODAY - timedelta(days=900)).area, rel=1e-6
    )
