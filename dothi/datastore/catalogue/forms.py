"""What the pages of the catalogue may send. Forms look at shape; rules and verbs decide."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.accounts.choices import Role
from dothi.datastore.catalogue.choices import (
    Classification,
    Comparison,
    Kind,
    Licence,
    Mode,
    Notation,
    Rhythm,
    Share,
    State,
    Theme,
    Type,
)
from dothi.datastore.catalogue.rules.contract import CODE, Compare, Contract, Fault, Field
from dothi.datastore.catalogue.rules.odcs.texts import AT_MOST
from dothi.datastore.catalogue.services import Description
from dothi.units.models import Unit

ALL = [("", _("All"))]


def day_field(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **more)


class SearchForm(forms.Form):
    """What the public search is narrowed by."""

    q = forms.CharField(label=_("Words"), required=False, max_length=100)
    theme = forms.ChoiceField(label=_("Topic"), required=False, choices=[*ALL, *Theme.choices])
    unit = forms.ChoiceField(label=_("Who answers for it"), required=False)
    place = forms.ChoiceField(label=_("Place that it is about"), required=False)
    column = forms.CharField(label=_("With a column about"), required=False, max_length=60)
    on = day_field(_("Covers the day"))

    def __init__(
        self, *args: Any, units: Iterable[Unit], places: Iterable[Unit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "unit", [*ALL, *((unit.code, unit.name) for unit in units)])
        _offer(self, "place", [*ALL, *((unit.code, unit.name) for unit in places)])


def _offer(form: forms.Form, name: str, choices: list[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class DeskForm(forms.Form):
    """What the steward's list is narrowed by."""

    q = forms.CharField(label=_("Words"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[*ALL, *State.choices])
    share = forms.ChoiceField(label=_("Sharing"), required=False, choices=[*ALL, *Share.choices])


class DescribeForm(forms.Form):
    """All that a steward says of a dataset."""

    code = forms.RegexField(
        CODE, label=_("Code"), max_length=60,
        help_text=_("Small letters, digits and hyphens. It is part of every address and stays."),
        error_messages={"invalid": _("Only a-z, 0-9 and hyphens between them.")},
    )  # fmt: skip
    unit = forms.ChoiceField(label=_("Unit that answers for it"))
    steward_role = forms.ChoiceField(
        label=_("Post that answers for it"), choices=Role.choices, initial=Role.STEWARD
    )
    title_vi = forms.CharField(label=_("Title in Vietnamese"), max_length=200)
    description_vi = forms.CharField(
        label=_("Description in Vietnamese"), required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What one row is, where it comes from, what it is good for."),
    )  # fmt: skip
    title_en = forms.CharField(label=_("Title in English"), required=False, max_length=200)
    description_en = forms.CharField(
        label=_("Description in English"), required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    themes = forms.MultipleChoiceField(
        label=_("Topics"), required=False, choices=Theme.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    keywords = forms.CharField(
        label=_("Keywords"), required=False, max_length=500, help_text=_("Separated by commas.")
    )
    kind = forms.ChoiceField(label=_("Kind of data"), choices=Kind.choices)
    share = forms.ChoiceField(
        label=_("Sharing"), choices=Share.choices, initial=Share.CLOSED,
        help_text=_("Open data need an open licence."),
    )  # fmt: skip
    licence = forms.ChoiceField(
        label=_("Licence"), choices=Licence.choices, initial=Licence.NOT_OPEN
    )
    agency_vi = forms.CharField(
        label=_("Agency"), required=False, max_length=200,
        help_text=_("As papers name it, where it is another one than the unit."),
    )  # fmt: skip
    agency_en = forms.CharField(label=_("Agency in English"), required=False, max_length=200)
    legal_basis = forms.CharField(label=_("Legal basis"), required=False, max_length=300)
    source = forms.CharField(label=_("Source"), required=False, max_length=300)
    place = forms.ChoiceField(label=_("Place that it is about"), required=False)
    covers_from = day_field(_("Covers from"))
    covers_to = day_field(_("Covers until before"), help_text=_("Empty: it goes on."))
    rhythm = forms.ChoiceField(
        label=_("How often"), choices=Rhythm.choices, initial=Rhythm.IRREGULAR
    )
    sample = forms.BooleanField(label=_("These are sample data"), required=False)

    def __init__(
        self, *args: Any, units: Iterable[Unit], places: Iterable[Unit], new: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.code: unit for unit in units}
        self.places = {unit.code: unit for unit in places}
        _offer(self, "unit", [(code, unit.name) for code, unit in self.units.items()])
        offered = [(code, unit.name) for code, unit in self.places.items()]
        _offer(self, "place", [("", _("Nothing in particular")), *offered])
        if not new:
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("covers_from"), data.get("covers_to")
        if first and last and last <= first:
            self.add_error("covers_to", _("The end lies before the beginning."))
        if data.get("share") == Share.OPEN and data.get("licence") == Licence.NOT_OPEN:
            self.add_error("licence", _("Open data need an open licence."))
        return data

    @property
    def description(self) -> Description:
        data = self.cleaned_data
        said = {name: data[name] for name in ("title_vi", "title_en", "description_vi",
                "description_en", "agency_vi", "agency_en", "legal_basis", "source",
                "covers_from", "covers_to", "sample")}  # fmt: skip
        return Description(
            **said,
            kind=Kind(data["kind"]),
            share=Share(data["share"]),
            licence=Licence(data["licence"]),
            rhythm=Rhythm(data["rhythm"]),
            steward_role=Role(data["steward_role"]),
            themes=tuple(Theme(theme) for theme in data["themes"]),
            keywords=tuple(data["keywords"].split(",")),
            place=self.places.get(data["place"]),
        )

    @property
    def keeper(self) -> Unit:
        return self.units[self.cleaned_data["unit"]]


# --- The contract as a table of columns ----------------------------------------------------------


class ColumnForm(forms.Form):
    """One column of a contract. Empty rows are no columns."""

    name = forms.CharField(label=_("Name of the column"), max_length=63)
    head = forms.CharField(label=_("Head in the source"), required=False, max_length=200)
    title_vi = forms.CharField(label=_("What it is called"), max_length=200)
    type = forms.ChoiceField(label=_("Type"), choices=Type.choices, initial=Type.TEXT)
    classification = forms.ChoiceField(
        label=_("Personal data"), choices=Classification.choices, initial=Classification.PUBLIC
    )
    required = forms.BooleanField(label=_("Required"), required=False)
    unique = forms.BooleanField(label=_("Unique"), required=False)
    key = forms.BooleanField(label=_("Part of the key"), required=False)
    title_en = forms.CharField(
        label=_("What it is called in English"), required=False, max_length=200
    )
    help_vi = forms.CharField(label=_("Explanation"), required=False, max_length=1000)
    help_en = forms.CharField(label=_("Explanation in English"), required=False, max_length=1000)
    unit = forms.CharField(label=_("Unit of measure"), required=False, max_length=40)
    notation = forms.ChoiceField(
        label=_("Numbers are written"), choices=Notation.choices, initial=Notation.PLAIN
    )
    date_format = forms.CharField(
        label=_("Dates are written"), required=False, max_length=40,
        help_text=_("In the signs of strptime. Empty: as in 2026-01-31."),
    )  # fmt: skip
    minimum = forms.CharField(label=_("Least"), required=False, max_length=40)
    maximum = forms.CharField(label=_("Most"), required=False, max_length=40)
    max_length = forms.IntegerField(label=_("Most letters"), required=False, min_value=1)
    pattern = forms.CharField(label=_("Pattern"), required=False, max_length=300)
    allowed = forms.CharField(
        label=_("Allowed values"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line. Empty: all."),
    )  # fmt: skip
    reference = forms.CharField(
        label=_("Refers to"), required=False, max_length=130, help_text=_("dataset.column")
    )

    MAIN = ("name", "head", "title_vi", "type", "classification", "required", "key")

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields behind the row: those that most columns leave as they are."""
        return [self[name] for name in self.base_fields if name not in self.MAIN]

    @property
    def is_told_more(self) -> bool:
        """Whether something behind the row is wrong: then it stands open."""
        return any(name in self.errors for name in self.base_fields if name not in self.MAIN)

    @property
    def field(self) -> Field:
        data = {name: self.cleaned_data[name] for name in self.base_fields if name != "key"}
        data["head"] = data["head"] or data["name"]
        data["allowed"] = tuple(line.strip() for line in data["allowed"].splitlines() if line)
        data["type"], data["notation"] = Type(data["type"]), Notation(data["notation"])
        data["classification"] = Classification(data["classification"])
        return Field(**data)


Columns = forms.formset_factory(ColumnForm, extra=0, can_order=True, can_delete=True, max_num=500)


class ContractForm(forms.Form):
    """What holds for the whole table."""

    mode = forms.ChoiceField(label=_("A delivery is"), choices=Mode.choices)
    rhythm = forms.ChoiceField(label=_("How often"), choices=Rhythm.choices)
    retention_days = forms.IntegerField(
        label=_("Days that rows are kept"), required=False, min_value=1,
        help_text=_("Empty: for ever."),
    )  # fmt: skip
    faulty_at_most = forms.FloatField(
        label=_("Faulty rows that are let pass, in per cent"), min_value=0, max_value=100
    )
    compares = forms.CharField(
        label=_("Rules on two columns"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, such as: begun_on <= ended_on. Signs: < <= = !="),
    )  # fmt: skip
    purpose = forms.CharField(
        label=_("Purpose of personal data"), required=False, max_length=1000,
        help_text=_("Without a purpose nobody reads them in clear."),
    )  # fmt: skip
    legal_basis = forms.CharField(label=_("Legal basis"), required=False, max_length=300)
    base = forms.IntegerField(widget=forms.HiddenInput)

    def clean_compares(self) -> tuple[Compare, ...]:
        found = []
        for line in self.cleaned_data["compares"].splitlines():
            parts = line.split()
            if not parts:
                continue
            if len(parts) != 3 or parts[1] not in Comparison.values:
                raise forms.ValidationError(
                    _("“%(line)s” is no rule: a column, a sign, a column, with spaces between."),
                    params={"line": line},
                )
            found.append(Compare(left=parts[0], how=Comparison(parts[1]), right=parts[2]))
        return tuple(found)


MORE = 3  # Empty rows that a table begins with, and that "add" brings.
# Which field of a column a fault stands beside.
BESIDE = {
    "bad_name": "name", "name_twice": "name", "head_twice": "head", "pattern_needs_text": "pattern",
    "bad_pattern": "pattern", "bounds_need_numbers": "minimum", "bad_reference": "reference",
    "key_not_required": "required", "unknown_key": "key", "too_long": "title_vi",
}  # fmt: skip


class ContractTable:
    """The two forms that make a contract; what they have no field for stays as it was."""

    def __init__(self, old: Contract, *, data: Any = None, base: int) -> None:
        self.old = old
        self.whole = ContractForm(data, initial=_initial(old) | {"base": base})
        self.columns = Columns(
            data, prefix="c", initial=[_column(one, old.key) for one in old.fields]
        )
        if not old.fields:
            self.columns.extra = MORE

    def is_valid(self) -> bool:
        return self.whole.is_valid() & self.columns.is_valid()

    @property
    def contract(self) -> Contract:
        """What was typed. Only after `is_valid`."""
        rows = self.columns.ordered_forms
        data = self.whole.cleaned_data
        return replace(
            self.old,
            fields=tuple(form.field for form in rows),
            key=tuple(form.field.name for form in rows if form.cleaned_data["key"]),
            mode=Mode(data["mode"]),
            rhythm=Rhythm(data["rhythm"]),
            retention_days=data["retention_days"],
            faulty_at_most=data["faulty_at_most"] / 100,
            compares=data["compares"],
            purpose=data["purpose"],
            legal_basis=data["legal_basis"],
        )

    def put(self, fault: Fault, sentence: str) -> None:
        """Write a fault beside the field that it is about."""
        for form in self.columns.forms:
            if fault.where and form.cleaned_data.get("name") == fault.where:
                form.add_error(BESIDE.get(fault.code), sentence)
                return
        self.whole.add_error(None, sentence)


def _initial(old: Contract) -> dict[str, Any]:
    return {
        "mode": old.mode, "rhythm": old.rhythm, "retention_days": old.retention_days,
        "faulty_at_most": round(old.faulty_at_most * 100, 6), "purpose": old.purpose,
        "legal_basis": old.legal_basis,
        "compares": "\n".join(f"{one.left} {one.how} {one.right}" for one in old.compares),
    }  # fmt: skip


def _column(one: Field, key: tuple[str, ...]) -> dict[str, Any]:
    said = {name: getattr(one, name) for name in ColumnForm.base_fields if name != "key"}
    return said | {"key": one.name in key, "allowed": "\n".join(one.allowed)}


class AgreeForm(forms.Form):
    """The contract that was looked at, and a word on it."""

    document = forms.CharField(widget=forms.HiddenInput, max_length=AT_MOST, strip=False)
    base = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Why does it change?"), required=False, max_length=300,
        help_text=_("Readers see it beside the version."),
    )  # fmt: skip


class ImportForm(forms.Form):
    """A contract as a file."""

    file = forms.FileField(
        label=_("Contract as a file"), max_length=200,
        help_text=_("Open Data Contract Standard 3.x, as YAML or JSON."),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.json"}),
    )  # fmt: skip


class RetireForm(forms.Form):
    reason = forms.CharField(label=_("Why is it no longer offered?"), max_length=300)


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("For which program?"), max_length=120,
        help_text=_("It will write in your name, as far as your posts reach."),
    )  # fmt: skip
