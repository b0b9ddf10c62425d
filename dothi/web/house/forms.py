"""What a list of the house is narrowed to, and how the calendar is corrected."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.core.notices.choices import State
from dothi.core.workdays.choices import DayKind

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TrailForm(forms.Form):
    """Narrows the audit trail."""

    act = forms.CharField(label=_("Act begins with"), required=False, max_length=80)
    who = forms.CharField(label=_("Who (sign-in name)"), required=False, max_length=80)
    subject = forms.CharField(label=_("To what begins with"), required=False, max_length=120)
    day = forms.DateField(label=_("Day"), required=False, widget=DATE)


class LooksForm(forms.Form):
    """Narrows the log of looks at personal data."""

    record = forms.CharField(label=_("Record begins with"), required=False, max_length=120)
    who = forms.CharField(label=_("Who (sign-in name)"), required=False, max_length=80)
    day = forms.DateField(label=_("Day"), required=False, widget=DATE)


class NoticesForm(forms.Form):
    """Narrows the outbox."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *State.choices]
    )


class DayForm(forms.Form):
    """What a day is, and by which decision."""

    day = forms.DateField(label=_("Day"), widget=DATE)
    kind = forms.ChoiceField(label=_("What it is"), choices=DayKind.choices)
    label_vi = forms.CharField(label=_("Name in Vietnamese"), max_length=200)
    label_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    legal_basis = forms.CharField(
        label=_("By which decision"),
        max_length=200,
        help_text=_("Number and date of the decision or announcement."),
    )


class ReasonForm(forms.Form):
    """An act that needs a reason, in words that stay in the audit trail."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("It is kept in the audit trail. Please name no citizen."),
    )


def bound(form: type[forms.Form], request: Any) -> forms.Form:
    """The form with what the address says."""
    return form(request.GET)
