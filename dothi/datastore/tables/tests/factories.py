"""Rows of a small table, written as a run writes them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.tables import services
from dothi.datastore.tables.models import Version
from dothi.datastore.tables.rules.roles import WHOLE

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STEWARD = "user:7"
SCHEMA = pa.schema(
    [
        ("code", pa.string()),
        ("unit", pa.string()),
        ("received_at", pa.timestamp("us", tz="UTC")),
        ("resolved_on", pa.date32()),
        ("rating", pa.int64()),
        ("person", pa.string()),
    ]
)
KEY = ("code",)


def report(number: int, **more: Any) -> dict[str, Any]:
    """A row; every third has no answer yet."""
    row = {
        "code": f"PA-{number:06}",
        "unit": f"w{number % 16}",
        "received_at": NOON + timedelta(minutes=number, microseconds=number),
        "resolved_on": date(2026, 3, 3) if number % 3 else None,
        "rating": number % 5,
        "person": f"Nguyễn Văn {number % 100:03}",
    }
    return {**row, **more}


def reports(*numbers: int, **more: Any) -> list[dict[str, Any]]:
    return [report(number, **more) for number in numbers]


def part(
    rows: list[dict[str, Any]], *, run: str, table: str = "reports", schema: pa.Schema = SCHEMA,
    name: str = "part-0",
) -> Path:  # fmt: skip
    path = services.workspace(table, run) / f"{name}.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


def published(
    rows: list[dict[str, Any]],
    *,
    run: str,
    table: str = "reports",
    schema: pa.Schema = SCHEMA,
    **more: Any,
) -> Version:
    given = {
        "mode": Mode.REPLACE, "key": KEY, "by": STEWARD, "at": NOON, "roles": (WHOLE,), **more
    }  # fmt: skip
    path = part(rows, run=run, table=table, schema=schema)
    return services.publish(table, [path], schema=schema, run=run, **given)
