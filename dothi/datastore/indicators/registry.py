"""Indicator definitions: a measure is defined once, by its owner, as one Ibis expression.

The expression reads tables by name and the moment `at` from a table of one row, and returns the
columns `unit_id`, `numerator` and (unless it is a count) `denominator`. The hot run compiles it to
PostgreSQL over the domain's own tables; the store run compiles the same expression to DuckDB, where
each table is bound to a dataset (`Source`).
What is counted "today" begins at `midnight(tables)`, which knows the time zone of the city.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis
from django.utils.functional import Promise
from ibis.expr.types import BooleanValue, Scalar, Table

from dothi.datastore.indicators.choices import Better, Past, Scale

Measure = Callable[[Mapping[str, Table], Scalar], Table]
MOMENT = "moment"
AND = "|"


@dataclass(frozen=True, kw_only=True)
class UnitColumn:
    """Where a dataset says the unit of a row by its code. A code is given again to other units, so
    the day of the row (`on`: a date or moment) says which one; without it, the day of the run."""

    code: str
    on: str = ""


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The history of a dataset whose rows forget: `dataset` holds a row for each change of one.

    `key` names the changed row, by the same column in both; `at` says when it changed, `number` in
    which order (one number for one step). `columns` are what changes; the others never do.
    """

    dataset: str
    key: str
    columns: tuple[str, ...]
    at: str = "at"
    number: str = "number"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a table that an expression reads stands in the store.

    `columns` names a column of the dataset where it is called otherwise than in the table. With
    `unit`, the column `unit_id` is looked up by the code of the unit. With `steps`, each row is
    read as it was at the moment of the run.
    """

    dataset: str
    columns: Mapping[str, str] = field(default_factory=dict)
    unit: UnitColumn | None = None
    steps: Steps | None = None


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """By what else than the unit a figure can be taken apart: a column of the dataset of `table`.

    The table must be the one whose `unit_id` the expression groups by.
    """

    table: str
    column: str
    title: str | Promise
    words: Callable[[], Mapping[str, str]] = dict  # How its values are called, in today's language.


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a row of `table` lies (columns in degrees, WGS84), for units that were split since. It
    must be the table whose `unit_id` the expression groups by."""

    table: str
    longitude: str = "lon"
    latitude: str = "lat"

    @property
    def columns(self) -> tuple[str, str]:
        return self.longitude, self.latitude


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Which rows of `table` everybody may see one by one, where a picture for everybody tells
    figures by unit. It must be the table whose `unit_id` the expression groups by."""

    table: str
    columns: Mapping[str, str]  # What the condition reads, with Ibis types.
    condition: Callable[[Table], BooleanValue]


@dataclass(frozen=True, kw_only=True, eq=False)
class Indicator:
    code: str
    title: str | Promise
    help: str | Promise
    unit_of_measure: str
    steward: str
    scale: Scale
    better: Better = Better.NEITHER
    # Table name → column → Ibis type: what the expression may read, and nothing more.
    reads: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    measure: Measure
    public: bool = False  # Open data: everybody may read it with its definition.
    # Table name → where it stands in the store; without one there is no store run.
    stores: Mapping[str, Source] = field(default_factory=dict)
    is_hot: bool = True  # Whether `reads` are the domain's own tables, so that it can be run now.
    past: Past = Past.ROWS
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    place: Place | None = None
    shown: Shown | None = None
    counts_rows: bool = True  # Whether its parts are numbers of rows; a sum of a column is none.

    def expression(
        self, split: frozenset[int] = frozenset(), *, for_everybody: bool = False
    ) -> Table:
        """Return the measure over unbound tables; the caller binds them to an engine.

        In units that were `split`, `unit_id` is the unit with a place: see `by_place`. What is not
        `shown` is of no unit `for_everybody`; it counts in the whole.
        """
        tables = {
            name: ibis.table(self.columns(name, split, for_everybody=for_everybody), name=name)
            for name in self.reads
        }
        if for_everybody:
            tables = self._only_shown(tables)
        moment: Any = ibis.table(
            {"at": "timestamp('UTC')", "midnight": "timestamp('UTC')"}, name=MOMENT
        )
        return self.measure({**self.by_place(tables, split), MOMENT: moment}, moment.at.as_scalar())

    def columns(
        self, table: str, split: frozenset[int] = frozenset(), *, for_everybody: bool = False
    ) -> dict[str, str]:
        """What the expression reads of a table."""
        own = dict(self.reads[table])
        if for_everybody and self.shown is not None and self.shown.table == table:
            own |= self.shown.columns
        if split and self.place is not None and self.place.table == table:
            own |= dict.fromkeys(self.place.columns, "float64")
        return own

    def _only_shown(self, tables: Mapping[str, Table]) -> dict[str, Table]:
        if self.shown is None:
            return dict(tables)
        rows: Any = tables[self.shown.table]
        unit = ibis.ifelse(self.shown.condition(rows), rows.unit_id, ibis.null())
        return {**tables, self.shown.table: rows.mutate(unit_id=unit)}

    def by_place(self, tables: Mapping[str, Table], split: frozenset[int]) -> dict[str, Table]:
        """Tables in which rows of units that were split are grouped by their place, too: their
        `unit_id` reads `unit|longitude|latitude`. The measure groups by it and asks nothing of it.
        """
        if not split or self.place is None:
            return dict(tables)
        rows: Any = tables[self.place.table]
        unit = rows.unit_id.cast("string")
        place = [rows[name].cast("string").fill_null("") for name in self.place.columns]
        placed = ibis.ifelse(
            rows.unit_id.isin(sorted(split)), unit + AND + place[0] + AND + place[1], unit
        )
        return {**tables, self.place.table: rows.mutate(unit_id=placed)}

    @property
    def is_stored(self) -> bool:
        """Whether every table that it reads stands in the store."""
        return bool(self.reads) and set(self.reads) == set(self.stores)

    @property
    def datasets(self) -> tuple[str, ...]:
        """Everything in the store that it reads, histories last."""
        rows = [source.dataset for source in self.stores.values()]
        return tuple(dict.fromkeys([*rows, *self.histories]))

    @property
    def histories(self) -> tuple[str, ...]:
        steps = (source.steps for source in self.stores.values())
        return tuple(dict.fromkeys(one.dataset for one in steps if one is not None))


def midnight(tables: Mapping[str, Table]) -> Scalar:
    """The last midnight of the city before the moment, for what is counted by the day."""
    moment: Any = tables[MOMENT]
    return moment.midnight.as_scalar()


indicators: dict[str, Indicator] = {}


def register(indicator: Indicator) -> Indicator:
    """Add a definition.

    Raises:
        ValueError: the code is taken, or a dimension, place, source or what is shown is of a table
            that is not read.
    """
    if indicator.code in indicators:
        raise ValueError(f"Indicator {indicator.code} is registered twice.")
    named = {*indicator.stores, *(one.table for one in indicator.dimensions.values())}
    named |= {one.table for one in (indicator.place, indicator.shown) if one is not None}
    if strange := named - set(indicator.reads):
        raise ValueError(f"Indicator {indicator.code} does not read {sorted(strange)}.")
    indicators[indicator.code] = indicator
    return indicator
