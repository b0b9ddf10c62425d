"""What a store run needs to know of the columns and units that an expression reads."""

from collections.abc import Collection
from datetime import date

import pyarrow as pa

from dothi.datastore.indicators.registry import Source
from dothi.units import selectors as units

UNIT = "unit_id"


class ColumnMissing(Exception):
    """The version of a dataset has no such column."""

    def __init__(self, dataset: str, column: str) -> None:
        super().__init__(f"{dataset}.{column}")
        self.dataset = dataset
        self.column = column


def require(source: Source, column: str, there: Collection[str]) -> None:
    if column not in there:
        raise ColumnMissing(source.dataset, column)


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
