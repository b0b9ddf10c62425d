"""Lamps of a city in the store, and how many of them are out."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
from ibis.expr.types import Scalar, Table

from dothi.datastore.indicators.choices import Better, Scale
from dothi.datastore.indicators.registry import (
    Dimension,
    Indicator,
    Source,
    UnitColumn,
    register,
)
from dothi.datastore.tables.selectors import Version
from dothi.datastore.tables.tests.factories import published

NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
_runs = count(1)
SCHEMA = pa.schema(
    [
        ("code", pa.string()),
        ("unit_code", pa.string()),
        ("out_at", pa.timestamp("us", tz="UTC")),
        ("kind", pa.string()),
    ]
)


def out(tables: Mapping[str, Table], at: Scalar) -> Table:
    rows = tables["lamps"]
    dark = rows.filter(rows.out_at <= at)
    return dark.group_by("unit_id").aggregate(numerator=dark.count())


def share_out(tables: Mapping[str, Table], at: Scalar) -> Table:
    """Of the lamps that went out so far, those that are of the kind LED."""
    rows = tables["lamps"]
    dark = rows.filter(rows.out_at <= at)
    return dark.group_by("unit_id").aggregate(
        numerator=ibis.ifelse(dark.kind == "LED", 1, 0).sum(), denominator=dark.count()
    )


def make_lamps(code: str, **more: Any) -> Indicator:
    """Lamps that are out; it has no hot run."""
    given: dict[str, Any] = {
        "title": "Lamps out", "help": "", "unit_of_measure": "", "steward": "lamps",
        "scale": Scale.COUNT, "better": Better.LOWER, "is_hot": False, "measure": out,
        "reads": {
            "lamps": {"unit_id": "int64", "out_at": "timestamp('UTC')", "kind": "string"}
        },
        "stores": {
            "lamps": Source(dataset="lamps", unit=UnitColumn(code="unit_code", on="out_at"))
        },
        "dimensions": {"kind": Dimension(table="lamps", column="kind", title="Kind")},
    }  # fmt: skip
    return register(Indicator(code=code, **{**given, **more}))


def lamps_stored(
    rows: list[dict[str, Any]], *, at: datetime = NOON, schema: pa.Schema = SCHEMA
) -> Version:
    """The next version of the table."""
    return published(rows, run=f"lamps-{next(_runs)}", table="lamps", schema=schema, at=at)
