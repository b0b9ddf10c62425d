"""What is so now: the hot run, over the domain's own tables."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import ibis
import sqlglot
from django.db import connection
from sqlglot import exp

from dothi.core.clock import local
from dothi.datastore.indicators.choices import Run
from dothi.datastore.indicators.registry import AND, MOMENT, Indicator
from dothi.datastore.indicators.rules import NOWHERE, Part, Value, total
from dothi.datastore.indicators.selectors.finding import find
from dothi.lib.geo import Point
from dothi.units import selectors as units

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
    return _hot_sql(find(code), frozenset())


@lru_cache(maxsize=COMPILED)
def _hot_sql(indicator: Indicator, split: frozenset[int], for_everybody: bool = False) -> str:
    compiled = formula(indicator, split=split, for_everybody=for_everybody)
    tree = sqlglot.parse_one(compiled, dialect="postgres").transform(_with_value)
    escaped = tree.sql("postgres").replace("%", "%%")
    for name in MOMENTS:
        escaped = escaped.replace(f"'{MARK}{name}'", f"%({name})s")
    return escaped


def definition(code: str) -> str:
    """The expression as a reader sees it: SQL over its tables and the row `moment`."""
    return formula(find(code))


@lru_cache(maxsize=COMPILED)
def formula(
    indicator: Indicator, *, dialect: str = "postgres", split: frozenset[int] = frozenset(),
    for_everybody: bool = False,
) -> str:  # fmt: skip
    expression = indicator.expression(split, for_everybody=for_everybody)
    return str(ibis.to_sql(expression, dialect=dialect))


def _with_value(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Subquery):
        tables = [table.name for table in node.find_all(exp.Table)]
        column = node.find(exp.Column)
        if tables == [MOMENT] and column is not None:
            return exp.cast(exp.Literal.string(f"{MARK}{column.name}"), "timestamptz")
    return node


def midnight_before(at: datetime) -> datetime:
    return local(at).replace(hour=0, minute=0, second=0, microsecond=0)


def parts_now(
    code: str, *, at: datetime, on: date | None = None, there: Collection[int] = (),
    for_everybody: bool = False,
) -> list[Part]:  # fmt: skip
    """Run the indicator over the domain's own tables as they are, measured at `at`.

    With `on`, parts of units that were split by then are told by place. Of units that are known to
    be `there` on that date, nobody is asked. `for_everybody`, only rows that everybody may see one
    by one (`Shown`) are told by unit: the rest is of no unit, and all of it where none is known to
    be such.
    """
    indicator = find(code)
    parts = placed(
        indicator, lambda split: _parts_now(indicator, at, split, for_everybody), on, there
    )
    if for_everybody and indicator.shown is None:
        return [replace(part, unit_id=NOWHERE, place=None) for part in parts]
    return parts


def placed(
    indicator: Indicator,
    run: Callable[[frozenset[int]], list[Part]],
    on: date | None,
    there: Collection[int] = (),
) -> list[Part]:
    """Run it; once more with the places, where the boundaries of a date need them."""
    parts = run(frozenset())
    if on is None or indicator.place is None:
        return parts
    others = {part.unit_id for part in parts} - {NOWHERE} - set(there)
    split = units.split_among(others, on=on) if others else None
    return run(split) if split else parts


def _parts_now(
    indicator: Indicator, at: datetime, split: frozenset[int], for_everybody: bool
) -> list[Part]:
    sql = _hot_sql(indicator, split, for_everybody)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"at": at, "midnight": midnight_before(at)})
        names = [column.name for column in cursor.description or ()]
        return parts_of(names, cursor.fetchall())


def parts_of(names: list[str], rows: Iterable[tuple[Any, ...]]) -> list[Part]:
    """What an engine answered, as parts."""
    found = []
    for row in (dict(zip(names, row, strict=True)) for row in rows):
        unit, _, place = str(row["unit_id"] or NOWHERE).partition(AND)
        found.append(
            Part(
                unit_id=int(unit),
                numerator=float(row["numerator"] or 0),
                denominator=float(row.get("denominator", 1) or 0),
                place=_point(place),
            )
        )
    return found


def _point(said: str) -> Point | None:
    """`longitude|latitude`; None where either is not known."""
    longitude, _, latitude = said.partition(AND)
    return Point(float(longitude), float(latitude)) if longitude and latitude else None


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


def spread_now(
    code: str, *, at: datetime, on: date | None = None, there: Collection[int] = (),
    for_everybody: bool = False,
) -> Spread:  # fmt: skip
    """The whole and its units, asked once: they agree, whatever happens meanwhile. With `on`, ready
    for the boundaries of that date (`there`, `for_everybody`: see `parts_now`)."""
    indicator = find(code)
    parts = parts_now(code, at=at, on=on, there=there, for_everybody=for_everybody)
    by_unit: dict[int, list[Part]] = {}
    for part in parts:
        by_unit.setdefault(part.unit_id, []).append(part)
    return Spread(
        whole=_figure(indicator, parts, at, None),
        by_unit={unit: _figure(indicator, own, at, None) for unit, own in by_unit.items()},
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
