"""Files that were taken in, and the rows of them that wait to be corrected."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dothi.core.crypto.fields import EncryptedTextField
from dothi.feedback.choices import Aside, ImportKind
from dothi.feedback.models.ticket import Ticket


class ImportRun(models.Model):
    """One file or feed that was read, and how many of its rows became what."""

    personal: ClassVar[dict[str, str]] = {"name": "public", "actor": "public"}

    kind = models.CharField(max_length=20, choices=ImportKind)
    name = models.CharField(max_length=200)  # Of the file, or its address.
    actor = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    read = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)  # Were here before, and were left as they are.
    aside = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["kind", "-started_at"], name="import_run_newest")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


class PendingFile(models.Model):
    """A file that somebody looks through before it is taken in; it is gone after a day."""

    personal: ClassVar[dict[str, str]] = {"content": "sensitive", "name": "public"}

    code = models.CharField(max_length=40, unique=True)
    user_id = models.BigIntegerField()
    kind = models.CharField(max_length=20, choices=ImportKind)
    name = models.CharField(max_length=200)
    content = EncryptedTextField()  # Base64.
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Delivered(models.Model):
    """The result of a report was handed to the system that it came from, as it stood then."""

    personal: ClassVar[dict[str, str]] = {}

    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="+")
    state = models.CharField(max_length=12)
    closed_at = models.DateTimeField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.state}"


class Quarantined(models.Model):
    """One row that could not be taken over: why, where it stood, and what it said.

    A row is known by the number that the other system gave it, or else by what it says, so that
    the same file read again puts nothing aside twice.
    """

    personal: ClassVar[dict[str, str]] = {
        "original": "sensitive",
        "fields": "sensitive",
        "fingerprint": "sensitive",
        "content_hash": "sensitive",
        "reason": "public",
    }

    kind = models.CharField(max_length=20, choices=ImportKind)
    external_id = models.CharField(max_length=120, blank=True)
    fingerprint = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="rows", db_index=False)
    line = models.PositiveIntegerField()
    fault = models.SlugField(max_length=40, db_index=False)
    reason = models.CharField(max_length=300)
    original = EncryptedTextField()  # The row as it came, letter by letter.
    fields = EncryptedTextField()  # The same by name of column, as JSON: what is corrected.
    state = models.CharField(max_length=10, choices=Aside, default=Aside.WAITING)
    put_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)  # Why it was left out for good.
    ticket = models.ForeignKey(Ticket, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "fingerprint"], name="quarantined_once"),
            models.CheckConstraint(
                condition=Q(state=Aside.WAITING, settled_at=None)
                | (~Q(state=Aside.WAITING) & Q(settled_at__isnull=False)),
                name="quarantined_settled_when_not_waiting",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "id"],
                name="quarantined_waiting",
                condition=Q(state=Aside.WAITING),
            ),
            models.Index(fields=["run", "line"], name="quarantined_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: line {self.line}"
