"""What may be asked of the rows of a dataset on pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.ingestion.wording import title
from dothi.datastore.sharing.services import Axes


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
