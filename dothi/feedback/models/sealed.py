"""The protected channel: reports that only two holders together can read.

No address, device, account or exact time is kept. Ids are random, so that they tell no order.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from dothi.feedback.choices import Conduct, Seat


class Holder(models.Model):
    """A person on one of the two seats, with keys that open nothing without a passphrase.

    `locked` opens with the passphrase, `escrow` with the recovery code that lies on paper outside
    the house. Both are wiped when the seat was handed over.
    """

    personal: ClassVar[dict[str, str]] = {"locked": "sensitive", "escrow": "sensitive"}

    seat = models.CharField(max_length=6, choices=Seat)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    public = models.BinaryField(max_length=32)
    locked = models.BinaryField(null=True)
    escrow = models.BinaryField(null=True)
    enrolled_at = models.DateTimeField()
    seated_at = models.DateTimeField(null=True)  # Null: enrolled as successor, not yet seated.
    gone_at = models.DateTimeField(null=True)  # Left the house; the seat waits for a successor.
    ended_at = models.DateTimeField(null=True)  # Handed over: the keys are wiped.

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seat"],
                condition=Q(seated_at__isnull=False, ended_at=None),
                name="one_holder_a_seat",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None), name="nobody_on_two_seats"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, locked__isnull=False, escrow__isnull=False)
                | Q(ended_at__isnull=False, locked=None, escrow=None),
                name="keys_go_with_the_seat",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat}:{self.user_id}"


class SealedReport(models.Model):
    """A report on conduct in office, known by the hash of the code that only its writer has."""

    personal: ClassVar[dict[str, str]] = {"code_hash": "sensitive"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code_hash = models.CharField(max_length=64, unique=True)
    citizen_key = models.BinaryField(max_length=32)  # Public key drawn from the code.
    conduct = models.CharField(max_length=12, choices=Conduct)
    first = models.ForeignKey(Holder, models.PROTECT, related_name="+")
    second = models.ForeignKey(Holder, models.PROTECT, related_name="+")
    received_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["received_on"], name="sealed_by_day")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def subject(self) -> str:
        """How audit and access name this report."""
        return f"feedback.sealed:{self.id}"


class SealedMessage(models.Model):
    """One message of a sealed report, sealed twice: to both holders, and to the writer's code."""

    personal: ClassVar[dict[str, str]] = {}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    report = models.ForeignKey(SealedReport, models.CASCADE, related_name="messages")
    number = models.PositiveSmallIntegerField()  # 1 is the report itself.
    from_citizen = models.BooleanField()
    on = models.DateField()
    for_holders = models.BinaryField()
    for_citizen = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="sealed_message_number")
        ]

    def __str__(self) -> str:
        return f"{self.report_id}.{self.number}"
