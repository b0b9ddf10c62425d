"""Questions about indicators: what is so now, and how it came to be."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import ibis
import sqlglot
from django.db import connection
from sqlglot import exp

from dothi.core.clock import local
from dothi.datastore.indicators import registry
from dothi.datastore.indicators.models import Reading
from dothi.datastore.indicators.registry import MOMENT, Indicator
from dothi.datastore.indicators.rules import Part, Value, total

# What the values of the row `moment` are called in compiled SQL until their place is known.
MARK = "@moment@"
MOMENTS = ("at", "midnight")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value with what a reader must know of it: which run made it, and as of when."""

    indicator: Indicator
    value: Value
    at: datetime
    run: str  # "now": over the domain's own tables; "store": over a release.


@cache
def hot_sql(code: str) -> str:
    """Compile the indicator's expression to PostgreSQL, once per process.

    `%(at)s` is the moment, `%(midnight)s` the city's midnight before it. They stand in it as
    values, not as a table: so the planner knows how little lies behind them, and takes an index
    where a table of years would be read.
    """
    tree = sqlglot.parse_one(definition(code), dialect="postgres").transform(_with_value)
    escaped = tree.sql("postgres").replace("%", "%%")
    for name in MOMENTS:
        escaped = escaped.replace(f"'{MARK}{name}'", f"%({name})s")
    return escaped


@cache
def definition(code: str) -> str:
    """The expression as a reader sees it: SQL over the domain's tables and the row `moment`."""
    return str(ibis.to_sql(registry.indicators[code].expression(), dialect="postgres"))


def _with_value(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Subquery):
        tables = [table.name for table in node.find_all(exp.Table)]
        column = node.find(exp.Column)
        if tables == [MOMENT] and column is not None:
            return exp.cast(exp.Literal.string(f"{MARK}{column.name}"), "timestamptz")
    return node


def parts_now(code: str, *, at: datetime) -> list[Part]:
    """Run the indicator over the domain's own tables as they are, measured at `at`."""
    with connection.cursor() as cursor:
        midnight = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
        cursor.execute(hot_sql(code), {"at": at, "midnight": midnight})
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [
        Part(
            unit_id=row["unit_id"],
            numerator=float(row["numerator"] or 0),
            denominator=float(row.get("denominator", 1) or 0),
        )
        for row in rows
    ]


def now(code: str, *, at: datetime, unit_ids: Collection[int] | None = None) -> Figure:
    """The figure of the whole house, or of some units together."""
    return _figure(code, parts_now(code, at=at), at, unit_ids)


def now_by_unit(code: str, *, at: datetime) -> dict[int, Figure]:
    """One figure for each unit that has anything to count."""
    return spread_now(code, at=at).by_unit


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The figure of the whole house and those of its units, of one and the same run."""

    whole: Figure
    by_unit: dict[int, Figure]


def spread_now(code: str, *, at: datetime) -> Spread:
    """The whole and its units, asked once: they agree, whatever happens meanwhile."""
    parts = parts_now(code, at=at)
    return Spread(
        whole=_figure(code, parts, at, None),
        by_unit={part.unit_id: _figure(code, [part], at, None) for part in parts},
    )


def value_of(code: str, *, numerator: float, denominator: float) -> Value:
    """The value of parts that were put together elsewhere, such as on the boundaries of today."""
    part = Part(unit_id=0, numerator=numerator, denominator=denominator)
    return total([part], registry.indicators[code].scale)


def _figure(
    code: str, parts: Iterable[Part], at: datetime, unit_ids: Collection[int] | None
) -> Figure:
    indicator = registry.indicators[code]
    kept = [part for part in parts if unit_ids is None or part.unit_id in unit_ids]
    return Figure(indicator=indicator, value=total(kept, indicator.scale), at=at, run="now")


def open_data() -> list[Indicator]:
    """The indicators that everybody may read, by code."""
    known = sorted(registry.indicators.values(), key=lambda one: one.code)
    return [indicator for indicator in known if indicator.public]


def trend(
    code: str, *, since: datetime, unit_ids: Collection[int] | None = None
) -> list[tuple[datetime, Value]]:
    """The kept readings, oldest first: one value for each moment at which readings were taken."""
    readings = Reading.objects.filter(indicator=code, at__gte=since).order_by("at")
    if unit_ids is not None:
        readings = readings.filter(unit_id__in=unit_ids)
    moments: dict[datetime, list[Part]] = {}
    for reading in readings:
        part = Part(
            unit_id=reading.unit_id,
            numerator=reading.numerator,
            denominator=reading.denominator,
        )
        moments.setdefault(reading.at, []).append(part)
    scale = registry.indicators[code].scale
    return [(at, total(parts, scale)) for at, parts in moments.items()]
