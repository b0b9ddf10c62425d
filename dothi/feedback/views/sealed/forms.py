"""The forms of the protected channel. None has a file, so that none is put down on a disk."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.core.crypto.sealed import MINIMUM_PASSPHRASE
from dothi.feedback import rules
from dothi.feedback.choices import Conduct, Seat

OFF = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class SecretField(forms.CharField):
    """A passphrase as it was typed: never filled in again, never stripped."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.PasswordInput({**OFF, "autocomplete": "off"})
        super().__init__(max_length=300, strip=False, widget=widget, **kwargs)


def _words(label: Any, *, rows: int, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea({"rows": rows, "autocomplete": "off"})
    return forms.CharField(
        label=label, help_text=help_text, max_length=rules.SEALED_LENGTH, widget=widget
    )


class SealedForm(forms.Form):
    """A report on conduct in office. There is no field for who writes."""

    conduct = forms.ChoiceField(
        label=_("What is it about?"), choices=Conduct.choices, widget=forms.RadioSelect
    )
    text = _words(
        _("What happened?"),
        rows=9,
        help_text=_(
            "Who did what, where, when, and how you know. What only you can know may show who you "
            "are: leave it out if you want to stay unknown."
        ),
    )


class SealedCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Your code"),
        max_length=100,
        help_text=_("26 letters and digits. Lines, spaces and small letters do not matter."),
        widget=forms.TextInput({**OFF, "autocapitalize": "characters"}),
    )


class SealedWordsForm(forms.Form):
    text = _words(_("Your message"), rows=5)


class FirstStepForm(forms.Form):
    """The first holder's passphrase, and what the report is opened for."""

    purpose = forms.CharField(
        label=_("Why is it opened?"),
        max_length=200,
        help_text=_("Is kept in the access log. No names, please."),
        initial=_("Consider the report"),
    )
    passphrase = SecretField(label=_("Passphrase of the first holder"))


class SecondStepForm(forms.Form):
    half = forms.CharField(widget=forms.HiddenInput)
    passphrase = SecretField(label=_("Passphrase of the second holder"))


class SealedReplyForm(forms.Form):
    text = _words(_("Your reply"), rows=6)
    passphrase = SecretField(
        label=_("Your own passphrase"),
        help_text=_("Shows that a holder writes, not somebody who took over the account."),
    )


class EnrolForm(forms.Form):
    """A seat, and a passphrase typed twice."""

    seat = forms.ChoiceField(label=_("Seat"), choices=Seat.choices, widget=forms.RadioSelect)
    passphrase = SecretField(
        label=_("A passphrase of your own"),
        help_text=_(
            "Several words that you have never used elsewhere. Nobody can set it anew for you: "
            "neither the administrator nor we."
        ),
        min_length=MINIMUM_PASSPHRASE,
    )
    again = SecretField(label=_("The same passphrase once more"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("passphrase") and data["passphrase"] != data.get("again"):
            self.add_error("again", _("The two are not alike. Please type both again."))
        return data


class HandOverForm(forms.Form):
    """Which seat goes over, and what opens it together with the other one."""

    seat = forms.ChoiceField(
        label=_("Which seat goes to its successor?"),
        choices=Seat.choices,
        widget=forms.RadioSelect,
    )
    leaving = SecretField(
        label=_("Passphrase of the one who leaves, or the recovery code of that seat")
    )
    staying = SecretField(
        label=_("Passphrase of the one who stays, or the recovery code of that seat")
    )
