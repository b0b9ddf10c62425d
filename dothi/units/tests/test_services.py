"""Units begin, end and go over into others; areas come from files."""

import json
from argparse import Namespace
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation

from dothi.lib.geo import Box, Point
from dothi.run.commands import imports
from dothi.units import selectors, services
from dothi.units.choices import REFUSAL_TEXT, Kind, Refusal
from dothi.units.models import Area, AreaImport, Edition, Succession, Unit
from dothi.units.rules import Count
from dothi.units.services import Link, NewUnit, tree
from dothi.units.tests.factories import (
    MONDAY_9AM,
    SAN_FRANCISCO,
    TODAY,
    load_demo_units,
    make_root,
    make_unit,
)

pytestmark = pytest.mark.django_db

SHARED = Path(settings.BASE_DIR).parent / "shared" / "data"
NEXT_YEAR = date(2027, 1, 1)
WEST = Box(106.60, 10.70, 106.65, 10.80)


def feature(code: str, name: str, box: Box, **properties: Any) -> dict[str, Any]:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name, **properties},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def take(*features: Any) -> services.Report:
    return services.import_areas(
        features, provenance="survey", licence="CC0", on=TODAY, by="system", at=MONDAY_9AM
    )


def merge(*wards: Unit, into: str = "9") -> list[Unit]:
    return services.reorganise(
        on=NEXT_YEAR,
        decision="NQ 1/2026",
        ends=wards,
        creates=[NewUnit(code=into, name_vi="Phường Mới", kind=Kind.WARD, parent=make_root())],
        links=[Link(before=ward, after=into) for ward in wards],
        at=MONDAY_9AM,
        by="user:1",
    )


# --- The tree ---


def test_two_wards_become_one_that_may_take_the_code_of_one_of_them() -> None:
    one, two = make_unit("1", population=100), make_unit("2", population=300)

    (new,) = merge(one, two, into="1")

    assert selectors.unit_of("1", on=date(2026, 12, 31)) == one
    assert selectors.unit_of("1", on=NEXT_YEAR) == new
    assert set(selectors.origins_on(new, on=TODAY)) == {one, two}
    assert Succession.objects.get(predecessor=two).back_share == Decimal("0.75")


def test_a_ward_that_ends_must_go_somewhere_whole() -> None:
    ward = make_unit("1")

    with pytest.raises(services.NotPossible, match=r"0\.4"):
        services.reorganise(
            on=NEXT_YEAR,
            decision="NQ",
            ends=[ward],
            creates=[NewUnit(code="9", name_vi="Mới", kind=Kind.WARD, parent=make_root())],
            links=[Link(before=ward, after="9", share=Decimal("0.4"))],
            at=MONDAY_9AM,
            by="user:1",
        )

    assert selectors.in_force(on=NEXT_YEAR).filter(pk=ward.pk).exists()


def test_a_ward_cannot_end_above_a_quarter_that_goes_on() -> None:
    ward = make_unit("1")
    make_unit("1-1", kind=Kind.QUARTER, parent=ward)

    with pytest.raises(services.NotPossible, match="no longer in force"):
        services.end_unit(unit=ward, on=NEXT_YEAR, reason="", at=MONDAY_9AM, by="user:1")


def test_a_ward_ends_once() -> None:
    ward = make_unit("1")
    seen_earlier = Unit.objects.get(pk=ward.pk)
    services.end_unit(unit=ward, on=NEXT_YEAR, reason="", at=MONDAY_9AM, by="user:1")

    with pytest.raises(services.NotPossible, match="end already"):
        services.end_unit(unit=seen_earlier, on=NEXT_YEAR, reason="", at=MONDAY_9AM, by="user:1")


def test_a_ward_cannot_end_before_it_began() -> None:
    ward = make_unit("1")

    with pytest.raises(services.NotPossible):
        services.end_unit(unit=ward, on=ward.valid_from, reason="", at=MONDAY_9AM, by="user:1")


def test_a_code_in_use_is_not_given_again() -> None:
    make_unit("1")

    with pytest.raises(services.NotPossible, match="in use"):
        make_unit("1", valid_from=date(2026, 1, 1))


