"""Forms as data: which fields are seen, what their answers may be, and what is wrong with them.

A form compiles to JSON Schema 2020-12. Which fields are seen depends on answers (`conditions`), so
the schema is compiled for the fields that are seen. What is hidden is cleared, and clearing it may
hide more: it is done until nothing changes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import jsonschema_rs

from dothi.procedures.choices import FieldType, Wrong
from dothi.procedures.rules.conditions import holds
from dothi.procedures.rules.definition import Form, FormField

Answers = Mapping[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT, LONG_TEXT = 300, 4000
ROWS = 50  # Of a repeated group where the form says nothing.
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
CITIZEN_ID = r"^([0-9]{12}|[0-9]{9})$"  # Nine digits: a card of the old kind, still shown by some.
PHONE = r"^0[0-9]{9,10}$"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"

# What the words of JSON Schema say to somebody who fills in a form.
WORDS = {
    "required": Wrong.REQUIRED, "minLength": Wrong.TOO_SHORT, "maxLength": Wrong.TOO_LONG,
    "minimum": Wrong.TOO_SMALL, "maximum": Wrong.TOO_LARGE, "enum": Wrong.NOT_OFFERED,
    "minItems": Wrong.TOO_FEW, "maxItems": Wrong.TOO_MANY, "uniqueItems": Wrong.TOO_MANY,
    "additionalProperties": Wrong.UNKNOWN,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """What is wrong with which answer; `path` is the field, or group, row (from 0) and field."""

    path: tuple[str | int, ...]
    wrong: Wrong


def cleaned(form: Form, given: Answers) -> dict[str, Any]:
    """The answers of the fields that are seen: what is hidden is cleared, empty answers left out.

    What the form does not know is left out as well; `unknown` names it.

    Raises:
        NoCondition: a condition cannot be evaluated.
    """
    answers = _known(form.fields, given)
    while True:
        seen = {field.code for field in _seen(form.fields, answers)}
        left = {code: answer for code, answer in answers.items() if code in seen}
        if len(left) == len(answers):
            return {code: _rows_cleaned(form, code, answer, left) for code, answer in left.items()}
        answers = left


def seen(form: Form, answers: Answers) -> list[FormField]:
    """The fields that somebody with these (cleaned) answers sees, in order."""
    return list(_seen(form.fields, answers))


def field_at(form: Form, path: tuple[str | int, ...]) -> FormField | None:
    """The field to which a mistake points; for the rows of a group, the one of the row."""
    found = next((field for field in form.fields if field.code == path[0]), None)
    if found is None or found.type != FieldType.GROUP or len(path) < 3:
        return found
    return next((field for field in found.fields if field.code == path[2]), None)


def unknown(form: Form, given: Answers) -> list[str]:
    """What was sent that the form has no field for: somebody tampered with it."""
    groups = {field.code: field for field in form.fields}
    found = [code for code in given if code not in groups]
    for code, field in groups.items():
        rows = given.get(code)
        if field.type == FieldType.GROUP and isinstance(rows, list | tuple):
            inner = {one.code for one in field.fields}
            for row in rows:
                if isinstance(row, Mapping):
                    found += [f"{code}.{name}" for name in row if name not in inner]
    return list(dict.fromkeys(found))


def mistakes(form: Form, answers: Answers, *, on: date) -> list[Mistake]:
    """What is wrong with cleaned answers on the day of filling in; nothing: they can be taken."""
    validator = jsonschema_rs.Draft202012Validator(schema(form, answers, on=on))
    found = [_mistake(error) for error in validator.iter_errors(dict(answers))]
    found += _wrong_days(form.fields, answers, on, ())
    return list(dict.fromkeys(found))


def schema(form: Form, answers: Answers, *, on: date) -> dict[str, Any]:
    """The JSON Schema of the form as it stands for these answers on a day."""
    return {"$schema": DIALECT} | _object(_seen(form.fields, answers), answers, on)


def _object(fields: Iterable[FormField], answers: Answers, on: date) -> dict[str, Any]:
    listed = list(fields)
    return {
        "type": "object",
        "properties": {field.code: _property(field, answers, on) for field in listed},
        "required": [field.code for field in listed if field.required],
        "additionalProperties": False,
    }


def _property(field: FormField, answers: Answers, on: date) -> dict[str, Any]:
    options = [option.code for option in field.options]
    match field.type:
        case FieldType.TEXT | FieldType.LONG_TEXT:
            most = TEXT if field.type == FieldType.TEXT else LONG_TEXT
            return {"type": "string", "minLength": 1, "maxLength": int(field.most or most)}
        case FieldType.NUMBER | FieldType.MONEY:
            kind = "integer" if field.type == FieldType.MONEY else "number"
            least = 0 if field.type == FieldType.MONEY and field.least is None else field.least
            bounds = {"minimum": least, "maximum": field.most}
            return {"type": kind} | {key: at for key, at in bounds.items() if at is not None}
        case FieldType.DATE:
            return {"type": "string", "pattern": DAY}
        case FieldType.YES_NO:
            return {"type": "boolean"}
        case FieldType.CHOICE:
            return {"enum": options}
        case FieldType.CHOICES:
            least = 1 if field.required else 0
            return {
                "type": "array", "items": {"enum": options}, "minItems": least, "uniqueItems": True
            }  # fmt: skip
        case FieldType.CITIZEN_ID:
            return {"type": "string", "pattern": CITIZEN_ID}
        case FieldType.PHONE:
            return {"type": "string", "pattern": PHONE}
        case FieldType.EMAIL:
            return {"type": "string", "pattern": EMAIL, "maxLength": TEXT}
        case FieldType.GROUP:
            return _rows(field, answers, on)


def _rows(group: FormField, answers: Answers, on: date) -> dict[str, Any]:
    """Each row has a schema of its own, because its answers decide what is seen in it."""
    rows = answers.get(group.code)
    listed = rows if isinstance(rows, list | tuple) else []
    each = [_object(_seen(group.fields, _with_row(answers, row)), answers, on) for row in listed]
    return {
        "type": "array",
        "minItems": int(group.least if group.least is not None else group.required),
        "maxItems": int(group.most if group.most is not None else ROWS),
    } | ({"prefixItems": each} if each else {})


def _known(fields: Iterable[FormField], given: Answers) -> dict[str, Any]:
    found = {}
    for field in fields:
        answer = given.get(field.code)
        if field.type == FieldType.GROUP and isinstance(answer, list | tuple):
            rows = [_known(field.fields, row) if isinstance(row, Mapping) else {} for row in answer]
            answer = [row for row in rows if row]
        if answer not in (None, "", [], ()):
            found[field.code] = list(answer) if isinstance(answer, tuple) else answer
    return found


def _rows_cleaned(form: Form, code: str, answer: Any, answers: Answers) -> Any:
    group = next(field for field in form.fields if field.code == code)
    if group.type != FieldType.GROUP or not isinstance(answer, list):
        return answer
    return [row_cleaned(group, row, answers) for row in answer]


def row_cleaned(group: FormField, row: dict[str, Any], answers: Answers) -> dict[str, Any]:
    """The answers of one row whose fields are seen, beside the (cleaned) answers of the form."""
    while True:
        seen = {field.code for field in _seen(group.fields, _with_row(answers, row))}
        left = {code: answer for code, answer in row.items() if code in seen}
        if len(left) == len(row):
            return left
        row = left


def _seen(fields: Iterable[FormField], answers: Answers) -> Iterator[FormField]:
    return (field for field in fields if holds(field.when, answers))


def _with_row(answers: Answers, row: Any) -> Answers:
    """What a condition in a row sees: the answers of the form, and of the row by their codes."""
    return {**answers, **row} if isinstance(row, Mapping) else answers


def _mistake(error: jsonschema_rs.ValidationError) -> Mistake:
    wrong = WORDS.get(error.kind.name, Wrong.FORM)
    path = tuple(error.instance_path)
    if wrong == Wrong.REQUIRED:
        path = (*path, error.kind.as_dict()["property"])
    return Mistake(path=path, wrong=wrong)


def _wrong_days(
    fields: Iterable[FormField], answers: Answers, on: date, path: tuple[str | int, ...]
) -> Iterator[Mistake]:
    """Days that no calendar has, or that lie too far from the day of filling in."""
    for field in fields:
        answer, here = answers.get(field.code), (*path, field.code)
        if field.type == FieldType.GROUP and isinstance(answer, list):
            for number, row in enumerate(answer):
                yield from _wrong_days(field.fields, row, on, (*here, number))
        elif field.type == FieldType.DATE and isinstance(answer, str):
            wrong = _wrong_day(field, answer, on)
            if wrong is not None:
                yield Mistake(path=here, wrong=wrong)


def _wrong_day(field: FormField, answer: str, on: date) -> Wrong | None:
    try:
        days = (date.fromisoformat(answer) - on).days
    except ValueError:
        return Wrong.FORM
    if field.least is not None and days < field.least:
        return Wrong.TOO_SMALL
    return Wrong.TOO_LARGE if field.most is not None and days > field.most else None
