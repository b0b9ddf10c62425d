"""JsonLogic as the browser evaluates it (json-logic-js), so that both come to the same.

What matters is how JavaScript compares: nothing is less than "18", "17" is a number beside a number
and a text beside a text (ECMA-262, 7.1.4 ToNumber, 7.2.13 IsLessThan, 7.2.14 IsLooselyEqual). The
packages for Python compare in ways of their own; a browser test runs one list through both.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

_FLOAT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")


def apply(logic: Any, data: Any) -> Any:
    """What an operation comes to; values are themselves. It never fails and always ends."""
    if isinstance(logic, list | tuple):
        return [apply(one, data) for one in logic]
    if not isinstance(logic, Mapping) or len(logic) != 1:
        return logic
    operator, parts = next(iter(logic.items()))
    values = list(parts) if isinstance(parts, list | tuple) else [parts]
    if operator in _LAZY:
        return _LAZY[operator](values, data)
    found = [apply(one, data) for one in values]
    if operator == "var":
        return _var(data, *found[:2])
    if operator == "missing":
        return _missing(data, found[0] if found and isinstance(found[0], list) else found)
    if operator == "missing_some":
        left = _missing(data, found[1])
        return [] if len(found[1]) - len(left) >= to_number(found[0]) else left
    return _EAGER[operator](*found)


def truthy(value: Any) -> bool:
    if isinstance(value, float) and math.isnan(value):
        return False
    return True if isinstance(value, Mapping) else bool(value)


def _if(values: list[Any], data: Any) -> Any:
    for at in range(0, len(values) - 1, 2):
        if truthy(apply(values[at], data)):
            return apply(values[at + 1], data)
    return apply(values[-1], data) if len(values) % 2 else None


def _and(values: list[Any], data: Any) -> Any:
    found = None
    for one in values:
        found = apply(one, data)
        if not truthy(found):
            return found
    return found


def _or(values: list[Any], data: Any) -> Any:
    found = None
    for one in values:
        found = apply(one, data)
        if truthy(found):
            return found
    return found


def _over_rows(values: list[Any], data: Any) -> list[bool]:
    rows = apply(values[0], data)
    return [truthy(apply(values[1], row)) for row in rows] if isinstance(rows, list) else []


_LAZY: Mapping[str, Callable[[list[Any], Any], Any]] = {
    "if": _if,
    "and": _and,
    "or": _or,
    "some": lambda values, data: any(_over_rows(values, data)),
    "all": lambda values, data: bool(found := _over_rows(values, data)) and all(found),
    "none": lambda values, data: not any(_over_rows(values, data)),
}


def _var(data: Any, name: Any = None, otherwise: Any = None) -> Any:
    if name is None or name == "":
        return data
    for part in to_text(name).split("."):
        if isinstance(data, Mapping) and part in data:
            data = data[part]
        elif isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        else:
            return otherwise
    return data


def _missing(data: Any, names: Any) -> list[Any]:
    listed = names if isinstance(names, list) else [names]
    return [name for name in listed if _var(data, name) in (None, "")]


def same(one: Any, other: Any) -> bool:
    """`===`: of one kind and equal; lists and rows only if they are one and the same."""
    if isinstance(one, list | Mapping) or isinstance(other, list | Mapping):
        return one is other
    return _kind(one) == _kind(other) and bool(one == other)


def equal(one: Any, other: Any) -> bool:
    """`==`: texts and numbers are compared as numbers; nothing equals nothing alone."""
    if _kind(one) == _kind(other):
        return same(one, other)
    if one is None or other is None:
        return False
    one, other = _plain(one), _plain(other)
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    return to_number(one) == to_number(other)


def less(one: Any, other: Any, *, or_equal: bool = False) -> bool:
    """`<`: two texts in the order of their signs, all else as numbers."""
    one, other = _plain(one), _plain(other)
    if isinstance(one, str) and isinstance(other, str):
        first, second = one.encode("utf-16-be"), other.encode("utf-16-be")
        return first < second or (or_equal and first == second)
    left, right = to_number(one), to_number(other)
    return left < right or (or_equal and left == right)


def _rising(or_equal: bool) -> Callable[..., bool]:
    def rises(*found: Any) -> bool:
        pairs = zip(found, found[1:3], strict=False)
        return all(less(one, other, or_equal=or_equal) for one, other in pairs)

    return rises


def _within(one: Any, other: Any) -> bool:
    if isinstance(other, str):
        return bool(other) and to_text(one) in other
    return isinstance(other, list) and any(same(one, each) for each in other)


def _product(first: Any, *more: Any) -> Any:
    return math.prod([leading_number(one) for one in (first, *more)]) if more else first


def _minus(one: Any, *other: Any) -> float:
    return to_number(one) - to_number(other[0]) if other else -to_number(one)


def _divided(one: Any, other: Any) -> float:
    above, below = to_number(one), to_number(other)
    if below:
        return above / below
    return math.nan if not above or math.isnan(above) else math.copysign(math.inf, above * 1.0)


def _rest(one: Any, other: Any) -> float:
    above, below = to_number(one), to_number(other)
    return math.fmod(above, below) if below and not math.isinf(above) else math.nan


def _extreme(choose: Callable[..., float]) -> Callable[..., float]:
    def found(*values: Any) -> float:
        numbers = [to_number(one) for one in values]
        return math.nan if any(math.isnan(one) for one in numbers) else choose(numbers)

    return found


_EAGER: Mapping[str, Callable[..., Any]] = {
    "==": equal,
    "!=": lambda one, other: not equal(one, other),
    "===": same,
    "!==": lambda one, other: not same(one, other),
    "<": _rising(or_equal=False),
    "<=": _rising(or_equal=True),
    ">": lambda one, other: less(other, one),
    ">=": lambda one, other: less(other, one, or_equal=True),
    "!": lambda *found: not truthy(found[0] if found else None),
    "!!": lambda *found: truthy(found[0] if found else None),
    "in": _within,
    "+": lambda *found: sum(leading_number(one) for one in found),
    "*": _product,
    "-": _minus,
    "/": _divided,
    "%": _rest,
    "max": _extreme(max),
    "min": _extreme(min),
}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "null" if value is None else "string" if isinstance(value, str) else "object"


def _plain(value: Any) -> Any:
    return to_text(value) if isinstance(value, list | Mapping) else value


def to_number(value: Any) -> float:
    value = _plain(value)
    if value is None:
        return 0.0
    if not isinstance(value, str):
        return float(value)
    text = value.strip()
    if _HEX.fullmatch(text):
        return float(int(text, 16))
    found = _FLOAT.fullmatch(text)
    return float(found[1]) if found else math.nan if text else 0.0


def leading_number(value: Any) -> float:
    """`parseFloat`: the number with which a text begins."""
    found = _FLOAT.match(to_text(value))
    return float(found[1]) if found else math.nan


def to_text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join("" if one is None else to_text(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    if value is None:
        return "null"
    return "[object Object]" if isinstance(value, Mapping) else str(value)
