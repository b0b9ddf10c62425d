"""What the stewards fill in: subjects, routes, time limits, figures, partners, templates."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dothi.accounts.choices import Role
from dothi.core.clocks.choices import Kind, ResumeMode, StartRule, TimeUnit
from dothi.core.clocks.rules import Spec
from dothi.feedback import services
from dothi.feedback.choices import Act, AnswerKind, Channel, Danger, Duty, Parameter, Urgency
from dothi.feedback.models import (
    AnswerTemplate,
    Category,
    Partner,
    Question,
    Route,
    Setting,
    TimeLimit,
)
from dothi.feedback.selectors import catalogue
from dothi.feedback.selectors.officers import HANDLING
from dothi.feedback.views.desk.forms import Choices, choose
from dothi.units import selectors as units

WEEKDAYS = [
    (0, _("Mon")), (1, _("Tue")), (2, _("Wed")), (3, _("Thu")), (4, _("Fri")), (5, _("Sat")),
    (6, _("Sun")),
]  # fmt: skip
ANY: Choices = [("", _("Any"))]
TEMPLATE_ACTS = (Act.RESOLVE, Act.ASK, Act.REJECT, Act.PROGRESS)


def _day() -> forms.DateField:
    return forms.DateField(
        label=_("From which day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


def _source() -> forms.CharField:
    return forms.CharField(
        label=_("By which decision"),
        max_length=300,
        help_text=_("Number and day of the decision, so that everybody can look it up."),
    )


def subject_choices(on: date, first: Any) -> Choices:
    rows = catalogue.current().categories(on=on)
    return [("", first), *((row.code, row.name) for row in rows)]


class Keeping(forms.Form):
    """The base: knows the day, and says how a row fills it."""

    wide: tuple[str, ...] = ()

    def __init__(self, *args: Any, on: date, row: Any = None, **kwargs: Any) -> None:
        self.on, self.row = on, row
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {"valid_from": on, **(self.of(row) if row else {}),
                             **kwargs["initial"]}  # fmt: skip
        super().__init__(*args, **kwargs)
        self.prepare()
        if row is not None and "code" in self.fields:
            self.fields["code"].disabled = True

    def prepare(self) -> None:
        """Fill in what may be chosen."""

    def of(self, row: Any) -> dict[str, Any]:
        """What a row says, for the boxes of the form."""
        return {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)}

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        model = getattr(self, "model", None)
        if self.row is None and model and model.objects.filter(code=code).exists():
            raise forms.ValidationError(_now("This code is taken."))
        return code

    def subject(self) -> Category | None:
        code = self.cleaned_data.get("category")
        return catalogue.current().by_code.get(code) if code else None


class CategoryForm(Keeping):
    model = Category
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Stays for ever."))
    name_vi = forms.CharField(label=_("Name in Vietnamese"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    help_vi = forms.CharField(label=_("Examples in Vietnamese"), max_length=300, required=False)
    help_en = forms.CharField(label=_("Examples in English"), max_length=300, required=False)
    group = forms.SlugField(label=_("Code of the group"), max_length=40)
    group_vi = forms.CharField(label=_("Group in Vietnamese"), max_length=120)
    group_en = forms.CharField(label=_("Group in English"), max_length=120)
    order = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=9999)
    dangers = forms.MultipleChoiceField(
        label=_("Whom to call first"),
        required=False,
        choices=Danger.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    hotline_code = forms.CharField(label=_("Its name at 1022"), max_length=40, required=False)
    conduct = forms.BooleanField(
        label=_("It is about conduct in office: offers the protected channel, and colleagues do "
                "not see it"),
        required=False,
    )  # fmt: skip
    valid_from = _day()


class QuestionForm(Keeping):
    category = forms.ChoiceField(label=_("Subject"))
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Stays for ever."))
    label_vi = forms.CharField(label=_("Question in Vietnamese"), max_length=120)
    label_en = forms.CharField(label=_("Question in English"), max_length=120)
    kind = forms.ChoiceField(label=_("How it is answered"), choices=AnswerKind.choices)
    options = forms.CharField(
        label=_("Answers to choose from"),
        required=False,
        max_length=4000,
        help_text=_("Only for lists. One a line: key = words in Vietnamese | in English."),
        widget=forms.Textarea({"rows": 5}),
    )
    help_vi = forms.CharField(label=_("Help in Vietnamese"), max_length=300, required=False)
    help_en = forms.CharField(label=_("Help in English"), max_length=300, required=False)
    order = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=9999)
    required = forms.BooleanField(label=_("It must be answered"), required=False)
    valid_from = _day()

    def prepare(self) -> None:
        choose(self, "category", subject_choices(self.on, _("Choose a subject")))
        self.fields["category"].disabled = self.row is not None

    def of(self, row: Question) -> dict[str, Any]:
        lines = [f"{one['key']} = {one['vi']} | {one['en']}" for one in row.options]
        return {**super().of(row), "category": row.category.code, "options": "\n".join(lines),
                "valid_from": max(self.on, row.valid_from)}  # fmt: skip


class ProgramForm(forms.Form):
    """A program of others that gets a key."""

    name = forms.CharField(label=_("Name of the program"), max_length=120)
    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        help_text=_("Reports that the program brings carry it. Stays for ever."),
    )
    contact = forms.EmailField(label=_("E-mail of whoever runs it"), required=False)
    per_hour = forms.IntegerField(
        label=_("Requests an hour"), min_value=1, max_value=1_000_000, initial=services.PER_HOUR
    )


class PartnerForm(Keeping):
    model = Partner
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Stays for ever."))
    name_vi = forms.CharField(label=_("Name in Vietnamese"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=200)
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("Where the links to answer are sent.")
    )
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("vi", "Tiếng Việt"), ("en", "English")]
    )
    valid_from = _day()


class TemplateForm(Keeping):
    model = AnswerTemplate
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Stays for ever."))
    act = forms.ChoiceField(
        label=_("For which act"), choices=[(act.value, act.label) for act in TEMPLATE_ACTS]
    )
    category = forms.ChoiceField(label=_("Subject"), required=False)
    title_vi = forms.CharField(label=_("Title in Vietnamese"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    body_vi = forms.CharField(
        label=_("Words in Vietnamese"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )
    body_en = forms.CharField(
        label=_("Words in English"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )

    def prepare(self) -> None:
        choose(self, "category", subject_choices(self.on, _("All subjects")))

    def of(self, row: Any) -> dict[str, Any]:
        return {**super().of(row), "category": row.category.code if row.category else ""}


class LimitForm(Keeping):
    duty = forms.ChoiceField(label=_("Which duty"), choices=Duty.choices)
    category = forms.ChoiceField(label=_("Subject"), required=False)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices)
    amount = forms.IntegerField(label=_("How much"), min_value=1, max_value=1000)
    unit = forms.ChoiceField(label=_("Counted in"), choices=TimeUnit.choices)
    start = forms.ChoiceField(label=_("From when it counts"), choices=StartRule.choices)
    resume = forms.ChoiceField(label=_("After a pause"), choices=ResumeMode.choices)
    max_extensions = forms.IntegerField(
        label=_("How often it may be put off"), min_value=0, max_value=20
    )
    max_extension = forms.IntegerField(
        label=_("By how much at most"), min_value=1, max_value=1000, required=False
    )
    kind = forms.ChoiceField(label=_("What stands behind it"), choices=Kind.choices)
    source = _source()
    valid_from = _day()

    def prepare(self) -> None:
        choose(self, "category", subject_choices(self.on, _("All other subjects")))

    def of(self, row: TimeLimit) -> dict[str, Any]:
        spec = Spec.from_json(row.spec)
        return {
            "duty": row.duty,
            "category": row.category.code if row.category else "",
            "urgency": row.urgency,
            "kind": row.kind,
            "source": row.source,
            "valid_from": self.on,
            **{name: getattr(spec, name) for name in ("amount", "unit", "start", "resume",
                                                      "max_extensions", "max_extension")},
        }  # fmt: skip

    def spec(self) -> Spec:
        data = self.cleaned_data
        return Spec(
            amount=data["amount"],
            unit=TimeUnit(data["unit"]),
            start=StartRule(data["start"]),
            resume=ResumeMode(data["resume"]),
            max_extensions=data["max_extensions"],
            max_extension=data["max_extension"],
            basis=data["source"],
        )


class FigureForm(Keeping):
    parameter = forms.ChoiceField(label=_("Which figure"), choices=Parameter.choices)
    value = forms.IntegerField(label=_("Value"), min_value=1, max_value=10_000)
    source = _source()
    valid_from = _day()

    def of(self, row: Setting) -> dict[str, Any]:
        return {**super().of(row), "valid_from": self.on}


class RouteForm(Keeping):
    order = forms.IntegerField(
        label=_("Place in the order"),
        min_value=1,
        max_value=100_000,
        help_text=_("Rules are tried from the smallest number on; the first that fits counts."),
    )
    category = forms.ChoiceField(label=_("Subject"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)
    channel = forms.ChoiceField(
        label=_("Came in by"), required=False, choices=[*ANY, *Channel.choices]
    )
    from_hour = forms.TimeField(
        label=_("From what time"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    to_hour = forms.TimeField(
        label=_("Until what time"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days"),
        required=False,
        coerce=int,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: on every day."),
    )
    to_unit = forms.ChoiceField(label=_("To which unit"), required=False)
    to_role = forms.ChoiceField(
        label=_("To which post"), choices=[(role.value, role.label) for role in HANDLING]
    )
    partner = forms.ChoiceField(
        label=_("And to a partner"),
        required=False,
        help_text=_("The post watches over the partner's answer."),
    )
    source = _source()
    valid_from = _day()

    def prepare(self) -> None:
        areas = [(unit.code, unit.name) for unit in units.in_force(on=self.on).order_by("name_vi")]
        choose(self, "category", subject_choices(self.on, _("Any")))
        choose(self, "area", [*ANY, *areas])
        choose(self, "to_unit", [("", _("The unit of the place")), *areas])
        partners = catalogue.current().partners.values()
        choose(self, "partner", [("", _("None")), *((row.code, row.name) for row in partners)])

    def of(self, row: Route) -> dict[str, Any]:
        return {
            "order": row.order,
            "category": row.category.code if row.category else "",
            "area": row.area.code if row.area else "",
            "channel": row.channel,
            "from_hour": row.from_hour,
            "to_hour": row.to_hour,
            "weekdays": row.weekdays,
            "to_unit": row.to_unit.code if row.to_unit else "",
            "to_role": row.to_role,
            "partner": row.partner.code if row.partner else "",
            "source": row.source,
            "valid_from": row.valid_from,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("from_hour")) != bool(data.get("to_hour")):
            self.add_error("to_hour", _now("Please give both times, or none."))
        return data


class TryForm(forms.Form):
    """Where would this go?"""

    category = forms.ChoiceField(label=_("Subject"))
    unit = forms.ChoiceField(label=_("Ward"))
    channel = forms.ChoiceField(label=_("Came in by"), choices=Channel.choices)
    moment = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wards = [(unit.code, unit.name) for unit in units.in_force(on=on).order_by("name_vi")]
        choose(self, "category", subject_choices(on, _("Choose a subject")))
        choose(self, "unit", wards)


ROLES = dict(Role.choices)
