"""Forms of the steward's pages."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.datastore.ingestion.wording import title
from dothi.datastore.quality.choices import RuleKind, Severity
from dothi.datastore.quality.services import Side

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset


class OtherForm(forms.Form):
    """First step of a rule: the dataset beside which this one is held, and in which form."""

    other = forms.ChoiceField(label=_("The other dataset"))
    kind = forms.ChoiceField(label=_("What should be so"), choices=RuleKind)

    def __init__(self, *args: Any, others: "Sequence[Dataset]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].choices = [(one.code, one.title) for one in others]  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    """Second step: which columns, how grave it is, what it is called."""

    column = forms.ChoiceField(label=_("Column here"))
    other_column = forms.ChoiceField(label=_("Column there"))
    measure = forms.ChoiceField(
        label=_("Summed here"), required=False, help_text=_("Empty: rows are counted.")
    )
    other_measure = forms.ChoiceField(
        label=_("Summed there"), required=False, help_text=_("Empty: rows are counted.")
    )
    tolerance = forms.FloatField(
        label=_("Difference that may be, in percent"), min_value=0, max_value=99, initial=0,
        required=False,
    )  # fmt: skip
    title = forms.CharField(
        label=_("The rule in one sentence"), max_length=200,
        help_text=_("It stands on the page of the dataset: say what should be so."),
    )  # fmt: skip
    severity = forms.ChoiceField(
        label=_("How grave it is when it fails"), choices=Severity, initial=Severity.WARN
    )

    def __init__(
        self, *args: Any, here: "Dataset", there: "Dataset", kind: RuleKind, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        totals = kind == RuleKind.TOTALS
        for name, dataset in (("column", here), ("other_column", there)):
            self.fields[name].choices = _columns(dataset, personal=not totals)  # type: ignore[attr-defined]
        for name, dataset in (("measure", here), ("other_measure", there)):
            if totals:
                self.fields[name].choices = [("", "–"), *_columns(dataset, personal=False)]  # type: ignore[attr-defined]
            else:
                del self.fields[name]
        if not totals:
            del self.fields["tolerance"]

    def side(self, before: str) -> Side:
        """One of the two tables: "" is the own one, "other_" the other."""
        asked = self.cleaned_data
        return Side(column=asked[f"{before}column"], measure=asked.get(f"{before}measure", ""))


def _columns(dataset: "Dataset", *, personal: bool) -> list[tuple[str, str]]:
    fields = dataset.agreed.fields if dataset.agreed is not None else ()
    return [(one.name, title(one)) for one in fields if personal or not one.is_personal]


class SettleForm(forms.Form):
    """Why a check may fail in this version."""

    reason = forms.CharField(
        label=_("Why it may be so"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In a later version it counts anew. Name no person."),
    )  # fmt: skip
