"""What the designer of procedures may send: one form for each kind of entry of a definition.

A form is made of what stands at a place of the document (`load`) and written back into it (`dump`).
Its fields are named as in the document: `name_vi` and `name_en` are one text in two languages,
`source_…` and `spec_…` the parts of a source and of the spec of a clock.
"""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.accounts.choices import Role
from dothi.core.clocks.choices import StartRule, TimeUnit
from dothi.lib import text_vi
from dothi.procedures import selectors
from dothi.procedures.choices import (
    Applicant,
    At,
    Channel,
    Collected,
    End,
    FeeKind,
    FieldType,
    Level,
    PaperForm,
    Per,
    Prefill,
    Signing,
    Trust,
    Way,
)  # fmt: skip
from dothi.procedures.rules import conditions
from dothi.procedures.rules.definition import FRAME, PROCEDURE_CODE

CODE_HELP = _("Small letters, digits and _; it is what conditions and files call it.")
CONDITION_HELP = _("Empty: always. Else JsonLogic over the fields of the form.")


class Lines(forms.CharField):
    """A list of texts, one a line: `vi | en`, with a code before them where they have one."""

    def __init__(self, *, coded: bool = False, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea({"rows": 5}), **kwargs)
        self.coded = coded

    def written(self, rows: Any) -> str:
        lines = []
        for row in rows or []:
            name = row["name"] if self.coded else row
            lines.append(
                " | ".join(([row["code"]] if self.coded else []) + [name["vi"], name["en"]])
            )
        return "\n".join(lines)

    def to_python(self, value: Any) -> Any:
        rows: list[Any] = []
        for number, line in enumerate(str(value or "").splitlines(), start=1):
            parts = [text_vi.tidy(part) for part in line.split("|")]
            if not any(parts):
                continue
            code = parts.pop(0) if self.coded else ""
            if len(parts) not in (1, 2) or not all(parts):
                raise forms.ValidationError(
                    _("Line %(n)d is not of this form.") % {"n": number}, code="form"
                )
            name = {"vi": parts[0], "en": parts[-1]}
            rows.append({"code": code, "name": name} if self.coded else name)
        return rows


class ConditionField(forms.CharField):
    """A condition as JSON."""

    def __init__(self, **kwargs: Any) -> None:
        words = {"label": _("Only when"), "help_text": CONDITION_HELP} | kwargs
        super().__init__(required=False, widget=forms.Textarea({"rows": 3, "class": "code",
                         "spellcheck": "false"}), **words)  # fmt: skip

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            found = json.loads(text)
            conditions.check(found)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(
                _("This condition cannot be evaluated. %(why)s") % {"why": error}, code="condition"
            ) from error
        if not isinstance(found, dict):
            raise forms.ValidationError(_("A condition begins with { and an operator."))
        return found


class Codes(forms.CharField):
    """Codes with blanks or commas between them."""

    def to_python(self, value: Any) -> Any:
        return str(value or "").replace(",", " ").split()


class Entry(forms.Form):
    """One entry of a definition."""

    title: Any = ""
    lists: tuple[tuple[str, Any], ...] = ()  # Lists that an entry of this kind holds.

    @classmethod
    def load(cls, node: Mapping[str, Any]) -> dict[str, Any]:
        """What stands in the boxes."""
        found = {}
        for name, field in cls.base_fields.items():
            value = _taken(node, name)
            if isinstance(field, Lines):
                value = field.written(value)
            elif isinstance(field, ConditionField):
                value = json.dumps(value, ensure_ascii=False) if value else ""
            elif isinstance(field, Codes):
                value = " ".join(value or ())
            found[name] = value
        return {name: value for name, value in found.items() if value is not None}

    def dump(self, node: Mapping[str, Any]) -> dict[str, Any]:
        """The entry with what was sent; what has no box stays as it was."""
        made: dict[str, Any] = dict(node)
        nested: dict[str, dict[str, Any]] = {}
        for name, value in self.cleaned_data.items():
            head, rest = _split(name)
            plain = value.isoformat() if hasattr(value, "isoformat") else value
            if rest:
                nested.setdefault(head, {})[rest] = plain
            elif plain in (None, "", []):
                made.pop(name, None)
            else:
                made[name] = plain
        for head, parts in nested.items():
            kept = {key: one for key, one in parts.items() if one not in (None, "")}
            if head == "spec":
                whole = {**node.get("spec", {}), **parts}
                kept = {key: one for key, one in whole.items() if one is not None}
            if kept:
                made[head] = kept
            else:
                made.pop(head, None)
        return made

    def field_of(self, place: str) -> str | None:
        """The box of a place of the entry, such as `name.vi`."""
        if not place:
            return None
        name = place.replace(".", "_")
        near = (one for one in self.fields if one == name or one.startswith(f"{name}_"))
        return next(near, None)


def _split(name: str) -> tuple[str, str]:
    for head in ("source", "spec"):
        if name.startswith(f"{head}_"):
            return head, name.removeprefix(f"{head}_")
    if name.endswith(("_vi", "_en")):
        return name[:-3], name[-2:]
    return name, ""


