from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from dothi.core.crypto.fields import EncryptedTextField
from dothi.core.hooks.choices import Stage


class Hook(models.Model):
    """Where a system wants to be told of facts. `owner` is the subject of who asked for it."""

    personal: ClassVar[dict[str, str]] = {"secret": "sensitive", "secret_before": "sensitive"}

    code = models.CharField(max_length=26, unique=True)
    owner = models.CharField(max_length=120, db_index=True)
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=60))
    secret = EncryptedTextField()
    secret_before = EncryptedTextField(blank=True)
    before_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.owner}: {self.code}"

    @property
    def subject(self) -> str:
        """How audit names this subscription."""
        return f"hooks.hook:{self.code}"


class Message(models.Model):
    """One fact for one hook: codes, states and times, as an event has them."""

    personal: ClassVar[dict[str, str]] = {}

    hook = models.ForeignKey(Hook, models.CASCADE, related_name="messages", db_index=False)
    code = models.CharField(max_length=40, unique=True)
    event = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=Stage, default=Stage.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(default=0)  # Of the last answer; 0: there was none.
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at", "id"], name="hook_due", condition=Q(state=Stage.WAITING)
            ),
            models.Index(fields=["hook", "made_at", "id"], name="hook_messages"),
            models.Index(fields=["hook"], name="hook_dead", condition=Q(state=Stage.DEAD)),
        ]

    def __str__(self) -> str:
        return self.code
