"""What a contract asks of a whole version, written for DuckDB. Pure: only text is made here.

The door asks the same of each line of a delivery; here it is asked of what readers see, whatever
way it came in: fed by a domain, put together by key, rolled back, or agreed under a newer contract.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.quality.choices import CheckKind, Dimension, Severity
from dothi.datastore.tables.rules.sql import name, text

# Types of a stored column that hold what a contract says.
STORED = {
    Type.TEXT: ("string",),
    Type.INTEGER: ("byte", "short", "integer", "long"),
    Type.NUMBER: ("float", "double", "byte", "short", "integer", "long"),
    Type.BOOLEAN: ("boolean",),
    Type.DATE: ("date",),
    Type.MOMENT: ("timestamp",),
    Type.GEOMETRY: ("string",),
}
_LITERAL = {
    Type.INTEGER: "double",  # A bound of whole numbers may be a fraction.
    Type.NUMBER: "double",
    Type.DATE: "date",
    Type.MOMENT: "timestamptz",
    Type.BOOLEAN: "boolean",
}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question to a version. `code` names it within its dataset, for ever."""

    code: str
    kind: CheckKind
    dimension: Dimension
    severity: Severity
    column: str = ""
    # Facts for the sentence that says what is asked: bounds, names of other columns.
    facts: Mapping[str, Any] = field(default_factory=dict)
    # Of questions about rows: how many fail, and of how many.
    failing: str = ""
    among: str = "count(*)"


def columns_there(contract: Contract, stored: Mapping[str, str]) -> Iterator[tuple[Check, bool]]:
    """Whether each column is there and of its type; answered from the names alone."""
    for one in contract.fields:
        kind = stored.get(one.name)
        check = _check(CheckKind.COLUMN, one.name, Dimension.VALIDITY, Severity.STOP)
        yield check, kind is not None
        if kind is not None:
            fits = kind in STORED[one.type] or (
                one.type == Type.NUMBER and kind.startswith("decimal")
            )
            yield _check(CheckKind.TYPE, one.name, Dimension.VALIDITY, Severity.STOP), fits


def of_rows(contract: Contract, stored: Mapping[str, str]) -> list[Check]:
    """What can be counted in one pass over the rows. Columns that are not there are left out."""
    found = [
        check for one in contract.fields if one.name in stored for check in _of_column(one)
    ]  # fmt: skip
    if contract.key and {*contract.key} <= {*stored}:
        found.append(_of_key(contract.key))
    for rule in contract.compares:
        if {rule.left, rule.right} <= {*stored}:
            left, right = name(rule.left), name(rule.right)
            found.append(
                _check(
                    CheckKind.COMPARE, f"{rule.left}.{rule.right}", Dimension.CONSISTENCY,
                    facts={"left": rule.left, "how": str(rule.how), "right": rule.right},
                    failing=f"count_if(not ({left} {rule.how} {right}))",
                    among=f"count_if({left} is not null and {right} is not null)",
                )
            )  # fmt: skip
    return found


def _of_column(one: Field) -> Iterator[Check]:
    column = name(one.name)
    filled = f"count({column})"
    if one.required:
        yield _check(
            CheckKind.REQUIRED, one.name, Dimension.COMPLETENESS, Severity.STOP,
            failing=f"count_if({column} is null)", among="count(*)",
        )  # fmt: skip
    for kind, bound, how in (
        (CheckKind.MINIMUM, one.minimum, "<"),
        (CheckKind.MAXIMUM, one.maximum, ">"),
    ):
        if bound:
            yield _check(
                kind, one.name, Dimension.VALIDITY, facts={"bound": bound},
                failing=f"count_if({column} {how} {_literal(bound, one.type)})", among=filled,
            )  # fmt: skip
    if one.pattern:
        yield _check(
            CheckKind.PATTERN, one.name, Dimension.VALIDITY,
            failing=f"count_if(not regexp_full_match({column}, {text(one.pattern)}))",
            among=filled,
        )  # fmt: skip
    if one.allowed:
        words = ", ".join(_literal(word, one.type) for word in one.allowed)
        yield _check(
            CheckKind.ALLOWED, one.name, Dimension.VALIDITY, facts={"words": len(one.allowed)},
            failing=f"count_if({column} not in ({words}))", among=filled,
        )  # fmt: skip
    if one.max_length is not None:
        yield _check(
            CheckKind.LENGTH, one.name, Dimension.VALIDITY, facts={"most": one.max_length},
            failing=f"count_if(length({column}) > {one.max_length})", among=filled,
        )  # fmt: skip
    if one.unique:
        yield _check(
            CheckKind.UNIQUE, one.name, Dimension.UNIQUENESS, Severity.STOP,
            failing=f"{filled} - count(distinct {column})", among=filled,
        )  # fmt: skip


def _of_key(key: tuple[str, ...]) -> Check:
    """Rows that their key does not tell from another one."""
    columns = ", ".join(name(one) for one in key)
    together = f"({columns})" if len(key) > 1 else columns
    return _check(
        CheckKind.KEY, "+".join(key), Dimension.UNIQUENESS, Severity.STOP,
        failing=f"count(*) - count(distinct {together})",
    )  # fmt: skip


def references(contract: Contract, stored: Mapping[str, str]) -> list[Check]:
    """Columns that must stand in another dataset; asked one by one, beside that dataset."""
    return [
        _check(
            CheckKind.REFERENCE, one.name, Dimension.CONSISTENCY,
            facts=dict(zip(("dataset", "column"), one.reference.split("."), strict=True)),
        )
        for one in contract.fields
        if one.reference and one.name in stored
    ]  # fmt: skip


def not_in(column: str, source: str, other_column: str, other: str) -> str:
    """How many rows hold a value that the other table does not, and how many hold one at all."""
    mine = f"a.{name(column)}::varchar"
    return (
        f"select count_if(b.v is null), count(*) from {source} a left join "
        f"(select distinct {name(other_column)}::varchar as v from {other}) b on {mine} = b.v "
        f"where a.{name(column)} is not null"
    )


def _check(
    kind: CheckKind, where: str, dimension: Dimension, severity: Severity = Severity.WARN,
    **more: Any,
) -> Check:  # fmt: skip
    column = where if kind not in {CheckKind.COMPARE, CheckKind.KEY} else ""
    if kind == CheckKind.KEY:
        more.setdefault("facts", {"key": where.split("+")})
    return Check(
        code=f"{kind}:{where}", kind=kind, dimension=dimension, severity=severity, column=column,
        **more,
    )  # fmt: skip


def _literal(value: str, type: Type) -> str:
    return f"{text(value)}::{_LITERAL[type]}" if type in _LITERAL else text(value)
