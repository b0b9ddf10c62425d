"""Deliveries as they came, the runs that read them, and the lines that were put aside."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from dothi.core.crypto.fields import EncryptedTextField
from dothi.datastore.ingestion.choices import AsideState, Refusal, RunState
from dothi.datastore.ingestion.rules.ledger import Ledger


class Delivery(models.Model):
    """A file as it was received. It lies in the landing folder by its hash and never changes."""

    personal: ClassVar[dict[str, str]] = {"name": "public", "actor": "public"}

    code = models.CharField(max_length=40, unique=True)
    dataset = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    # A person who was erased stood in it: the file is gone, its hash keeps it from coming back.
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # The same file twice is the same delivery.
            models.UniqueConstraint(fields=["dataset", "sha256"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        return self.code


class Run(models.Model):
    """One reading of a delivery under one contract: its ledger, its parts, and how it ended."""

    personal: ClassVar[dict[str, str]] = {"actor": "public"}

    code = models.CharField(max_length=40, unique=True)
    dataset = models.CharField(max_length=80)
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="runs")
    # Set where mended lines of a run come in that was published already.
    of = models.ForeignKey("self", models.PROTECT, null=True, related_name="mends")
    contract = models.PositiveIntegerField()  # Number of the contract's version.
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    refusal = models.CharField(max_length=12, choices=Refusal, blank=True)
    # Facts of a refusal, for the sentence that says why; never a value of a row.
    facts = models.JSONField(default=dict)
    shape = models.JSONField(default=dict)
    # Written parts in order: file, rows, and the position in the delivery that each begins at.
    parts = models.JSONField(default=list)
    position = models.BigIntegerField(default=0)  # Everything before it is in parts and aside.
    lines = models.BigIntegerField(default=0)
    head = models.BigIntegerField(default=0)
    blank = models.BigIntegerField(default=0)
    taken_lines = models.BigIntegerField(default=0)
    aside_lines = models.BigIntegerField(default=0)
    taken = models.BigIntegerField(default=0)
    aside = models.BigIntegerField(default=0)
    actor = models.CharField(max_length=80)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    published = models.PositiveBigIntegerField(null=True)  # The version that it became.

    class Meta:
        indexes = [models.Index(fields=["dataset", "-id"], name="run_of_dataset")]
        constraints = [
            # No line may be lost, whatever goes wrong: the ledger balances at every moment.
            models.CheckConstraint(
                condition=Q(lines=F("head") + F("blank") + F("taken_lines") + F("aside_lines")),
                name="run_ledger_balances",
            ),
            models.CheckConstraint(
                condition=Q(taken__gte=0, aside__gte=0, taken_lines__gte=0, aside_lines__gte=0),
                name="run_counts_are_counts",
            ),
            models.CheckConstraint(
                condition=~Q(state=RunState.PUBLISHED) | Q(published__isnull=False),
                name="run_published_has_a_version",
            ),
            # One run of a delivery is on its way at a time.
            models.UniqueConstraint(
                fields=["delivery"],
                condition=Q(
                    of=None, state__in=[RunState.WAITING, RunState.READING, RunState.CHECKED]
                ),
                name="run_one_on_its_way",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        return f"datastore.run:{self.code}"

    @property
    def ledger(self) -> Ledger:
        return Ledger(
            lines=self.lines,
            head=self.head,
            blank=self.blank,
            taken_lines=self.taken_lines,
            aside_lines=self.aside_lines,
            taken=self.taken,
            aside=self.aside,
        )


class Aside(models.Model):
    """Lines of a delivery that were not taken: as they came, with every reason."""

    personal: ClassVar[dict[str, str]] = {"raw": "sensitive", "cells": "sensitive"}

    run = models.ForeignKey(Run, models.CASCADE, related_name="rows_aside", db_index=False)
    line = models.BigIntegerField()
    span = models.PositiveIntegerField(default=1)
    # Base64 of the bytes of the file; decoding would already change what came.
    raw = EncryptedTextField()
    faults = models.JSONField()  # Codes of `rules.ledger.Fault`.
    fault = models.CharField(max_length=140)  # The first of them, to group by.
    detail = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=AsideState, default=AsideState.WAITING)
    # JSON: head → text, first as it came, then as somebody corrected it. Empty where the line could
    # not be taken apart.
    cells = EncryptedTextField(blank=True)
    corrected = models.BooleanField(default=False)  # The contract has nothing against the cells.
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "line"], name="aside_once_a_line"),
            models.CheckConstraint(
                condition=Q(state=AsideState.WAITING) | Q(settled_at__isnull=False),
                name="aside_settled_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["run", "state", "fault"], name="aside_by_fault")]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.line}"


class Feed(models.Model):
    """How far a table of a domain has been carried into the store.

    `xid`, `last_id` is the place in the event log up to which the table holds everything. While a
    run is on its way, `until` is where it will be then: a run that was broken off is done again
    over the same stretch, under the same name.
    """

    personal: ClassVar[dict[str, str]] = {}

    dataset = models.CharField(max_length=80, primary_key=True)
    contract = models.PositiveIntegerField(default=0)  # 0: never filled.
    xid = models.BigIntegerField(default=0)
    last_id = models.BigIntegerField(default=0)
    run = models.CharField(max_length=40, blank=True)
    until_xid = models.BigIntegerField(default=0)
    until_id = models.BigIntegerField(default=0)
    fed_at = models.DateTimeField(null=True)  # When it was last found to be up to date.
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)  # Class of the last fault, no values.

    def __str__(self) -> str:
        return self.dataset
