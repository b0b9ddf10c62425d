"""What is so now: the hot run, over the domain's own tables."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import ibis
import sqlglot
from django.db import connection
from sqlglot import exp

from dothi.core.clock import local
from dothi.datastore.indicators.choices import Run
from dothi.datastore.indicators.registry import MOMENT, Indicator
from dothi.datastore.indicators.rules import NOWHERE, Part, Value, total
from dothi.datastore.indicators.selectors.finding import find

# What the values of the row `moment` are called in compiled SQL until their place is known.
MARK = "moment: "
MOMENTS = ("at", "midnight")
COMPILED = 500  # Expressions that a process keeps compiled.


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value with where it comes from: a tile must be able to say both."""

    indicator: Indicator
    value: Value
    at: datetime
    run: Run
    # Of the store: what it read, and up to when the oldest of it was up to date.
    versions: Mapping[str, int] = field(default_factory=dict)
    as_of: datetime | None = None


def hot_sql(code: str) -> str:
    """The indicator's expression in PostgreSQL, compiled once a process.

    `%(at)s` is the moment, `%(midnight)s` the city's midnight before it. They stand in it as
    values, not as a table: so the planner knows how little lies behind them, and takes an index
    where a table of years would be read.
    """
    return _hot_sql(find(code))


@lru_cache(maxsize=COMPILED)
def _hot_sql(indicator: Indicator) -> str:
    tree = sqlglot.parse_one(formula(indicator), dialect="postgres").transform(_with_value)
    escaped = tree.sql("postgres").replace("%", "%%")
    for name in MOMENTS:
        escaped = escaped.replace(f"'{MARK}{name}'", f"%({name})s")
    return escaped


def definition(code: str) -> str:
    """The expression as a reader sees it: SQL over its tables and the row `moment`."""
    return formula(find(code))


@lru_cache(maxsize=COMPILED)
def formula(indicator: Indicator, *, dialect: str = "postgres") -> str:
    return str(ibis.to_sql(indicator.expression(), dialect=dialect))


def _with_value(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Subquery):
        tables = [table.name for table in node.find_all(exp.Table)]
        column = node.find(exp.Column)
        if tables == [MOMENT] and column is not None:
            return exp.cast(exp.Literal.string(f"{MARK}{column.name}"), "timestamptz")
    return node


def midnight_before(at: datetime) -> datetime:
    return local(at).replace(hour=0, minute=0, second=0, microsecond=0)


def parts_now(code: str, *, at: datetime) -> list[Part]:
    """Run the indicator over the domain's own tables as they are, measured at `at`."""
    with connection.cursor() as cursor:
        cursor.execute(hot_sql(code), {"at": at, "midnight": midnight_before(at)})
        names = [column.name for column in cursor.description or ()]
        return parts_of(names, cursor.fetchall())


def parts_of(names: list[str], rows: Iterable[tuple[Any, ...]]) -> list[Part]:
    """What an engine answered, as parts."""
    return [
        Part(
            unit_id=int(row["unit_id"] or NOWHERE),
            numerator=float(row["numerator"] or 0),
            denominator=float(row.get("denominator", 1) or 0),
        )
        for row in (dict(zip(names, row, strict=True)) for row in rows)
    ]


def now(code: str, *, at: datetime, unit_ids: Collection[int] | None = None) -> Figure:
    """The figure of the whole house, or of some units together."""
    return _figure(find(code), parts_now(code, at=at), at, unit_ids)


def now_by_unit(code: str, *, at: datetime) -> dict[int, Figure]:
    """One figure for each unit that has anything to count."""
    return spread_now(code, at=at).by_unit


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The figure of the whole house and those of its units, of one and the same run."""

    whole: Figure
    by_unit: dict[int, Figure]
    parts: tuple[Part, ...]


def spread_now(code: str, *, at: datetime) -> Spread:
    """The whole and its units, asked once: they agree, whatever happens meanwhile."""
    indicator = find(code)
    parts = parts_now(code, at=at)
    return Spread(
        whole=_figure(indicator, parts, at, None),
        by_unit={part.unit_id: _figure(indicator, [part], at, None) for part in parts},
        parts=tuple(parts),
    )


def value_of(code: str, *, numerator: float, denominator: float) -> Value:
    """The value of parts that were put together elsewhere, such as on the boundaries of today."""
    part = Part(unit_id=NOWHERE, numerator=numerator, denominator=denominator)
    return total([part], find(code).scale)


def _figure(
    indicator: Indicator, parts: Iterable[Part], at: datetime, unit_ids: Collection[int] | None
) -> Figure:
    kept = [part for part in parts if unit_ids is None or part.unit_id in unit_ids]
    return Figure(indicator=indicator, value=total(kept, indicator.scale), at=at, run=Run.NOW)
