"""The official working calendar, as rows that the office corrects."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from dothi.core.workdays.choices import Certainty, DayKind, Source


class CalendarDay(models.Model):
    """A day that departs from the week: a holiday, a swap, or a make-up day."""

    personal: ClassVar[dict[str, str]] = {}

    day = models.DateField(unique=True)
    kind = models.CharField(max_length=10, choices=DayKind)
    label_vi = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200, blank=True)
    legal_basis = models.CharField(max_length=200, blank=True)
    certainty = models.CharField(max_length=10, choices=Certainty, default=Certainty.ANNOUNCED)
    source = models.CharField(max_length=10, choices=Source, default=Source.OFFICE)

    class Meta:
        ordering: ClassVar[list[str]] = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"

    @property
    def label(self) -> str:
        return self.label_en if get_language() == "en" and self.label_en else self.label_vi


class WorkSession(models.Model):
    """A stretch of office hours on one weekday (0 is Monday), for as long as it holds."""

    personal: ClassVar[dict[str, str]] = {}

    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()
    valid_from = models.DateField(null=True)  # Without: since ever.
    valid_to = models.DateField(null=True)  # The first day on which it holds no longer.

    class Meta:
        ordering: ClassVar[list[str]] = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="session_has_length"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="session_on_a_weekday"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gt=F("valid_from")),
                name="session_holds_a_while",
            ),
            models.UniqueConstraint(
                fields=["weekday", "opens", "valid_from"],
                name="session_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}–{self.closes}"


class CalendarVersion(models.Model):
    """One row with a new stamp after each change, so that processes know when to read anew.

    A stamp, not a number: a number that a rolled-back change had taken would come again.
    """

    personal: ClassVar[dict[str, str]] = {}

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.stamp)
