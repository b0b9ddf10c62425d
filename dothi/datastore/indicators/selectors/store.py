"""The store run: the same expression over versions of datasets, on DuckDB (or a cluster: there).

Each table that the expression reads becomes a view over the Parquet files of one version of its
dataset. The expression groups by `unit_id` and asks nothing else of it; so to take a figure apart
by a dimension, the view numbers the pairs of unit and value and calls that number `unit_id`.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

import duckdb
import ibis
import pyarrow as pa
from django.conf import settings
from ibis.backends.sql.datatypes import DuckDBType

from dothi.core.clock import local
from dothi.datastore.indicators.choices import Past, Run
from dothi.datastore.indicators.registry import MOMENT, Indicator, Source, Steps
from dothi.datastore.indicators.rules import NOWHERE, Part, total
from dothi.datastore.indicators.selectors import cluster
from dothi.datastore.indicators.selectors.bound import (
    UNIT,
    as_of,
    holders,
    require,
    unbound,
)
from dothi.datastore.indicators.selectors.bound import ColumnMissing as ColumnMissing
from dothi.datastore.indicators.selectors.figures import (
    COMPILED,
    Figure,
    formula,
    midnight_before,
    parts_of,
    placed,
)
from dothi.datastore.indicators.selectors.finding import find
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables.rules import sql
from dothi.datastore.tables.selectors import Version

UNITS = "units of the house"  # No dataset can be called so.
Groups = dict[int, tuple[int, str | None]]


class NotStored(Exception):
    """There is nothing in the store to answer from. `dataset` says which table has no version (of
    that date, in that release); "" for an indicator that has no store run."""

    def __init__(self, dataset: str = "") -> None:
        super().__init__(dataset)
        self.dataset = dataset


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A table expression of DuckDB, and its columns with their types."""

    source: str
    columns: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a store run gave, and over what."""

    parts: list[Part]
    versions: dict[str, int]


def from_store(
    code: str,
    *,
    at: datetime,
    release: str = "",
    versions: Mapping[str, int] | None = None,
    unit_ids: set[int] | None = None,
) -> Figure:
    """The figure at a moment over the newest versions, a release, or versions by number.

    Raises:
        Unknown, NotStored, ColumnMissing: see there.
        VersionClosed: the files of that version are gone.
    """
    indicator = find(code)
    with Store() as store:
        answer = store.run(indicator, at=at, release=release, versions=versions)
    kept = [one for one in answer.parts if unit_ids is None or one.unit_id in unit_ids]
    return Figure(
        indicator=indicator,
        value=total(kept, indicator.scale),
        at=at,
        run=Run.STORE,
        versions=answer.versions,
    )


def releases_with(indicator: Indicator) -> list[tuple[str, datetime]]:
    """The releases from which it can be answered, newest first: code and moment."""
    wanted = {source.dataset for source in indicator.stores.values()}
    made = tables.releases().filter(lifted_at=None).prefetch_related("pins__version__table")
    return [
        (one.code, one.at)
        for one in made
        if wanted <= {pin.version.table.code for pin in one.pins.all()}
    ]


def known_since(indicator: Indicator) -> datetime | None:
    """When the first step was told of which the store knows; before it, rows stand as they were
    then. None where it keeps no steps."""
    kept = [one.steps for one in indicator.stores.values() if one.steps is not None]
    newest = {how: tables.latest(how.dataset) for how in kept}
    begun = [_begun(how, one, one.checksum) for how, one in newest.items() if one is not None]
    told = max((one for one in begun if one is not None), default=None)
    return None if told is None else datetime.fromtimestamp(told / 1_000_000, UTC)


@lru_cache(maxsize=64)
def _begun(how: Steps, version: Version, checksum: str) -> int | None:
    """The moment of the first step of a version, in microseconds: as long as its rows are these,
    it is looked for once."""
    first = f"arg_min({sql.name(how.at)}, {sql.name(how.number)})"
    with closing(tables.connect()) as connection:
        rows = connection.execute(f"select epoch_us({first}) from {tables.rows_of(version)}")
        found: tuple[int | None] = rows.fetchall()[0]
    return found[0]


class Store:
    """One connection over the store, for as many indicators as one likes; what it reads of a
    dataset stays the same until it is closed."""

    def __init__(self) -> None:
        self.connection = tables.connect()
        self._rows: dict[tuple[str, int], Rows] = {}
        self._then: dict[tuple[str, int, int, datetime], Rows] = {}
        self._newest: dict[tuple[str, str, datetime | None], Version] = {}
        self._has_units = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def run(
        self,
        indicator: Indicator,
        *,
        at: datetime,
        release: str = "",
        versions: Mapping[str, int] | None = None,
        on: date | None = None,
    ) -> Answer:
        """The parts by unit; with `on`, ready for the boundaries of that date. Raises what
        `from_store` raises."""
        bound = self.bind(indicator, at=at, release=release, versions=versions)

        def run(split: frozenset[int]) -> list[Part]:
            if tables.chosen_engine().is_cluster:
                return cluster.parts(indicator, bound, at=at, split=split)
            for name, source in indicator.stores.items():
                self._view(indicator, name, source, self._rows_at(source, bound, at), at, split)
            return self._parts(indicator, at, split)

        return Answer(parts=placed(indicator, run, on), versions=_numbers(bound))

    def run_by(
        self,
        indicator: Indicator,
        dimension: str,
        *,
        at: datetime,
        release: str = "",
        versions: Mapping[str, int] | None = None,
    ) -> tuple[dict[tuple[int, str | None], Part], dict[str, int]]:
        """The parts by unit and value of a dimension."""
        bound = self.bind(indicator, at=at, release=release, versions=versions)
        by = indicator.dimensions[dimension]
        groups: Groups = {}
        for name, source in indicator.stores.items():
            rows = self._rows_at(source, bound, at)
            if name == by.table:
                groups = self._grouped_view(indicator, name, source, rows, at, by.column)
            else:
                self._view(indicator, name, source, rows, at)
        found = {groups[part.unit_id]: part for part in self._parts(indicator, at)}
        return found, _numbers(bound)

    def run_over(self, indicator: Indicator, rows: pa.Table, *, at: datetime) -> list[Part]:
        """The parts of an indicator of one table over rows that stand in no dataset."""
        [(name, source)] = indicator.stores.items()
        self.connection.register("coming", rows)
        self.connection.execute("create or replace temp table sample as from coming")
        self.connection.unregister("coming")
        columns = {one.name: str(one.type) for one in rows.schema}
        self._view(indicator, name, source, Rows(source="sample", columns=columns), at)
        return self._parts(indicator, at)

    def bind(
        self,
        indicator: Indicator,
        *,
        at: datetime,
        release: str = "",
        versions: Mapping[str, int] | None = None,
    ) -> dict[str, Version]:
        """The versions that a run at this moment reads, by dataset."""
        if not indicator.is_stored:
            raise NotStored
        moment = at if indicator.past == Past.VERSIONS else None
        found = {}
        for dataset in indicator.datasets:
            try:
                found[dataset] = (
                    tables.version(dataset, versions[dataset])
                    if versions and dataset in versions
                    else self._version(dataset, release, moment)
                )
            except NotStored:
                # A house that was upgraded has releases from before there was a history.
                if dataset not in indicator.histories:
                    raise
        return found

    def _version(self, dataset: str, release: str, moment: datetime | None) -> Version:
        key = (dataset, release, None if release else moment)
        if key not in self._newest:
            if release:
                pin = tables.pinned(release).filter(table__code=dataset).first()
                version = pin.version if pin else None
            elif moment is not None:
                version = tables.version_at(dataset, moment)
            else:
                version = tables.latest(dataset)
            if version is None:
                raise NotStored(dataset)
            self._newest[key] = version
        return self._newest[key]

    # --- Views ------------------------------------------------------------------------------------

    def _view(
        self,
        indicator: Indicator,
        name: str,
        source: Source,
        given: Rows,
        at: datetime,
        split: frozenset[int] = frozenset(),
    ) -> None:
        rows, _columns = self._bound(indicator, name, source, given, at, (), split)
        self.connection.execute(f"create or replace temp view {sql.name(name)} as {rows}")

    def _grouped_view(
        self,
        indicator: Indicator,
        name: str,
        source: Source,
        given: Rows,
        at: datetime,
        by: str,
    ) -> Groups:
        """A view in which the number of unit and value stands for the unit; what numbers mean."""
        rows, columns = self._bound(indicator, name, source, given, at, (by,))
        self.connection.execute(
            "create or replace temp table groups as select row_number() over () as number, * "
            f'from (select distinct {UNIT}, "the value" from ({rows}))'
        )
        shown = [f"g.number as {UNIT}", *(f"r.{sql.name(one)}" for one in columns if one != UNIT)]
        self.connection.execute(
            f"create or replace temp view {sql.name(name)} as select {', '.join(shown)} "
            f"from ({rows}) r join groups g on g.{UNIT} is not distinct from r.{UNIT} "
            'and g."the value" is not distinct from r."the value"'
        )
        found = self.connection.execute(f'select number, {UNIT}, "the value" from groups')
        return {number: (unit or NOWHERE, value) for number, unit, value in found.fetchall()}

    def _bound(
        self,
        indicator: Indicator,
        name: str,
        source: Source,
        given: Rows,
        at: datetime,
        by: tuple[str, ...],
        split: frozenset[int] = frozenset(),
    ) -> tuple[str, list[str]]:
        """The rows of a version under the names and types that the expression reads."""
        there = given.columns
        wanted = indicator.columns(name, split)
        shown = []
        for column, kind in wanted.items():
            if column == UNIT and source.unit is not None:
                shown.append(f"u.id as {UNIT}")
                continue
            stored = source.columns.get(column, column)
            if stored not in there and column not in indicator.reads[name]:
                shown.append(f"null::double as {sql.name(column)}")  # From before it had places.
                continue
            require(source, stored, there)
            shown.append(f"cast(d.{sql.name(stored)} as {_type(kind)}) as {sql.name(column)}")
        for column in by:
            require(source, column, there)
            shown.append(f'cast(d.{sql.name(column)} as varchar) as "the value"')
        joined = self._units(source, there, at) if source.unit and UNIT in wanted else ""
        return f"select {', '.join(shown)} from {given.source} d {joined}", list(wanted)

    def _rows_at(self, source: Source, bound: Mapping[str, Version], at: datetime) -> Rows:
        """The rows of a source as they were at the moment, worked out once for all who ask."""
        version, steps = bound[source.dataset], source.steps
        rows = self._files(version)
        if steps is None or steps.dataset not in bound:
            return rows
        history = bound[steps.dataset]
        key = (version.table.code, version.number, history.number, at)
        if key not in self._then:
            told = as_of(
                unbound(version, "rows"), unbound(history, "steps"), steps,
                ibis.literal(at, "timestamp('UTC')"),
            )  # fmt: skip
            name = sql.name(f"rows {len(self._then)}")
            self.connection.execute(
                f'create temp table {name} as with "rows" as (from {rows.source}), '
                f'"steps" as (from {self._files(history).source}) '
                f"from ({ibis.to_sql(told, dialect='duckdb')})"
            )
            self._then[key] = Rows(source=name, columns=rows.columns)
        return self._then[key]

    def _files(self, version: Version) -> Rows:
        key = (version.table.code, version.number)
        if key not in self._rows:
            columns = {one.name: one.type for one in version.shape}
            self._rows[key] = Rows(source=tables.rows_of(version), columns=columns)
        return self._rows[key]

    def _units(self, source: Source, there: Mapping[str, str], at: datetime) -> str:
        """Join the units of the house by code and day."""
        assert source.unit is not None
        require(source, source.unit.code, there)
        self._bring_units()
        day = f"date '{local(at).date()}'"
        if source.unit.on:
            require(source, source.unit.on, there)
            column = f"d.{sql.name(source.unit.on)}"
            is_moment = there[source.unit.on].startswith("timestamp")
            zone = sql.text(settings.TIME_ZONE)
            day = f"cast(timezone({zone}, {column}) as date)" if is_moment else column
        return (
            f"left join {sql.name(UNITS)} u on u.code = d.{sql.name(source.unit.code)} "
            f"and u.since <= {day} and u.until > {day}"
        )

    def _bring_units(self) -> None:
        if self._has_units:
            return
        self.connection.register("coming", holders())
        self.connection.execute(f"create temp table {sql.name(UNITS)} as from coming")
        self.connection.unregister("coming")
        self._has_units = True

    def _parts(
        self, indicator: Indicator, at: datetime, split: frozenset[int] = frozenset()
    ) -> list[Part]:
        self.connection.execute(
            f"create or replace temp table {MOMENT} as "
            "select $at::timestamptz as at, $midnight::timestamptz as midnight",
            {"at": at.isoformat(), "midnight": midnight_before(at).isoformat()},
        )
        found = self.connection.execute(_store_sql(indicator, split))
        return parts_of([one[0] for one in found.description or ()], found.fetchall())


@lru_cache(maxsize=COMPILED)
def _store_sql(indicator: Indicator, split: frozenset[int]) -> str:
    return formula(indicator, dialect="duckdb", split=split)


@lru_cache(maxsize=64)
def _type(kind: str) -> str:
    """An Ibis type as DuckDB writes it."""
    named: Any = DuckDBType.from_ibis(ibis.dtype(kind))
    return str(named.sql("duckdb"))


def _numbers(bound: Mapping[str, Version]) -> dict[str, int]:
    return {dataset: version.number for dataset, version in bound.items()}


# Faults that concern one indicator and must not reach its neighbours on a board.
FAULTS = (
    NotStored, ColumnMissing, tables.VersionClosed, Version.DoesNotExist, tables.EngineAway,
    duckdb.Error,
)  # fmt: skip
