"""Who may use what for which purpose, and what use was made of it."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from dothi.accounts.choices import Role
from dothi.core.triggers import stays
from dothi.datastore.sharing.choices import Door, State, SubjectKind
from dothi.datastore.tables.choices import PersonBy
from dothi.datastore.tables.rules.roles import Condition, condition_from
from dothi.units.models import Unit


class Subject(models.Model):
    """To whom: a person (where `unit` is said, while they hold a post there), a post, a unit, or a
    program by its key."""

    personal: ClassVar[dict[str, str]] = {}

    subject_kind = models.CharField(max_length=8, choices=SubjectKind)
    user = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20, choices=Role, blank=True)
    key = models.ForeignKey("datastore_catalogue.ApiKey", models.PROTECT, null=True,
                            related_name="+")  # fmt: skip
    partner = models.CharField(max_length=200, blank=True)  # The organisation a person stands for.

    class Meta:
        abstract = True


SHAPE = (
    Q(subject_kind=SubjectKind.PERSON, user__isnull=False, role="", key=None)
    | (Q(subject_kind=SubjectKind.POST, user=None, unit__isnull=False, key=None) & ~Q(role=""))
    | Q(subject_kind=SubjectKind.UNIT, user=None, unit__isnull=False, role="", key=None)
    | Q(subject_kind=SubjectKind.KEY, user=None, role="", key__isnull=False)
)


class Grant(Subject):
    """A use of a dataset that a steward granted: columns, rows, purpose, until when.

    What was granted is never changed: it ends, and another one takes its place.
    """

    personal: ClassVar[dict[str, str]] = {}

    code = models.CharField(max_length=24, unique=True)
    dataset = models.ForeignKey("datastore_catalogue.Dataset", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=1000)
    legal_basis = models.CharField(max_length=300)
    columns = models.JSONField()  # [[name, rule, classification when granted], …]
    conditions = models.JSONField(default=list)  # [[column, how, [values]], …]: all must hold.
    figures_only = models.BooleanField(default=False)  # Counts, and no row.
    at_least = models.PositiveSmallIntegerField()  # Smaller counts are hidden.
    begins_on = models.DateField()
    expires_on = models.DateField()  # The first day on which nothing is opened any more.
    asked_by = models.CharField(max_length=40, blank=True)
    granted_by = models.CharField(max_length=40)
    granted_at = models.DateTimeField()
    ended_by = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True)
    told_at = models.DateTimeField(null=True)  # When the holder was told that it is about to end.

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("begins_on")), name="grant_lasts_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(legal_basis=""), name="grant_has_a_purpose"
            ),
            models.CheckConstraint(condition=SHAPE, name="grant_to_one_kind_of_subject"),
            models.CheckConstraint(
                condition=~Q(granted_by=F("asked_by")), name="grant_by_another_than_asked"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | (~Q(ended_by="") & ~Q(end_reason="")),
                name="grant_ended_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["dataset", "expires_on"], name="grant_of_dataset")]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How audit and papers name it."""
        return f"sharing.grant:{self.code}"

    @property
    def where(self) -> tuple[Condition, ...]:
        return tuple(condition_from(one) for one in self.conditions)


class Application(Subject):
    """Somebody asks for a use of a dataset; a steward or leader agrees, refuses or asks back."""

    personal: ClassVar[dict[str, str]] = {"purpose": "public", "question": "public",
                                          "reply": "public"}  # fmt: skip

    code = models.CharField(max_length=24, unique=True)
    dataset = models.ForeignKey("datastore_catalogue.Dataset", models.PROTECT, related_name="+")
    asker = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=1000)
    legal_basis = models.CharField(max_length=300)
    columns = models.JSONField()  # [[name, rule], …]
    conditions = models.JSONField(default=list)
    figures_only = models.BooleanField(default=False)
    expires_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    question = models.CharField(max_length=1000, blank=True)  # The office asks back.
    reply = models.CharField(max_length=1000, blank=True)  # What the asker says to that.
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)  # Of refusing.
    renews = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="renewals")
    grant = models.OneToOneField(Grant, models.PROTECT, null=True, related_name="application")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(legal_basis=""), name="application_has_a_purpose"
            ),
            models.CheckConstraint(
                condition=Q(state=State.GRANTED) ^ Q(grant=None), name="application_granted"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REFUSED) | ~Q(reason=""), name="application_refused_why"
            ),
        ]
        indexes = [models.Index(fields=["dataset", "state"], name="application_of_dataset")]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How audit, clock and inbox name it."""
        return f"sharing.application:{self.code}"

    @property
    def where(self) -> tuple[Condition, ...]:
        return tuple(condition_from(one) for one in self.conditions)


class Use(models.Model):
    """Somebody opened a dataset under a grant: for the report on its use. Rows are added only."""

    personal: ClassVar[dict[str, str]] = {}

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="uses")
    actor = models.CharField(max_length=80)
    door = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Door])
    form = models.CharField(max_length=20, blank=True)  # Of the file.
    version = models.PositiveIntegerField()
    rows = models.BigIntegerField()  # That could be read.
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["grant", "-at"], name="use_of_grant")]
        triggers = [
            pgtrigger.Protect(name="uses_are_final", operation=pgtrigger.Update | pgtrigger.Delete),
            stays("uses_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.door} {self.at}"


class PersonColumn(models.Model):
    """Which column of a dataset says of whom a row speaks."""

    personal: ClassVar[dict[str, str]] = {}

    dataset = models.OneToOneField("datastore_catalogue.Dataset", models.PROTECT, related_name="+")
    column = models.CharField(max_length=63)
    named_by = models.CharField(max_length=8, choices=PersonBy)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.dataset_id}.{self.column}"


class Persons(models.Model):
    """Of whom the rows speak that somebody read: keyed hashes of 16 bytes, one behind the other.

    Kept when the rows are gone, so that a citizen still learns who read them.
    """

    personal: ClassVar[dict[str, str]] = {"hashes": "personal"}

    dataset = models.ForeignKey("datastore_catalogue.Dataset", models.PROTECT, related_name="+")
    mark = models.CharField(max_length=60)  # Of version and conditions.
    named_by = models.CharField(max_length=8, choices=PersonBy)
    hashes = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "mark"], name="persons_once")]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.mark}"


class Restriction(models.Model):
    """Rows of a person that are shown to nobody but who keeps the data, until it is lifted."""

    personal: ClassVar[dict[str, str]] = {"person_hash": "personal"}

    dataset = models.ForeignKey("datastore_catalogue.Dataset", models.PROTECT, null=True,
                                related_name="+")  # fmt: skip
    named_by = models.CharField(max_length=8, choices=PersonBy)
    person_hash = models.CharField(max_length=32)
    matter = models.CharField(max_length=60)  # The request that asked for it.
    by = models.CharField(max_length=40)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["named_by"], condition=Q(lifted_at=None),
                                name="restriction_in_force")]  # fmt: skip

    def __str__(self) -> str:
        return self.matter
