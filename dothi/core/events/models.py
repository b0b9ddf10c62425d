"""The event log, the positions of those who read it, and what they could not take."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models.expressions import RawSQL

from dothi.core.events.choices import Fate
from dothi.core.numbering import NUMBER
from dothi.core.triggers import stays


class Record(models.Model):
    """One published event: the truth that handlers, screens and the store read."""

    personal: ClassVar[dict[str, str]] = {}

    # Ids are given before commit; only together with the transaction's number do they give an
    # order that a reader can follow without losing any.
    xid = models.BigIntegerField(db_default=RawSQL(NUMBER, []))
    name = models.CharField(max_length=80)
    payload = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["xid", "id"], name="event_commit_order")]
        triggers = [
            pgtrigger.Protect(
                name="events_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            stays("log_stays"),
        ]

    def __str__(self) -> str:
        return f"{self.xid}-{self.pk} {self.name}"


class Subscription(models.Model):
    """How far one handler has read the log."""

    personal: ClassVar[dict[str, str]] = {}

    name = models.CharField(max_length=200, primary_key=True)
    xid = models.BigIntegerField(default=0)
    last_id = models.BigIntegerField(default=0)
    drained_at = models.DateTimeField(null=True)
    handled = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class DeadLetter(models.Model):
    """An event that a handler could not take. It blocks nothing and waits for a person."""

    personal: ClassVar[dict[str, str]] = {}

    subscription = models.CharField(max_length=200)
    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    error = models.TextField()
    attempts = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    fate = models.CharField(max_length=10, choices=Fate, default=Fate.OPEN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "record"], name="dead_letter_once")
        ]
        indexes = [
            models.Index(
                fields=["-last_at"], name="dead_letter_open", condition=models.Q(fate=Fate.OPEN)
            )
        ]

    def __str__(self) -> str:
        return f"{self.record_id} for {self.subscription}"
