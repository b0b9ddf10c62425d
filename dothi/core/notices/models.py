"""The outbox of the house, and who wants to hear nothing."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dothi.core.crypto.fields import EncryptedTextField
from dothi.core.notices.choices import Channel, Hop, State


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
    # What it is about, as clocks and audit name it: its page shows the way of the notice.
    about = models.CharField(max_length=120, blank=True, default="")
    # Names it to services, with the round: who was told for good that it failed begins a new one.
    ref = models.CharField(max_length=40, blank=True, default="")
    round = models.PositiveSmallIntegerField(default=0)
    carrier = models.CharField(max_length=20, blank=True, default="")
    carrier_ref = models.CharField(max_length=80, blank=True, default="")
    segments = models.PositiveSmallIntegerField(default=0)
    cost = models.PositiveIntegerField(default=0)  # In dong, as it was told or reckoned.
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
                condition=Q(state__in=[State.QUEUED, State.SENDING, State.ACCEPTED]),
            ),
            models.Index(fields=["about", "id"], name="notice_about", condition=~Q(about="")),
            # Serves what a month of a channel came to.
            models.Index(
                fields=["channel", "sent_at"], name="notice_paid", condition=Q(segments__gt=0)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ref"], name="notice_ref_once", condition=~Q(ref=""))
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.state}"

    @property
    def key(self) -> str:
        """How a service knows it, however often it is asked to take it."""
        return f"{self.ref}-{self.round}"


class WayPoint(models.Model):
    """One thing that happened to a notice on its way; added, never changed. It names nobody."""

    personal: ClassVar[dict[str, str]] = {}

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="way")
    hop = models.CharField(max_length=10, choices=Hop)
    at = models.DateTimeField()
    carrier = models.CharField(max_length=20, blank=True)
    carrier_ref = models.CharField(max_length=80, blank=True)
    why = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.notice_id} {self.hop}"


class Call(models.Model):
    """A call of a service at the door for reports: it counts once, and is kept while fresh."""

    personal: ClassVar[dict[str, str]] = {}

    carrier = models.CharField(max_length=20)
    mark = models.CharField(max_length=80)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["carrier", "mark"], name="notice_call_once")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.mark}"


class Preference(models.Model):
    """By which channel a person who signs in wants to be told of the own matters."""

    personal: ClassVar[dict[str, str]] = {}

    person_id = models.BigIntegerField(unique=True)
    channel = models.CharField(max_length=10, choices=Channel)

    def __str__(self) -> str:
        return self.channel


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
