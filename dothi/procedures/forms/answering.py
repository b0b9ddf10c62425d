"""Answer the form of a procedure on a page: the one door for every domain that asks with one.

`shown` makes a `Sheet` of a form, or of one section of it; `read` reads what was posted. The
templates in `procedures/form/` show it. See docs/domains/procedures.md for how a page is made.

Works without a script: each post says anew which fields are seen. Where an answer leads to more
questions in the section, it is shown once more with them, and nothing is called wrong that was
never asked. With a script the same conditions are evaluated while somebody types; what counts is
what is read here.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import conditional_escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dothi.procedures import wording
from dothi.procedures.choices import FieldType, Prefill
from dothi.procedures.forms import reading
from dothi.procedures.rules import conditions
from dothi.procedures.rules import forms as rules
from dothi.procedures.rules.definition import Form, FormField, Section
from dothi.procedures.rules.forms import Answers, Mistake

DEED, ASKED, ROW = "do", "asked", "row"  # Names of what is sent besides the answers.
NEXT, BACK, ADD, REMOVE = "next", "back", "add", "remove"
BLANK = "n"  # Number of the row that a script copies.
RADIOS = 5  # More options than these fold up into a list.
ROWS = 100  # Read of one group; the form's own bound is judged by its schema.
AUTOCOMPLETE = {Prefill.NAME: "name", Prefill.EMAIL: "email", Prefill.PHONE: "tel"}
BOXES = {
    FieldType.NUMBER: {"inputmode": "decimal", "autocomplete": "off"},
    FieldType.MONEY: {"inputmode": "numeric", "autocomplete": "off"},
    FieldType.DATE: {"inputmode": "numeric", "autocomplete": "off"},
    FieldType.CITIZEN_ID: {"inputmode": "numeric", "autocomplete": "off"},
    FieldType.PHONE: {"type": "tel"},
    FieldType.EMAIL: {"type": "email"},
}


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One field on the page; hidden where its condition does not hold."""

    box: forms.BoundField
    name: str
    code: str
    type: str
    label: str
    seen: bool
    when: str  # The condition as JSON, for the script.
    is_group: bool = False

    @property
    def anchor(self) -> str:
        """The id of the first box: where a link to the mistake leads."""
        listed = isinstance(self.box.field.widget, forms.RadioSelect)  # Checkboxes are some, too.
        return f"{self.box.auto_id}_0" if listed else self.box.auto_id


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a repeated group."""

    key: str
    title: str
    leaves: list[Leaf]


@dataclass(frozen=True, kw_only=True)
class Group:
    """A repeated group on the page. `blank` is the row that a script copies."""

    name: str
    code: str
    label: str
    help: str
    required: bool
    seen: bool
    when: str
    errors: list[str]
    rows: list[Row]
    blank: Row
    may_add: bool
    most: int
    is_group: bool = True

    @property
    def anchor(self) -> str:
        return f"group-{self.name}"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One section on the page."""

    code: str
    name: str
    help: str
    parts: list[Leaf | Group]


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One section on the way through the form."""

    code: str
    name: str
    current: bool
    done: bool


@dataclass(kw_only=True)
class Sheet:
    """A form, or one section of it, as it stands on a page.

    `given` are all answers as they were typed; `answers` what is kept of them: typed, the hidden
    cleared. `faults` are what is wrong with what was asked. `further` tells that the answers led to
    questions that were not on the page. `is_done`: somebody went on, and nothing is in the way.
    """

    form: Form
    on: date
    given: dict[str, Any]
    section: str = ""  # Empty: the whole form on one page.
    deed: str = ""
    faults: list[Mistake] = field(default_factory=list)
    further: bool = False
    touched: str = ""  # The group whose rows were just changed.

    @cached_property
    def answers(self) -> dict[str, Any]:
        return rules.cleaned(self.form, self.given)

    @property
    def is_done(self) -> bool:
        return self.deed == NEXT and not self.faults and not self.further

    @property
    def goes_back(self) -> bool:
        return self.deed == BACK

    @cached_property
    def way(self) -> list[Stop]:
        """The sections that have something to ask, in order."""
        asked = [one for one in self.form.sections if self._asks(one)]
        here = next((n for n, one in enumerate(asked) if one.code == self.section), len(asked))
        return [
            Stop(code=one.code, name=wording.said(one.name), current=n == here, done=n < here)
            for n, one in enumerate(asked)
        ]

    @property
    def next_section(self) -> str:
        """The section after this one; empty: it was the last, or the whole form is on the page."""
        return self._beside(1)

    @property
    def previous_section(self) -> str:
        return self._beside(-1)

    @cached_property
    def sections(self) -> list[Shown]:
        """What the page shows."""
        return [
            Shown(
                code=one.code, name=wording.said(one.name), help=wording.said(one.help),
                parts=list(self._parts(one.fields)),
            )
            for one in self._on_page
        ]  # fmt: skip

    @cached_property
    def mistakes(self) -> list[tuple[str, str, str]]:
        """What is wrong for the summary at the top: where it stands, its name, the sentence."""
        return [(*self._place(one), self._sentence(one)) for one in self.faults]

    @property
    def language(self) -> str:
        """By which numbers are written; the script reads them so, too."""
        return _language()

    @cached_property
    def elsewhere(self) -> str:
        """As JSON, the answers of other pages that conditions on this one ask for."""
        wanted: set[str] = set()
        here = {one.code for section in self._on_page for one in section.fields}
        for section in self._on_page:
            for one in section.fields:
                for when in (one.when, *(inner.when for inner in one.fields)):
                    wanted |= {name.split(".")[0] for name in conditions.variables(when)}
        kept = {code: self.answers[code] for code in sorted(wanted - here) if code in self.answers}
        return json.dumps(kept, ensure_ascii=False)

    @property
    def _on_page(self) -> list[Section]:
        return [one for one in self.form.sections if self.section in ("", one.code)]

    def _asks(self, section: Section) -> bool:
        return any(conditions.holds(one.when, self.answers) for one in section.fields)

    def _beside(self, step: int) -> str:
        codes = [stop.code for stop in self.way]
        if self.section not in codes:
            return ""
        at = codes.index(self.section) + step
        return codes[at] if 0 <= at < len(codes) else ""

    # --- What stands on the page

    @cached_property
    def _boxes(self) -> forms.Form:
        """The fields of the page as Django's, so that they look as everywhere in the house."""
        made: dict[str, forms.Field] = {}
        initial: dict[str, Any] = {}
        for section in self._on_page:
            for one in section.fields:
                for name, inner, value in self._named(one):
                    made[name] = _box(inner)
                    initial[name] = reading.written(inner, value, language=self.language)
        boxes = forms.Form(initial=initial, use_required_attribute=False, auto_id="id_%s")
        boxes.fields = made
        for mistake in self.faults:
            if (name := _name(self.form, mistake.path)) in made:
                boxes.errors.setdefault(name, boxes.error_class(renderer=boxes.renderer)).append(
                    self._sentence(mistake)
                )
        return boxes

    def _named(self, one: FormField) -> Iterator[tuple[str, FormField, Any]]:
        """Each box of a field with its name and what stands in it."""
        if one.type != FieldType.GROUP:
            yield one.code, one, self.given.get(one.code)
            return
        rows: list[tuple[str, Mapping[str, Any]]] = [
            (str(number), row) for number, row in enumerate(self._rows(one))
        ]
        for number, row in (*rows, (BLANK, {})):
            for inner in one.fields:
                yield f"{one.code}-{number}-{inner.code}", inner, row.get(inner.code)

    def _rows(self, group: FormField) -> list[Mapping[str, Any]]:
        """The rows as they were typed; an empty one where the form needs one."""
        rows = self.given.get(group.code)
        listed = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
        least = int(group.least if group.least is not None else group.required)
        return [*listed, *({} for _n in range(min(least, ROWS) - len(listed)))]

    def _parts(self, fields: Iterable[FormField]) -> Iterator[Leaf | Group]:
        for one in fields:
            seen = conditions.holds(one.when, self.answers)
            if one.type == FieldType.GROUP:
                yield self._group(one, seen=seen)
            else:
                yield self._leaf(one, one.code, seen=seen)

    def _leaf(self, one: FormField, name: str, *, seen: bool) -> Leaf:
        return Leaf(
            box=self._boxes[name],
            name=name,
            code=one.code,
            type=one.type.value,
            label=wording.said(one.name),
            seen=seen,
            when=_json(one.when),
        )

    def _group(self, group: FormField, *, seen: bool) -> Group:
        rows = self._rows(group)
        most = int(group.most if group.most is not None else rules.ROWS)
        return Group(
            name=group.code,
            code=group.code,
            label=wording.said(group.name),
            help=wording.said(group.help),
            required=group.required,
            seen=seen,
            when=_json(group.when),
            errors=[self._sentence(one) for one in self.faults if one.path == (group.code,)],
            rows=[self._row(group, row, str(n), n) for n, row in enumerate(rows)],
            blank=self._row(group, {}, BLANK, len(rows)),
            may_add=len(rows) < most,
            most=most,
        )

    def _row(self, group: FormField, row: Mapping[str, Any], number: str, at: int) -> Row:
        seen_by = {**self.answers, **rules.row_cleaned(group, dict(row), self.answers)}
        return Row(
            key=f"{group.code}-{number}",
            title=f"{wording.said(group.name)} {at + 1}",
            leaves=[
                self._leaf(
                    inner,
                    f"{group.code}-{number}-{inner.code}",
                    seen=conditions.holds(inner.when, seen_by),
                )
                for inner in group.fields
            ],
        )

    # --- What is wrong

    def _place(self, mistake: Mistake) -> tuple[str, str]:
        """The anchor of a mistake, and how its place is called."""
        name = _name(self.form, mistake.path)
        for section in self.sections:
            for part in section.parts:
                if part.name == name:
                    return part.anchor, part.label
                if isinstance(part, Group):
                    for row in part.rows:
                        for leaf in row.leaves:
                            if leaf.name == name:
                                return leaf.anchor, f"{row.title}: {leaf.label}"
        return "", wording.place(self.form, mistake.path)

    def _sentence(self, mistake: Mistake) -> str:
        return wording.wrong(rules.field_at(self.form, mistake.path), mistake.wrong)


