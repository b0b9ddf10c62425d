"""What the pages may send. Forms look at shape; rules and verbs decide the rest."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.datastore.catalogue.choices import Share
from dothi.datastore.catalogue.rules.contract import CODE
from dothi.datastore.resolution.choices import Kind, Verdict
from dothi.datastore.resolution.services import ListAsked
from dothi.units.models import Unit

MOST_LISTS = 4


class ChooseForm(forms.Form):
    """Of what kind the rows are, and which lists are joined."""

    kind = forms.ChoiceField(label=_("What do the rows speak of?"), choices=Kind.choices)
    lists = forms.MultipleChoiceField(
        label=_("Lists"), widget=forms.CheckboxSelectMultiple,
        help_text=_("One list, to find doubles in it, or up to four that are joined."),
    )  # fmt: skip

    def __init__(self, *args: Any, codes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["lists"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(code, code) for code in codes]

    def clean_lists(self) -> list[str]:
        lists: list[str] = self.cleaned_data["lists"]
        if len(lists) > MOST_LISTS:
            raise forms.ValidationError(_("Please choose at most four lists."))
        return lists


class AskForm(forms.Form):
    """Why lists are to be joined, until when, and which columns say what."""

    title = forms.CharField(label=_("Title"), max_length=200)
    purpose = forms.CharField(
        label=_("What for?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whose rows are looked at reads this sentence."),
    )  # fmt: skip
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=300,
        help_text=_("Law, article, decision or plan that allows it."),
    )  # fmt: skip
    unit = forms.ChoiceField(label=_("For which unit?"))
    expires_on = forms.DateField(
        label=_("Until when is it needed?"), widget=forms.DateInput(attrs={"type": "date"})
    )
    within = forms.BooleanField(
        label=_("Look for doubles inside each list too"), required=False, initial=True
    )

    def __init__(
        self,
        *args: Any,
        units: Iterable[Unit],
        roles: Sequence[tuple[str, Any]],
        columns: Mapping[str, Sequence[str]],
        **kwargs: Any,
    ) -> None:
        """`columns` are those of each dataset, in the order of trust; `roles` with their labels."""
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = [(one.code, one.name) for one in units]
        self.roles, self.columns = roles, columns
        for number, names in enumerate(columns.values()):
            self._add(f"l{number}-key", _("Column that tells rows apart"), names, "key", True)
            for role, label in roles:
                self._add(f"l{number}-{role}", label, names, role, role == roles[0][0])
            self._add(f"l{number}-as_of", _("Date of the row"), names, "as_of", False)

    def _add(
        self, name: str, label: Any, columns: Sequence[str], guess: str, required: bool
    ) -> None:
        self.fields[name] = forms.ChoiceField(
            label=label,
            required=required,
            choices=[("", "–"), *((column, column) for column in columns)],
            initial=guess if guess in columns else "",
        )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The columns to choose, list by list."""
        names = ["key", *(role for role, _label in self.roles), "as_of"]
        return [
            (dataset, [self[f"l{number}-{name}"] for name in names])
            for number, dataset in enumerate(self.columns)
        ]

    def lists(self) -> list[ListAsked]:
        data = self.cleaned_data
        return [
            ListAsked(
                dataset=dataset,
                key=data[f"l{number}-key"],
                as_of=data[f"l{number}-as_of"],
                roles={
                    role: data[f"l{number}-{role}"]
                    for role, _label in self.roles
                    if data[f"l{number}-{role}"]
                },
            )
            for number, dataset in enumerate(self.columns)
        ]


class GoldenForm(forms.Form):
    """Under which code and name golden records are to be published, what for, and to whom."""

    dataset = forms.RegexField(
        CODE, label=_("Code of the dataset"), max_length=60,
        help_text=_("Small letters, digits and hyphens. It stands in the address and stays."),
    )  # fmt: skip
    title_vi = forms.CharField(label=_("Title in Vietnamese"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    purpose = forms.CharField(
        label=_("What for?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whose rows are looked at reads this sentence."),
    )  # fmt: skip
    share = forms.ChoiceField(
        label=_("How it is shared"),
        help_text=_("No wider than the strictest of the lists; persons on request at the widest."),
    )

    def __init__(self, *args: Any, shares: Iterable[Share], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["share"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.value, one.label) for one in shares]


class ReasonForm(forms.Form):
    """Why; some acts need it and say so when it is missing."""

    reason = forms.CharField(required=False, max_length=500)


class VerdictForm(ReasonForm):
    """What somebody decided on a pair, and what stood there when they looked."""

    verdict = forms.ChoiceField(choices=Verdict.choices)
    was = forms.ChoiceField(choices=[("", ""), *Verdict.choices], required=False)


class MergeForm(ReasonForm):
    """With which other entity."""

    other = forms.CharField(max_length=24)


class SplitForm(ReasonForm):
    """Which rows leave."""

    out = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, *args: Any, rows: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["out"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(row, row) for row in rows]
