"""What officers fill in at the desk. Forms look at shape; rules and verbs decide the rest."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.feedback import rules, selectors
from dothi.feedback.choices import Act, Channel, Danger, Law, State
from dothi.feedback.forms import PhotosField, WithQuestions
from dothi.feedback.models import AnswerTemplate, Ticket
from dothi.feedback.selectors.likeness import Similar
from dothi.feedback.selectors.officers import Colleague, Desk
from dothi.units import selectors as units
from dothi.units.choices import Kind

Choices = list[tuple[str, Any]]
SHOWN: Choices = [
    ("", _("Open")),
    ("forward", _("To be sent on")),
    ("late", _("Overdue")),
    ("unread", _("Unread messages")),
    ("publish", _("To be published")),
    ("done", _("Closed")),
]


def subjects(on: date) -> Choices:
    """The subjects in force, in their groups."""
    groups: dict[str, Choices] = {}
    for category in selectors.catalogue.current().categories(on=on):
        groups.setdefault(category.group_name, []).append((category.code, category.name))
    return list(groups.items())


def wards(on: date) -> Choices:
    rows = units.in_force(on=on).filter(kind=Kind.WARD).order_by("name_vi")
    return [(unit.code, unit.name) for unit in rows]


def choose(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class QueueForm(forms.Form):
    """What the worklist is narrowed to."""

    q = forms.CharField(
        label=_("Words or code"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search"}),
    )
    show = forms.ChoiceField(label=_("Show"), required=False, choices=SHOWN)
    whose = forms.ChoiceField(
        label=_("Whose"),
        required=False,
        choices=[("", _("All")), ("mine", _("Mine")), ("nobody", _("Nobody's"))],
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *State.choices]
    )
    unit = forms.ChoiceField(label=_("With which unit"), required=False)
    category = forms.ChoiceField(label=_("Subject"), required=False)
    channel = forms.ChoiceField(
        label=_("Came in by"), required=False, choices=[("", _("All")), *Channel.choices]
    )

    def __init__(self, *args: Any, on: date, units_seen: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "unit", [("", _("All")), *units_seen])
        choose(self, "category", [("", _("All")), *subjects(on)])


class EntryForm(WithQuestions):
    """What an officer writes down for a caller or visitor, in the order in which people tell it."""

    channel = forms.ChoiceField(
        label=_("How did it come in?"),
        choices=[
            (channel.value, channel.label)
            for channel in (Channel.PHONE, Channel.COUNTER, Channel.HOTLINE)
        ],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("What happened?"),
        max_length=rules.TEXT_LENGTH,
        widget=forms.Textarea({"rows": 3, "autofocus": True, "accesskey": "1"}),
    )
    category = forms.ChoiceField(
        label=_("What is it about?"), widget=forms.Select({"accesskey": "2"})
    )
    address = forms.CharField(
        label=_("Where is it?"),
        required=False,
        max_length=rules.ADDRESS_LENGTH,
        widget=forms.TextInput({"autocomplete": "off", "list": "places", "accesskey": "3"}),
    )
    unit = forms.ChoiceField(
        label=_("Which ward?"),
        required=False,
        help_text=_("Only needed when the place is not known from earlier reports."),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=20,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off", "accesskey": "4"}),
    )
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput({"autocomplete": "off"})
    )
    danger = forms.ChoiceField(
        label=_("Is somebody in danger?"),
        required=False,
        choices=[("", _("No")), *Danger.choices],
    )
    seen = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "category", [("", _("Choose a subject")), *subjects(on)])
        choose(self, "unit", [("", _("From the place")), *wards(on)])
        self.ask(on=on)


# --- Acts ----------------------------------------------------------------------------------------


class Words(forms.Form):
    """The base of every act: nothing to fill in."""

    def __init__(self, *args: Any, ticket: Ticket | None, choices: "ActChoices", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.ticket, self.known = ticket, choices
        self.prepare()

    def prepare(self) -> None:
        """Fill in what may be chosen."""


def _text(label: Any, *, most: int = rules.REASON_LENGTH, rows: int = 3, **more: Any) -> Any:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea({"rows": rows}), **more
    )


class ActChoices:
    """What can be chosen in the forms of one page, asked for once."""

    def __init__(
        self,
        *,
        user: User,
        on: date,
        desks: list[Desk],
        colleagues: Iterable[Colleague] = (),
        doubles: Iterable[Similar] = (),
        templates: Iterable[AnswerTemplate] = (),
        may_publish: bool = False,
        language: str = "vi",
    ) -> None:
        self.user, self.on, self.desks, self.may_publish = user, on, desks, may_publish
        self.colleagues, self.doubles = list(colleagues), list(doubles)
        self.templates, self.language = list(templates), language

    @property
    def receivers(self) -> Choices:
        """Posts by unit, then the partners outside the house."""
        groups: dict[str, Choices] = {}
        for desk in self.desks:
            groups.setdefault(desk.unit.name, []).append(
                (desk.value, f"{desk.role.label}, {desk.unit.name}")
            )
        partners = [
            (f"partner:{partner.code}", partner.name)
            for partner in selectors.catalogue.current().partners.values()
            if rules.in_force(partner.valid_from, partner.valid_to, on=self.on)
        ]
        if partners:
            groups[_now("Partners outside the house")] = partners
        return list(groups.items())

    def templates_of(self, act: Act) -> Choices:
        return [(row.code, row.title) for row in self.templates if row.act == act]

    def body_of(self, code: str) -> str:
        return next((row.body(self.language) for row in self.templates if row.code == code), "")


class WithTemplate(Words):
    """A text that may begin with words that officers use again and again."""

    act: Act
    template = forms.ChoiceField(label=_("Begin with"), required=False)

    def prepare(self) -> None:
        found = self.known.templates_of(self.act)
        if not found:
            del self.fields["template"]
            return
        choose(self, "template", [("", _("Own words")), *found])
        self.fields["template"].widget.attrs["data-fills"] = "text"


class Accept(Words):
    publish = forms.BooleanField(
        label=_("Show text and photos to everybody at once"), required=False
    )

    def prepare(self) -> None:
        if not self.known.may_publish:
            del self.fields["publish"]


class Assign(Words):
    person = forms.TypedChoiceField(label=_("Officer"), coerce=int)

    def prepare(self) -> None:
        choose(
            self,
            "person",
            [
                (str(one.user.pk), f"{one.user.get_full_name()} ({one.open})")
                for one in self.known.colleagues
            ],
        )
        self.fields["person"].help_text = _("In brackets: open reports of this person.")


class Forward(Words):
    to = forms.ChoiceField(label=_("To whom"))
    text = _text(_("Reason"), required=False)

    def prepare(self) -> None:
        choose(self, "to", [("", _("Choose a post or partner")), *self.known.receivers])
        if self.ticket is None:
            self.fields["text"].help_text = _("Needed where a unit has the report already.")
            return
        self.fields["text"].required = self.ticket.state in rules.WITH_A_UNIT
        self.fields["to"].initial = f"{self.ticket.unit.code}:specialist"


class Ask(WithTemplate):
    act = Act.ASK
    text = _text(_("Question"), most=rules.TEXT_LENGTH)

    def prepare(self) -> None:
        super().prepare()
        self.fields["text"].help_text = _("The clock stands still until the answer comes.")


class Reject(WithTemplate):
    act = Act.REJECT
    text = _text(_("Reason"), help_text=_("The reporter and everybody will read it."))


class Progress(WithTemplate):
    act = Act.PROGRESS
    text = _text(_("How far is it?"), help_text=_("Everybody will read it."))
    photos = PhotosField(label=_("Photo that shows it"))
    until = forms.DateField(
        label=_("New date"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def prepare(self) -> None:
        super().prepare()
        due = local(self.ticket.due_at).date() if self.ticket and self.ticket.due_at else None
        first = max(due or self.known.on, self.known.on) + timedelta(days=1)
        self.fields["until"].widget.attrs["min"] = first.isoformat()


class Resolve(WithTemplate):
    act = Act.RESOLVE
    text = _text(_("Result"), most=rules.TEXT_LENGTH, rows=4)
    photos = PhotosField(label=_("Photos of the result"), required=False)
    publish = forms.BooleanField(label=_("Publish it at once"), required=False)

    def prepare(self) -> None:
        super().prepare()
        if not self.known.may_publish:
            del self.fields["publish"]


class Merge(Words):
    into = forms.CharField(
        label=_("Number of the other report"),
        max_length=24,
        widget=forms.TextInput({"list": "doubles", "autocomplete": "off"}),
    )
    text = _text(_("Reason"), required=False, rows=2)


class Reason(Words):
    text = _text(_("Reason"), rows=2)


class MarkDanger(Words):
    number = forms.ChoiceField(
        label=_("Whom to call first"), choices=Danger.choices, widget=forms.RadioSelect
    )


class Transfer(Words):
    law = forms.ChoiceField(label=_("What is it?"), choices=Law.choices, widget=forms.RadioSelect)
    receiver = forms.CharField(label=_("To which body"), max_length=200)
    signer_title = forms.CharField(label=_("Post of the signer"), max_length=120)
    text = _text(_("Reason"), rows=2)
    sure = forms.BooleanField(
        label=_("I know: this cannot be undone, and the public sees nothing of it any more")
    )

    def prepare(self) -> None:
        self.fields["signer_title"].initial = "Người chuyển đơn"


class Say(Words):
    text = _text(_("Message to the reporter"), most=rules.TEXT_LENGTH)
    public = forms.BooleanField(label=_("Everybody may read it"), required=False)


FORMS: dict[Act, type[Words]] = {
    Act.ACCEPT: Accept,
    Act.FORWARD: Forward,
    Act.ASSIGN: Assign,
    Act.RESOLVE: Resolve,
    Act.PROGRESS: Progress,
    Act.ASK: Ask,
    Act.PUBLISH: Words,
    Act.HOLD_BACK: Reason,
    Act.RELEASE: Words,
    Act.MERGE: Merge,
    Act.UNMERGE: Reason,
    Act.REOPEN: Reason,
    Act.DANGER: MarkDanger,
    Act.REJECT: Reject,
    Act.TRANSFER: Transfer,
}
