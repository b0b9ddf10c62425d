"""How the columns of a version are summed up, written for DuckDB. Pure: only text is made here.

A column that is personal is counted, filled and empty, and no more: neither its values nor how
many different ones there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.tables.rules.sql import name

BINS = 20
TOP = 10
GRID = 40  # Cells of a map on its longer side.
# Above so many rows, different values and medians are estimated: exact ones would take minutes.
EXACT_UP_TO = 1_000_000
NUMBERS = frozenset({Type.INTEGER, Type.NUMBER})
TIMES = frozenset({Type.DATE, Type.MOMENT})
# Types whose most frequent values say something.
WORDS = frozenset({Type.TEXT, Type.BOOLEAN, Type.INTEGER})


@dataclass(frozen=True, kw_only=True)
class Span:
    """Bins of one width from `low` on; the last one holds its upper end."""

    low: float
    width: float
    bins: int


def wanted(one: Field) -> list[tuple[str, str]]:
    """What is asked of a column in the one pass over all rows: name of the figure, expression."""
    column = name(one.name)
    asked = [("filled", f"count({column})")]
    if one.is_personal:
        return asked
    asked.append(("distinct", f"{{distinct}}{column})"))
    if one.type in NUMBERS | TIMES:
        value = _finite(one)
        asked += [("minimum", f"min({value})"), ("maximum", f"max({value})")]
    if one.type in NUMBERS:
        value = _finite(one)
        asked += [
            ("mean", f"avg({value})"),
            ("median", f"{{median}}{value}{{half}})"),
            ("deviation", f"stddev_samp({value})"),
        ]
    if one.type == Type.TEXT:
        length = f"length({column}::varchar)"
        asked += [("shortest", f"min({length})"), ("longest", f"max({length})")]
    return asked


def one_pass(fields: Sequence[Field], source: str, *, exact: bool) -> str:
    """All figures of all columns, in one row."""
    words = (
        {"distinct": "count(distinct ", "median": "median(", "half": ""}
        if exact
        else {"distinct": "approx_count_distinct(", "median": "approx_quantile(", "half": ", 0.5"}
    )
    asked = [
        f"{expression.format_map(words)} as {name(f'{number}.{figure}')}"
        for number, one in enumerate(fields)
        for figure, expression in wanted(one)
    ]
    return f"select count(*) as {name('rows')}, {', '.join(asked)} from {source}"


def _finite(one: Field) -> str:
    """Infinity and "not a number" would make figures that nobody can read."""
    column = name(one.name)
    if one.type == Type.NUMBER:
        return f"(case when isfinite({column}) then {column} end)"
    return column


def most_frequent(one: Field, source: str) -> str:
    column = name(one.name)
    return (
        f"select {column}::varchar, count(*) from {source} where {column} is not null "
        f"group by 1 order by 2 desc, 1 limit {TOP}"
    )


def as_number(one: Field) -> str:
    """A column as a number that bins can be made of: days for dates, seconds for moments."""
    column = name(one.name)
    if one.type == Type.DATE:
        return f"date_diff('day', date '1970-01-01', {column})::double"
    return f"epoch({column})" if one.type == Type.MOMENT else f"{_finite(one)}::double"


def span(one: Field, low: float, high: float) -> Span | None:
    """How a column is cut into bins; None where all values are one."""
    if not low < high:
        return None
    if one.type in {Type.INTEGER, Type.DATE}:
        # Whole numbers in whole steps: else some bins would hold one more of them than others.
        values = int(high) - int(low) + 1
        width = -(-values // BINS)
        return Span(low=low, width=width, bins=-(-values // width))
    return Span(low=low, width=(high - low) / BINS, bins=BINS)


def binned(one: Field, source: str, cut: Span) -> str:
    value = as_number(one)
    number = f"least({cut.bins - 1}, greatest(0, floor(({value} - ?) / ?)))::integer"
    return f"select {number}, count(*) from {source} where {value} is not null group by 1"


def gridded(east: str, north: str, source: str) -> str:
    """Points in cells; asked with west, width of a cell, columns, south, height, rows."""
    return (
        f"select least(? - 1, floor(({east} - ?) / ?))::integer, "
        f"least(? - 1, floor(({north} - ?) / ?))::integer, count(*) "
        f"from {source} where {on_earth(east, north)} group by 1, 2 order by 2, 1"
    )


def extent(east: str, north: str, source: str) -> str:
    return (
        f"select count(*), min({east}), min({north}), max({east}), max({north}) "
        f"from {source} where {on_earth(east, north)}"
    )


def on_earth(east: str, north: str) -> str:
    return f"{east} between -180 and 180 and {north} between -90 and 90"
