"""What is asked of people who bring data in."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import wording
from dothi.datastore.ingestion.choices import AsideState


class SendForm(forms.Form):
    """A file for a dataset."""

    dataset = forms.ChoiceField(label=_("For which dataset?"))
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, Excel, ODS, JSON, GeoJSON or Parquet; up to 100 MB."),
        error_messages={"empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, datasets: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["dataset"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose a dataset")), *datasets]


class LinesForm(forms.Form):
    """Which lines to show."""

    fault = forms.CharField(required=False, widget=forms.HiddenInput)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *AsideState.choices]
    )


class CellsForm(forms.Form):
    """The cells of one line, to be corrected."""

    def __init__(
        self, *args: Any, contract: Contract, cells: Mapping[str, str], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.heads: dict[str, str] = {}
        for one in contract.fields:
            self.heads[one.name] = one.head
            self.fields[one.name] = forms.CharField(
                label=wording.title(one),
                required=False,
                initial=cells.get(one.head, ""),
                help_text=wording.kind(one),
                strip=False,
            )

    @property
    def cells(self) -> dict[str, str]:
        """Head of the contract → text."""
        return {head: self.cleaned_data[name] for name, head in self.heads.items()}


class PutForm(forms.Form):
    """One text for another, in every line with the same fault."""

    was = forms.CharField(label=_("Instead of"), strip=True)
    becomes = forms.CharField(
        label=_("put"), required=False, help_text=_("Leave it empty for an empty cell.")
    )


class ReasonForm(forms.Form):
    """Why something is left for good."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
