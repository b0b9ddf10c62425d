"""The columns of a table, and how they may change from one version to the next.

New columns may come, types may widen; nothing is renamed in place or taken away, because every
reader of an older version or of a saved query would find another thing under a known name.
Types are named as in the Delta protocol.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
WIDER = {
    "byte": frozenset({"short", "integer", "long", "double"}),
    "short": frozenset({"integer", "long", "double"}),
    "integer": frozenset({"long", "double"}),
    "long": frozenset({"double"}),  # Where no value is lost: the data is asked (`EXACT`).
    "float": frozenset({"double"}),
}
# Whole numbers up to here are exact as a double.
EXACT = 2**53
PLAIN = {
    "string": "varchar",
    "byte": "tinyint",
    "short": "smallint",
    "integer": "integer",
    "long": "bigint",
    "float": "float",
    "double": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamptz",
    "timestamp_ntz": "timestamp",
    "binary": "blob",
}


@dataclass(frozen=True)
class Column:
    name: str
    type: str


Columns = tuple[Column, ...]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Why a column cannot be taken: `code` is bad_name, twice, unknown_type, missing, narrower,
    inexact, part_differs."""

    code: str
    column: str
    was: str = ""
    now: str = ""


class SchemaRefused(Exception):
    """The columns of a delivery do not fit the table; nothing was published."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        super().__init__(", ".join(f"{one.code}: {one.column}" for one in facts))
        self.facts = tuple(facts)


def to_json(columns: Columns) -> list[list[str]]:
    return [[one.name, one.type] for one in columns]


def from_json(pairs: Iterable[Sequence[str]]) -> Columns:
    return tuple(Column(name, type) for name, type in pairs)


def sound(columns: Columns) -> list[Fact]:
    """What is wrong with columns by themselves."""
    facts: list[Fact] = []
    seen: set[str] = set()
    for one in columns:
        if not NAME.fullmatch(one.name):
            facts.append(Fact(code="bad_name", column=one.name))
        if one.name in seen:
            facts.append(Fact(code="twice", column=one.name))
        if one.type not in PLAIN and not DECIMAL.fullmatch(one.type):
            facts.append(Fact(code="unknown_type", column=one.name, now=one.type))
        seen.add(one.name)
    return facts


def grown(before: Columns, now: Columns) -> Columns:
    """The columns of the next version: those before, in their order, then the new ones.

    Raises:
        SchemaRefused: a column is missing, narrower, or unsound.
    """
    facts = sound(now)
    given = {one.name: one.type for one in now}
    for one in before:
        if one.name not in given:
            facts.append(Fact(code="missing", column=one.name, was=one.type))
        elif not widens(one.type, given[one.name]):
            facts.append(Fact(code="narrower", column=one.name, was=one.type, now=given[one.name]))
    if facts:
        raise SchemaRefused(facts)
    known = {one.name for one in before}
    kept = tuple(Column(one.name, given[one.name]) for one in before)
    return kept + tuple(one for one in now if one.name not in known)


def widens(was: str, now: str) -> bool:
    """Whether every value of one type has its like in another."""
    if was == now or now in WIDER.get(was, ()):
        return True
    old, new = DECIMAL.fullmatch(was), DECIMAL.fullmatch(now)
    if not old or not new:
        return False
    digits, scale = int(new[1]) - int(old[1]), int(new[2]) - int(old[2])
    return scale >= 0 and digits >= scale


def inexact(before: Columns, now: Columns) -> list[str]:
    """Columns of whole numbers that become fractions: their values must not pass `EXACT`."""
    given = {one.name: one.type for one in now}
    return [one.name for one in before if one.type == "long" and given.get(one.name) == "double"]


def sql_type(type: str) -> str:
    """What DuckDB calls it."""
    return PLAIN.get(type, type)
