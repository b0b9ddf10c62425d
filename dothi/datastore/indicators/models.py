"""What was measured, under which definition, over which versions."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from dothi.datastore.indicators.choices import Run, State
from dothi.units.models import Unit


class Definition(models.Model):
    """An indicator as it was defined from a moment on. Rows are added and never changed."""

    personal: ClassVar[dict[str, str]] = {}

    indicator = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)  # Of the expression and the words.
    since = models.DateTimeField()
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    help_vi = models.TextField(blank=True)
    help_en = models.TextField(blank=True)
    scale = models.CharField(max_length=10)
    better = models.CharField(max_length=10)
    unit_of_measure = models.CharField(max_length=40, blank=True)
    formula = models.TextField()  # SQL of the expression.
    expression_digest = models.CharField(max_length=64)  # Other words, same figures: same digest.
    author = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["indicator", "number"], name="definition_number")
        ]
        triggers = [
            pgtrigger.Protect(
                name="definitions_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator}#{self.number}"

    @property
    def title(self) -> str:
        return self.title_en if get_language() == "en" else self.title_vi

    @property
    def help(self) -> str:
        return self.help_en if get_language() == "en" else self.help_vi


class Measurement(models.Model):
    """One asking of one indicator: at which moment, over what, under which definition.

    It stands also where nothing was counted, so that a zero is told from a gap.
    """

    personal: ClassVar[dict[str, str]] = {}

    indicator = models.CharField(max_length=80)
    run = models.CharField(max_length=5, choices=Run, default=Run.NOW)
    at = models.DateTimeField()
    release = models.CharField(max_length=80, blank=True)  # Code of the release that was read.
    versions = models.JSONField(default=dict)  # Dataset → number of the version that was read.
    definition = models.ForeignKey(Definition, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "run", "release", "at"], name="measurement_once"
            ),
            models.CheckConstraint(
                condition=Q(run=Run.STORE) | Q(release="", versions={}),
                name="measurement_now_has_no_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.run} {self.at:%Y-%m-%d %H:%M}"


class Reading(models.Model):
    """What an indicator counted for a unit at a moment: parts, not shares, so that they add up."""

    personal: ClassVar[dict[str, str]] = {}

    measurement = models.ForeignKey(Measurement, models.CASCADE, related_name="readings")
    # None: rows whose unit the house does not know.
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    numerator = models.FloatField()
    denominator = models.FloatField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measurement", "unit"], name="reading_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.measurement_id}@{self.unit_id}={self.numerator}/{self.denominator}"


class Trouble(models.Model):
    """An indicator that could not be run when it was last tried. Gone once it runs again."""

    personal: ClassVar[dict[str, str]] = {}

    indicator = models.CharField(max_length=80)
    run = models.CharField(max_length=5, choices=Run)
    since = models.DateTimeField()
    failure = models.CharField(max_length=200)  # The kind of fault, never a value.

    class Meta:
        constraints = [models.UniqueConstraint(fields=["indicator", "run"], name="trouble_once")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.run}: {self.failure}"


class Made(models.Model):
    """An indicator that a steward put together on a page. What is being worked on, and apart from
    it what is in force: a change counts only once it is published."""

    personal: ClassVar[dict[str, str]] = {}

    code = models.CharField(max_length=80, unique=True)
    dataset = models.CharField(max_length=80)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # Whose steward keeps it.
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    draft = models.JSONField()  # Words, recipe and tests: see `services.making.Content`.
    in_force = models.JSONField(null=True)  # The same, as it was published last.
    # Who saves says which revision was read: the loser of two is told.
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=40)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED)
                | Q(in_force__isnull=False, published_at__isnull=False),
                name="made_published_is_in_force",
            )
        ]

    def __str__(self) -> str:
        return self.code
