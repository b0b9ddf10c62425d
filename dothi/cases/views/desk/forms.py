"""What officers fill in for each act. Forms look at shape; rules and verbs decide the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dothi.cases import rules
from dothi.cases.choices import Act, Delivery, FeeType
from dothi.cases.selectors.tables import Colleague
from dothi.procedures.choices import PaperForm

Choices = list[tuple[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Offers:
    """What can be chosen in the forms of one page, asked for once."""

    on: date
    outcomes: Choices = field(default_factory=list)
    former: Choices = field(default_factory=list)
    papers: Choices = field(default_factory=list)
    units: Choices = field(default_factory=list)
    consultations: Choices = field(default_factory=list)
    colleagues: Sequence[Colleague] = ()
    delivery: str = Delivery.COUNTER.value


def choose(form: forms.Form, name: str, choices: Choices) -> None:
    box = form.fields[name]
    assert isinstance(box, forms.ChoiceField)
    box.choices = choices


def _text(label: Any, *, most: int = rules.REASON_LENGTH, rows: int = 3, **more: Any) -> Any:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea({"rows": rows}), **more
    )


def _day(label: Any, **more: Any) -> Any:
    return forms.DateField(
        label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **more
    )


class Deed(forms.Form):
    """The base of every act: nothing to fill in."""

    def __init__(self, *args: Any, offers: Offers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers = offers
        self.prepare()

    def prepare(self) -> None:
        """Fill in what may be chosen."""


class Receive(Deed):
    summary = forms.CharField(label=_("What it is about, in short"), required=False, max_length=300)


class Reason(Deed):
    text = _text(_("Reason"), help_text=_("The applicant will read it."))


class InnerReason(Deed):
    text = _text(_("Reason"))


class Note(Deed):
    text = _text(_("Note"), required=False, rows=2)


class Give(Deed):
    how = forms.ChoiceField(
        label=_("How is it given back?"), choices=Delivery.choices, widget=forms.RadioSelect
    )
    number = forms.CharField(
        label=_("Number of the parcel"), required=False, max_length=40,
        help_text=_("Needed when it goes by post: the applicant follows it by this number."),
    )  # fmt: skip
    carrier = forms.CharField(label=_("Who carries it"), required=False, max_length=60)
    address = forms.CharField(
        label=_("Another address"), required=False, max_length=300,
        help_text=_("Empty: the address that the applicant gave."),
    )  # fmt: skip
    text = _text(_("Note"), required=False, rows=2)

    def prepare(self) -> None:
        self.fields["how"].initial = self.offers.delivery

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("how") == Delivery.POST and not data.get("number"):
            self.add_error("number", _now("Please give the number of the parcel."))
        return data


class Ask(Deed):
    text = _text(
        _("Which papers, and why"),
        most=rules.TEXT_LENGTH,
        help_text=_("Papers are asked for once: please name all of them."),
    )
    papers = forms.MultipleChoiceField(
        label=_("Papers to be brought, or brought anew"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def prepare(self) -> None:
        choose(self, "papers", self.offers.papers)
        if not self.offers.papers:
            del self.fields["papers"]


class Supply(Deed):
    papers = forms.MultipleChoiceField(
        label=_("What was brought"), required=False, widget=forms.CheckboxSelectMultiple
    )
    other = forms.CharField(label=_("Another paper"), required=False, max_length=300)
    form = forms.ChoiceField(label=_("In which form"), choices=PaperForm.choices, required=False)
    text = _text(_("Note"), required=False, rows=2)

    def prepare(self) -> None:
        choose(self, "papers", self.offers.papers)


class Charge(Deed):
    text = _text(_("What for"), help_text=_("The applicant will read it."))
    name = forms.CharField(label=_("Name of the duty"), required=False, max_length=300)
    amount = forms.IntegerField(
        label=_("How much"), required=False, min_value=1, help_text=_("In dong.")
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    source = forms.CharField(label=_("By which decision or notice"), required=False, max_length=300)

    def prepare(self) -> None:
        choose(self, "kind", list(FeeType.choices))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("amount"):
            for name in ("name", "source"):
                if not data.get(name):
                    self.add_error(name, _now("This is needed where there is an amount."))
        return data


class Advance(Deed):
    outcome = forms.ChoiceField(label=_("How does it end?"), widget=forms.RadioSelect)
    text = _text(_("Note for the next one"), required=False, rows=2)

    def prepare(self) -> None:
        choose(self, "outcome", self.offers.outcomes)


class Former(Deed):
    step = forms.ChoiceField(label=_("To which step"))
    text = _text(_("Reason"), rows=2)

    def prepare(self) -> None:
        choose(self, "step", self.offers.former)


class Assign(Deed):
    person = forms.TypedChoiceField(label=_("Officer"), coerce=int)

    def prepare(self) -> None:
        people = [
            (str(one.user.pk), f"{one.user.get_full_name()} ({one.open})")
            for one in self.offers.colleagues
        ]
        choose(self, "person", people)
        self.fields["person"].help_text = _now("In brackets: open dossiers of this person.")


class Extend(Deed):
    amount = forms.IntegerField(
        label=_("By how much"),
        min_value=1,
        max_value=60,
        help_text=_("In the unit of the time limit. Allowed once, before the due day."),
    )
    text = _text(_("Reason"), help_text=_("The applicant reads it in the letter of apology."))


class Consult(Deed):
    unit = forms.ChoiceField(label=_("Which unit of the house"), required=False)
    agency = forms.CharField(label=_("Or another agency"), required=False, max_length=200)
    text = _text(_("Question"), most=rules.TEXT_LENGTH)
    due_on = _day(_("Answer by"))

    def prepare(self) -> None:
        choose(self, "unit", [("", _now("None: another agency")), *self.offers.units])
        self.fields["due_on"].initial = self.offers.on + timedelta(days=5)
        self.fields["due_on"].widget.attrs["min"] = self.offers.on.isoformat()


class Consulted(Deed):
    consultation = forms.TypedChoiceField(label=_("Who answered"), coerce=int)
    text = _text(_("What it says"), most=rules.TEXT_LENGTH)

    def prepare(self) -> None:
        choose(self, "consultation", self.offers.consultations)


class Answer(Deed):
    """For the agency that was asked: its own words."""

    text = _text(_("Your answer"), most=rules.TEXT_LENGTH, rows=6)


class Propose(Deed):
    text = _text(
        _("Draft of the result"),
        most=rules.TEXT_LENGTH,
        rows=5,
        help_text=_("The applicant agrees or says what is wrong. Silence is agreement."),
    )


FORMS: dict[Act, type[Deed]] = {
    Act.RECEIVE: Receive,
    Act.REFUSE: Reason,
    Act.BEGIN: Deed,
    Act.ASK: Ask,
    Act.SUPPLY: Supply,
    Act.CHARGE: Charge,
    Act.SETTLE: Note,
    Act.WITHDRAW: Reason,
    Act.STOP: Reason,
    Act.CORRECT: Former,
    Act.GIVE: Give,
    Act.HAND_OVER: Advance,
    Act.SEND_BACK: Former,
    Act.ASSIGN: Assign,
    Act.RELEASE: Deed,
    Act.EXTEND: Extend,
    Act.CONSULT: Consult,
    Act.CONSULTED: Consulted,
    Act.PROPOSE: Propose,
}


class QueueForm(forms.Form):
    """What the worklist is narrowed to."""

    q = forms.CharField(
        label=_("Code, phone number or name"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search"}),
    )
    show = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    whose = forms.ChoiceField(
        label=_("Whose"),
        required=False,
        choices=[("", _("All")), ("mine", _("Mine")), ("nobody", _("Nobody's"))],
    )
    status = forms.ChoiceField(label=_("State"), required=False)
    procedure = forms.ChoiceField(label=_("Procedure"), required=False)
    unit = forms.ChoiceField(label=_("With which unit"), required=False)
    way = forms.ChoiceField(label=_("Came in by"), required=False)
    since = _day(_("Submitted since"), required=False)
    until = _day(_("Submitted until"), required=False)

    def __init__(
        self, *args: Any, statuses: Choices, procedures: Choices, units: Choices, ways: Choices,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        every: Choices = [("", _("All"))]
        for name, choices in (
            ("status", statuses), ("procedure", procedures), ("unit", units), ("way", ways),
        ):  # fmt: skip
            choose(self, name, every + choices)
