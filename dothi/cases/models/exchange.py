"""The ledger of what other portals were told, and of what they sent us."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dothi.cases.choices import STUCK, Sent
from dothi.cases.models.dossier import Dossier


class Telling(models.Model):
    """That a portal is told of one move of a dossier by one of its services: once."""

    personal: ClassVar[dict[str, str]] = {}

    portal = models.CharField(max_length=40)
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    move = models.BigIntegerField()  # The line of history.
    service = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=Sent, default=Sent.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)  # Why it was let go.

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["portal", "move", "service"], name="telling_once_a_change"
            ),
        ]
        indexes = [
            models.Index(
                fields=["portal", "id"], name="telling_waits", condition=Q(state=Sent.WAITING)
            ),
            models.Index(fields=["dossier", "portal", "service"], name="telling_of_dossier"),
            models.Index(
                fields=["-next_try_at", "-id"], name="telling_stuck",
                condition=Q(state__in=STUCK),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.portal}: {self.move} {self.service}"


class Arrival(models.Model):
    """A dossier of a portal that could not be taken in yet; gone once it is."""

    personal: ClassVar[dict[str, str]] = {}

    portal = models.CharField(max_length=40)
    ref = models.CharField(max_length=120)
    error = models.CharField(max_length=300)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "ref"], name="arrival_once")]

    def __str__(self) -> str:
        return f"{self.portal}: {self.ref}"