def _taken(node: Mapping[str, Any], name: str) -> Any:
    head, rest = _split(name)
    value = node.get(head)
    if head == "spec":
        value = {**FRAME, **(value or {})}
    return (value or {}).get(rest) if rest else value


def _text(label: Any, *, required: bool = True, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=300, **kwargs)


def _long(label: Any) -> forms.CharField:
    box = forms.Textarea({"rows": 4})
    return forms.CharField(label=label, required=False, max_length=4000, widget=box)


def _number(label: Any, *, least: int | None = 0, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=least, **kwargs)


def _one_of(label: Any, choices: Any, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, **kwargs)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


NAME_VI, NAME_EN = _("Name in Vietnamese"), _("Name in English")


class Coded(Entry):
    code = forms.RegexField(r"^[a-z][a-z0-9_]{0,39}$", label=_("Code"), help_text=CODE_HELP)
    name_vi = _text(NAME_VI)
    name_en = _text(NAME_EN)


class Sourced(Entry):
    source_text = _text(_("Source"), help_text=_("Law or decision, and the article."))
    source_trust = _one_of(_("Known"), Trust.choices)
    source_as_of = forms.DateField(
        label=_("As of"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class SourceEntry(Entry):
    title = _("Source of a part")
    text = _text(_("Source"), help_text=_("Law or decision, and the article."))
    trust = _one_of(_("Known"), Trust.choices)
    as_of = forms.DateField(
        label=_("As of"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class AboutEntry(Entry):
    title = _("The procedure")
    name_vi = _text(NAME_VI)
    name_en = _text(NAME_EN)
    area = forms.ChoiceField(label=_("Field"))
    level = _one_of(_("Level"), Level.choices)
    channel = _one_of(_("Where it is submitted"), Channel.choices)
    ways = forms.TypedMultipleChoiceField(
        label=_("How it comes in"), choices=Way.choices, coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    signing = _one_of(
        _("How it is signed online"), Signing.choices, initial=Signing.CONFIRM.value,
        help_text=_("At least. More is always taken."), required=False,
    )  # fmt: skip
    applicants = forms.MultipleChoiceField(
        label=_("Who may apply"), choices=Applicant.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    agency_vi = _text(_("Who decides, in Vietnamese"), required=False)
    agency_en = _text(_("Who decides, in English"), required=False)
    occasions = Lines(
        label=_("What happened to people who need it"),
        help_text=_("One a line: Vietnamese | English"),
    )
    sequence_vi = _long(_("What to do, in order, in Vietnamese"))
    sequence_en = _long(_("What to do, in order, in English"))
    manner_vi = _long(_("How to submit, in Vietnamese"))
    manner_en = _long(_("How to submit, in English"))
    conditions_vi = _long(_("Conditions to meet, in Vietnamese"))
    conditions_en = _long(_("Conditions to meet, in English"))
    no_papers = forms.BooleanField(label=_("No papers are asked for"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area = self.fields["area"]
        assert isinstance(area, forms.ChoiceField)
        area.choices = [(one.code, one.name) for one in selectors.all_areas()]


class PaperEntry(Coded):
    title = _("Paper")
    form = _one_of(_("In which form"), PaperForm.choices)
    number = _number(_("Copies"), least=1, initial=1)
    required = forms.BooleanField(label=_("Always required"), required=False, initial=True)
    when = ConditionField()
    kind = _text(_("Kind, wherever it is asked for"), required=False)
    help_vi = _long(_("Help in Vietnamese"))
    help_en = _long(_("Help in English"))


class LimitEntry(Sourced):
    title = _("Time limit")
    field_order = ("spec_amount", "spec_unit", "spec_start", "spec_cut_off")
    spec_amount = forms.IntegerField(label=_("Time"), min_value=0)
    spec_unit = _one_of(_("Counted in"), TimeUnit.choices)
    spec_start = _one_of(_("Counts from"), StartRule.choices)
    spec_cut_off = forms.TimeField(
        label=_("What comes later counts for the next day"), required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )  # fmt: skip
    spec_max_pauses = _number(_("Requests for papers at most"))
    spec_max_extensions = _number(_("Extensions at most"))
    spec_max_extension = _number(_("Each extension at most"))
    spec_extend_ahead = _number(_("Working days before the end by which it is extended"))
    name_vi = _text(NAME_VI, required=False)
    name_en = _text(NAME_EN, required=False)
    when = ConditionField()


class FeeEntry(Coded, Sourced):
    title = _("Fee")
    kind = _one_of(_("Kind"), FeeKind.choices)
    amount = forms.IntegerField(label=_("Amount in dong"), min_value=0)
    per = _one_of(_("Counted"), Per.choices)
    cap = _number(_("A copy costs at most"))
    collected = forms.TypedChoiceField(
        label=_("Collected"), choices=Collected.choices, coerce=int, required=False,
        initial=Collected.RECEIVING.value,
    )  # fmt: skip
    ways = forms.TypedMultipleChoiceField(
        label=_("Only for these ways"), choices=Way.choices, coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    places = Codes(
        label=_("Only in these units"), required=False, help_text=_("Codes of units; empty: all.")
    )
    valid_from = _day(_("From"))
    valid_to = _day(_("Until before"))
    when = ConditionField()
    lists = (("tiers", _("Tiers")),)


class TierEntry(Entry):
    title = _("Tier")
    since = forms.IntegerField(label=_("From page"), min_value=1)
    amount = forms.IntegerField(label=_("Amount in dong"), min_value=0)


class ResultEntry(Coded):
    title = _("Result")
    kind = _text(_("Kind, wherever it is asked for"), required=False)
    months = _number(_("Valid for months"), least=1)


class BasisEntry(Entry):
    title = _("Legal basis")
    name_vi = _text(NAME_VI)
    name_en = _text(NAME_EN)
    article = forms.CharField(label=_("Article"), required=False, max_length=100)


class StepEntry(Coded):
    title = _("Internal step")
    role = _one_of(_("Post"), Role.choices)
    at = _one_of(_("Where"), At.choices)
    hours = forms.IntegerField(label=_("Working hours"), min_value=0, max_value=2000)
    lists = (("outcomes", _("Outcomes")),)


class OutcomeEntry(Coded):
    title = _("Outcome")
    to = _text(
        _("Leads to"),
        help_text=_("The code of a step, or: %(ends)s") % {"ends": ", ".join(End.values)},
    )


class SectionEntry(Coded):
    title = _("Section of the form")
    help_vi = _long(_("Help in Vietnamese"))
    help_en = _long(_("Help in English"))
    lists = (("fields", _("Fields")),)


class FieldEntry(Coded):
    title = _("Field of the form")
    type = _one_of(_("Type"), FieldType.choices)
    required = forms.BooleanField(label=_("Must be answered"), required=False, initial=True)
    help_vi = _long(_("Help in Vietnamese"))
    help_en = _long(_("Help in English"))
    options = Lines(
        coded=True, label=_("Answers to choose from"),
        help_text=_("One a line: code | Vietnamese | English"),
    )  # fmt: skip
    least = forms.FloatField(
        label=_("At least"), required=False,
        help_text=_("Of a number or of rows; of a date, days from today."),
    )  # fmt: skip
    most = forms.FloatField(label=_("At most"), required=False)
    when = ConditionField()
    prefill = _one_of(_("Filled in from"), [("", _("Nothing")), *Prefill.choices], required=False)
    sensitive = forms.BooleanField(
        label=_("Sensitive: encrypted, and opened one by one"), required=False
    )


class GroupEntry(FieldEntry):
    lists = (("fields", _("Fields")),)


# The kind of entry by the last list or part of its place.
ENTRIES: Mapping[str, type[Entry]] = {
    "": AboutEntry, "papers": PaperEntry, "limits": LimitEntry, "fees": FeeEntry,
    "tiers": TierEntry, "results": ResultEntry, "basis": BasisEntry, "steps": StepEntry,
    "outcomes": OutcomeEntry, "sections": SectionEntry, "fields": FieldEntry,
    "sources": SourceEntry,
}  # fmt: skip
LISTS = (
    ("papers", _("Papers to submit")), ("limits", _("Time limits")), ("fees", _("Fees")),
    ("results", _("Results")), ("basis", _("Legal basis")), ("steps", _("Internal steps")),
    ("form.sections", _("Sections of the form")),
)  # fmt: skip


class BeginForm(forms.Form):
    """A procedure that the catalogue does not have yet."""

    code = forms.RegexField(
        PROCEDURE_CODE, label=_("Code of the national catalogue"), help_text=_("Like 1.001193.")
    )
    name_vi = _text(NAME_VI)
    name_en = _text(NAME_EN)
    area = forms.ChoiceField(label=_("Field"))
    channel = _one_of(_("Where it is submitted"), Channel.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area = self.fields["area"]
        assert isinstance(area, forms.ChoiceField)
        area.choices = [(one.code, one.name) for one in selectors.all_areas()]

    @property
    def document(self) -> dict[str, Any]:
        data = self.cleaned_data
        ways = [1, 3] if data["channel"] == Channel.COUNTER else [1, 2, 3]
        return {
            "code": data["code"], "area": data["area"], "channel": data["channel"], "ways": ways,
            "name": {"vi": data["name_vi"], "en": data["name_en"]},
        }  # fmt: skip


class FileForm(forms.Form):
    file = forms.FileField(label=_("File of a procedure (JSON or TOML)"))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > 1_000_000:
            raise forms.ValidationError(_("A procedure is smaller than 1 MB."))
        return file


class PublishForm(forms.Form):
    valid_from = forms.DateField(
        label=_("In force from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    sure = forms.BooleanField(
        label=_("I have read the whole. What is published is never changed again.")
    )
