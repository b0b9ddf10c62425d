"""Rows of any day are counted by unit on the boundaries of any date, and none is lost."""

import random
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from dothi.datastore.catalogue.choices import Classification, Mode, Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.sharing import services
from dothi.datastore.tables import services as tables
from dothi.units import selectors as units
from dothi.units.tests.factories import load_demo_units

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "vu-viec"
AT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
OLD, NEW = date(2024, 12, 31), date(2025, 7, 1)
PLACES = ((106.650451, 10.763144), (106.64, 10.76), (None, None), (106.9, 10.9))
SCHEMA = pa.schema([
    ("number", pa.int64()), ("ward", pa.string()), ("at", pa.timestamp("us", tz="UTC")),
    ("group", pa.float64()), ("keeper", pa.string()), ("longitude", pa.float64()),
    ("latitude", pa.float64()),
])  # fmt: skip


def matters(*, persons: bool = False) -> Contract:
    def field(name: str, type: Type = Type.TEXT, **more: object) -> Field:
        return Field(name=name, head=name, title_vi=name, type=type, **more)  # type: ignore[arg-type]

    return Contract(
        dataset=CODE, version=1, key=("number",),
        fields=(
            field("number", Type.INTEGER, required=True), field("ward"),
            field("at", Type.MOMENT), field("group", Type.NUMBER),
            *([field("keeper", classification=Classification.PERSONAL)] if persons else []),
            field("longitude", Type.NUMBER), field("latitude", Type.NUMBER),
        ),
    )  # fmt: skip


def published(rows: list[tuple[object, ...]], *, persons: bool = False) -> services.Opening:
    make_dataset(load_demo_units(), CODE, contract=matters(persons=persons))
    path = tables.workspace(CODE, "DR-1") / "part.parquet"
    made = [dict(zip(SCHEMA.names, row, strict=True)) for row in rows]
    pq.write_table(pa.Table.from_pylist(made, schema=SCHEMA), path)
    tables.publish(
        CODE, [path], mode=Mode.REPLACE, key=("number",), schema=SCHEMA, run="DR-1", by="system",
        at=AT,
    )  # fmt: skip
    return services.open_dataset(CODE, AnonymousUser(), at=AT)


def matter(number: int, ward: str | None, on: date, **more: object) -> tuple[object, ...]:
    row = {
        "number": number, "ward": ward, "at": datetime(on.year, on.month, on.day, 5, tzinfo=UTC),
        "group": 1.5, "keeper": "27232", "longitude": None, "latitude": None, **more,
    }  # fmt: skip
    return tuple(row.values())


def test_the_same_code_before_and_after_a_reorganisation_is_two_units() -> None:
    opening = published([matter(1, "27238", OLD), matter(2, "27238", NEW)])
    then = services.by_unit(opening, units.Boundaries(OLD), unit="ward", day="at")
    old = units.unit_of("27238", on=OLD)
    into = units.origins_on(units.unit_of("27238", on=NEW), on=OLD)
    assert set(then.by_unit) == {old.pk, *into.values_list("pk", flat=True)}
    assert len(then.by_unit) > 1
    # The matter of the old ward is there for certain, that of the new one is shared out.
    exact = then.by_unit[old.pk].amount - then.by_unit[old.pk].estimated
    assert [exact, then.total] == [1, 2]


def test_the_day_of_a_moment_is_that_of_the_city() -> None:
    """Half past midnight of the first of July in the city is the last of June in London."""
    first = datetime(2025, 6, 30, 17, 30, tzinfo=UTC)
    opening = published([matter(1, "27238", NEW, at=first)])
    then = services.by_unit(opening, units.Boundaries(NEW), unit="ward", day="at")
    assert set(then.by_unit) == {units.unit_of("27238", on=NEW).pk}


def test_sums_over_units_are_the_total_on_every_date() -> None:
    chance = random.Random(8)
    known = ["27238", "27232", "27211", "27226", "27229", "27235", "772", "no such"]
    days = [OLD + timedelta(days=30 * step) for step in range(12)]
    rows = []
    for number in range(400):
        east, north = chance.choice(PLACES)
        rows.append(matter(
            number, chance.choice([*known, None]), chance.choice(days), longitude=east,
            latitude=north, group=chance.choice([0.1, 2.5, None]),
            **({"at": None} if chance.random() < 0.1 else {}),
        ))  # fmt: skip
    opening = published(rows)
    whole = sum(float(str(row[3])) for row in rows if row[3] is not None)
    for day in units.boundaries():
        there = units.Boundaries(day)
        counted = services.by_unit(opening, there, unit="ward", day="at")
        assert counted.total == 400, day
        summed = services.by_unit(opening, there, unit="ward", day="at", amount="group")
        assert float(summed.total) == pytest.approx(whole), day
        assert set(summed.by_unit) <= there.units


def test_where_small_numbers_of_persons_are_hidden_it_is_not_offered(client: Client) -> None:
    assert not services.axes_of(published([matter(1, "27238", OLD)], persons=True))
    assert client.get(f"/data/{CODE}/units").status_code == 404


def test_a_column_of_units_is_known_by_what_stands_in_it() -> None:
    axes = services.axes_of(published([matter(1, "27238", OLD), matter(2, "27232", NEW)]))
    assert [one.name for one in axes.units] == ["ward"]
    assert [one.name for one in axes.days] == ["at"]
    assert [one.name for one in axes.amounts] == ["number", "group"]


def test_the_page_reads_one_dataset_on_two_sets_of_boundaries(client: Client) -> None:
    published([matter(1, "27238", OLD), matter(2, "27232", NEW)])
    assert f"/data/{CODE}/units" in client.get(f"/data/{CODE}").content.decode()
    old = client.get(f"/data/{CODE}/units?on={OLD}").content.decode()
    assert ("Phường 16" in old, "Phường Hòa Bình" in old) == (True, False)
    new = client.get(f"/data/{CODE}/units?on={NEW}").content.decode()
    assert ("Phường 16" in new, "Phường Hòa Bình" in new) == (False, True)
    assert client.get(f"/data/{CODE}/units?on=yesterday").status_code == 422
    assert client.get(f"/data/{CODE}/units?unit=keeper").status_code == 422
    assert client.get("/data/no-such/units").status_code == 404