def shown(form: Form, answers: Answers, *, on: date, section: str = "") -> Sheet:
    """The form, or one section of it, with the answers so far.

    Raises:
        KeyError: the form has no such section.
    """
    _known_section(form, section)
    return Sheet(form=form, on=on, given=dict(answers), section=section)


def read(form: Form, data: QueryDict, answers: Answers, *, on: date, section: str = "") -> Sheet:
    """What was posted, laid over the answers so far, and what is wrong with it.

    Nothing is called wrong when somebody goes back or changes the rows of a group.

    Raises:
        KeyError: the form has no such section.
    """
    _known_section(form, section)
    deed, _dash, what = data.get(DEED, NEXT).partition("-")
    sent = set(data.getlist(ASKED))
    fields = [one for part in form.sections if section in ("", part.code) for one in part.fields]
    given, asked = dict(answers), set()
    for one in fields:
        if one.code not in sent:
            continue
        asked.add(one.code)
        if one.type == FieldType.GROUP:
            rows = _read_rows(one, data)
            if deed in (ADD, REMOVE):
                rows = _with_change(one, rows, deed, what)
            else:
                rows = [(key, row) for key, row in rows if row]
            given[one.code] = [row for _key, row in rows]
            asked |= {
                f"{one.code}-{at}-{inner.code}"
                for at, (key, _row) in enumerate(rows)
                for inner in one.fields
                if f"{key}-{inner.code}" in sent
            }
        else:
            given[one.code] = reading.answer(one, data.getlist(one.code), language=_language())
    sheet = Sheet(form=form, on=on, given=given, section=section, deed=deed)
    if deed == NEXT:
        _judge(sheet, fields, asked)
    elif deed in (ADD, REMOVE):
        sheet.touched = what.partition("-")[0]
    return sheet