def test_the_database_itself_refuses_a_code_twice_on_one_day() -> None:
    make_unit("1", valid_from=date(2025, 1, 1), parent=make_root())

    with pytest.raises(IntegrityError, match="unit_code_one_at_a_time"), transaction.atomic():
        Unit.objects.create(
            code="1",
            name_vi="A",
            kind=Kind.WARD,
            valid_from=date(2024, 1, 1),
            valid_to=date(2025, 6, 1),
        )
    Unit.objects.create(
        code="1",
        name_vi="A",
        kind=Kind.WARD,
        valid_from=date(2024, 1, 1),
        valid_to=date(2025, 1, 1),
    )


def test_a_unit_cannot_begin_under_one_that_is_not_there() -> None:
    ward = make_unit("1", valid_from=date(2026, 1, 1), parent=make_root())

    with pytest.raises(services.NotPossible, match="not in force"):
        make_unit("1-1", parent=ward, valid_from=date(2025, 1, 1))


def test_every_change_tells_the_processes_that_what_they_keep_is_old() -> None:
    make_unit("1")
    before = Edition.objects.get().stamp

    make_unit("2")

    assert Edition.objects.get().stamp != before


# --- Statistics on the boundaries of any date ---


def test_counts_of_a_year_ago_stand_on_the_wards_of_today() -> None:
    load_demo_units()
    then, now = date(2024, 6, 1), date(2026, 1, 1)
    ward = {unit.name_vi: unit.pk for unit in selectors.in_force(on=then)}
    today = {unit.name_vi: unit.pk for unit in selectors.in_force(on=now)}
    counts = [
        Count(unit=ward["Phường 1"], amount=10),
        Count(unit=ward["Phường 16"], amount=5),
        Count(unit=ward["Phường 8"], amount=4),
        Count(unit=ward["Phường 8"], amount=1, place=Point(106.650451, 10.763144)),
        Count(unit=ward["Phường 12"], amount=6, place=Point(106.657076, 10.761449)),
    ]

    result = selectors.restate(counts, on=now)

    rows = result.by_unit
    assert rows[today["Phường Minh Phụng"]].amount == 15
    assert rows[today["Phường Minh Phụng"]].share_estimated == 0
    assert rows[today["Phường Bình Thới"]].amount == 3
    assert rows[today["Phường Bình Thới"]].estimated == 2
    assert rows[today["Phường Phú Thọ"]].amount == 8
    assert rows[today["Phường Phú Thọ"]].share_estimated == 0.25


@pytest.mark.parametrize("on", [date(2024, 6, 1), date(2025, 3, 1), date(2026, 1, 1)])
def test_sums_over_wards_equal_the_total_on_every_boundary(on: date) -> None:
    load_demo_units()
    counts = [
        Count(unit=unit.pk, amount=unit.pk % 13 + 1)
        for unit in Unit.objects.exclude(kind=Kind.AREA)
    ]

    result = selectors.restate(counts, on=on)

    district = 1 if on < date(2025, 7, 1) else 0
    assert result.total == sum(count.amount for count in counts)
    assert result.nowhere.amount == 0
    assert len(result.by_unit) == len(selectors.ward_areas(on)) + district


# --- Areas from a file ---


def test_a_sound_area_becomes_a_new_version_with_its_source() -> None:
    ward = make_unit("1", "Phường Bờ Sông", box=WEST)

    report = take(feature("1", "Phường Bờ Sông", Box(106.60, 10.70, 106.66, 10.80)))

    assert [area.version for area in report.accepted] == [2]
    area = Area.objects.get(unit=ward, replaced_at=None)
    assert (area.provenance, area.licence, area.schematic) == ("survey", "CC0", False)
    assert area.came_in == AreaImport.objects.get()
    assert selectors.unit_at(Point(106.655, 10.75), on=TODAY) == ward


def test_the_same_file_again_changes_nothing() -> None:
    make_unit("1")
    take(feature("1", "Phường Bờ Sông", WEST))

    report = take(feature("1", "Phường Bờ Sông", WEST))

    assert report.accepted == ()
    assert report.unchanged == ("1",)
    assert Area.objects.count() == 1


