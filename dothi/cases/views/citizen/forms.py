"""What citizens write around the form of a procedure. Verbs decide the rest."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.cases import rules
from dothi.cases.choices import Delivery, News
from dothi.core.notices import ports
from dothi.core.notices.choices import Channel
from dothi.lib import text_vi
from dothi.procedures.choices import Applicant

SELF, OTHER = "self", "other"


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once: pictures and PDF documents."""

    widget = ManyFiles(attrs={"accept": "image/*,.heic,.heif,application/pdf", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files if file]


class CodeForm(forms.Form):
    """The secret by which somebody comes back."""

    code = forms.CharField(
        label=_("Your secret code"),
        max_length=400,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )


class StartForm(forms.Form):
    """Which office decides, who applies, and whether somebody acts for another."""

    unit = forms.ChoiceField(label=_("Which office decides?"))
    kind = forms.ChoiceField(label=_("Who applies?"), widget=forms.RadioSelect)
    acting = forms.ChoiceField(
        label=_("For whom do you apply?"),
        widget=forms.RadioSelect,
        choices=[(SELF, _("For myself, or for what I represent by law")),
                 (OTHER, _("For somebody else, with an authorisation"))],
    )  # fmt: skip

    def __init__(
        self, *args: Any, units: Sequence[tuple[str, str]], kinds: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        box = self.fields["unit"]
        assert isinstance(box, forms.ChoiceField)
        box.choices = [("", _("Choose an office")), *units] if len(units) > 1 else list(units)
        offered = [Applicant(kind) for kind in kinds] or list(Applicant)
        radios = self.fields["kind"]
        assert isinstance(radios, forms.ChoiceField)
        radios.choices = [(one.value, one.label) for one in offered]


class PersonForm(forms.Form):
    """Somebody who applies."""

    name = forms.CharField(
        label=_("Full name"), max_length=rules.NAME_LENGTH,
        widget=forms.TextInput({"autocomplete": "name"}),
    )  # fmt: skip
    citizen_id = forms.CharField(
        label=_("Personal identification number"), max_length=20,
        help_text=_("The twelve digits of the identity card. Kept encrypted."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    born_on = forms.DateField(
        label=_("Date of birth"), required=False, help_text=_("Like 17/02/2026."),
        input_formats=["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"],
        widget=forms.DateInput({"inputmode": "numeric", "autocomplete": "bday"}, "%d/%m/%Y"),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Telephone"), max_length=20, widget=forms.TextInput({"type": "tel"})
    )
    address = forms.CharField(label=_("Where you live"), required=False, max_length=300)


class OrganisationForm(PersonForm):
    """A business or a business household: who stands for it gives the own number."""

    name = forms.CharField(label=_("Name of the business"), max_length=rules.NAME_LENGTH)
    tax_code = forms.CharField(label=_("Tax code"), max_length=20)
    citizen_id = forms.CharField(
        label=_("Identification number of who represents it by law"), max_length=20,
        help_text=_("The twelve digits of the identity card. Kept encrypted."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    born_on = None  # type: ignore[assignment]
    address = forms.CharField(label=_("Address of its seat"), required=False, max_length=300)
    field_order = ("name", "tax_code", "citizen_id", "phone", "address")


class AgentForm(PersonForm):
    """Who acts for the applicant, and by what."""

    prefix = "agent"
    born_on = None  # type: ignore[assignment]
    address = None  # type: ignore[assignment]
    proof = forms.CharField(
        label=_("By what you act for the applicant"), max_length=300,
        help_text=_("Such as: authorisation no. 12/2026 of 3 March 2026, certified by a notary."),
    )  # fmt: skip


class WishesForm(forms.Form):
    """How to be told, and how to get the result."""

    news = forms.ChoiceField(
        label=_("How shall we tell you of every move?"), widget=forms.RadioSelect
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("Needed for news by e-mail.")
    )
    delivery = forms.ChoiceField(
        label=_("How would you like to get the result?"), widget=forms.RadioSelect,
        choices=Delivery,
    )  # fmt: skip
    address = forms.CharField(
        label=_("Address for the post"), required=False, max_length=300,
        help_text=_("Needed when the result comes by post."),
    )  # fmt: skip

    def __init__(self, *args: Any, signed_in: bool, phone: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without = set() if signed_in else {News.IN_APP}
        # Who chooses it agrees to it: a number is written to for nothing else.
        if not ports.offered(Channel.SMS) or text_vi.phone_doubts(phone):
            without.add(News.SMS)
        box = self.fields["news"]
        assert isinstance(box, forms.ChoiceField)
        box.choices = [(one.value, one.label) for one in News if one not in without]
        if self.initial.get("news") in without:
            self.initial["news"] = News.EMAIL
        if News.SMS not in without:
            box.help_text = _(
                "SMS goes to %(phone)s: the number of the dossier and what happened, no name. "
                "Reply STOP to end it."
            ) % {"phone": phone}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("news") == News.EMAIL and not data.get("email"):
            self.add_error("email", _("Please give an e-mail address, or choose another way."))
        if data.get("delivery") == Delivery.POST and not data.get("address"):
            self.add_error("address", _("Please give an address, or choose another way."))
        return data


class SignForm(forms.Form):
    """The last word before it is sent: the name is the signature, where no certificate is."""

    name = forms.CharField(
        label=_("Your full name, as a signature"), max_length=rules.NAME_LENGTH,
        help_text=_("Write your name in full: it stands for your signature."),
        widget=forms.TextInput({"autocomplete": "name"}),
    )  # fmt: skip

    def __init__(self, *args: Any, certified: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if certified:
            del self.fields["name"]

    declared = forms.BooleanField(
        label=_("What I wrote is true and the papers are genuine; I answer for it by law.")
    )


class OneTimeForm(forms.Form):
    """The code that went to the e-mail address."""

    code = forms.CharField(
        label=_("The six digits from the e-mail"), max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )  # fmt: skip


class SignedFileForm(forms.Form):
    """The application, signed with one's own certificate."""

    file = forms.FileField(
        label=_("The file with your digital signature"),
        widget=forms.ClearableFileInput({"accept": "application/pdf"}),
    )  # fmt: skip


class SupplyForm(forms.Form):
    """What was asked for: files for each paper, and a word."""

    said = forms.CharField(
        label=_("A word to the office"), required=False, max_length=rules.TEXT_LENGTH,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, papers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, name in papers:
            self.fields[f"paper-{code}"] = FilesField(label=name, required=False)
        self.order_fields([*(f"paper-{code}" for code, _name in papers), "said"])


class ReasonForm(forms.Form):
    """Why somebody withdraws a dossier."""

    reason = forms.CharField(
        label=_("Why do you withdraw it?"), max_length=rules.REASON_LENGTH,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
    sure = forms.BooleanField(label=_("Yes, I withdraw this dossier. I cannot undo that."))


class ObjectForm(forms.Form):
    """What is wrong with the draft of the result."""

    said = forms.CharField(
        label=_("What has to be changed?"), max_length=rules.REASON_LENGTH,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


class RateForm(forms.Form):
    """How it went, in one to five stars."""

    stars = forms.TypedChoiceField(
        label=_("How did it go?"), coerce=int, widget=forms.RadioSelect,
        choices=[(5, _("5: very good")), (4, _("4: good")), (3, _("3: fair")),
                 (2, _("2: poor")), (1, _("1: very poor"))],
    )  # fmt: skip
    note = forms.CharField(
        label=_("A word on it"), required=False, max_length=rules.REASON_LENGTH,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
