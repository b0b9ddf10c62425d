"""Put the checks to the rows of a version. One that cannot be asked keeps no other one back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import ibis

from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.quality import registry
from dothi.datastore.quality.choices import CheckKind, Dimension, Outcome, RuleKind, Severity
from dothi.datastore.quality.models import CrossRule
from dothi.datastore.quality.rules import checks, crossing
from dothi.datastore.quality.rules.checks import Check
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables.rules.sql import name

if TYPE_CHECKING:
    from dothi.datastore.tables.models import Version


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a check found. `facts` are for its sentence."""

    check: Check
    outcome: Outcome
    failing: int = 0
    among: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)


class Unasked(Exception):
    """A check cannot be put: `fact` says why."""

    def __init__(self, fact: str) -> None:
        super().__init__(fact)
        self.fact = fact


def answered(check: Check, failing: int, among: int, **facts: Any) -> Answer:
    return Answer(
        check=check, outcome=Outcome.FAILED if failing else Outcome.PASSED, failing=failing,
        among=among, facts={**check.facts, **facts},
    )  # fmt: skip


def of_contract(
    connection: duckdb.DuckDBPyConnection, version: "Version", contract: Contract
) -> list[Answer]:
    """Everything that the contract asks of the version by itself, and of what it refers to."""
    stored = {column.name: column.type for column in version.shape}
    source = tables.rows_of(version)
    there = [
        answered(check, 0 if fits else 1, 1)
        for check, fits in checks.columns_there(contract, stored)
    ]
    return [
        *there,
        *_of_rows(connection, source, checks.of_rows(contract, stored)),
        *(_reference(connection, source, one) for one in checks.references(contract, stored)),
    ]


def _of_rows(
    connection: duckdb.DuckDBPyConnection, source: str, asked: Sequence[Check]
) -> list[Answer]:
    """In one pass; where one question breaks it, each by itself: the others are answered."""
    if not asked:
        return []
    try:
        return _together(connection, source, asked)
    except duckdb.Error:
        return [
            guarded(one, lambda one=one: _together(connection, source, [one])[0])  # type: ignore[misc]
            for one in asked
        ]


def _together(
    connection: duckdb.DuckDBPyConnection, source: str, asked: Sequence[Check]
) -> list[Answer]:
    question = ", ".join(f"{one.failing}, {one.among}" for one in asked)
    row = connection.execute(f"select {question} from {source}").fetchone() or ()
    # Of a column without a value `count_if` says nothing instead of 0.
    found = [count or 0 for count in row]
    return [
        answered(one, found[2 * number], found[2 * number + 1]) for number, one in enumerate(asked)
    ]


def guarded(check: Check, ask: Callable[[], Answer]) -> Answer:
    """The answer, or that there is none, and what kind of fault kept it back; no value of it."""
    try:
        return ask()
    except Unasked as error:
        fact = error.fact
    except Exception as error:
        fact = f"{type(error).__module__}.{type(error).__qualname__}"
    return Answer(check=check, outcome=Outcome.UNASKED, facts={**check.facts, "fault": fact})


def _reference(connection: duckdb.DuckDBPyConnection, source: str, check: Check) -> Answer:
    def ask() -> Answer:
        other = newest(check.facts["dataset"], [check.facts["column"]])
        failing, among = _pair(
            connection,
            checks.not_in(check.column, source, check.facts["column"], tables.rows_of(other)),
        )
        return answered(check, failing, among, version=other.number)

    return guarded(check, ask)


def newest(dataset: str, columns: Iterable[str]) -> "Version":
    """The newest version of another dataset.

    Raises:
        Unasked: there is none, or it lacks a column.
    """
    version = tables.latest(dataset)
    if version is None:
        raise Unasked("no_version")
    if not {*columns} <= {column.name for column in version.shape}:
        raise Unasked("no_column")
    return version


def _pair(connection: duckdb.DuckDBPyConnection, question: str) -> tuple[int, int]:
    failing, among = connection.execute(question).fetchone() or (0, 0)
    return int(failing or 0), int(among or 0)


# --- Rules over several tables -------------------------------------------------------------------


def of_rules(
    connection: duckdb.DuckDBPyConnection, version: "Version", rules: Iterable[CrossRule]
) -> list[Answer]:
    """The rules that stewards stated, and those that the owner of the table has in its code."""
    dataset = version.table.code
    stated = [_stated(connection, version, one) for one in rules]
    coded = [one for one in registry.table_rules.values() if one.dataset == dataset]
    return stated + [_coded(connection, version, one) for one in coded]


def _stated(connection: duckdb.DuckDBPyConnection, version: "Version", rule: CrossRule) -> Answer:
    check = Check(
        code=f"{CheckKind.RULE}:{rule.code}", kind=CheckKind.RULE,
        dimension=Dimension.CONSISTENCY, severity=Severity(rule.severity),
        facts={"title": rule.title, "other": rule.other, "rule": rule.code},
    )  # fmt: skip

    def ask() -> Answer:
        mine = {column.name for column in version.shape}
        if not {rule.column, *filter(None, [rule.measure])} <= mine:
            raise Unasked("no_column")
        other = newest(rule.other, [rule.other_column, *filter(None, [rule.other_measure])])
        failing, among = _pair(connection, _question(rule, version, other))
        return answered(check, failing, among, version=other.number)

    return guarded(check, ask)


def _question(rule: CrossRule, version: "Version", other: "Version") -> str:
    source, beside = tables.rows_of(version), tables.rows_of(other)
    if rule.kind == RuleKind.MEMBERS:
        return checks.not_in(rule.column, source, rule.other_column, beside)
    return crossing.totals(
        source, rule.column, rule.measure, beside, rule.other_column, rule.other_measure,
        tolerance=rule.tolerance,
    )  # fmt: skip


def _coded(
    connection: duckdb.DuckDBPyConnection, version: "Version", rule: registry.TableRule
) -> Answer:
    check = Check(
        code=f"{CheckKind.CODE}:{rule.code}", kind=CheckKind.CODE, dimension=rule.dimension,
        severity=rule.severity, facts={"rule": rule.code},
    )  # fmt: skip

    def ask() -> Answer:
        for dataset, columns in rule.reads.items():
            read = version if dataset == rule.dataset else newest(dataset, columns)
            connection.execute(
                f"create or replace temp view {name(dataset)} as from {tables.rows_of(read)}"
            )
        breaking = ibis.to_sql(rule.expression(), dialect="duckdb")
        failing, _same = _pair(connection, f"select count(*), 0 from ({breaking})")
        return answered(check, failing, max(failing, version.rows))

    return guarded(check, ask)