def test_a_name_is_enough_however_its_tone_is_placed() -> None:
    make_unit("27211", "Phường Hòa Bình")

    report = take(feature("", "Hoà Bình", WEST))

    assert [area.unit.code for area in report.accepted] == ["27211"]


def test_a_bad_feature_does_not_stop_the_good_ones() -> None:
    make_unit("1", "Phường Một", box=WEST)
    make_unit("2", "Phường Hai")
    far = Box(2.0, 48.0, 2.1, 48.1)

    report = take(
        feature("1", "Phường Một", WEST),
        feature("1", "Phường Một", WEST),
        feature("2", "Phường Ba", WEST),
        feature("7", "Phường Bảy", WEST),
        feature("2", "Phường Hai", WEST, areaKm2=3),
        feature("2", "Phường Hai", far),
        feature("2", "Phường Hai", Box(106.61, 10.70, 106.67, 10.80)),
        "nonsense",
        {"type": "Feature", "id": "2", "properties": None, "geometry": None},
    )

    assert [area.unit.code for area in report.accepted] == ["1"]
    assert [refused.reason for refused in report.refused] == [
        Refusal.TWICE,
        Refusal.CODE_AND_NAME,
        Refusal.UNKNOWN_UNIT,
        Refusal.WRONG_SIZE,
        Refusal.FAR_AWAY,
        Refusal.OVERLAP,
        Refusal.NOT_A_FEATURE,
        Refusal.NO_AREA,
    ]
    assert [refused.position for refused in report.refused] == list(range(2, 10))


def test_what_is_refused_is_kept_with_its_text_and_reason() -> None:
    make_unit("1", "Phường Một")
    bad = feature("1", "Phường Hai", WEST)

    with translation.override("en"):
        report = take(bad)

    kept = AreaImport.objects.get().refused
    assert kept[0]["feature"] == bad
    assert kept[0]["reason"] == "code_and_name"
    words = "The code 1 belongs to Phường Một, but the file says Phường Hai."
    assert report.refused[0].message == words


def test_every_reason_has_its_sentence() -> None:
    assert set(REFUSAL_TEXT) == set(Refusal)


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    broken, other = tmp_path / "broken.geojson", tmp_path / "other.geojson"
    broken.write_text("{")
    other.write_text(
        json.dumps({"crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::3405"}}, "features": []})
    )

    for path, words in ((broken, "broken"), (other, "WGS84"), (tmp_path / "none", "none")):
        with pytest.raises(services.UnreadableFile, match=words):
            services.import_file(path, at=MONDAY_9AM, by="user:1")


def test_a_file_may_say_where_it_is_from(tmp_path: Path) -> None:
    make_unit("1")
    path = tmp_path / "wards.geojson"
    path.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "provenance": "Sở Nông nghiệp và Môi trường",
                "license": "CC-BY-4.0",
                "features": [feature("1", "Phường Bờ Sông", WEST)],
            }
        )
    )

    report = services.import_file(path, at=MONDAY_9AM, by="user:1")

    assert report.accepted[0].provenance == "Sở Nông nghiệp và Môi trường"
    assert report.accepted[0].licence == "CC-BY-4.0"


# --- Real files ---


@pytest.mark.shared_data
@pytest.mark.skipif(not (SHARED / "wards").is_dir(), reason="no shared data folder")
def test_real_boundaries_of_the_four_wards_are_taken_over() -> None:
    load_demo_units()
    files = sorted((SHARED / "wards").glob("27*.geojson"))
    assert len(files) == 4

    for path in files:
        report = services.import_file(
            path, at=MONDAY_9AM, by="user:1", provenance="state map", licence="MIT"
        )
        assert [area.version for area in report.accepted] == [2]
        assert report.refused == ()

    wards = selectors.ward_areas(TODAY)
    assert len(wards) == 4
    assert not any(ward.schematic for ward in wards)
    for point, code in (
        (Point(106.64896, 10.75764), "27238"),
        (Point(106.64527, 10.77019), "27211"),
        (Point(106.650451, 10.763144), "27232"),
    ):
        found = selectors.unit_at(point, on=TODAY)
        assert found is not None
        assert found.code == code
    assert all(ward.schematic for ward in selectors.ward_areas(date(2024, 6, 1)))