def open_questions(form: Form, answers: Answers, *, on: date) -> list[tuple[str, str, str]]:
    """What is still in the way of handing answers in: section, name of the place, sentence."""
    kept = rules.cleaned(form, answers)
    return [
        (
            _section_of(form, one.path),
            wording.place(form, one.path),
            wording.wrong(rules.field_at(form, one.path), one.wrong),
        )
        for one in rules.mistakes(form, kept, on=on)
    ]


def first_section(form: Form, answers: Answers, *, on: date) -> str:
    """With which section to begin, or to go on: the first that still asks something."""
    still = {section for section, *_rest in open_questions(form, answers, on=on)}
    way = shown(form, answers, on=on).way
    return next((one.code for one in way if one.code in still), way[0].code if way else "")


def _judge(sheet: Sheet, fields: Sequence[FormField], asked: set[str]) -> None:
    """What is wrong with what was asked, and whether there is more to ask."""
    kept = sheet.answers
    sheet.faults = [
        one
        for one in rules.mistakes(sheet.form, kept, on=sheet.on)
        if _name(sheet.form, one.path) in asked
    ]
    sheet.further = any(name not in asked for name in _seen_names(fields, kept))


def _seen_names(fields: Iterable[FormField], kept: Answers) -> Iterator[str]:
    for one in fields:
        if not conditions.holds(one.when, kept):
            continue
        yield one.code
        if one.type == FieldType.GROUP:
            for number, row in enumerate(kept.get(one.code, [])):
                for inner in one.fields:
                    if conditions.holds(inner.when, {**kept, **row}):
                        yield f"{one.code}-{number}-{inner.code}"


