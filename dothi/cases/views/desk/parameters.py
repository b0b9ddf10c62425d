"""Figures that the office sets: each with a day, and with who decided it."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import rules, selectors, services
from dothi.cases.choices import Parameter
from dothi.cases.selectors.exchange import keeps_the_house
from dothi.cases.services import Refused
from dothi.core import clock

SHOWN = 30


class ParameterForm(forms.Form):
    """What is set anew, from which day on, and by whose decision."""

    parameter = forms.ChoiceField(label=gettext_lazy("What is set"), choices=Parameter.choices)
    value = forms.IntegerField(label=gettext_lazy("New value"), min_value=0)
    valid_from = forms.DateField(
        label=gettext_lazy("From the day"), widget=forms.DateInput({"type": "date"})
    )
    source = forms.CharField(
        label=gettext_lazy("By which decision"),
        help_text=gettext_lazy("Its number and day, or who decided it."),
        max_length=300,
    )

    def __init__(self, data: Any, *, on: date) -> None:
        super().__init__(data, initial={"valid_from": on})
        self.today = on

    def clean_valid_from(self) -> date:
        day: date = self.cleaned_data["valid_from"]
        if day < self.today:
            raise forms.ValidationError(_("Please choose today or a later day."))
        return day


@staff_required
def parameters(request: SignedInRequest) -> HttpResponse:
    """What holds today, what was set before and ahead; a POST sets one from a day on."""
    at = clock.now()
    if not keeps_the_house(request.user, on=at.date()):
        raise PermissionDenied
    form = ParameterForm(request.POST or None, on=at.date())
    if request.method == "POST" and form.is_valid() and _set(request, form, at):
        messages.success(request, _("Set. It holds from the day that you chose."))
        return redirect("cases:parameters")
    context = {
        "form": form,
        "rows": [_row(one, at.date()) for one in Parameter],
        "changes": selectors.settings_made()[:SHOWN],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/desk/parameters.html", context, status=status)


def _set(request: SignedInRequest, form: ParameterForm, at: datetime) -> bool:
    given = form.cleaned_data
    try:
        services.set_parameter(
            parameter=Parameter(given["parameter"]), value=given["value"],
            source=given["source"], valid_from=given["valid_from"], by=request.user.actor, at=at,
        )  # fmt: skip
    except Refused as refused:
        form.add_error("value", refused.message)
        return False
    return True


def _row(parameter: Parameter, on: date) -> dict[str, Any]:
    least, most = rules.BOUNDS[parameter]
    row = selectors.setting_row(parameter, on=on)
    return {
        "title": parameter.label,
        "value": row.value if row else rules.DEFAULTS[parameter],
        "row": row,
        "least": least,
        "most": most,
    }
