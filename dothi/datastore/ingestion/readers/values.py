"""Values of typed sources as plain text: dates in ISO 8601, no "1.0" for a whole number."""

import json
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

_DIGITS = 15  # Significant ones that a spreadsheet keeps.


class Written(float):
    """A number of a JSON file that remembers how it was written."""

    text: str

    def __new__(cls, text: str) -> "Written":
        made = super().__new__(cls, text)
        made.text = text
        return made


def text_of(value: Any) -> str | None:
    """The value as text; None where it is empty."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Written):
        return value.text
    if isinstance(value, float):
        return number(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _hours(value)
    if isinstance(value, list | dict):
        return as_json(value)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def number(value: float) -> str:
    """Plain digits, never an exponent: 12, 0.3, 12345678901234500000."""
    text = f"{value:.{_DIGITS}g}"
    return format(Decimal(text), "f") if "e" in text else text


def as_json(value: Any) -> str:
    return unicodedata.normalize(
        "NFC", json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=text_of)
    )


def _hours(value: timedelta) -> str:
    """A span as sheets show it: 30:00:00 is a day and six hours."""
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < timedelta(0) else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
