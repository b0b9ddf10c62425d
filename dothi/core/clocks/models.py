"""Clocks of duties, and what happened to each."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from dothi.core.clocks.choices import Kind, Mark, State
from dothi.core.triggers import stays


class Clock(models.Model):
    """One time limit that runs for one duty. Its due time is stored; that it is late is derived."""

    personal: ClassVar[dict[str, str]] = {}

    subject = models.CharField(max_length=120, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=40)  # Which limit of the subject: "forward", "answer".
    unit_code = models.CharField(max_length=20, blank=True)
    spec = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    counts_from = models.DateTimeField()
    due_at = models.DateTimeField()
    near_due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    told_near_due = models.BooleanField(default=False)
    told_breach = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "name"],
                condition=Q(state__in=[State.RUNNING, State.PAUSED]),
                name="clock_runs_once",
            ),
            models.CheckConstraint(
                condition=Q(state=State.PAUSED, paused_at__isnull=False)
                | (~Q(state=State.PAUSED) & Q(paused_at=None)),
                name="clock_paused_at_when_paused",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[State.MET, State.STOPPED, State.LAPSED], ended_at__isnull=False
                )
                | Q(state__in=[State.RUNNING, State.PAUSED], ended_at=None),
                name="clock_ended_at_when_ended",
            ),
        ]
        indexes = [
            # Serve the sweep: running clocks that nobody was told of.
            models.Index(
                fields=["due_at"],
                name="clock_to_breach",
                condition=Q(state=State.RUNNING, told_breach=False),
            ),
            models.Index(
                fields=["near_due_at"],
                name="clock_to_near_due",
                condition=Q(state=State.RUNNING, told_near_due=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.name}"


# The amount of a pause that the law allows as often as it is needed.
FREE = 1


class ClockMark(models.Model):
    """Something that happened to a clock, with the due time before it and after it."""

    personal: ClassVar[dict[str, str]] = {}

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="marks")
    mark = models.CharField(max_length=10, choices=Mark)
    at = models.DateTimeField()
    amount = models.IntegerField(
        default=0
    )  # Of an extension; FREE for a pause that is not counted.
    reason = models.CharField(max_length=200, blank=True)
    due_before = models.DateTimeField(null=True)
    due_after = models.DateTimeField()
    # What was reckoned then, as `reckoning` writes it: the calendar may change, this does not.
    reckoning = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        triggers = [
            pgtrigger.Protect(
                name="marks_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            stays("marks_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.mark}"
