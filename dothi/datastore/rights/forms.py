"""What the pages of rights may send."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.datastore.rights.choices import Right


class AskForm(forms.Form):
    """Which right, and in the person's own words what is meant."""

    right = forms.ChoiceField(label=_("What do you want?"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your own words"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What is wrong, which consent, or which use you object to."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["right"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = Right.choices
