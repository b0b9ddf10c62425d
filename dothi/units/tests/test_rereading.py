"""What was counted on any day is read on the boundaries of any other, and nothing is lost."""

import random
from datetime import date
from fractions import Fraction

import pytest

from dothi.lib.geo import Point
from dothi.units import selectors
from dothi.units.rules import Count
from dothi.units.selectors import UNKNOWN, Boundaries
from dothi.units.tests.factories import load_demo_units

pytestmark = pytest.mark.django_db

OLD, MIDDLE, NEW = date(2024, 12, 31), date(2025, 1, 1), date(2025, 7, 1)
IN_OLD_8 = (Point(106.650451, 10.763144), Point(106.64, 10.76), None, Point(106.7, 10.9))


@pytest.fixture(autouse=True)
def _demo() -> None:
    load_demo_units()


def test_a_code_that_was_given_again_is_the_unit_of_its_day() -> None:
    now = Boundaries(NEW)
    before, after = now.unit("27238", OLD), now.unit("27238", NEW)
    assert before != after
    assert before == selectors.unit_of("27238", on=OLD).pk
    assert after == selectors.unit_of("27238", on=NEW).pk


def test_what_nobody_ever_called_so_is_nowhere_and_counts_on() -> None:
    now = Boundaries(NEW)
    assert now.unit("no such", OLD) == UNKNOWN
    moved = now.restate([Count(unit=UNKNOWN, amount=3)])
    assert not moved.by_unit
    assert moved.nowhere.amount == 3


def test_only_what_was_split_asks_for_the_place() -> None:
    now = Boundaries(NEW)
    wards = selectors.in_force(on=OLD).filter(kind="ward")
    # Ward 12 went over whole into ward 8, which was split half a year later.
    split = {ward.name_vi for ward in wards if now.splits(ward.pk)}
    assert split == {"Phường 8", "Phường 12"}


def test_counts_of_a_ward_are_those_of_all_above_it() -> None:
    now = Boundaries(NEW)
    ward, root = now.unit("27232", NEW), selectors.root(on=NEW).pk
    rows = now.restate([Count(unit=ward, amount=5), Count(unit=root, amount=2)]).by_unit
    together = now.rolled_up(rows)
    assert [together[ward].amount, together[root].amount] == [Fraction(5), Fraction(7)]


@pytest.mark.parametrize("seed", range(3))
def test_the_sum_over_units_is_the_total_on_every_date(seed: int) -> None:
    chance = random.Random(seed)
    days = selectors.boundaries()
    known = sorted(selectors.known_codes())
    then = Boundaries(days[-1])
    counts = [
        Count(
            unit=then.unit(chance.choice([*known, "?"]), chance.choice(days)),
            amount=chance.randint(0, 9),
            place=chance.choice(IN_OLD_8),
        )
        for _ in range(300)
    ]
    total = Fraction(sum(count.amount for count in counts))
    for day in days:
        there = Boundaries(day)
        moved = there.restate(counts)
        assert moved.total == total, day
        assert set(moved.by_unit) <= there.units
        roots = [row.amount for unit, row in there.rolled_up(moved.by_unit).items()
                 if unit == selectors.root(on=day).pk]  # fmt: skip
        assert sum(roots) + moved.nowhere.amount == total, day
