"""What officers set: subjects, time limits, routes, partners, figures. Rows with a period."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from dothi.accounts.choices import Role
from dothi.feedback.choices import AnswerKind, Danger, Duty, Parameter, Urgency
from dothi.units.models import Unit

PERIOD = Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))


class Category(models.Model):
    """A subject that people report on. None asks for opinions or beliefs."""

    personal: ClassVar[dict[str, str]] = {}

    code = models.SlugField(max_length=40, unique=True)
    name_vi = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    help_vi = models.CharField(max_length=300, blank=True)
    help_en = models.CharField(max_length=300, blank=True)
    group = models.SlugField(max_length=40)
    group_vi = models.CharField(max_length=120)
    group_en = models.CharField(max_length=120)
    order = models.PositiveSmallIntegerField(default=0)
    # Shown first when this subject is chosen: whom to call before anybody reads a report.
    dangers = ArrayField(models.CharField(max_length=3, choices=Danger), default=list, blank=True)
    hotline_code = models.CharField(max_length=40, blank=True)  # The subject's name at 1022.
    # A subject about an officer's conduct also offers the protected channel.
    conduct = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive.

    class Meta:
        constraints = [models.CheckConstraint(condition=PERIOD, name="category_valid_period")]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_vi

    @property
    def help(self) -> str:
        return self.help_en if get_language() == "en" else self.help_vi

    @property
    def group_name(self) -> str:
        return self.group_en if get_language() == "en" else self.group_vi


class Question(models.Model):
    """Something that a subject asks besides the words, such as the number on the lamp post.

    Open311 calls it an attribute. `options` are the answers to choose from, as
    `[{"key": "dark", "vi": "…", "en": "…"}]`.
    """

    personal: ClassVar[dict[str, str]] = {}

    category = models.ForeignKey(Category, models.CASCADE, related_name="questions")
    code = models.SlugField(max_length=40)
    kind = models.CharField(max_length=16, choices=AnswerKind)
    required = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    label_vi = models.CharField(max_length=120)
    label_en = models.CharField(max_length=120)
    help_vi = models.CharField(max_length=300, blank=True)
    help_en = models.CharField(max_length=300, blank=True)
    options = models.JSONField(default=list, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive.

    class Meta:
        constraints = [
            models.CheckConstraint(condition=PERIOD, name="question_valid_period"),
            models.UniqueConstraint(
                fields=["category", "code", "valid_from"], name="question_code_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id}/{self.code}"

    @property
    def label(self) -> str:
        return self.label_en if get_language() == "en" else self.label_vi

    @property
    def help(self) -> str:
        return self.help_en if get_language() == "en" else self.help_vi

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Keys and words of the answers to choose from."""
        language = "en" if get_language() == "en" else "vi"
        return [(option["key"], option[language]) for option in self.options]


class TimeLimit(models.Model):
    """How long a duty may take: for one subject, or (without one) for all others."""

    personal: ClassVar[dict[str, str]] = {}

    category = models.ForeignKey(
        Category, models.CASCADE, null=True, related_name="limits", blank=True
    )
    duty = models.CharField(max_length=10, choices=Duty)
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.NORMAL)
    kind = models.CharField(max_length=10)  # Of the clock: statutory, norm or step.
    spec = models.JSONField()  # `core.clocks.rules.Spec` as JSON.
    source = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive.

    class Meta:
        constraints = [
            models.CheckConstraint(condition=PERIOD, name="time_limit_valid_period"),
            models.UniqueConstraint(
                fields=["category", "duty", "urgency", "valid_from"],
                nulls_distinct=False,
                name="time_limit_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id or '*'}/{self.duty}/{self.urgency}@{self.valid_from}"


class Partner(models.Model):
    """A body outside the house that answers reports: water, power, buses. Its contact is public."""

    personal: ClassVar[dict[str, str]] = {"email": "public", "phone": "public"}

    code = models.SlugField(max_length=40, unique=True)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    language = models.CharField(max_length=5, default="vi")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive.

    class Meta:
        constraints = [models.CheckConstraint(condition=PERIOD, name="partner_valid_period")]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_vi


class Route(models.Model):
    """One ordered rule that says who gets a report. What is empty fits all; the first fit counts.

    Without `to_unit` it goes to the unit of the place. With a partner, the post that is named
    watches over the partner's answer.
    """

    personal: ClassVar[dict[str, str]] = {}

    order = models.PositiveIntegerField()
    category = models.ForeignKey(Category, models.CASCADE, null=True, related_name="routes")
    area = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # And all below.
    channel = models.CharField(max_length=10, blank=True)
    from_hour = models.TimeField(null=True)
    to_hour = models.TimeField(null=True)  # Exclusive; earlier than from_hour: over midnight.
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list)  # Monday is 0.
    to_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    to_role = models.CharField(max_length=20, choices=Role)
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="routes")
    source = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive.

    class Meta:
        constraints = [
            models.CheckConstraint(condition=PERIOD, name="route_valid_period"),
            models.CheckConstraint(
                condition=Q(from_hour=None, to_hour=None)
                | Q(from_hour__isnull=False, to_hour__isnull=False),
                name="route_hours_are_two",
            ),
            models.UniqueConstraint(fields=["order", "valid_from"], name="route_order_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.to_role}"


class Setting(models.Model):
    """A figure that the office sets, such as the days within which a report may be reopened."""

    personal: ClassVar[dict[str, str]] = {}

    parameter = models.CharField(max_length=20, choices=Parameter)
    value = models.PositiveIntegerField()
    source = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive.

    class Meta:
        constraints = [
            models.CheckConstraint(condition=PERIOD, name="setting_valid_period"),
            models.UniqueConstraint(fields=["parameter", "valid_from"], name="setting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.parameter}={self.value}@{self.valid_from}"


class AnswerTemplate(models.Model):
    """Words that officers answer with again and again; they change them before they send them."""

    personal: ClassVar[dict[str, str]] = {}

    code = models.SlugField(max_length=40, unique=True)
    category = models.ForeignKey(Category, models.CASCADE, null=True, related_name="templates")
    act = models.CharField(max_length=20)  # Of `choices.Act`: resolve, reject, ask …
    title_vi = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    body_vi = models.TextField()
    body_en = models.TextField()
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        return self.title_en if get_language() == "en" else self.title_vi

    def body(self, language: str) -> str:
        """The words in the language of the reporter."""
        return self.body_en if language == "en" else self.body_vi


class Edition(models.Model):
    """One row: a stamp that is new after every change of the catalogue, so that copies are dropped.

    Processes keep the catalogue in memory and ask for the stamp from time to time.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="feedback_edition_is_one_row")
        ]

    def __str__(self) -> str:
        return str(self.stamp)
