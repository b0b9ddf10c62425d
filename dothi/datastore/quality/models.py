"""What was found about the rows of published versions: figures and counts."""

from typing import Any, ClassVar

from django.db import models

from dothi.datastore.quality.choices import Dimension, Outcome, RuleKind, Severity


class Profile(models.Model):
    """What a version looks like to those who see it in one role: figures of its columns.

    Taken from the serving file of the role, so that nothing is in it that the role does not see.
    """

    personal: ClassVar[dict[str, str]] = {"figures": "public"}

    dataset = models.CharField(max_length=63)
    version = models.PositiveIntegerField()
    # Name of the serving file: other rows, or another role, are another file.
    mark = models.CharField(max_length=120)
    figures: Any = models.JSONField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "mark"], name="profile_once"),
        ]
        indexes = [models.Index(fields=["dataset", "version"], name="profile_of_version")]

    def __str__(self) -> str:
        return f"{self.dataset}@{self.mark}"


class Inspection(models.Model):
    """One look at a version with all checks; the newest one says how the dataset stands."""

    personal: ClassVar[dict[str, str]] = {}

    dataset = models.CharField(max_length=63)
    version = models.PositiveIntegerField()
    contract = models.PositiveIntegerField()  # Number of the contract that was asked.
    why = models.CharField(max_length=10)
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    # `rules.scoring`; null where nothing could be asked.
    score = models.FloatField(null=True)
    dimensions: Any = models.JSONField(default=dict)
    asked = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    unasked = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["dataset", "-id"], name="inspection_of_dataset")]

    def __str__(self) -> str:
        return f"{self.dataset}@{self.version}: {self.score}"


class Result(models.Model):
    """The answer of one check in one inspection: counts, never a value of a row."""

    personal: ClassVar[dict[str, str]] = {}

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="results")
    code = models.CharField(max_length=160)
    kind = models.CharField(max_length=10)
    dimension = models.CharField(max_length=12, choices=Dimension)
    severity = models.CharField(max_length=4, choices=Severity)
    column = models.CharField(max_length=63, blank=True)
    outcome = models.CharField(max_length=7, choices=Outcome)
    failing = models.BigIntegerField(default=0)
    among = models.BigIntegerField(default=0)
    # What was asked and found beside the counts: bounds, names, a distance, a class of fault.
    facts: Any = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "code"], name="result_once"),
            models.CheckConstraint(
                condition=models.Q(failing__gte=0, among__gte=0), name="result_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.outcome}"


class Distribution(models.Model):
    """How the values of a column were spread in a version: what later ones are held against."""

    personal: ClassVar[dict[str, str]] = {"classes": "public"}

    dataset = models.CharField(max_length=63)
    version = models.PositiveIntegerField()
    column = models.CharField(max_length=63)
    classes: Any = models.JSONField()  # Edges between numbers, or words.
    counts: Any = models.JSONField()  # One more for what is beyond, one for what is empty.
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "version", "column"], name="distribution_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}@{self.version}.{self.column}"


class CrossRule(models.Model):
    """A rule over two datasets, stated by a steward. It is ended, never changed: its results say
    what was asked then."""

    personal: ClassVar[dict[str, str]] = {"made_by": "public", "ended_by": "public"}

    code = models.CharField(max_length=40, unique=True)
    dataset = models.CharField(max_length=63)
    other = models.CharField(max_length=63)
    kind = models.CharField(max_length=8, choices=RuleKind)
    title = models.CharField(max_length=200)
    severity = models.CharField(max_length=4, choices=Severity, default=Severity.WARN)
    # Of members: the column whose values must stand in the other one. Of totals: what is grouped.
    column = models.CharField(max_length=63)
    other_column = models.CharField(max_length=63)
    # Of totals: what is summed; empty where rows are counted.
    measure = models.CharField(max_length=63, blank=True)
    other_measure = models.CharField(max_length=63, blank=True)
    tolerance = models.FloatField(default=0)  # A share: 0.01 lets one percent pass.
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    ended_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["dataset"], name="cross_rule_of_dataset")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(tolerance__gte=0, tolerance__lt=1), name="cross_rule_tolerance"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Incident(models.Model):
    """A check that fails, until it passes again or a steward says why it may: one at a time."""

    personal: ClassVar[dict[str, str]] = {"settled_by": "public", "reason": "public"}

    dataset = models.CharField(max_length=63)
    check_code = models.CharField(max_length=160)
    severity = models.CharField(max_length=4, choices=Severity)
    opened_at = models.DateTimeField()
    version = models.PositiveIntegerField()  # In which it failed last.
    failing = models.BigIntegerField(default=0)
    among = models.BigIntegerField(default=0)
    times = models.PositiveIntegerField(default=1)  # Inspections that found it.
    # The answer that was found last, for its sentence.
    result = models.ForeignKey(Result, models.SET_NULL, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)  # "system": it passed again.
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "check_code"],
                condition=models.Q(settled_at=None),
                name="incident_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(settled_at=None) | ~models.Q(settled_by=""),
                name="incident_settled_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["dataset", "-id"], name="incident_of_dataset")]

    def __str__(self) -> str:
        return f"{self.dataset}: {self.check_code}"

    @property
    def subject(self) -> str:
        return f"quality.incident:{self.pk}"
