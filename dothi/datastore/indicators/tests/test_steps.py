"""A row is read as it was at the moment of the run, by either way to the store."""

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from typing import Any

import ibis
import pyarrow as pa
import pytest
from ibis.expr.types import Scalar, Table

from dothi.datastore.indicators import registry, selectors
from dothi.datastore.indicators.registry import Indicator, Place, Source, Steps
from dothi.datastore.indicators.selectors import cluster
from dothi.datastore.indicators.tests.factories import NOON, make_lamps
from dothi.datastore.tables.tests.factories import published
from dothi.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db
CODE = "test.lamps_dark"
DAY = timedelta(days=1)
LAMPS = pa.schema([
    ("code", pa.string()), ("unit_id", pa.int64()), ("out_at", pa.timestamp("us", tz="UTC")),
    ("mended_at", pa.timestamp("us", tz="UTC")), ("longitude", pa.float64()),
    ("latitude", pa.float64()),
])  # fmt: skip
STEPS = pa.schema([
    ("code", pa.string()), ("number", pa.int64()), ("at", pa.timestamp("us", tz="UTC")),
    ("mended_at", pa.timestamp("us", tz="UTC")),
])  # fmt: skip


def dark(tables: Mapping[str, Table], at: Scalar) -> Table:
    rows = tables["lamps"]
    now = rows.filter(rows.out_at <= at, rows.mended_at.isnull() | (rows.mended_at > at))
    return now.group_by("unit_id").aggregate(numerator=now.count())


@pytest.fixture
def lamps() -> Generator[Indicator, None, None]:
    yield make_lamps(
        CODE, measure=dark, dimensions={}, place=Place(table="lamps"),
        reads={
            "lamps": {
                "unit_id": "int64", "out_at": "timestamp('UTC')", "mended_at": "timestamp('UTC')"
            }
        },
        stores={
            "lamps": Source(
                dataset="lamps", columns={"lon": "longitude", "lat": "latitude"},
                steps=Steps(dataset="lamps-steps", key="code", columns=("mended_at",)),
            )
        },
    )  # fmt: skip
    del registry.indicators[CODE]


def lamp(code: str, unit: int, mended_at: datetime | None = None, **more: Any) -> dict[str, Any]:
    return {
        "code": code, "unit_id": unit, "out_at": NOON - 9 * DAY, "mended_at": mended_at,
        "longitude": None, "latitude": None, **more,
    }  # fmt: skip


def step(code: str, number: int, at: datetime, mended_at: datetime | None) -> dict[str, Any]:
    return {"code": code, "number": number, "at": at, "mended_at": mended_at}


def dark_at(at: datetime) -> float:
    """By DuckDB's views and by the one expression that a cluster is asked; they agree."""
    indicator = selectors.find(CODE)
    with selectors.Store() as store:
        answer = store.run(indicator, at=at)
        bound = store.bind(indicator, at=at)
    assert cluster.parts(indicator, bound, at=at) == answer.parts
    return sum(part.numerator for part in answer.parts)


def test_what_was_so_is_told_of_each_moment(lamps: Indicator) -> None:
    """Mended, dark again, mended for good; the row knows the last of it only."""
    first, again, good = NOON - 7 * DAY, NOON - 5 * DAY, NOON - 2 * DAY
    published([lamp("L", 1, good)], run="r1", table="lamps", schema=LAMPS, at=NOON)
    # Two steps of one moment: the later number holds.
    published(
        [
            step("L", 5, good, good), step("L", 3, again, None), step("L", 2, again, again),
            step("L", 1, first, first),
        ],
        run="r2", table="lamps-steps", schema=STEPS, at=NOON,
    )  # fmt: skip
    hour = timedelta(hours=1)
    said = {at: dark_at(at) for at in (first - hour, first + hour, again + hour, good + hour)}
    assert list(said.values()) == [1, 0, 1, 0]
    assert selectors.known_since(selectors.find(CODE)) == first


def test_a_row_without_a_step_stands_as_it_is(lamps: Indicator) -> None:
    rows = [lamp("L", 1), lamp("M", 1, NOON - DAY)]
    published(rows, run="r1", table="lamps", schema=LAMPS, at=NOON)
    assert dark_at(NOON) == 1, "there is no history yet"
    published([step("other", 1, NOON, None)], run="r2", table="lamps-steps", schema=STEPS, at=NOON)
    assert (dark_at(NOON - 2 * DAY), dark_at(NOON)) == (2, 1)


def test_a_cluster_is_asked_for_places_in_words_that_it_knows(lamps: Indicator) -> None:
    ward = make_unit("00001", "Phường Một")
    rows = [
        lamp("L", ward.pk, longitude=106.65, latitude=10.76), lamp("M", ward.pk),
        lamp("N", ward.pk + 1),
    ]  # fmt: skip
    published(rows, run="r1", table="lamps", schema=LAMPS, at=NOON)
    published([step("L", 1, NOON, None)], run="r2", table="lamps-steps", schema=STEPS, at=NOON)
    split = frozenset({ward.pk})
    with selectors.Store() as store:
        bound = store.bind(lamps, at=NOON)
    parts = cluster.parts(lamps, bound, at=NOON, split=split)
    assert {(one.unit_id, one.place and tuple(one.place)) for one in parts} == {
        (ward.pk, (106.65, 10.76)), (ward.pk, None), (ward.pk + 1, None)
    }  # fmt: skip
    assert ibis.to_sql(lamps.expression(split), dialect="pyspark")
