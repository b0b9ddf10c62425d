"""Conditions in JsonLogic (jsonlogic.com) over the answers of a form.

The browser evaluates the same conditions while somebody types; what counts is the evaluation here.
Only operators that ask and compare are allowed: a condition has no effects and always ends.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dothi.procedures.rules import logic

Condition = Mapping[str, Any]

OPERATORS = frozenset(
    {
        "var", "missing", "missing_some", "if", "and", "or", "!", "!!",
        "==", "===", "!=", "!==", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%", "max", "min",
        "some", "all", "none",
    }
)  # fmt: skip
OVER_ROWS = frozenset({"some", "all", "none"})  # Their second part speaks of one row.
DEEPEST = 12
# How many parts an operator has at least and at most, where not any number will do.
PARTS = {
    **dict.fromkeys(("==", "===", "!=", "!==", ">", ">=", "in", "/", "%"), (2, 2)),
    **dict.fromkeys(("<", "<="), (2, 3)),
    **dict.fromkeys((*OVER_ROWS, "missing_some"), (2, 2)),
    **dict.fromkeys(("!", "!!"), (1, 1)),
    **dict.fromkeys(("*", "max", "min"), (1, 99)),
    "-": (1, 2),
}


class NoCondition(ValueError):
    """This is no condition that can be evaluated."""


def holds(condition: Condition | None, answers: Mapping[str, Any]) -> bool:
    """Whether a condition is true of the answers; without one, yes.

    Raises:
        NoCondition: it has an unknown operator, or too few or too many parts for one.
    """
    if condition is None:
        return True
    check(condition)
    return logic.truthy(logic.apply(condition, answers))


def check(condition: Any, *, depth: int = 0) -> None:
    """Refuse what is no condition, before anybody depends on it.

    Raises:
        NoCondition: an unknown operator, too few or too many parts, several operators, or too deep.
    """
    if depth > DEEPEST:
        raise NoCondition("too deep")
    if isinstance(condition, Mapping):
        if len(condition) != 1:
            raise NoCondition("an operation has one operator")
        operator, parts = next(iter(condition.items()))
        if operator not in OPERATORS:
            raise NoCondition(f"{operator!r} is no operator")
        number = len(parts) if isinstance(parts, list | tuple) else 1
        least, most = PARTS.get(operator, (0, number))
        if not least <= number <= most:
            raise NoCondition(f"{operator!r} has {number} parts")
        check(parts, depth=depth + 1)
    elif isinstance(condition, list | tuple):
        for part in condition:
            check(part, depth=depth + 1)
    elif condition is not None and not isinstance(condition, str | int | float | bool):
        raise NoCondition(f"{type(condition).__name__} cannot stand in a condition")


def variables(condition: Condition | None) -> frozenset[str]:
    """The fields that a condition asks for, by their codes.

    What is asked of the rows of a group is named `group.field`.
    """
    return frozenset(_variables(condition, ""))


def _variables(part: Any, row: str) -> Iterator[str]:
    if isinstance(part, list | tuple):
        for one in part:
            yield from _variables(one, row)
    elif isinstance(part, Mapping) and len(part) == 1:
        operator, parts = next(iter(part.items()))
        listed = parts if isinstance(parts, list | tuple) else [parts]
        if operator == "var":
            yield from _named(listed[0] if listed else "", row)
            yield from _variables(listed[1:], row)
        elif operator == "missing":
            yield from (name for one in listed for name in _named(one, row))
        elif operator == "missing_some" and len(listed) == 2:
            yield from (name for one in listed[1] for name in _named(one, row))
        elif operator in OVER_ROWS and len(listed) == 2:
            groups = list(_variables(listed[0], row))
            yield from groups
            yield from _variables(listed[1], f"{groups[0]}." if groups else row)
        else:
            yield from _variables(parts, row)


def _named(name: Any, row: str) -> Iterator[str]:
    if isinstance(name, str) and name:
        yield row + name
