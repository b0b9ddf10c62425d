"""What a role sees of a table: columns and a rule for each; no expressions."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dothi.datastore.tables.choices import How, Rule
from dothi.datastore.tables.rules.columns import Column, Columns


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Which rows: a column, and the values to compare with, written plainly (ISO 8601)."""

    column: str
    how: How
    values: tuple[str, ...]

    def as_list(self) -> list[Any]:
        return [self.column, self.how.value, list(self.values)]


def condition_from(given: Sequence[Any]) -> Condition:
    column, how, values = given
    return Condition(column=column, how=How(how), values=tuple(values))


@dataclass(frozen=True, kw_only=True)
class Role:
    """A named set of columns, of all rows or of those that meet every condition.

    `columns` None shows everything; else what is not named is dropped, also columns that come
    later. Tokens of one `purpose` are alike in all tables, those of two never are.
    """

    name: str
    columns: tuple[tuple[str, Rule], ...] | None = None
    purpose: str = ""
    where: tuple[Condition, ...] = ()

    @property
    def fingerprint(self) -> str:
        text = json.dumps(self.as_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def as_dict(self) -> dict[str, Any]:
        pairs = None if self.columns is None else [[name, rule] for name, rule in self.columns]
        given: dict[str, Any] = {"name": self.name, "columns": pairs, "purpose": self.purpose}
        if self.where:
            given["where"] = [one.as_list() for one in self.where]
        return given


WHOLE = Role(name="whole")


def see_the_same(one: Role, other: Role, columns: Columns) -> bool:
    """Whether two roles see the same of a table with these columns, so that one file would do."""
    return _sight(one, columns) == _sight(other, columns)


def _sight(role: Role, columns: Columns) -> tuple[object, ...]:
    shown = tuple((one.name, rule) for one, rule in seen(role, columns))
    tokens = any(rule == Rule.TOKEN for _name, rule in shown)
    return shown, role.where, role.purpose if tokens else ""


class RoleRefused(Exception):
    """A role cannot be served: it names no column of the table, or tokens without a purpose."""

    def __init__(self, role: str, why: str) -> None:
        super().__init__(f"{role}: {why}")
        self.role = role
        self.why = why


def from_dict(given: Mapping[str, Any]) -> Role:
    pairs = given["columns"]
    return Role(
        name=given["name"],
        columns=None if pairs is None else tuple((name, Rule(rule)) for name, rule in pairs),
        purpose=given["purpose"],
        where=tuple(condition_from(one) for one in given.get("where", ())),
    )


def seen(role: Role, columns: Columns) -> Iterator[tuple[Column, Rule]]:
    """The columns that a role sees, in the order of the table.

    Raises:
        RoleRefused: see there.
    """
    rules = None if role.columns is None else dict(role.columns)
    if rules is not None and Rule.TOKEN in rules.values() and not role.purpose:
        raise RoleRefused(role.name, "purpose_missing")
    shown = [
        (one, Rule.KEEP if rules is None else rules.get(one.name, Rule.DROP)) for one in columns
    ]
    found = [(one, rule) for one, rule in shown if rule != Rule.DROP]
    if not found:
        raise RoleRefused(role.name, "no_columns")
    yield from found
