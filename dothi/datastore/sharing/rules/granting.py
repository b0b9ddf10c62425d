"""What can be granted of a dataset: columns with a rule for each, rows by conditions. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dothi.datastore.catalogue.choices import Classification, Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.tables.choices import How, Rule
from dothi.datastore.tables.rules.roles import Condition, Role

Columns = tuple[tuple[str, Rule], ...]
COMPARED = frozenset({Type.INTEGER, Type.NUMBER, Type.DATE, Type.MOMENT})
MOST_VALUES, LONGEST = 200, 200


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why something cannot be granted. `code` names the sentence, `column` the column."""

    code: str
    column: str = ""


def faults(contract: Contract, columns: Columns, where: Sequence[Condition]) -> list[Fault]:
    """Everything that keeps columns and conditions from being granted; empty when sound."""
    return [*_of_columns(contract, columns), *_of_conditions(contract, where)]


def _of_columns(contract: Contract, columns: Columns) -> Iterator[Fault]:
    known = contract.by_name()
    if not any(rule != Rule.DROP for _name, rule in columns):
        yield Fault(code="no_columns")
    for name, rule in columns:
        if name not in known:
            yield Fault(code="unknown_column", column=name)
        elif rule in (Rule.MASK, Rule.TOKEN) and not known[name].is_personal:
            yield Fault(code="nothing_to_guard", column=name)


def _of_conditions(contract: Contract, where: Sequence[Condition]) -> Iterator[Fault]:
    known = contract.by_name()
    for one in where:
        if one.column not in known:
            yield Fault(code="unknown_column", column=one.column)
        elif not _sound(known[one.column], one):
            yield Fault(code="bad_condition", column=one.column)


def _sound(column: Field, one: Condition) -> bool:
    if one.how == How.NOT_PERSON:  # Of the house alone: see `services.persons`.
        return False
    if one.how != How.ONE_OF and (column.type not in COMPARED or len(one.values) != 1):
        return False
    if not 0 < len(one.values) <= MOST_VALUES or column.type == Type.GEOMETRY:
        return False
    return all(_is_a(value, column.type) for value in one.values)


def _is_a(value: str, type: Type) -> bool:
    if "\0" in value or len(value) > LONGEST:
        return False
    try:
        match type:
            case Type.INTEGER:
                int(value)
            case Type.NUMBER:
                return float(value) - float(value) == 0  # Neither infinite nor none.
            case Type.DATE:
                date.fromisoformat(value)
            case Type.MOMENT:
                return datetime.fromisoformat(value).tzinfo is not None
            case Type.BOOLEAN:
                return value in ("true", "false")
            case _:
                return bool(value)
    except ValueError:
        return False
    return True


def with_classes(contract: Contract, columns: Columns) -> list[list[str]]:
    """The columns as a grant keeps them: with how each was classified when it was granted."""
    known = contract.by_name()
    return [[name, rule.value, known[name].classification.value] for name, rule in columns]


def role_of_grant(
    contract: Contract, *, code: str, columns: Sequence[Sequence[str]], where: Sequence[Condition]
) -> Role | None:
    """What a grant sees of rows under the contract of today; None where nothing is left of it.

    What the contract no longer names is gone, and a column that is guarded more strictly by now was
    not granted as such: it is left out. Tokens are alike within this grant and nowhere else.
    """
    known = contract.by_name()
    rules = tuple(
        (name, Rule(rule))
        for name, rule, classed in columns
        if name in known and _weight(known[name].classification) <= _weight(classed)
    )
    if all(rule == Rule.DROP for _name, rule in rules):
        return None
    return Role(name=role_name(code), columns=rules, purpose=code, where=tuple(where))


def _weight(classification: str) -> int:
    return list(Classification).index(Classification(classification))


def role_name(code: str) -> str:
    return f"grant {code}"


def personal_shown(contract: Contract, role: Role) -> list[str]:
    """The columns of persons that a role sees so that persons are told apart: as they are, or as
    tokens. What is masked shows a first letter and is a list as all others."""
    told_apart = {name for name, rule in role.columns or () if rule in (Rule.KEEP, Rule.TOKEN)}
    return [one.name for one in contract.fields if one.is_personal and one.name in told_apart]


def guarded(classification: Classification) -> tuple[Rule, ...]:
    """What may be asked of a column of this kind."""
    if classification == Classification.PUBLIC:
        return (Rule.KEEP,)
    return (Rule.TOKEN, Rule.MASK, Rule.KEEP)


def widened(
    asked: Sequence[Sequence[str]],
    given: Columns,
    asked_where: Sequence[Condition],
    given_where: Sequence[Condition],
) -> list[Fault]:
    """Where more would be granted than was asked for: columns, how they are shown, rows."""
    wanted = {name: Rule(rule) for name, rule, *_rest in asked}
    found = [
        Fault(code="more_than_asked", column=name)
        for name, rule in given
        if rule != Rule.DROP and wanted.get(name, Rule.DROP) not in (rule, Rule.KEEP)
    ]
    left_out = [one for one in asked_where if one not in given_where]
    return found + [Fault(code="more_rows", column=one.column) for one in left_out]
