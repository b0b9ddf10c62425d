"""What PostgreSQL knows of the store: which versions of a table there are, and who needs them.

The rows themselves lie in Delta tables; everything here that describes them stands in the log of
the Delta table, too, so that a kill between the two heals (`services.accounting`).
"""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from dothi.core.triggers import stays
from dothi.datastore.tables.choices import Origin
from dothi.datastore.tables.rules.columns import Columns, from_json


class Table(models.Model):
    """A table of the store, by the code of its dataset."""

    personal: ClassVar[dict[str, str]] = {}

    code = models.CharField(max_length=63, unique=True)
    # How far its Delta log is accounted for here; -1: there is none yet.
    delta = models.BigIntegerField(default=-1)
    # Versions that no release pins are kept so long; empty: as the house keeps them.
    keep_days = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class Version(models.Model):
    """The state of a table after one publish. Its rows never change, but for an erasure."""

    personal: ClassVar[dict[str, str]] = {}

    table = models.ForeignKey(Table, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()  # 1, 2, 3 … without gaps.
    # The version of the Delta log that holds it; another one after compaction.
    delta = models.BigIntegerField()
    origin = models.CharField(max_length=12, choices=Origin)
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField()
    files = models.PositiveIntegerField()
    checksum = models.CharField(max_length=60)
    columns = models.JSONField()  # [[name, type of Delta], …]
    key = ArrayField(models.CharField(max_length=63), default=list, blank=True)
    run = models.CharField(max_length=80)
    actor = models.CharField(max_length=80)
    comment = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    # Its serving files stand: readers are shown it from now on, and the one before until then.
    ready_at = models.DateTimeField(null=True)
    # Replaced by the next one: until then "the state as of a moment" is this one.
    replaced_at = models.DateTimeField(null=True)
    # Not readable since: its files are gone, or about to go.
    closed_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["table_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["table", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["table", "run"], name="version_run_once"),
            models.UniqueConstraint(
                fields=["table"], condition=Q(replaced_at=None), name="version_one_latest"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(replaced_at__isnull=False),
                name="version_latest_is_open",
            ),
        ]
        indexes = [models.Index(fields=["table", "at"], name="version_as_of")]

    def __str__(self) -> str:
        return f"{self.table_id}@{self.number}"

    @property
    def shape(self) -> Columns:
        return from_json(self.columns)


class Release(models.Model):
    """A consistent, citable state of many tables."""

    personal: ClassVar[dict[str, str]] = {}

    code = models.SlugField(max_length=80, unique=True)
    note = models.CharField(max_length=500, blank=True)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)  # Pins nothing since.

    def __str__(self) -> str:
        return self.code


class Pin(models.Model):
    """One version in a release."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="pins")
    table = models.ForeignKey(Table, models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="pins")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "table"], name="pin_one_version_a_table")
        ]

    def __str__(self) -> str:
        return f"{self.release_id}: {self.version_id}"


class Serving(models.Model):
    """A read-only file of a version, with the columns that a role sees."""

    personal: ClassVar[dict[str, str]] = {}

    version = models.ForeignKey(Version, models.CASCADE, related_name="serving")
    fingerprint = models.CharField(max_length=16)  # Of the role, and of the rows.
    role = models.JSONField()
    path = models.CharField(max_length=200)  # Below the folder of serving files.
    bytes = models.BigIntegerField()
    built_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "fingerprint"], name="serving_once")
        ]

    def __str__(self) -> str:
        return self.path


class Erasure(models.Model):
    """The proof that a person's rows are gone: what was searched, found, removed and left.

    The values themselves are not kept: their keyed hashes answer whether a value was among them.
    """

    personal: ClassVar[dict[str, str]] = {"value_hashes": "personal"}

    table = models.ForeignKey(Table, models.PROTECT, related_name="erasures")
    column = models.CharField(max_length=63)
    value_hashes = ArrayField(models.CharField(max_length=64))
    reason = models.CharField(max_length=500)
    actor = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    # {"versions": [{number, before, after, checksum_before, checksum_after, fate}], "files_gone":
    # [path], "serving_gone": [path], "files_searched": n, "found_after": 0}
    proof = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(completed_at__gte=F("started_at")),
                name="erasure_ends_after_it_began",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="erasures_are_final", operation=pgtrigger.Delete),
            stays("erasures_stay"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.table_id}.{self.column}"

    @property
    def subject(self) -> str:
        """How audit and papers name it."""
        return f"tables.erasure:{self.pk}"
