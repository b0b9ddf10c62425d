"""What people may send. Forms look at shape and size; rules and verbs decide the rest."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.core.notices import ports
from dothi.core.notices.choices import Channel
from dothi.feedback import rules, selectors
from dothi.feedback.choices import AnswerFault, AnswerKind, Aside, Danger, ImportKind
from dothi.feedback.models import Question
from dothi.feedback.selectors import Spot
from dothi.lib import text_vi
from dothi.lib.geo import Point
from dothi.units import selectors as units
from dothi.units.choices import Kind

MAX_PHOTOS = rules.PHOTOS_AT_MOST
WRONG_BOX = "website"  # People never see it; programs fill it in.


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several pictures at once."""

    widget = ManyFiles(attrs={"accept": "image/*,.heic,.heif", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, (list, tuple)) else [data]
        found = [super(PhotosField, self).clean(file, initial) for file in files if file]
        if len(found) > MAX_PHOTOS:
            raise forms.ValidationError(
                _("Please send at most %(most)d pictures.") % {"most": MAX_PHOTOS}
            )
        return found


class WithoutPrograms(forms.Form):
    """A box that only programs fill in: what they send is answered kindly and thrown away."""

    website = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def is_from_a_program(self) -> bool:
        return bool(self.data.get(WRONG_BOX))


class WithQuestions(forms.Form):
    """Besides its own fields, what the chosen subject asks."""

    def ask(self, *, on: date) -> None:
        """Add a field for each question of the subject that was chosen."""
        source = self.data if self.is_bound else self.initial
        self.subject = str(source.get("category") or "").replace("\0", "")
        self.questions = selectors.questions_of(self.subject, on=on)
        for question in self.questions:
            self.fields[self.name_of(question.code)] = _question_field(question)

    @staticmethod
    def name_of(question: str) -> str:
        """The field of a question."""
        return f"q_{question}"

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of what the subject asks."""
        return [self[self.name_of(question.code)] for question in self.questions]

    @property
    def was_asked(self) -> bool:
        """Whether everything that the subject asks or says was on the page that was sent."""
        return not (self.asked or self.conduct) or self.data.get("asked") == self.subject

    @property
    def conduct(self) -> bool:
        """Whether the subject is about somebody in office: it names the protected channel."""
        found = selectors.catalogue.current().by_code.get(self.subject)
        return found is not None and found.conduct

    @property
    def dangers(self) -> list[str]:
        """Whom to call first when this subject is chosen, in words."""
        found = selectors.catalogue.current().by_code.get(self.subject)
        return [str(Danger(number).label) for number in found.dangers] if found else []

    @property
    def answers(self) -> dict[str, list[str]]:
        """What was answered, for the verb that judges it."""
        return {question.code: self._given(question) for question in self.questions}

    def _given(self, question: Question) -> list[str]:
        value = self.cleaned_data.get(self.name_of(question.code))
        return [str(part) for part in value] if isinstance(value, list) else [str(value or "")]

    def clean(self) -> dict[str, Any]:
        """Whatever the subject asks is judged by the rules of the house."""
        data = super().clean() or self.cleaned_data
        shown = self.data.get("asked") == self.subject or self.data.get("seen")
        for question in self.questions:
            name = self.name_of(question.code)
            if not shown and not any(self._given(question)):
                self.errors.pop(name, None)  # Nobody was asked yet; the page does so now.
                continue
            if name in self.errors:
                continue
            try:
                rules.answer(
                    AnswerKind(question.kind),
                    self._given(question),
                    required=question.required,
                    keys=[key for key, _name in question.choices],
                )
            except rules.WrongAnswer as wrong:
                self.add_error(name, str(wrong.fault.label))
        return data


class ReportForm(WithoutPrograms, WithQuestions):
    """What happened, where, and how to reach whoever tells it."""

    category = forms.ChoiceField(label=_("What is it about?"))
    text = forms.CharField(
        label=_("What happened?"),
        help_text=_("A few words are enough. Please write no names of other people."),
        max_length=rules.TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    photos = PhotosField(
        label=_("Pictures"),
        required=False,
        help_text=_(
            "Up to 6 pictures of 15 MB each: JPEG, PNG, WebP or HEIC. We read the place from a "
            "picture, then remove it and everything else that the camera wrote into it."
        ),
    )
    address = forms.CharField(
        label=_("Where is it?"),
        required=False,
        max_length=rules.ADDRESS_LENGTH,
        help_text=_("Number and street, or a place everybody knows."),
    )
    unit = forms.ChoiceField(
        label=_("Which ward?"),
        required=False,
        help_text=_("Only needed when you choose no point on the map."),
    )
    spot = forms.CharField(required=False, max_length=60)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Your name"), required=False, max_length=120)
    phone = forms.CharField(
        label=_("Telephone"), required=False, max_length=20, widget=forms.TextInput({"type": "tel"})
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("We write when something moves.")
    )
    news = forms.ChoiceField(
        label=_("How shall we tell you when something moves?"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            (Channel.EMAIL, _("By e-mail")),
            (Channel.SMS, _("By SMS")),
            ("none", _("Not at all")),
        ],
        help_text=_("An SMS says the code and what happened, no name. Reply STOP to end it."),
    )
    taken = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.BooleanField(required=False, widget=forms.HiddenInput)

    place: Point | None = None  # What was found out of the fields, for the page.
    place_from_photo = False
    place_outside = False

    def __init__(self, *args: Any, on: date, spots: Sequence[Spot] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spots = list(spots)
        self._choices("category", _subjects(on))
        self._choices("unit", [("", _("Choose a ward")), *_wards(on)])
        if not ports.offered(Channel.SMS):
            del self.fields["news"]
        elif self.initial.get("news") not in {Channel.EMAIL, Channel.SMS}:
            self.initial["news"] = Channel.EMAIL
        self.ask(on=on)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("news") == Channel.SMS and text_vi.phone_doubts(data.get("phone", "")):
            self.add_error("phone", _("For an SMS we need the number of a mobile phone."))
        return data

    @property
    def chosen_spot(self) -> Spot | None:
        """The known place that was chosen."""
        key = self.cleaned_data.get("spot", "")
        return next((spot for spot in self.spots if spot.key == key), None)

    def _choices(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _question_field(question: Question) -> forms.Field:
    """The field for one question; the rules say whether an answer fits."""
    words: dict[str, Any] = {"label": question.label, "help_text": question.help,
                             "required": False}  # fmt: skip
    match AnswerKind(question.kind):
        case AnswerKind.ONE:
            choices = [("", _("Choose")), *question.choices]
            return _marked(forms.ChoiceField(choices=choices, **words), question)
        case AnswerKind.SEVERAL:
            boxes = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(choices=question.choices, widget=boxes, **words)
        case AnswerKind.TEXT:
            area = forms.Textarea({"rows": 3})
            most = rules.ANSWER_LENGTH
            return _marked(forms.CharField(max_length=most, widget=area, **words), question)
        case AnswerKind.NUMBER:
            box = forms.TextInput({"inputmode": "decimal"})
        case AnswerKind.DATETIME:
            box = forms.TextInput({"type": "datetime-local"})
        case _:
            box = forms.TextInput()
    field = forms.CharField(max_length=rules.STRING_LENGTH, widget=box, **words)
    return _marked(field, question)


def _marked(field: forms.Field, question: Question) -> forms.Field:
    """With or without "(optional)" beside it."""
    field.required = question.required
    field.error_messages["required"] = AnswerFault.MISSING.label
    return field


def _subjects(on: date) -> list[tuple[str, Any]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for category in selectors.catalogue.current().categories(on=on):
        groups.setdefault(category.group_name, []).append((category.code, category.name))
    return [("", _("Choose a subject")), *groups.items()]


def _wards(on: date) -> list[tuple[str, str]]:
    wards = units.in_force(on=on).filter(kind=Kind.WARD).order_by("name_vi")
    return [(unit.code, unit.name) for unit in wards]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Your secret code"),
        max_length=200,
        help_text=_(
            "The long code that you got when you reported. Lines and spaces do not matter."
        ),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )


class AddressForm(forms.Form):
    """An e-mail address, and nothing else."""

    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput({"autocomplete": "email"}))


class PartnerForm(forms.Form):
    """What a partner says to its task."""

    kind = forms.ChoiceField(
        label=_("What do you want to say?"),
        choices=[
            ("done", _("It is mended")),
            ("progress", _("It takes longer: this is how far we are")),
            ("not_ours", _("It is not ours: please take it back")),
        ],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Your words"),
        help_text=_("The office and the reporter read them. For “not ours” please say why."),
        max_length=rules.TEXT_LENGTH,
        widget=forms.Textarea({"rows": 4}),
    )
    photos = PhotosField(label=_("Pictures"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        too_long = len(data.get("text", "")) > rules.REASON_LENGTH
        if data.get("kind") == "not_ours" and too_long:
            most = rules.REASON_LENGTH
            self.add_error("text", _("Please use at most %(most)d characters.") % {"most": most})
        return data


class WordsForm(forms.Form):
    text = forms.CharField(
        label=_("Your message"), max_length=rules.TEXT_LENGTH, widget=forms.Textarea({"rows": 4})
    )
    photos = PhotosField(label=_("Pictures"), required=False)


class ReasonForm(WithoutPrograms):
    reason = forms.CharField(
        label=_("Why?"), max_length=rules.REASON_LENGTH, widget=forms.Textarea({"rows": 3})
    )


class RateForm(forms.Form):
    stars = forms.TypedChoiceField(
        label=_("How well was it handled?"),
        coerce=int,
        choices=[
            (5, _("Very well")), (4, _("Well")), (3, _("Fair")), (2, _("Badly")),
            (1, _("Very badly")),
        ],
        widget=forms.RadioSelect,
    )  # fmt: skip
    note = forms.CharField(
        label=_("Anything to add?"), required=False, max_length=rules.REASON_LENGTH
    )


class FollowForm(WithoutPrograms):
    email = forms.EmailField(label=_("E-mail"))
    unit = forms.ChoiceField(label=_("Ward"), required=False)
    category = forms.ChoiceField(label=_("Subject"), required=False)

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("unit", _wards(on)), ("category", _subjects(on)[1:])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All")), *choices]


class ListForm(forms.Form):
    """What the public list is narrowed to."""

    q = forms.CharField(label=_("Words or code"), required=False, max_length=100)
    category = forms.ChoiceField(label=_("Subject"), required=False)
    unit = forms.ChoiceField(label=_("Ward"), required=False)
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("All")), ("open", _("Open")), ("late", _("Overdue")), ("done", _("Done"))],
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("unit", _wards(on)), ("category", _subjects(on)[1:])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All")), *choices]


class AsideForm(forms.Form):
    """What the list of rows that were put aside is narrowed to."""

    kind = forms.ChoiceField(
        label=_("Files"), required=False, choices=[("", _("All")), *ImportKind.choices]
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=Aside.choices)
    fault = forms.SlugField(required=False, widget=forms.HiddenInput)


class CorrectForm(forms.Form):
    """A row of a file, one box for each column; the names are those of the file."""

    drop_reason = forms.CharField(label=_("Why is it left out?"), required=False, max_length=300)

    def __init__(self, *args: Any, fields: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = list(fields)
        for number, (name, value) in enumerate(fields.items()):
            long = len(value) > 80 or "\n" in value
            self.fields[f"column_{number}"] = forms.CharField(
                label=name,
                initial=value,
                required=False,
                max_length=rules.TEXT_LENGTH,
                widget=forms.Textarea({"rows": 4}) if long else forms.TextInput(),
            )

    @property
    def boxes(self) -> list[forms.BoundField]:
        return [self[f"column_{number}"] for number in range(len(self.columns))]

    @property
    def row(self) -> dict[str, str]:
        """The corrected row, by name of column."""
        return {
            name: self.cleaned_data[f"column_{number}"] for number, name in enumerate(self.columns)
        }

    @property
    def reason(self) -> str:
        return str(self.cleaned_data["drop_reason"])
