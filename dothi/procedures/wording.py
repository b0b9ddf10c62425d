"""How the values of a procedure read, and the answers to its form."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from dothi.core.clocks.choices import TimeUnit
from dothi.core.clocks.selectors import amount as amount_of_time
from dothi.lib import text_vi
from dothi.procedures.choices import FieldType, Per, Wrong
from dothi.procedures.rules import forms
from dothi.procedures.rules.definition import Fee, Form, FormField, Limit, Words


def limit(one: Limit) -> str:
    """A time limit: "15 working days", "The same day"."""
    clock = one.clock
    if clock.unit == TimeUnit.WORK_DAYS and clock.amount == 0:
        if clock.cut_off is None:
            return _("The same day")
        hour = f"{clock.cut_off:%H:%M}"
        return _("The same day; received after %(hour)s, the next working day") % {"hour": hour}
    return amount_of_time(clock.amount, clock.unit)


def fee(one: Fee) -> list[str]:
    """What a line of the tariff costs, a sentence each."""
    if one.amount == 0 and not one.tiers:
        return [_("Free of charge (0 ₫)")]
    price = text_vi.money(one.amount)
    said = [price if one.per == Per.DOSSIER else f"{price} {Per(one.per).label}"]
    for tier in one.tiers:
        said.append(
            _("from page %(page)d: %(price)s")
            % {"page": tier.since, "price": text_vi.money(tier.amount)}
        )
    if one.cap is not None:
        said.append(_("at most %(price)s per copy") % {"price": text_vi.money(one.cap)})
    return said


def copies(number: int) -> str:
    """How many of a paper are asked for."""
    return ngettext("%(n)d copy", "%(n)d copies", number) % {"n": number}


def place(form: Form, path: tuple[str | int, ...]) -> str:
    """How the place of an answer is called: "Parents 2: Full name"."""
    first, found = forms.field_at(form, path[:1]), forms.field_at(form, path)
    if first is None or found is None:
        return str(path[0])
    if found is first:
        return said(first.name)
    return f"{said(first.name)} {int(path[1]) + 1}: {said(found.name)}"


def wrong(field: FormField | None, fault: Wrong) -> str:
    """What is wrong with an answer, and what to do."""
    sentence = None
    if field is not None:
        match fault:
            case Wrong.FORM:
                sentence = _form_of(field)
            case Wrong.TOO_LONG:
                most = field.most or (forms.LONG_TEXT, forms.TEXT)[field.type == FieldType.TEXT]
                sentence = _("Please use at most %(most)d characters.") % {"most": most}
            case Wrong.TOO_SMALL | Wrong.TOO_LARGE:
                sentence = _bound(field, fault)
            case Wrong.TOO_MANY if field.type == FieldType.GROUP:
                most = field.most if field.most is not None else forms.ROWS
                sentence = _("These may be at most %(most)d.") % {"most": most}
    return sentence or str(fault.label)


def _form_of(field: FormField) -> str | None:
    match field.type:
        case FieldType.DATE:
            return _("Please write the day like 17/02/2026.")
        case FieldType.NUMBER:
            return _("Please write a number in digits.")
        case FieldType.MONEY:
            return _("Please write a whole amount in dong, in digits.")
        case FieldType.CITIZEN_ID:
            return _("Please write the 12 digits of the personal identification number.")
        case FieldType.PHONE:
            return _("Please write a telephone number like 0901 234 567.")
        case FieldType.EMAIL:
            return _("Please write an e-mail address like ten@example.com.")
        case FieldType.YES_NO:
            return str(Wrong.NOT_OFFERED.label)
    return None


def _bound(field: FormField, fault: Wrong) -> str | None:
    bound = field.least if fault == Wrong.TOO_SMALL else field.most
    if field.type == FieldType.DATE:
        if bound == 0:
            return (
                _("This day may not lie in the past.")
                if fault == Wrong.TOO_SMALL
                else _("This day may not lie in the future.")
            )
        return (
            _("This day is too early.") if fault == Wrong.TOO_SMALL else _("This day is too late.")
        )
    if bound is None:
        bound = 0
    if fault == Wrong.TOO_SMALL:
        return _("Please write %(least)s or more.") % {"least": number(field, bound)}
    return _("Please write %(most)s or less.") % {"most": number(field, bound)}


def help_of(field: FormField) -> str:
    """The help of a field, and how to write what has a form of its own."""
    texts = [said(field.help)]
    if field.type == FieldType.DATE:
        texts.append(_("Like 17/02/2026."))
    elif field.type == FieldType.MONEY:
        texts.append(_("In dong."))
    return " ".join(filter(None, texts))


@dataclass(frozen=True, kw_only=True)
class Line:
    """One answer as it reads, beside the name of its field."""

    label: str
    text: str
    sensitive: bool


def answers(form: Form, given: Mapping[str, Any]) -> list[tuple[str, str, list[Line]]]:
    """What was answered, section by section (code, name, lines): to check, to handle, to print."""
    read = []
    for section in form.sections:
        lines = [
            line
            for field in section.fields
            if field.code in given
            for line in _lines(field, given[field.code])
        ]
        if lines:
            read.append((section.code, said(section.name), lines))
    return read


def _lines(field: FormField, value: Any) -> Iterator[Line]:
    if field.type != FieldType.GROUP:
        yield Line(label=said(field.name), text=answer(field, value), sensitive=field.sensitive)
        return
    for at, row in enumerate(value):
        for inner in field.fields:
            if inner.code in row:
                yield Line(
                    label=f"{said(field.name)} {at + 1}: {said(inner.name)}",
                    text=answer(inner, row[inner.code]),
                    sensitive=field.sensitive or inner.sensitive,
                )


def answer(field: FormField, value: Any) -> str:
    """An answer in words: the name of what was chosen, a day as 17/02/2026."""
    if field.type == FieldType.CHOICES and isinstance(value, list | tuple):
        return ", ".join(_option(field, one) for one in value)
    if field.type == FieldType.CHOICE:
        return _option(field, value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return number(field, value)
    if field.type == FieldType.DATE:
        try:
            return text_vi.short_date(date.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    return str(value)


def number(field: FormField, value: float) -> str:
    """A number as the page writes it. A year is no amount: four digits stand together."""
    if field.type == FieldType.MONEY:
        return text_vi.money(Decimal(str(value)))
    shown = f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return shown if get_language() == "en" else shown.replace(".", ",")


def _option(field: FormField, code: Any) -> str:
    return next((said(one.name) for one in field.options if one.code == code), str(code))


def said(words: Words | None) -> str:
    """A text of the definition in the language of the page."""
    return words.of(get_language() or "vi") if words is not None else ""


# --- Conditions in words


def condition(form: Form, when: Mapping[str, Any] | None) -> str:
    """What a condition says, in a sentence: "“Married” is Yes, and “Sum” is more than 1000"."""
    return _clause(form, when) if when is not None else ""


def _clause(form: Form, part: Any) -> str:
    if not isinstance(part, Mapping) or len(part) != 1:
        return _said_value(part)
    operator, parts = next(iter(part.items()))
    values = list(parts) if isinstance(parts, list | tuple) else [parts]
    if operator == "var":
        return f"“{_name_of(form, values[0])}”"
    if operator in {"and", "or"}:
        joint = _(" and ") if operator == "and" else _(" or ")
        return joint.join(f"({_clause(form, one)})" for one in values)
    if operator in _COMPARED and len(values) == 2:
        return _(_COMPARED[operator]) % {
            "one": _clause(form, values[0]),
            "other": _other(form, values[0], values[1]),
        }
    if operator in {"!", "!!"} and len(values) == 1:
        text = _("it is not so that: %(one)s") if operator == "!" else _("%(one)s is answered")
        return text % {"one": _clause(form, values[0])}
    return json.dumps(part, ensure_ascii=False)


_COMPARED = {
    "==": gettext_noop("%(one)s is %(other)s"),
    "===": gettext_noop("%(one)s is %(other)s"),
    "!=": gettext_noop("%(one)s is not %(other)s"),
    "!==": gettext_noop("%(one)s is not %(other)s"),
    ">": gettext_noop("%(one)s is more than %(other)s"),
    ">=": gettext_noop("%(one)s is at least %(other)s"),
    "<": gettext_noop("%(one)s is less than %(other)s"),
    "<=": gettext_noop("%(one)s is at most %(other)s"),
    "in": gettext_noop("%(one)s is one of: %(other)s"),
}


def _other(form: Form, asked: Any, value: Any) -> str:
    """What a field is compared with: the name of an answer where it is one."""
    name = asked.get("var") if isinstance(asked, Mapping) else None
    field = _field_named(form, name)
    if field is not None and not isinstance(value, Mapping):
        listed = value if isinstance(value, list) else [value]
        return ", ".join(answer(field, one) for one in listed)
    return _clause(form, value)


def _name_of(form: Form, name: Any) -> str:
    field = _field_named(form, name)
    return said(field.name) if field is not None else str(name)


def _field_named(form: Form, name: Any) -> FormField | None:
    code = str(name).rpartition(".")[2]
    fields = [*form.fields, *(inner for one in form.fields for inner in one.fields)]
    return next((one for one in fields if one.code == code), None)


def _said_value(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(_said_value(one) for one in value)
    return _("nothing") if value is None else str(value)
