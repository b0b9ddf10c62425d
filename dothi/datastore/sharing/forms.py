"""What may be asked of the rows of a dataset on pages."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.accounts.choices import Role
from dothi.core import clock
from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.ingestion.wording import title
from dothi.datastore.sharing import wording
from dothi.datastore.sharing.choices import SubjectKind
from dothi.datastore.sharing.rules import granting
from dothi.datastore.sharing.services import AT_LEAST, Axes, Terms
from dothi.datastore.tables.choices import How, PersonBy, Rule
from dothi.datastore.tables.rules.roles import Condition


class ByUnitForm(forms.Form):
    """Which column says the unit, which the day, what is added up, and whose boundaries."""

    on = forms.DateField(
        label=_("On the boundaries of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    unit = forms.ChoiceField(label=_("Column of the unit"))
    day = forms.ChoiceField(label=_("Column of the day"), required=False)
    amount = forms.ChoiceField(label=_("What is added up"), required=False)

    def __init__(self, *args: Any, axes: Axes, **options: Any) -> None:
        super().__init__(*args, **options)
        self._offer("unit", [_choice(one) for one in axes.units])
        self._offer("day", [*map(_choice, axes.days), ("", _("No day"))])
        self._offer("amount", [("", _("Rows")), *map(_choice, axes.amounts)])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _choice(one: Field) -> tuple[str, str]:
    return one.name, title(one)


CONDITIONS = 3


class TermsForm(forms.Form):
    """What for, which columns and how each is shown, which rows, until when."""

    purpose = forms.CharField(
        label=_("What for?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whose rows are looked at reads this sentence."),
    )  # fmt: skip
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=300,
        help_text=_("Law, article, decision or plan that allows it."),
    )  # fmt: skip
    last_day = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    figures_only = forms.BooleanField(
        label=_("Figures only: counts, and no single rows"), required=False
    )

    def __init__(self, *args: Any, contract: Contract, **options: Any) -> None:
        super().__init__(*args, **options)
        self.contract = contract
        for one in contract.fields:
            self.fields[f"c-{one.name}"] = forms.ChoiceField(
                label=title(one), required=False,
                choices=[("", _("Not needed")), *(
                    (rule.value, wording.RULES[rule])
                    for rule in granting.guarded(one.classification)
                )],
            )  # fmt: skip
        names = [("", "–"), *((one.name, title(one)) for one in contract.fields)]
        for number in range(CONDITIONS):
            self.fields[f"w{number}-column"] = forms.ChoiceField(
                label=_("Column"), required=False, choices=names
            )
            self.fields[f"w{number}-how"] = forms.ChoiceField(
                label=_("Condition"), required=False,
                choices=[(how.value, said) for how, said in wording.HOWS.items()],
            )  # fmt: skip
            self.fields[f"w{number}-values"] = forms.CharField(
                label=_("Values"), required=False, max_length=2000,
                help_text=_("Several values with a semicolon between. Days as 2026-12-31."),
            )  # fmt: skip

    def column_fields(self) -> list[dict[str, Any]]:
        return [
            {"field": self[f"c-{one.name}"], "column": one, "personal": one.is_personal}
            for one in self.contract.fields
        ]

    def condition_fields(self) -> list[list[forms.BoundField]]:
        return [
            [self[f"w{number}-{part}"] for part in ("column", "how", "values")]
            for number in range(CONDITIONS)
        ]

    def terms(self) -> Terms:
        """What was chosen. Only of a valid form."""
        data = self.cleaned_data
        chosen = [(one.name, data[f"c-{one.name}"]) for one in self.contract.fields]
        return Terms(
            columns=tuple((name, Rule(rule)) for name, rule in chosen if rule),
            where=tuple(self._conditions()), purpose=data["purpose"],
            legal_basis=data["legal_basis"], expires_on=data["last_day"] + timedelta(days=1),
            figures_only=data["figures_only"], at_least=data.get("at_least") or AT_LEAST,
        )  # fmt: skip

    def _conditions(self) -> list[Condition]:
        known, data = self.contract.by_name(), self.cleaned_data
        found = []
        for number in range(CONDITIONS):
            name = data[f"w{number}-column"]
            values = [one.strip() for one in data[f"w{number}-values"].split(";")]
            if name:
                found.append(
                    Condition(
                        column=name, how=How(data[f"w{number}-how"] or How.ONE_OF),
                        values=tuple(_exact(one, known[name]) for one in values if one),
                    )
                )  # fmt: skip
        return found

    @staticmethod
    def filled(
        *, purpose: str, legal_basis: str, columns: Sequence[Sequence[str]],
        where: Sequence[Condition], figures_only: bool, expires_on: date | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """The form as it stands with these terms."""
        given: dict[str, Any] = {
            "purpose": purpose, "legal_basis": legal_basis, "figures_only": figures_only,
            "last_day": expires_on - timedelta(days=1) if expires_on else None,
            **{f"c-{name}": rule for name, rule, *_rest in columns},
        }  # fmt: skip
        for number, one in enumerate(where[:CONDITIONS]):
            given |= {
                f"w{number}-column": one.column, f"w{number}-how": one.how.value,
                f"w{number}-values": "; ".join(one.values),
            }  # fmt: skip
        return given


class AskForm(TermsForm):
    """The same, and for whom."""

    to = forms.ChoiceField(label=_("For whom?"))
    partner = forms.CharField(label=_("Organisation, if you ask for one"), max_length=200,
                              required=False)  # fmt: skip
    field_order = ("to", "partner", "purpose", "legal_basis", "last_day", "figures_only")

    def __init__(self, *args: Any, offers: Sequence[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(offers)


class AgreeForm(TermsForm):
    """What the office agrees to, and from which number on counts are shown."""

    at_least = forms.IntegerField(
        label=_("Hide counts below"), min_value=2, max_value=100, initial=AT_LEAST
    )


class GiveForm(AgreeForm):
    """The same without a request: the steward says to whom."""

    kind = forms.ChoiceField(
        label=_("Kind of holder"), choices=SubjectKind.choices, initial=SubjectKind.POST
    )
    unit = forms.ChoiceField(
        label=_("Unit"), required=False, help_text=_("For a post, a unit, or an officer of it.")
    )
    role = forms.ChoiceField(label=_("Post"), required=False, help_text=_("For a post."))
    username = forms.CharField(
        label=_("Sign-in name"), required=False, max_length=150, help_text=_("For one person.")
    )
    key = forms.ChoiceField(
        label=_("Key of a program"), required=False, help_text=_("For a program.")
    )
    partner = forms.CharField(
        label=_("Organisation they stand for"), max_length=200, required=False
    )
    field_order = ("kind", "unit", "role", "username", "key", "partner")

    def __init__(
        self, *args: Any, units: Sequence[tuple[str, Any]], keys: Sequence[tuple[str, Any]],
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        self._offer("unit", units)
        self._offer("role", Role.choices)
        self._offer("key", keys)

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *choices]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in NEEDED.get(str(cleaned.get("kind")), ()):
            if not cleaned.get(name):
                self.add_error(name, _("Please say this, too."))
        return cleaned


# What has to be said of each kind of subject.
NEEDED = {
    SubjectKind.PERSON.value: ("username",), SubjectKind.POST.value: ("unit", "role"),
    SubjectKind.UNIT.value: ("unit",), SubjectKind.KEY.value: ("key",),
}  # fmt: skip


class PersonForm(forms.Form):
    """Which column says of whom a row speaks, and by what."""

    column = forms.ChoiceField(label=_("Column that names the person"))
    named_by = forms.ChoiceField(label=_("What it holds"), choices=PersonBy.choices)

    def __init__(self, *args: Any, contract: Contract, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["column"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [_choice(one) for one in contract.fields if one.is_personal]


def _exact(value: str, column: Field) -> str:
    """A day, where a moment is compared, is its beginning in the city."""
    if column.type != Type.MOMENT:
        return value
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    return datetime.combine(day, time(), clock.local(clock.now()).tzinfo).isoformat()
