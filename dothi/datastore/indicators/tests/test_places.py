"""What was counted in a unit that was split goes where it lies; nothing is lost on any date."""

import random
from collections.abc import Generator
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest

from dothi.datastore.indicators import registry, selectors
from dothi.datastore.indicators.choices import Scale
from dothi.datastore.indicators.registry import Indicator, Place, Source, UnitColumn
from dothi.datastore.indicators.tests.factories import (
    NOON,
    SCHEMA,
    lamps_stored,
    make_lamps,
    share_out,
)
from dothi.units import selectors as units
from dothi.units.tests.factories import load_demo_units

pytestmark = pytest.mark.django_db
CODE = "test.lamps_out"
OLD, NEW = date(2024, 12, 31), date(2025, 7, 1)
WITH_PLACES = pa.schema([*SCHEMA, ("longitude", pa.float64()), ("latitude", pa.float64())])
# Two in old ward 8 (one on each side of what is a border now), one elsewhere, one nowhere.
PLACES = ((106.650451, 10.763144), (106.64, 10.76), (106.9, 10.9), (None, None))
STORED = Source(
    dataset="lamps", unit=UnitColumn(code="unit_code", on="out_at"),
    columns={"lon": "longitude", "lat": "latitude"},
)  # fmt: skip


@pytest.fixture
def lamps() -> Generator[Indicator, None, None]:
    load_demo_units()
    yield make_lamps(CODE, public=True, place=Place(table="lamps"), stores={"lamps": STORED})
    del registry.indicators[CODE]


def lamp(number: int, unit: str | None, on: date, place: tuple[Any, Any]) -> dict[str, Any]:
    return {
        "code": f"L-{number}", "unit_code": unit, "kind": random.Random(number).choice(["LED", ""]),
        "out_at": datetime(on.year, on.month, on.day, 12, tzinfo=NOON.tzinfo),
        "longitude": place[0], "latitude": place[1],
    }  # fmt: skip


def asked(on: date) -> selectors.Asked:
    return selectors.ask(CODE, now=NOON, at=NOON, on=on)


def test_a_lamp_of_a_ward_that_was_split_counts_where_it_stands(lamps: Indicator) -> None:
    ward = next(
        one for one in units.in_force(on=OLD).filter(kind="ward") if one.name_vi == "Phường 8"
    )
    parts = {one.pk: one for one in units.successors_on(ward, on=NEW)}
    assert len(parts) == 2
    inside = {}
    for key, one in parts.items():
        shape = next(shape for shape in units.ward_areas(NEW) if shape.unit_id == key)
        inside[key] = (shape.label.lon, shape.label.lat)
        assert units.unit_at(shape.label, on=NEW) == one
    first, second = inside
    lamps_stored(
        [lamp(n, ward.code, OLD, inside[first]) for n in range(3)]
        + [lamp(3, ward.code, OLD, inside[second]), lamp(4, ward.code, OLD, (None, None))],
        schema=WITH_PLACES,
    )
    now = selectors.by_unit(asked(NEW).parts, lamps, on=NEW)
    rows = {row.unit.pk: row for row in now.rows}
    assert (rows[first].value.value, rows[second].value.value) == (3.5, 1.5)
    assert rows[first].share_estimated == pytest.approx(0.5 / 3.5)
    then = selectors.by_unit(asked(OLD).parts, lamps, on=OLD)
    assert then.of(ward.code).value.value == 5  # type: ignore[union-attr]


@pytest.mark.parametrize("scale", [Scale.COUNT, Scale.PERCENT])
def test_sums_over_units_are_the_total_on_every_date(lamps: Indicator, scale: Scale) -> None:
    if scale == Scale.PERCENT:
        registry.indicators[CODE] = replace(lamps, scale=scale, measure=share_out)
    chance = random.Random(8)
    known = [*sorted(units.known_codes()), "no such", None]
    days = [OLD + timedelta(days=30 * step) for step in range(12)]
    lamps_stored(
        [lamp(n, chance.choice(known), chance.choice(days), chance.choice(PLACES))
         for n in range(300)],
        schema=WITH_PLACES,
    )  # fmt: skip
    whole = selectors.ask(CODE, now=NOON, at=NOON).whole
    with selectors.Store() as store:
        for day in units.boundaries():
            parts = store.run(selectors.find(CODE), at=NOON, on=day).parts
            moved = selectors.on_boundaries(parts, on=day)
            assert sum((one.numerator for one in moved.values()), Fraction(0)) == whole.numerator
            if scale == Scale.PERCENT:
                below = sum((one.denominator for one in moved.values()), Fraction(0))
                assert below == whole.denominator
            assert set(moved) - {0} <= units.Boundaries(day).units, day


def test_a_version_from_before_it_had_places_is_shared_out(lamps: Indicator) -> None:
    ward = units.in_force(on=OLD).filter(kind="ward", name_vi="Phường 8").get()
    row = lamp(1, ward.code, OLD, PLACES[0])
    lamps_stored([{name: row[name] for name in SCHEMA.names}])
    rows = selectors.by_unit(asked(NEW).parts, lamps, on=NEW).rows
    assert {row.share_estimated for row in rows if row.value.value == 0.5} == {1.0}
