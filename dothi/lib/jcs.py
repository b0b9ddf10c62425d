"""One spelling for one JSON value (RFC 8785, JSON Canonicalization Scheme), and its digest.

What is signed or compared years later has to be spelled the same by any program that follows the
RFC: keys in the order of UTF-16, no blanks, numbers as ECMAScript writes them.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

EXACT = 2**53  # Beyond, not every whole number is a number of JSON.


def canonical(value: Any) -> bytes:
    """The canonical spelling of a JSON value, as UTF-8.

    Raises:
        ValueError: a number that JSON cannot hold exactly, or half of a surrogate pair.
        TypeError: no JSON value.
    """
    return _spelled(value).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical spelling, in hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _spelled(value: Any) -> str:
    match value:
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[value]
        case str():
            return json.dumps(value, ensure_ascii=False)
        case int():
            return _whole(value)
        case float():
            return _number(value)
        case Mapping():
            pairs = sorted(value.items(), key=lambda pair: _order(pair[0]))
            return "{" + ",".join(f"{_spelled(key)}:{_spelled(one)}" for key, one in pairs) + "}"
        case Sequence():
            return "[" + ",".join(_spelled(one) for one in value) + "]"
    raise TypeError(type(value))


def _order(key: Any) -> bytes:
    if not isinstance(key, str):
        raise TypeError(type(key))
    return key.encode("utf-16-be", "surrogatepass")


def _whole(value: int) -> str:
    if -EXACT < value < EXACT:
        return str(value)
    written = _number(float(value))
    if written != str(value):
        raise ValueError(f"{value} is too large to be exact.")
    return written


def _number(value: float) -> str:
    """As ECMAScript writes it (Number::toString): the shortest digits that lead back to it."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no JSON number.")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _e, exponent = f"{abs(value)!r}".partition("e")
    whole, _dot, part = mantissa.partition(".")
    part = "" if part == "0" else part
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or 0)  # Digits before the point.
    if whole == "0":
        point = int(exponent or 0) - (len(part) - len(part.lstrip("0")))
    digits = digits.rstrip("0")
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    power = point - 1
    shown = digits[0] + (f".{digits[1:]}" if count > 1 else "")
    return f"{shown}e{'+' if power > 0 else '-'}{abs(power)}"
