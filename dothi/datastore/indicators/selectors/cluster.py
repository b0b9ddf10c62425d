"""The store run where STORE_ENGINE names a cluster: binding and measure are one Ibis expression.

A cluster knows nothing of the connection of a run, so who holds a code is handed over as rows.
Taking a figure apart by a dimension stays with DuckDB (`store.run_by`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from dothi.core.clock import local
from dothi.datastore.indicators.registry import MOMENT, Indicator, Source
from dothi.datastore.indicators.rules import Part
from dothi.datastore.indicators.selectors.bound import (
    UNIT,
    as_of,
    holders,
    require,
    unbound,
)
from dothi.datastore.indicators.selectors.figures import midnight_before, parts_of
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables.selectors import Version

HOLDERS = "holders"


def parts(
    indicator: Indicator,
    bound: Mapping[str, Version],
    *,
    at: datetime,
    split: frozenset[int] = frozenset(),
) -> list[Part]:
    """The parts by unit (by place in those that were `split`), over versions by the code of their
    dataset.

    Raises:
        EngineAway, VersionClosed, ColumnMissing: see there.
    """
    held = ibis.table(
        {"holder": "int64", "held_code": "string", "since": "date", "until": "date"}, name=HOLDERS
    )
    read = {
        name: _bound(indicator, name, source, bound, held, at, split)
        for name, source in indicator.stores.items()
    }
    moment: Any = ibis.table(
        {"at": "timestamp('UTC')", "midnight": "timestamp('UTC')"}, name=MOMENT
    )
    placed = indicator.by_place(read, split)
    measure = indicator.measure({**placed, MOMENT: moment}, moment.at.as_scalar())
    kind = pa.timestamp("us", tz="UTC")
    moments = {"at": pa.array([at], kind), "midnight": pa.array([midnight_before(at)], kind)}
    given = {MOMENT: pa.table(moments), HOLDERS: holders().rename_columns(held.columns)}
    versions = {name: bound[source.dataset] for name, source in indicator.stores.items()}
    versions |= {one: bound[one] for one in indicator.histories if one in bound}
    found = tables.answer(measure, versions, rows=given)
    return parts_of(found.column_names, [tuple(row.values()) for row in found.to_pylist()])


def _bound(
    indicator: Indicator,
    name: str,
    source: Source,
    bound: Mapping[str, Version],
    held: Table,
    at: datetime,
    split: frozenset[int],
) -> Table:
    """The rows of a version under the names and types that the expression reads."""
    there = unbound(bound[source.dataset], name)
    wanted = indicator.columns(name, split)
    by = source.unit if UNIT in wanted else None
    stored = {
        column: source.columns.get(column, column)
        for column in wanted
        if not (by and column == UNIT)
    }
    missing = {
        column
        for column in wanted
        if column not in indicator.reads[name] and stored[column] not in there.columns
    }  # From before it had places.
    stored = {column: own for column, own in stored.items() if column not in missing}
    needed = {*stored.values(), *((by.code, by.on) if by else ())} - {""}
    for column in sorted(needed):
        require(source, column, there.columns)
    rows = there
    if source.steps is not None and source.steps.dataset in bound:
        steps = unbound(bound[source.steps.dataset], source.steps.dataset)
        rows = as_of(there, steps, source.steps, ibis.literal(at, "timestamp('UTC')"))
    rows = rows.select(*sorted(needed))
    if by:
        day = _day_of(rows[by.on], at) if by.on else ibis.literal(local(at).date())
        rows = rows.left_join(
            held, [rows[by.code] == held.held_code, held.since <= day, held.until > day]
        )
    return rows.select(
        **{
            column: (
                ibis.null()
                if column in missing
                else rows[stored[column]]
                if column in stored
                else rows.holder
            ).cast(kind)
            for column, kind in wanted.items()
        }
    )


def _day_of(column: Any, at: datetime) -> Any:
    """The day in the city of a day or a moment; the city's zone has been one of a fixed offset."""
    if not column.type().is_timestamp():
        return column
    offset = local(at).utcoffset()
    assert offset is not None
    return (column + ibis.interval(seconds=int(offset.total_seconds()))).date()
