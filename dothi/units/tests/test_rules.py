"""Counts cross a reorganisation; names and areas of a file are checked."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.lib.geo import Box, Point
from dothi.units import rules
from dothi.units.choices import Refusal
from dothi.units.rules import Count, History, Life, Passage

OLD, MIDDLE, NEW = date(2024, 6, 1), date(2025, 2, 1), date(2026, 1, 1)
STEP_1, STEP_2 = date(2025, 1, 1), date(2025, 7, 1)
HALF = Fraction(1, 2)

# Units 1 and 2 merge into 3; 3 is split over 4 and 5; 6 goes whole into 5.
HISTORY = History(
    [
        Life(unit=1, valid_from=date(2000, 1, 1), valid_to=STEP_1),
        Life(unit=2, valid_from=date(2000, 1, 1), valid_to=STEP_1),
        Life(unit=3, valid_from=STEP_1, valid_to=STEP_2),
        Life(unit=4, valid_from=STEP_2, valid_to=None),
        Life(unit=5, valid_from=STEP_2, valid_to=None),
        Life(unit=6, valid_from=date(2000, 1, 1), valid_to=STEP_2),
        Life(unit=7, valid_from=date(2000, 1, 1), valid_to=STEP_1),  # Nothing followed.
    ],
    [
        Passage(before=1, after=3, share=Fraction(1), back_share=Fraction(1, 4)),
        Passage(before=2, after=3, share=Fraction(1), back_share=Fraction(3, 4)),
        Passage(before=3, after=4, share=HALF, back_share=Fraction(1)),
        Passage(before=3, after=5, share=HALF, back_share=Fraction(1, 3)),
        Passage(before=6, after=5, share=Fraction(1), back_share=Fraction(2, 3)),
    ],
)


def west_is_4_east_is_5(point: Point) -> list[int]:
    return [4] if point.lon < 0 else [5]


def nobody(point: Point) -> list[int]:
    return []


def restate(
    *counts: Count, on: date = NEW, holders: Callable[[Point], list[int]] = nobody
) -> rules.Restatement:
    return rules.restate(counts, on=on, history=HISTORY, holders=holders)


def test_a_count_stays_while_its_unit_is_in_force() -> None:
    result = restate(Count(unit=1, amount=5), on=OLD)

    assert result.by_unit[1].amount == 5
    assert result.by_unit[1].share_estimated == 0


def test_whole_mergers_follow_the_succession_and_are_exact() -> None:
    result = restate(Count(unit=1, amount=5), Count(unit=2, amount=7), on=MIDDLE)

    assert dict(result.by_unit) == {3: rules.Restated(amount=Fraction(12))}


def test_only_a_split_unit_looks_at_the_place() -> None:
    west = Point(-1, 0)
    result = restate(
        Count(unit=1, amount=4, place=west),
        Count(unit=6, amount=1, place=west),  # Went whole into 5, whatever its point says.
        holders=west_is_4_east_is_5,
    )

    assert result.by_unit[4].amount == 4
    assert result.by_unit[5].amount == 1
    assert result.by_unit[4].estimated == result.by_unit[5].estimated == 0


def test_totals_without_a_place_are_shared_out_and_marked() -> None:
    result = restate(Count(unit=3, amount=10), Count(unit=6, amount=5))

    assert result.by_unit[4].amount == 5
    assert result.by_unit[4].share_estimated == 1
    assert result.by_unit[5].amount == 10
    assert result.by_unit[5].share_estimated == 0.5


def test_a_point_gone_astray_counts_as_no_place() -> None:
    result = restate(Count(unit=3, amount=2, place=Point(50, 50)), holders=lambda point: [99])

    half = rules.Restated(amount=Fraction(1), estimated=Fraction(1))
    assert dict(result.by_unit) == {4: half, 5: half}


def test_looking_back_needs_the_place_or_the_shares() -> None:
    shared = restate(Count(unit=4, amount=8), on=OLD)
    placed = restate(Count(unit=4, amount=8, place=Point(0, 0)), on=OLD, holders=lambda p: [2])

    assert {unit: row.amount for unit, row in shared.by_unit.items()} == {1: 2, 2: 6}
    assert shared.by_unit[1].share_estimated == 1
    assert placed.by_unit[2] == rules.Restated(amount=Fraction(8))


def test_what_has_no_successor_is_not_lost() -> None:
    result = restate(Count(unit=7, amount=3), Count(unit=12345, amount=1))

    assert result.nowhere.amount == result.total == 4


@given(
    st.lists(
        st.builds(
            Count,
            unit=st.integers(1, 7),
            amount=st.integers(0, 10**6) | st.decimals(0, 10**6, places=3),
            place=st.none() | st.builds(Point, st.floats(-1, 1), st.just(0.0)),
        ),
        max_size=30,
    ),
    st.dates(date(2020, 1, 1), date(2027, 1, 1)),
)
def test_sums_over_units_equal_the_total_on_every_date(counts: list[Count], on: date) -> None:
    result = restate(*counts, on=on, holders=west_is_4_east_is_5)

    assert result.total == sum((Fraction(count.amount) for count in counts), Fraction(0))
    assert all(0 <= row.estimated <= row.amount for row in result.by_unit.values())


@given(st.lists(st.floats(0.01, 1e7), min_size=1, max_size=20))
def test_shares_by_size_sum_to_exactly_one(sizes: list[float]) -> None:
    shares = rules.shares_by_size(sizes)

    assert sum(shares) == 1
    assert all(share >= 0 for share in shares)


def test_without_sizes_all_shares_are_equal() -> None:
    assert rules.shares_by_size([0, 5]) == [Decimal("0.5"), Decimal("0.5")]
    assert rules.shares_by_size([]) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Phường Hoà Bình", "Phường Hòa Bình", True),
        ("Hoà Bình", "Phường Hòa Bình", True),
        ("Minh Phung", "Phường Minh Phụng", True),
        ("PHƯỜNG BÌNH THỚI", "Phường Bình Thới", True),
        ("Phường 1", "Phường 11", False),
        ("Hóa Bình", "Hòa Bình", False),
    ],
)
def test_one_name_has_several_spellings(one: str, other: str, same: bool) -> None:
    assert rules.same_name(one, other) is same
    assert rules.same_name(other, one) is same


@pytest.mark.parametrize(
    ("query", "full"),
    [
        ("P.5", "phuong 5"),
        ("p5", "phuong 5"),
        ("F05", "phuong 5"),
        ("Q.11", "quan 11"),
        ("Hòa", "hoa"),
    ],
)
def test_short_forms_are_spelled_out(query: str, full: str) -> None:
    assert rules.spelled_out(query) == full


RING = [[106.64, 10.76], [106.65, 10.76], [106.65, 10.77], [106.64, 10.77], [106.64, 10.76]]
BOW = [[106.64, 10.76], [106.65, 10.77], [106.65, 10.76], [106.64, 10.77], [106.64, 10.76]]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (None, Refusal.NO_AREA),
        ({"type": "Point", "coordinates": [1, 2]}, Refusal.NO_AREA),
        ({"type": "Polygon", "coordinates": 7}, Refusal.NO_AREA),
        ({"type": "Polygon", "coordinates": [[["x", 2]]]}, Refusal.NO_AREA),
        ({"type": "Polygon"}, Refusal.NO_AREA),
        ({"type": "MultiPolygon", "coordinates": []}, Refusal.NO_AREA),
        ({"type": "Polygon", "coordinates": [RING[:-1]]}, Refusal.NOT_CLOSED),
        ({"type": "Polygon", "coordinates": [[[600000.0, 1190000.0]] * 5]}, Refusal.NOT_WGS84),
        ({"type": "Polygon", "coordinates": [[[float("nan"), 10.0]] * 5]}, Refusal.NOT_WGS84),
        ({"type": "Polygon", "coordinates": [BOW]}, Refusal.NOT_VALID),
    ],
)
def test_an_unsound_area_is_refused_with_its_reason(written: object, reason: Refusal) -> None:
    with pytest.raises(rules.Unfit) as refused:
        rules.read_area(written)

    assert refused.value.reason == reason


def test_a_sound_area_is_read() -> None:
    area = rules.read_area({"type": "Polygon", "coordinates": [RING]})

    assert Box.of(area) == Box(106.64, 10.76, 106.65, 10.77)


def test_a_longitude_of_106_cannot_stand_as_latitude() -> None:
    turned = [[lat, lon] for lon, lat in RING]

    with pytest.raises(rules.Unfit) as refused:
        rules.read_area({"type": "Polygon", "coordinates": [turned]})

    assert refused.value.reason == Refusal.LATITUDE_FIRST
    assert refused.value.values == {"place": "10.76, 106.64"}


@pytest.mark.parametrize(
    ("west", "south", "reason"),
    [(48.8, 2.3, Refusal.LATITUDE_FIRST), (13.4, 52.5, Refusal.FAR_AWAY)],
)
def test_an_area_far_from_the_city_is_refused(west: float, south: float, reason: Refusal) -> None:
    paris = Box(2.25, 48.81, 2.42, 48.91)

    with pytest.raises(rules.Unfit) as refused:
        rules.check_reach(Box(west, south, west + 0.05, south + 0.05).polygon(), city=paris)

    assert refused.value.reason == reason
    rules.check_reach(Box(2.43, 48.8, 2.5, 48.9).polygon(), city=paris)


def test_the_size_must_be_the_stated_one() -> None:
    area = Box(106.64, 10.76, 106.65, 10.77).polygon()  # 1.21 km2

    rules.check_size(area, stated_km2=1.25)
    with pytest.raises(rules.Unfit) as refused:
        rules.check_size(area, stated_km2=2)
    assert refused.value.values == {"drawn": "1.21", "stated": "2.00"}


def test_two_areas_may_touch_but_not_share_ground() -> None:
    west, east = Box(0, 0, 1, 1).polygon(), Box(0.99, 0, 2, 1).polygon()

    rules.check_overlap(west, {"2": east})
    with pytest.raises(rules.Unfit) as refused:
        rules.check_overlap(west, {"2": Box(0.5, 0, 2, 1).polygon()})
    assert refused.value.reason == Refusal.OVERLAP
