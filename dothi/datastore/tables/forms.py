"""What stewards may send about versions, releases and erasures."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class BackForm(forms.Form):
    """Why a table goes back, and what was the newest version before the eyes."""

    base = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ReleaseForm(forms.Form):
    """A code to cite, and what it pins."""

    code = forms.SlugField(
        label=_("Code"), max_length=80,
        help_text=_("Small letters, digits and hyphens, such as 2026-q3. It stays for good."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    tables = forms.MultipleChoiceField(
        label=_("Datasets"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one dataset.")},
    )  # fmt: skip

    def __init__(self, *args: Any, tables: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["tables"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(tables)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class EraseForm(forms.Form):
    """Whose rows go: values that stand for the person, and the columns in which they are looked up.

    The first time it is a look only; `sure` is asked for when the look was shown.
    """

    values = forms.CharField(
        label=_("What stands for the person"), widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        help_text=_("Such as a personal number or a phone, one to a line, as it stands there."),
    )  # fmt: skip
    columns = forms.MultipleChoiceField(
        label=_("Where to look"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one column.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=300,
        help_text=_("Number of the request or of the decision. Name no person here."),
    )  # fmt: skip
    sure = forms.BooleanField(
        label=_("I have looked at what goes. It cannot be brought back."), required=False
    )

    def __init__(self, *args: Any, columns: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["columns"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(columns)

    def clean_values(self) -> list[str]:
        found = list(dict.fromkeys(map(str.strip, self.cleaned_data["values"].splitlines())))
        found = [value for value in found if value]
        if len(found) > MOST_VALUES:
            raise forms.ValidationError(_("At most 20 values at once."))
        if any(len(value) < SHORTEST for value in found):
            raise forms.ValidationError(
                _("A value of fewer than 4 signs may stand for others, too.")
            )
        return found

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if any(value in reason for value in self.cleaned_data.get("values", ())):
            raise forms.ValidationError(_("The reason is kept for good: name no person in it."))
        return reason


MOST_VALUES, SHORTEST = 20, 4
