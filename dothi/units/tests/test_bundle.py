"""The units of the demo: sixteen wards, then ten, then four; and their schematic shapes."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from shapely.geometry import shape

from dothi.lib import geo
from dothi.lib.geo import Point
from dothi.units import selectors, services
from dothi.units.choices import Kind
from dothi.units.models import Area, Succession, Unit
from dothi.units.tests.factories import DEMO, MONDAY_9AM, SAN_FRANCISCO, load_demo_units, make_unit
from tests.standing import Standing, standing

pytestmark = pytest.mark.django_db

SIXTEEN, TEN, FOUR = date(2024, 12, 31), date(2025, 1, 1), date(2025, 7, 1)

# Geocoded points of old wards, by the name of the ward.
KNOWN = {
    "Phường 15": Point(106.654871, 10.776193),
    "Phường 5": Point(106.645341, 10.771743),
    "Phường 14": Point(106.649025, 10.769499),
    "Phường 3": Point(106.639446, 10.763898),
    "Phường 11": Point(106.653631, 10.764557),
    "Phường 8": Point(106.650451, 10.763144),
    "Phường 10": Point(106.644905, 10.764279),
    "Phường 7": Point(106.657093, 10.759332),
    "Phường 1": Point(106.638709, 10.75645),
    "Phường 16": Point(106.648289, 10.755245),
}
CENTROIDS = {
    "27238": Point(106.64896, 10.75764),
    "27232": Point(106.64220, 10.76262),
    "27211": Point(106.64527, 10.77019),
    "27226": Point(106.65436, 10.76749),
}


@pytest.fixture(scope="module", autouse=True)
def demo_of_the_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[Standing[Unit]]:
    yield from standing(load_demo_units, django_db_blocker)


@pytest.mark.parametrize(("on", "wards"), [(SIXTEEN, 16), (TEN, 10), (FOUR, 4)])
def test_there_were_sixteen_wards_then_ten_then_four(on: date, wards: int) -> None:
    assert selectors.in_force(on=on).filter(kind=Kind.WARD).count() == wards
    assert len(selectors.ward_areas(on)) == wards


def test_the_district_ends_and_its_ground_goes_on() -> None:
    assert selectors.root(on=SIXTEEN) == selectors.root(on=FOUR)
    assert selectors.unit_of("772", on=date(2025, 6, 30)).kind == Kind.DISTRICT
    with pytest.raises(Unit.DoesNotExist):
        selectors.unit_of("772", on=FOUR)


def test_the_wards_stood_under_the_district_and_stand_under_the_area_of_work() -> None:
    top = selectors.root(on=SIXTEEN)

    assert selectors.children(top, on=SIXTEEN).count() == 1
    assert selectors.descendants(top, on=SIXTEEN).count() == 17
    assert selectors.descendants(top, on=FOUR).count() == 4


def test_a_code_means_another_ward_at_another_time() -> None:
    names = [selectors.unit_of("27238", on=on).name_vi for on in (SIXTEEN, TEN, FOUR)]

    assert names == ["Phường 7", "Phường 7", "Phường Minh Phụng"]
    assert len({selectors.unit_of("27238", on=on).pk for on in (SIXTEEN, TEN, FOUR)}) == 3


def test_the_codes_on_which_sources_disagree_both_find_the_ward() -> None:
    assert selectors.unit_of("27223", on=TEN) == selectors.unit_of("27232", on=TEN)
    assert selectors.unit_of("27217", on=TEN) == selectors.unit_of("27226", on=TEN)
    assert selectors.unit_of("27217", on=SIXTEEN).name_vi == "Phường 11"


def test_every_ward_that_ended_went_over_with_a_decision() -> None:
    ended = Unit.objects.exclude(valid_to=None)

    for unit in ended:
        links = list(unit.successions.all())
        assert sum(link.share for link in links) == 1
        assert all(link.decision and link.on == unit.valid_to for link in links)
    in_parts = Succession.objects.filter(whole=False)
    assert set(in_parts.values_list("predecessor__code", flat=True)) == {"27229", "772"}


def test_old_ward_8_is_the_only_ward_that_was_split() -> None:
    eight = selectors.unit_of("27229", on=SIXTEEN)
    two = selectors.unit_of("27250", on=SIXTEEN)

    assert [u.name_vi for u in selectors.successors_on(eight, on=FOUR)] == [
        "Phường Phú Thọ",
        "Phường Bình Thới",
    ]
    assert [u.name_vi for u in selectors.successors_on(two, on=TEN)] == ["Phường 1"]
    assert [u.name_vi for u in selectors.successors_on(two, on=FOUR)] == ["Phường Minh Phụng"]


def test_a_ward_of_today_knows_all_wards_it_came_from() -> None:
    today = selectors.unit_of("27238", on=FOUR)

    names = {u.name_vi for u in selectors.origins_on(today, on=SIXTEEN)}

    assert names == {f"Phường {n}" for n in (1, 2, 4, 6, 7, 16)}


def test_known_places_lie_in_their_ward() -> None:
    for name, point in KNOWN.items():
        then = selectors.unit_at(point, on=SIXTEEN)
        assert then is not None
        assert then.name_vi == name
    for code, point in CENTROIDS.items():
        now = selectors.unit_at(point, on=FOUR)
        assert now is not None
        assert now.code == code


def test_the_place_of_old_ward_8_is_in_binh_thoi_today() -> None:
    found = selectors.unit_at(KNOWN["Phường 8"], on=FOUR)

    assert found is not None
    assert found.code == "27232"


@pytest.mark.parametrize("on", [SIXTEEN, TEN, FOUR])
def test_wards_lie_side_by_side_without_gap_or_overlap(on: date) -> None:
    wards = [shape(ward.geometry) for ward in selectors.ward_areas(on)]

    together = geo.union(wards)

    assert geo.area_m2(together) == pytest.approx(5_140_000, rel=0.001)
    # Square degrees, since each area is measured on its own plane; 2e-7 of it is 1 m2.
    assert sum(ward.area for ward in wards) == pytest.approx(together.area, rel=4e-7)
    assert len(together.geoms) == 1
    assert not together.geoms[0].interiors
    assert all(len(geo.multipolygon(ward).geoms) == 1 for ward in wards)


def test_old_wards_nest_in_new_ones_but_for_the_one_that_was_cut() -> None:
    for before, after in ((SIXTEEN, TEN), (TEN, FOUR)):
        later = {ward.unit_id: shape(ward.geometry) for ward in selectors.ward_areas(after)}
        for ward in selectors.ward_areas(before):
            old, unit = shape(ward.geometry), Unit.objects.get(pk=ward.unit_id)
            homes = selectors.successors_on(unit, on=after)
            grown = geo.union(later[home.pk] for home in homes).buffer(1e-6)  # 0.1 m
            assert grown.covers(old)
            cut = [home for home in homes if not later[home.pk].buffer(1e-6).covers(old)]
            assert bool(cut) == (ward.code == "27229" and before == TEN)


def test_old_ward_8_lies_on_both_sides_of_the_cut() -> None:
    eight = next(w for w in selectors.ward_areas(SIXTEEN) if w.name_vi == "Phường 8")
    for code in ("27232", "27226"):
        ward = next(w for w in selectors.ward_areas(FOUR) if w.code == code)
        assert geo.area_m2(shape(eight.geometry).intersection(shape(ward.geometry))) > 50_000


def test_the_wards_of_today_have_nearly_their_true_size() -> None:
    for ward in selectors.ward_areas(FOUR):
        unit = Unit.objects.get(pk=ward.unit_id)
        assert unit.km2 is not None
        drawn = geo.area_m2(shape(ward.geometry)) / 1e6
        assert drawn == pytest.approx(float(unit.km2), rel=0.05)


def test_every_shape_says_that_it_is_schematic() -> None:
    assert Area.objects.filter(schematic=True).exclude(provenance="").count() == 16 + 5 + 4
    assert all(ward.schematic for ward in selectors.ward_areas(FOUR))


def test_loading_again_adds_nothing() -> None:
    before = (Unit.objects.count(), Area.objects.count(), Succession.objects.count())

    assert services.load_bundle(DEMO, at=MONDAY_9AM) == 0
    assert (Unit.objects.count(), Area.objects.count(), Succession.objects.count()) == before


def test_two_cities_do_not_go_into_one_house() -> None:
    with pytest.raises(services.NotPossible):
        services.load_bundle(SAN_FRANCISCO, at=MONDAY_9AM)


def test_a_second_root_is_refused() -> None:
    with pytest.raises(services.NotPossible, match="root"):
        services.create_unit(
            code="X",
            name_vi="X",
            kind=Kind.AREA,
            parent=None,
            valid_from=FOUR,
            at=MONDAY_9AM,
            by="system",
        )


def test_a_ward_can_be_added_by_the_factory() -> None:
    ward = make_unit("99999", parent=selectors.root(on=FOUR), valid_from=FOUR)

    assert ward in selectors.descendants(selectors.root(on=FOUR), on=FOUR)
