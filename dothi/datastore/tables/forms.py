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
