"""An indicator that a steward put together on a page, as data: no SQL and no Python of theirs.

What it says is checked against the columns of its dataset (`faults`) and becomes the same kind of
Ibis expression as one from code (`measure_of`). Pure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, tzinfo
from typing import Any

import ibis
from ibis.expr.types import Scalar, Table

from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.indicators.choices import Flaw, How, Operator

ROWS, UNIT = "rows", "unit_id"
LARGEST_WINDOW = 3660
KINDS = {
    Type.TEXT: "string",
    Type.INTEGER: "int64",
    Type.NUMBER: "float64",
    Type.BOOLEAN: "boolean",
    Type.DATE: "date",
    Type.MOMENT: "timestamp('UTC')",
}
NUMBERS = (Type.INTEGER, Type.NUMBER)
DAYS = (Type.DATE, Type.MOMENT)
ORDERED = (*NUMBERS, *DAYS)
WITHOUT_VALUE = (Operator.EMPTY, Operator.FILLED)
TRUE, FALSE = ("true", "1", "có", "yes"), ("false", "0", "không", "no")


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One column, how it is compared, and with what. Several values of ONE_OF are parted by ;"""

    column: str
    operator: Operator
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What is counted, of what, by which unit and day."""

    dataset: str
    how: How
    unit_column: str
    where: tuple[Condition, ...] = ()
    of: tuple[Condition, ...] = ()  # SHARE: which of them count.
    column: str = ""  # SUM and MEAN: of what.
    moment: str = ""  # When a row came to be; without one, rows count as they stand.
    until: str = ""  # Since when it is over; empty or later means that it still counts.
    window: int | None = None  # Only what came to be in so many days before.
    dimensions: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(said: Mapping[str, Any]) -> Recipe:
    def conditions(name: str) -> tuple[Condition, ...]:
        return tuple(
            Condition(column=one["column"], operator=Operator(one["operator"]), value=one["value"])
            for one in said[name]
        )

    return Recipe(
        **{
            **said,
            "how": How(said["how"]),
            "where": conditions("where"),
            "of": conditions("of"),
            "dimensions": tuple(said["dimensions"]),
        }
    )


def columns_of(recipe: Recipe) -> list[str]:
    """Every column that the expression reads, once; not the unit and the dimensions."""
    named = [one.column for one in (*recipe.where, *recipe.of)]
    return list(
        dict.fromkeys(name for name in (*named, recipe.column, recipe.moment, recipe.until) if name)
    )


def usable(fields: Iterable[Field]) -> list[Field]:
    """The columns that a recipe may name: never personal ones, and none called as our own."""
    return [one for one in fields if not one.is_personal and one.type in KINDS and one.name != UNIT]


def faults(recipe: Recipe, fields: Iterable[Field], *, zone: tzinfo) -> Iterator[tuple[str, Flaw]]:
    """What keeps it from being run: the part of the recipe, and why."""
    known = {one.name: one for one in usable(fields)}
    parts = [("unit_column", recipe.unit_column), ("moment", recipe.moment),
             ("until", recipe.until), ("column", recipe.column)]  # fmt: skip
    parts += [("dimensions", name) for name in recipe.dimensions]
    for part, name in parts:
        if name and name not in known:
            yield part, Flaw.NO_COLUMN
    if not recipe.unit_column:
        yield "unit_column", Flaw.MISSING
    elif recipe.unit_column in known and known[recipe.unit_column].type != Type.TEXT:
        yield "unit_column", Flaw.WRONG_TYPE
    for part, name in parts[1:3]:
        if name in known and known[name].type not in DAYS:
            yield part, Flaw.WRONG_TYPE
    if recipe.how in (How.SUM, How.MEAN):
        if not recipe.column:
            yield "column", Flaw.MISSING
        elif recipe.column in known and known[recipe.column].type not in NUMBERS:
            yield "column", Flaw.WRONG_TYPE
    if recipe.how == How.SHARE and not recipe.of:
        yield "of", Flaw.MISSING
    if recipe.window is not None:
        if not recipe.moment:
            yield "window", Flaw.NO_MOMENT
        elif not 1 <= recipe.window <= LARGEST_WINDOW:
            yield "window", Flaw.WRONG_VALUE
    for part, conditions in (("where", recipe.where), ("of", recipe.of)):
        for one in conditions:
            if (flaw := _flaw_of(one, known, zone)) is not None:
                yield part, flaw


def _flaw_of(one: Condition, known: Mapping[str, Field], zone: tzinfo) -> Flaw | None:
    if one.column not in known:
        return Flaw.NO_COLUMN
    kind = known[one.column].type
    if one.operator in WITHOUT_VALUE:
        return None
    if one.operator not in (Operator.IS, Operator.IS_NOT, Operator.ONE_OF) and kind not in ORDERED:
        return Flaw.WRONG_TYPE
    try:
        values = [parsed(text, kind, zone=zone) for text in _texts(one)]
    except ValueError:
        return Flaw.WRONG_VALUE
    return None if values and None not in values else Flaw.MISSING


def _texts(one: Condition) -> list[str]:
    if one.operator != Operator.ONE_OF:
        return [one.value]
    return [text for part in one.value.split(";") if (text := part.strip())]


def parsed(text: str, kind: Type, *, zone: tzinfo) -> Any:
    """A value as it is written on the page; None for an empty one.

    Raises:
        ValueError: it is no value of that type.
    """
    said = text.strip()
    if not said:
        return None
    match kind:
        case Type.INTEGER:
            return int(said)
        case Type.NUMBER:
            return float(said)
        case Type.BOOLEAN:
            if said.lower() not in (*TRUE, *FALSE):
                raise ValueError(said)
            return said.lower() in TRUE
        case Type.DATE:
            return date.fromisoformat(said)
        case Type.MOMENT:
            moment = datetime.fromisoformat(said)
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)
        case _:
            return said


# --- The expression -------------------------------------------------------------------------------


def measure_of(
    recipe: Recipe, types: Mapping[str, Type], *, zone: tzinfo
) -> Callable[[Mapping[str, Table], Scalar], Table]:
    """The measure of a recipe without faults."""

    def measure(tables: Mapping[str, Table], at: Scalar) -> Table:
        rows: Any = tables[ROWS]
        moment: Any = tables["moment"]
        # Twelve hours after the city's midnight it is the same day in UTC.
        today = (moment.midnight.as_scalar() + ibis.interval(hours=12)).date()
        kept = [_holds(rows, one, types, zone) for one in recipe.where]
        if recipe.moment:
            now = at if types[recipe.moment] == Type.MOMENT else today
            kept.append(rows[recipe.moment] <= now)
            if recipe.window:
                kept.append(rows[recipe.moment] > now - ibis.interval(days=recipe.window))
        if recipe.until:
            now = at if types[recipe.until] == Type.MOMENT else today
            kept.append(rows[recipe.until].isnull() | (rows[recipe.until] > now))
        found = rows.filter(*kept) if kept else rows
        return found.group_by(UNIT).aggregate(**_sums(found, recipe, types, zone))

    return measure


def _sums(rows: Any, recipe: Recipe, types: Mapping[str, Type], zone: tzinfo) -> dict[str, Any]:
    match recipe.how:
        case How.COUNT:
            return {"numerator": rows.count()}
        case How.SUM:
            return {"numerator": rows[recipe.column].sum().fill_null(0)}
        case How.MEAN:
            return {
                "numerator": rows[recipe.column].sum().fill_null(0),
                "denominator": rows[recipe.column].count(),
            }
        case How.SHARE:
            counts: Any = ibis.literal(True)
            for one in recipe.of:
                counts = counts & _holds(rows, one, types, zone)
            return {"numerator": ibis.ifelse(counts, 1, 0).sum(), "denominator": rows.count()}


def _holds(rows: Any, one: Condition, types: Mapping[str, Type], zone: tzinfo) -> Any:
    column, kind = rows[one.column], types[one.column]
    if one.operator == Operator.EMPTY:
        return column.isnull()
    if one.operator == Operator.FILLED:
        return column.notnull()
    values = [parsed(text, kind, zone=zone) for text in _texts(one)]
    match one.operator:
        case Operator.IS:
            return column == values[0]
        case Operator.IS_NOT:
            return column.isnull() | (column != values[0])
        case Operator.LESS:
            return column < values[0]
        case Operator.AT_MOST:
            return column <= values[0]
        case Operator.MORE:
            return column > values[0]
        case Operator.AT_LEAST:
            return column >= values[0]
        case _:
            return column.isin(values)
