"""What a store run needs to know of the columns and units that an expression reads."""

from collections.abc import Collection
from datetime import date
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr.types import Scalar, Table

from dothi.datastore.indicators.registry import Source, Steps
from dothi.datastore.tables.selectors import Version
from dothi.units import selectors as units

UNIT = "unit_id"
# The types of Delta columns as Ibis calls them, where it has another name.
KINDS = {
    "byte": "int8",
    "short": "int16",
    "integer": "int32",
    "long": "int64",
    "float": "float32",
    "double": "float64",
    "timestamp": "timestamp('UTC')",
    "timestamp_ntz": "timestamp",
}


class ColumnMissing(Exception):
    """The version of a dataset has no such column."""

    def __init__(self, dataset: str, column: str) -> None:
        super().__init__(f"{dataset}.{column}")
        self.dataset = dataset
        self.column = column


def require(source: Source, column: str, there: Collection[str]) -> None:
    if column not in there:
        raise ColumnMissing(source.dataset, column)


def unbound(version: Version, name: str) -> Any:
    """The columns of a version as a table of Ibis that stands for nothing yet."""
    return ibis.table({one.name: KINDS.get(one.type, one.type) for one in version.shape}, name=name)


def as_of(rows: Table, steps: Table, how: Steps, at: Scalar) -> Any:
    """Rows as they were at a moment: each with what its last step up to then says.

    Before the first step that is known, that one tells (what came later is left out by the times
    in it); a row without any step stands as it is. Steps are ordered by their numbers, not by their
    times: many may be of one moment.
    """
    number = steps[how.number]
    chosen = steps.group_by(how.key).aggregate(
        chosen=ibis.coalesce(number.max(where=steps[how.at] <= at), number.min())
    )
    told = steps.join(chosen, [how.key, (steps[how.number], chosen.chosen)]).select(
        step_of=steps[how.key], step=number, **{f"{one}_then": steps[one] for one in how.columns}
    )
    joined = rows.left_join(told, [rows[how.key] == told.step_of])
    return joined.select(**{
        one: ibis.ifelse(joined.step.notnull(), joined[f"{one}_then"], joined[one])
        if one in how.columns
        else joined[one]
        for one in rows.columns
    })  # fmt: skip


def holders() -> pa.Table:
    """Who has a code from when until when, without gaps: before its first day and after its last,
    a code still says where a row belongs."""
    lives = units.lives_of_codes()
    found = [
        (unit, code, since if place else date.min, until)
        for code, known in lives.items()
        for place, (since, unit) in enumerate(known)
        for until in [known[place + 1][0] if place + 1 < len(known) else date.max]
    ]
    columns = list(zip(*found, strict=True)) or [(), (), (), ()]
    kinds = (pa.int64(), pa.string(), pa.date32(), pa.date32())
    arrays = [pa.array(values, kind) for values, kind in zip(columns, kinds, strict=True)]
    return pa.table(arrays, names=["id", "code", "since", "until"])