Rows = list[tuple[str, dict[str, Any]]]


def _read_rows(group: FormField, data: QueryDict) -> Rows:
    """The rows that were sent, in order, each with its key."""
    keys = [key for key in data.getlist(ROW) if key.rpartition("-")[0] == group.code]
    rows = []
    for key in list(dict.fromkeys(keys))[:ROWS]:
        read_ = {
            one.code: reading.answer(one, data.getlist(f"{key}-{one.code}"), language=_language())
            for one in group.fields
        }
        rows.append((key, {code: one for code, one in read_.items() if one not in (None, [])}))
    return rows


def _with_change(group: FormField, rows: Rows, deed: str, what: str) -> Rows:
    """With an empty row more, or without the one that was taken out."""
    if deed == ADD and what == group.code and len(rows) < ROWS:
        return [*rows, ("", {})]
    return [(key, row) for key, row in rows if deed != REMOVE or key != what]


def _box(one: FormField) -> forms.Field:
    words: dict[str, Any] = {
        "label": wording.said(one.name),
        "help_text": conditional_escape(wording.help_of(one)),
        "required": False,
    }
    made: forms.Field
    options = [(option.code, wording.said(option.name)) for option in one.options]
    match one.type:
        case FieldType.YES_NO:
            made = forms.ChoiceField(
                choices=_blank(one, [(reading.YES, _("Yes")), (reading.NO, _("No"))]),
                widget=forms.RadioSelect, **words,
            )  # fmt: skip
        case FieldType.CHOICE if len(options) <= RADIOS:
            made = forms.ChoiceField(choices=_blank(one, options), widget=forms.RadioSelect,
                                     **words)  # fmt: skip
        case FieldType.CHOICE:
            made = forms.ChoiceField(choices=[("", _("Choose")), *options], **words)
        case FieldType.CHOICES:
            boxes = forms.CheckboxSelectMultiple
            made = forms.MultipleChoiceField(choices=options, widget=boxes, **words)
        case FieldType.LONG_TEXT:
            made = forms.CharField(widget=forms.Textarea({"rows": 4}), **words)
        case _:
            attrs = dict(BOXES.get(one.type, {}))
            if one.prefill in AUTOCOMPLETE:
                attrs["autocomplete"] = AUTOCOMPLETE[Prefill(one.prefill)]
            made = forms.CharField(widget=forms.TextInput(attrs), **words)
    made.required = one.required  # For the mark beside its name; the rules judge.
    return made


def _blank(one: FormField, options: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A round button cannot be taken back: where no answer is an answer, it is offered."""
    return options if one.required else [*options, ("", _("No answer"))]


def _name(form: Form, path: tuple[str | int, ...]) -> str:
    """The box of an answer; one of several choices has that of all."""
    group = rules.field_at(form, path[:1])
    if group is None or group.type != FieldType.GROUP:
        return str(path[0])
    return "-".join(str(part) for part in path)


def _language() -> str:
    return get_language() or "vi"


def _json(when: conditions.Condition | None) -> str:
    return json.dumps(when, ensure_ascii=False) if when is not None else ""


def _section_of(form: Form, path: tuple[str | int, ...]) -> str:
    for section in form.sections:
        if any(one.code == path[0] for one in section.fields):
            return section.code
    return ""


def _known_section(form: Form, section: str) -> None:
    if section and all(one.code != section for one in form.sections):
        raise KeyError(section)
