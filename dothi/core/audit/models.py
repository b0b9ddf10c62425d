"""Who did what, to what, when and why; and the seals that make a change show."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models.expressions import RawSQL

from dothi.core.numbering import NUMBER
from dothi.core.triggers import stays

FINAL = pgtrigger.Update | pgtrigger.Delete


class Entry(models.Model):
    """One audited act. Names its subject and actor by code, so that both may go."""

    personal: ClassVar[dict[str, str]] = {}

    xid = models.BigIntegerField(db_default=RawSQL(NUMBER, []))
    act = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    actor = models.CharField(max_length=80)
    unit_code = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["xid", "id"], name="audit_commit_order"),
            models.Index(fields=["subject", "id"], name="audit_subject"),
        ]
        triggers = [
            pgtrigger.Protect(name="audit_is_final", operation=FINAL),
            stays("audit_stays"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.act} {self.subject}"


class Seal(models.Model):
    """The seal of one entry: its own digest, and the chain of all digests up to it."""

    personal: ClassVar[dict[str, str]] = {}

    place = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    xid = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    chain = models.BinaryField(max_length=32)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="seals_are_final", operation=FINAL),
            stays("seals_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.place}: entry {self.entry_id}"


class DailyHead(models.Model):
    """How far the chain had come at the end of a day: published, so that its end cannot be cut."""

    personal: ClassVar[dict[str, str]] = {}

    on = models.DateField(primary_key=True)
    place = models.BigIntegerField()
    chain = models.BinaryField(max_length=32)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="heads_are_final", operation=pgtrigger.Delete),
            stays("heads_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.on}: {self.place}"
