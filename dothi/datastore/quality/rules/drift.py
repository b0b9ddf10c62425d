"""How far the values of a column have moved from one version to another.

The population stability index: the values fall into the same classes in both versions, each class
has a share in the one (a) and in the other (b), and the index is the sum of (b - a) · ln(b / a).
0 is no move; below 0.1 nobody minds, from 0.25 on something else is measured than before.
Classes of numbers are the tenths of the earlier version, those of words its most frequent ones and
all others together; empty is a class of its own.
"""

from collections.abc import Sequence
from math import log

from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.tables.rules.sql import name, text

MOVED = 0.25
FEWEST = 200  # Rows of both: of fewer, chance alone moves the index.
WORDS = 30
MOST_WORDS = 200  # A column with more different words is no list of kinds.
TENTHS = [round(0.1 * number, 1) for number in range(1, 10)]
NUMBERS = frozenset({Type.INTEGER, Type.NUMBER})
# A class that was empty: its share is taken for so much, or the index would be infinite.
LEAST = 1e-4


def asked(contract: Contract, stored: Sequence[str]) -> list[Field]:
    """Columns whose values say something as a crowd: no keys, no names of single things, nothing
    personal, no times (later versions have later ones)."""
    return [
        one
        for one in contract.fields
        if one.name in stored
        and one.type in NUMBERS | {Type.TEXT, Type.BOOLEAN}
        and not (one.is_personal or one.unique or one.name in contract.key)
    ]


def index(before: Sequence[int], after: Sequence[int]) -> float:
    """The population stability index of counts in the same classes."""
    all_before, all_after = sum(before), sum(after)
    if not all_before or not all_after:
        return 0.0
    total = 0.0
    for was, now in zip(before, after, strict=True):
        a, b = max(was / all_before, LEAST), max(now / all_after, LEAST)
        total += (b - a) * log(b / a)
    return total


def cuts(one: Field, source: str) -> str:
    """The classes of a column in this version: edges between numbers, or words."""
    column = name(one.name)
    if one.type in NUMBERS:
        value = f"(case when isfinite({column}::double) then {column}::double end)"
        tenths = f"list_distinct(quantile_disc({value}, {TENTHS}))"
        return f"select unnest({tenths}) as e from {source} order by e"
    return (
        f"select w from (select {column}::varchar as w, count(*) as n from {source} "
        f"where {column} is not null group by 1) qualify count(*) over () <= {MOST_WORDS} "
        f"order by n desc, w limit {WORDS}"
    )


def counts(one: Field, source: str, classes: Sequence[float | str]) -> str:
    """Rows in each class, in one row: numbers up to each edge and above the last, or each word and
    all others; the last number is that of empty ones."""
    column = name(one.name)
    if one.type in NUMBERS:
        value = f"{column}::double"
        edges = [float(edge) for edge in classes]
        asked = [
            f"count_if({_between(value, low, high)})"
            for low, high in zip([None, *edges], [*edges, None], strict=True)
        ]
    else:
        words = [text(str(word)) for word in classes]
        asked = [f"count_if({column}::varchar = {word})" for word in words]
        asked.append(f"count_if({column}::varchar not in ({', '.join(words)}))")
    return f"select {', '.join(asked)}, count_if({column} is null) from {source}"


def _between(value: str, low: float | None, high: float | None) -> str:
    """Above `low`, up to `high`; what is no number of all is above."""
    sides = [f"{value} > {low!r}"] if low is not None else []
    sides += [f"{value} <= {high!r}"] if high is not None else []
    return " and ".join(sides)
