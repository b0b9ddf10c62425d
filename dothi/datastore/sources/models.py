"""Sources, their secrets, and what came of every try."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dothi.core.crypto.fields import EncryptedTextField
from dothi.datastore.sources.choices import Fault, Language, Outcome, Publishing, State


class Source(models.Model):
    """Where data of a dataset comes from by itself: how, when, and how far it is."""

    personal: ClassVar[dict[str, str]] = {"created_by": "public", "contact": "personal"}

    code = models.CharField(max_length=40, unique=True)
    dataset = models.ForeignKey("datastore_catalogue.Dataset", models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    settings = models.JSONField(default=dict)
    every_minutes = models.PositiveIntegerField(null=True)
    daily_at = models.TimeField(null=True)  # In the time of the city.
    publishing = models.CharField(max_length=8, choices=Publishing, default=Publishing.BY_HAND)
    # Who outside of the house is written to when a delivery is due or overdue; in what language.
    contact = models.EmailField(blank=True)
    contact_language = models.CharField(max_length=2, choices=Language, default=Language.VI)
    state = models.CharField(max_length=8, choices=State, default=State.PAUSED)
    position = models.JSONField(default=dict)  # Written by its kind; says where to go on.
    run = models.CharField(max_length=40, blank=True)  # What it brought and is not settled yet.
    next_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # In a row.
    fault = models.CharField(max_length=16, choices=Fault, blank=True)
    facts = models.JSONField(default=dict)  # Of the fault; no secret and no row.
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(every_minutes__gte=1, daily_at=None)
                | Q(every_minutes=None, daily_at__isnull=False),
                name="source_has_one_schedule",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state=State.RUNNING), name="source_due"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        return f"datastore.source:{self.code}"


class Secret(models.Model):
    """One secret of a source, by the name of its setting."""

    personal: ClassVar[dict[str, str]] = {"value": "sensitive"}

    source = models.ForeignKey(Source, models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=40)
    value = EncryptedTextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "name"], name="secret_once_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.name}"


class Fetch(models.Model):
    """One try of a source. `before` and `after` are positions: a delivery that is refused or given
    up takes the source back to where it was."""

    personal: ClassVar[dict[str, str]] = {"name": "public"}

    source = models.ForeignKey(Source, models.CASCADE, related_name="fetches", db_index=False)
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.UNDER_WAY)
    fault = models.CharField(max_length=16, choices=Fault, blank=True)
    facts = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # Kept before the run is begun, so that a kill in between is gone on from there.
    name = models.CharField(max_length=200, blank=True)
    delivery = models.CharField(max_length=40, blank=True)
    heads = models.JSONField(null=True)
    more = models.BooleanField(default=False)
    rows = models.BigIntegerField(null=True)
    size = models.BigIntegerField(null=True)
    run = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["source", "-id"], name="fetch_of_source")]
        constraints = [
            # One fetch of a source at a time, whatever goes wrong with locks.
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(outcome=Outcome.UNDER_WAY),
                name="fetch_one_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.pk}"
