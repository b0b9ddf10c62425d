"""Answers as a browser sends them, read into what the form means; and written back as text.

What cannot be read stays as it was typed: the schema says what is wrong with it, and whoever typed
it sees it again.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from dothi.lib import text_vi
from dothi.procedures.choices import FieldType
from dothi.procedures.rules.definition import FormField

YES, NO = "yes", "no"
_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_BETWEEN_DIGITS = re.compile(r"[\s\u00a0.\-]+")
LONGEST_NUMBER = 20  # Signs; what is longer is no number that a form asks for.
LISTED = 100  # Choices of one field that are read.


def answer(field: FormField, texts: Sequence[str], *, language: str) -> Any:
    """What was answered: a typed value, the text itself where it has another form, None."""
    if field.type == FieldType.CHOICES:
        return [text_vi.tidy(text) for text in texts[:LISTED] if text]
    text = text_vi.nfc(texts[-1] if texts else "").replace("\0", "")
    if field.type == FieldType.LONG_TEXT:
        return text.replace("\r\n", "\n").strip() or None
    text = text_vi.tidy(text)
    return None if not text else _typed(field, text, language)


def _typed(field: FormField, text: str, language: str) -> Any:
    match field.type:
        case FieldType.NUMBER | FieldType.MONEY:
            return number(text, language=language)
        case FieldType.DATE:
            return day(text)
        case FieldType.YES_NO:
            return {YES: True, NO: False}.get(text, text)
        case FieldType.CITIZEN_ID:
            return _BETWEEN_DIGITS.sub("", text)
        case FieldType.PHONE:
            return text_vi.phone(text) or text
        case _:
            return text


def number(text: str, *, language: str) -> Any:
    """`1.234,5` in Vietnamese and `1,234.5` in English; else the text.

    A sign between thousands stands before groups of three. Where it does not, it is taken for the
    decimal sign: `12.5` is twelve and a half in either language.
    """
    bare = re.sub(r"[\s\u00a0₫đ]+", "", text)
    group, decimal = (",", ".") if language == "en" else (".", ",")
    if re.fullmatch(rf"-?\d{{1,3}}(\{group}\d{{3}})+(\{decimal}\d+)?", bare):
        bare = bare.replace(group, "")
    bare = bare.replace(decimal, ".").replace(group, ".")
    if len(bare) > LONGEST_NUMBER or not _NUMBER.fullmatch(bare):
        return text
    value = float(bare)
    return int(value) if value.is_integer() and "." not in bare else _whole(value)


def _whole(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def day(text: str) -> str:
    """`17/02/2026` (or with points, dashes, blanks) and `2026-02-17` as ISO; else the text."""
    if found := _DAY.fullmatch(text):
        numbers = found[3], found[2], found[1]
    elif found := _ISO_DAY.fullmatch(text):
        numbers = found[1], found[2], found[3]
    else:
        return text
    try:
        return date(*(int(one) for one in numbers)).isoformat()
    except ValueError:
        return text


def written(field: FormField, value: Any, *, language: str) -> Any:
    """An answer as it stands in its box."""
    if value is None:
        return [] if field.type == FieldType.CHOICES else ""
    if field.type == FieldType.CHOICES:
        return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int | float):
        return in_box(value, language=language)
    if field.type == FieldType.DATE and _ISO_DAY.fullmatch(str(value)):
        try:
            return text_vi.short_date(date.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    return str(value)


def in_box(value: float, *, language: str) -> str:
    """A number as its reader would type it, without signs between thousands."""
    text = f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return text if language == "en" else text.replace(".", ",")