@pytest.mark.shared_data
@pytest.mark.skipif(not (SHARED / "wards").is_dir(), reason="no shared data folder")
def test_the_simplified_file_is_taken_over_in_one_go() -> None:
    load_demo_units()

    report = services.import_file(
        SHARED / "wards" / "q11_wards_2025_simplified.geojson", at=MONDAY_9AM, by="user:1"
    )

    assert report.refused == ()
    assert len(report.accepted) == 4


@pytest.mark.shared_data
@pytest.mark.skipif(not (SHARED / "wards").is_dir(), reason="no shared data folder")
def test_the_command_takes_each_real_file_and_refuses_it_turned_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    load_demo_units()
    monkeypatch.setattr(imports, "in_the_house", nullcontext)
    monkeypatch.setattr(imports, "say", print)
    for path in sorted((SHARED / "wards").glob("*.geojson")):
        assert _import(path) == 0, path.name
        assert ", 0 refused" in capsys.readouterr().out
        turned = tmp_path / path.name
        turned.write_text(json.dumps(_turned(json.loads(path.read_text("utf-8")))), "utf-8")
        before = Area.objects.count()
        assert _import(turned) == 1
        with translation.override("en"):
            assert "0 drawn" in capsys.readouterr().out
        assert Area.objects.count() == before
        reasons = {one["reason"] for one in AreaImport.objects.latest("id").refused}
        assert reasons == {Refusal.LATITUDE_FIRST.value}


def _import(path: Path) -> int:
    said = Namespace(file=str(path), on=None, provenance="bản đồ", licence="MIT")
    return imports.import_units(said)


def _turned(written: Any) -> Any:
    """The same file with latitude before longitude, a common mistake."""
    if isinstance(written, dict):
        return {key: _turned(value) for key, value in written.items()}
    if isinstance(written, list):
        if len(written) >= 2 and all(isinstance(one, int | float) for one in written):
            return [written[1], written[0], *written[2:]]
        return [_turned(value) for value in written]
    return written


@pytest.mark.shared_data
@pytest.mark.skipif(not (SHARED / "requests").is_dir(), reason="no shared data folder")
def test_every_valid_place_of_the_real_requests_lies_in_some_unit() -> None:
    services.load_bundle(SAN_FRANCISCO, at=MONDAY_9AM)
    written = json.loads((SHARED / "requests" / "san-francisco-2010.json").read_text("utf-8"))
    (requests,) = written.values()
    on, found, nowhere = date(2010, 11, 15), set(), 0

    for request in requests:
        try:
            place = Point(float(request["lon"]), float(request["lat"]))
        except (KeyError, TypeError, ValueError):
            continue
        if place.on_earth:
            unit = selectors.unit_at(place, on=on)
            nowhere += unit is None
            found.add(unit)

    assert nowhere == 0
    assert len(found) >= 11


def test_san_francisco_is_a_root_with_districts() -> None:
    bundle = services.read_bundle(SAN_FRANCISCO)
    services.load_bundle(SAN_FRANCISCO, at=MONDAY_9AM)

    root = selectors.root(on=TODAY)
    assert (root.code, bundle.time_zone) == ("SF", "America/Los_Angeles")
    assert selectors.descendants(root, on=TODAY).count() == 12
    assert all(area.schematic for area in selectors.ward_areas(TODAY))


def test_a_reorganisation_is_told_once_and_leaves_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Any] = []
    noted: list[tuple[str, dict[str, Any]]] = []
    wards = make_unit("1"), make_unit("2")
    monkeypatch.setattr(tree, "publish", lambda event, *, at: told.append(event))
    monkeypatch.setattr(tree, "record", lambda act, **rest: noted.append((act, rest)))

    merge(*wards)

    assert [event.name for event in told] == ["units.created", "units.reorganised"]
    assert told[1].ended == ("1", "2")
    assert told[1].created == ("9",)
    act, rest = noted[-1]
    assert (act, rest["by"], rest["reason"]) == ("units.reorganise", "user:1", "NQ 1/2026")
