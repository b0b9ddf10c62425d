"""The outbox of the house, and who wants to hear nothing."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dothi.core.crypto.fields import EncryptedTextField
from dothi.core.notices.choices import Channel, State


class Notice(models.Model):
    """One message to one person, from being written to being sent."""

    personal: ClassVar[dict[str, str]] = {
        "address": "sensitive",
        "subject": "sensitive",
        "text": "sensitive",
        "html": "sensitive",
    }

    template = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel)
    address = EncryptedTextField(blank=True)
    address_hash = models.CharField(max_length=64, db_index=True)
    subject = EncryptedTextField()
    text = EncryptedTextField()
    html = EncryptedTextField(blank=True, default="")  # The same as a page; empty: text only.
    language = models.CharField(max_length=5)
    dedupe = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Serves the sender: what is due next.
            models.Index(
                fields=["next_try_at"],
                name="notice_due",
                condition=Q(state__in=[State.QUEUED, State.SENDING]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.state}"


class Unsubscribed(models.Model):
    """An address that wants to hear nothing more of a topic. The address is kept as a hash."""

    personal: ClassVar[dict[str, str]] = {}

    address_hash = models.CharField(max_length=64)
    topic = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address_hash", "topic"], name="unsubscribed_once")
        ]

    def __str__(self) -> str:
        return self.topic
