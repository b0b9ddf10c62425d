"""What is asked of people at the workbench."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.datastore.workbench.rules.gate import LONGEST
from dothi.units.models import Unit


class AskForm(forms.Form):
    """The question itself."""

    q = forms.CharField(
        label=_("Question in SQL"),
        max_length=LONGEST,
        strip=False,
        help_text=_("One SELECT. Datasets are named by their code, a version by @ and its number."),
        widget=forms.Textarea(
            attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "off", "class": "code"}
        ),
    )
    code = forms.RegexField(r"^[A-Za-z0-9_-]{20,64}$", widget=forms.HiddenInput)


class KeepForm(forms.Form):
    """Under which name, and who finds it."""

    title = forms.CharField(label=_("Keep it as"), max_length=120)
    unit = forms.TypedChoiceField(
        label=_("Who finds it"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, units: Iterable[Unit], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Only me")), *((unit.pk, unit.name) for unit in units)]
