"""Projects, runs, rows, pairs, what people decided, and clusters with their history."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from dothi.core.crypto.fields import EncryptedTextField
from dothi.datastore.catalogue.choices import Share
from dothi.datastore.resolution.choices import (
    Aim,
    Band,
    ChangeKind,
    Kind,
    RunState,
    State,
    Verdict,
    WorkFault,
    WorkState,
)
from dothi.units.models import Unit


class Project(models.Model):
    """Why lists may be joined, until when, and who said yes: without it nothing is joined."""

    personal: ClassVar[dict[str, str]] = {}

    code = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=200)
    purpose = models.TextField()
    legal_basis = models.CharField(max_length=300)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)  # Of refusing or ending.
    expires_on = models.DateField()  # The first day on which nothing is joined any more.
    within = models.BooleanField(default=True)  # Doubles inside a list are looked for too.
    link_at = models.FloatField()  # Bits of evidence.
    review_at = models.FloatField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(legal_basis=""), name="project_has_a_purpose"
            ),
            models.CheckConstraint(
                condition=Q(state=State.ASKED) | (~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="project_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.APPROVED, State.ENDED])
                | ~Q(decided_by=F("asked_by")),
                name="project_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.ENDED) | (~Q(ended_by="") & Q(ended_at__isnull=False)),
                name="project_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(review_at__lte=F("link_at")), name="project_review_below_link"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ProjectList(models.Model):
    """A list that a project may read: which columns, and how far it is trusted."""

    personal: ClassVar[dict[str, str]] = {}

    project = models.ForeignKey(Project, models.CASCADE, related_name="lists")
    dataset = models.CharField(max_length=63)
    trust = models.PositiveSmallIntegerField()  # Rank: 1 is trusted most.
    key = models.CharField(max_length=63)  # Column that tells its rows apart.
    as_of = models.CharField(max_length=63, blank=True)  # Column with the date of a row.
    roles = models.JSONField()  # Role → column.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "dataset"], name="projectlist_once"),
            models.UniqueConstraint(fields=["project", "trust"], name="projectlist_trust"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}:{self.dataset}"


class Run(models.Model):
    """One comparison of all lists of a project."""

    personal: ClassVar[dict[str, str]] = {}

    project = models.ForeignKey(Project, models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=10, blank=True)
    share = models.FloatField(default=0.0)  # Of the stage: 0 to 1.
    rows = models.PositiveIntegerField(default=0)
    compared = models.PositiveBigIntegerField(default=0)  # Candidate pairs.
    linked = models.PositiveIntegerField(default=0)
    to_review = models.PositiveIntegerField(default=0)
    clusters = models.PositiveIntegerField(default=0)
    learned = models.JSONField(default=dict)  # prior, m, u, from_lists: see `matching.Learned`.
    versions = models.JSONField(default=dict)  # Dataset → version that was read.
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="run_number"),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=[RunState.QUEUED, RunState.RUNNING]),
                name="run_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}.{self.number}"


class Record(models.Model):
    """A row of a list that may be one with another; its values as the run read them."""

    personal: ClassVar[dict[str, str]] = {"values": "sensitive"}

    project = models.ForeignKey(Project, models.CASCADE, related_name="records")
    dataset = models.CharField(max_length=63)
    key = models.CharField(max_length=200)
    as_of = models.DateField(null=True)
    values = EncryptedTextField()  # JSON: role → text.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "dataset", "key"], name="record_once")
        ]

    def __str__(self) -> str:
        return f"{self.dataset}:{self.key}"


class Pair(models.Model):
    """Two rows that may be one, with the evidence of the newest run and what people decided."""

    personal: ClassVar[dict[str, str]] = {}

    project = models.ForeignKey(Project, models.CASCADE, related_name="pairs")
    left = models.ForeignKey(Record, models.CASCADE, related_name="+")
    right = models.ForeignKey(Record, models.CASCADE, related_name="+")
    # Null: no run found it, a person put the two together or told them apart.
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    weight = models.FloatField(null=True)  # Bits of evidence.
    evidence = models.JSONField(default=dict)  # Comparison → [level, bits].
    band = models.CharField(max_length=6, choices=Band, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)  # What counts now.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["left", "right"], name="pair_once"),
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="pair_in_order"),
        ]
        indexes = [
            # Serves the queue: what waits, the most likely first.
            models.Index(
                fields=["project", "-weight", "id"],
                condition=Q(band=Band.REVIEW, verdict=""),
                name="pair_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.left_id}-{self.right_id}"


class Change(models.Model):
    """One change of the make-up of clusters; rows are added and never changed."""

    personal: ClassVar[dict[str, str]] = {}

    project = models.ForeignKey(Project, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=ChangeKind)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=ChangeKind.UNDO) ^ Q(undoes=None), name="change_undoes_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.pk}"


class Decision(models.Model):
    """What a person said of a pair, and why. An undone decision stays."""

    personal: ClassVar[dict[str, str]] = {}

    pair = models.ForeignKey(Pair, models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    change = models.ForeignKey(Change, models.PROTECT, related_name="decisions")
    undone = models.ForeignKey(Change, models.PROTECT, null=True, related_name="undone_decisions")

    def __str__(self) -> str:
        return f"{self.pair_id}: {self.verdict}"


class Entity(models.Model):
    """What several rows speak of. Its code stays; which rows belong to it has a history."""

    personal: ClassVar[dict[str, str]] = {}

    project = models.ForeignKey(Project, models.CASCADE, related_name="entities")
    code = models.CharField(max_length=24, unique=True)

    def __str__(self) -> str:
        return self.code


class Membership(models.Model):
    """A row belongs to an entity from one change to another."""

    personal: ClassVar[dict[str, str]] = {}

    entity = models.ForeignKey(Entity, models.CASCADE, related_name="memberships")
    record = models.ForeignKey(Record, models.CASCADE, related_name="memberships")
    since = models.ForeignKey(Change, models.PROTECT, related_name="+")
    until = models.ForeignKey(Change, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(until=None), name="membership_one_now"
            )
        ]
        indexes = [models.Index(fields=["entity"], condition=Q(until=None), name="membership_now")]

    def __str__(self) -> str:
        return f"{self.record_id} in {self.entity_id}"


class GoldenTable(models.Model):
    """The table of the store into which a project publishes its golden records: what for, and who
    said yes. Its rows go with the purpose of the project."""

    personal: ClassVar[dict[str, str]] = {}

    project = models.ForeignKey(Project, models.CASCADE, related_name="golden_tables")
    dataset = models.CharField(max_length=60)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    purpose = models.TextField()
    share = models.CharField(max_length=10, choices=Share)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True)  # When the rows of every version were gone.
    reason = models.CharField(max_length=500, blank=True)  # Of refusing or ending.

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=[State.ASKED, State.APPROVED]),
                name="golden_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["dataset"], condition=~Q(state=State.REFUSED), name="golden_dataset"
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="golden_has_a_purpose"),
            models.CheckConstraint(
                condition=Q(state=State.ASKED) | (~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="golden_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=State.ASKED) | ~Q(decided_by=F("asked_by")),
                name="golden_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.ENDED) | (~Q(ended_by="") & Q(ended_at__isnull=False)),
                name="golden_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.dataset

    @property
    def title(self) -> str:
        """In the language of the reader, where it is said in it."""
        return (self.title_en if get_language() == "en" else "") or self.title_vi


class GoldenWork(models.Model):
    """What a worker does for a table of golden records that are too many to wait for: find out what
    publishing would change, or publish what was looked at."""

    personal: ClassVar[dict[str, str]] = {}

    table = models.ForeignKey(GoldenTable, models.CASCADE, related_name="works")
    aim = models.CharField(max_length=10, choices=Aim)
    state = models.CharField(max_length=10, choices=WorkState, default=WorkState.QUEUED)
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # Workers that began it.
    stage = models.CharField(max_length=10, blank=True)
    share = models.FloatField(default=0.0)  # Of the stage: 0 to 1.
    # The change that was found, or that is to be published: see `golden_rows.Prepared`.
    mark = models.CharField(max_length=80, blank=True)
    found = models.JSONField(default=dict)  # Numbers of rows, never a value.
    upon = models.PositiveIntegerField(default=0)  # Newest version when it was found.
    change = models.ForeignKey(Change, models.SET_NULL, null=True, related_name="+")  # The same.
    version = models.PositiveIntegerField(null=True)  # That it published.
    fault = models.CharField(max_length=20, choices=WorkFault, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table"],
                condition=Q(state__in=[WorkState.QUEUED, WorkState.RUNNING, WorkState.WRITING]),
                name="goldenwork_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(aim=Aim.LOOK) | ~Q(mark=""), name="goldenwork_publishes_what_was_seen"
            ),
            models.CheckConstraint(
                condition=Q(state=WorkState.FAILED) ^ Q(fault=""), name="goldenwork_says_its_fault"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_id}.{self.pk}"
