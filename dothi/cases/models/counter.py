"""Counters, the groups of matters they serve, the numbers people take, and appointments."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from dothi.cases.choices import TurnState, VisitState
from dothi.cases.models.agency import PERIOD
from dothi.units.models import Unit


class ServiceGroup(models.Model):
    """Matters for which people wait in one line: fields of administration under one letter."""

    personal: ClassVar[dict[str, str]] = {}

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    letter = models.CharField(max_length=1)
    name_vi = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    areas = models.JSONField(default=list)  # Codes of `procedures.Area`.
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive.

    class Meta:
        constraints = [
            models.CheckConstraint(condition=PERIOD, name="service_group_valid_period"),
            models.CheckConstraint(
                condition=Q(letter__regex=r"^[A-Z]$"), name="service_group_letter_form"
            ),
            models.UniqueConstraint(
                fields=["unit", "letter"], condition=Q(valid_to=None), name="service_group_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.name_vi}"

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_vi


class Counter(models.Model):
    """A place where people are called to; `served_by` is who sits there now."""

    personal: ClassVar[dict[str, str]] = {}

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    groups = models.ManyToManyField(ServiceGroup, related_name="counters")
    served_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    paused = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive.

    class Meta:
        constraints = [
            models.CheckConstraint(condition=PERIOD, name="counter_valid_period"),
            models.CheckConstraint(condition=Q(number__gt=0), name="counter_number_above_zero"),
            models.UniqueConstraint(
                fields=["unit", "number"], condition=Q(valid_to=None), name="counter_once"
            ),
            models.UniqueConstraint(
                fields=["served_by"], condition=~Q(served_by=None), name="counter_one_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"counter {self.number} of {self.unit_id}"


class TurnSeries(models.Model):
    """The last number given in a group on a day. Locked while one is given."""

    personal: ClassVar[dict[str, str]] = {}

    group = models.ForeignKey(ServiceGroup, models.PROTECT, related_name="+")
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "day"], name="turn_series_once")]

    def __str__(self) -> str:
        return f"{self.group_id} {self.day}: {self.last}"


class Turn(models.Model):
    """A number that somebody holds. Nobody's name is asked for.

    It bears the letter of the `group` it was taken in and waits in `queue`, which is another one
    once it was passed on. `slot_at` is the appointment it keeps.
    """

    personal: ClassVar[dict[str, str]] = {"secret_hash": "sensitive"}

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    group = models.ForeignKey(ServiceGroup, models.PROTECT, related_name="+")
    queue = models.ForeignKey(ServiceGroup, models.PROTECT, related_name="+")
    day = models.DateField()
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=8)  # As it is called out.
    secret_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=TurnState, default=TurnState.WAITING)
    priority = models.BooleanField(default=False)
    slot_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField()
    waiting_since = models.DateTimeField()
    called_at = models.DateTimeField(null=True)  # For the first time, from this queue.
    last_called_at = models.DateTimeField(null=True)
    calls = models.PositiveSmallIntegerField(default=0)
    counter = models.ForeignKey(Counter, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    dossier = models.CharField(max_length=40, blank=True)  # The code of what was entered.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "day", "number"], name="turn_number_once"),
            models.UniqueConstraint(
                fields=["counter"], condition=Q(state="called"), name="turn_one_at_a_counter"
            ),
            models.CheckConstraint(
                condition=~Q(state="called") | Q(counter__isnull=False, called_at__isnull=False),
                name="turn_called_somewhere",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "day", "state"], name="turn_of_day"),
            models.Index(
                fields=["queue", "day"], name="turn_waiting", condition=Q(state="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.day}"

    @property
    def subject(self) -> str:
        return f"cases.turn:{self.pk}"


class SlotPlan(models.Model):
    """On a weekday, from when to when appointments are given, how long and how many at once."""

    personal: ClassVar[dict[str, str]] = {}

    group = models.ForeignKey(ServiceGroup, models.PROTECT, related_name="+")
    weekday = models.PositiveSmallIntegerField()  # Monday is 0.
    opens = models.TimeField()
    closes = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    capacity = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive.

    class Meta:
        constraints = [
            models.CheckConstraint(condition=PERIOD, name="slot_plan_valid_period"),
            models.CheckConstraint(condition=Q(weekday__lt=7), name="slot_plan_weekday"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="slot_plan_hours"),
            models.CheckConstraint(
                condition=Q(minutes__gte=5, capacity__gt=0), name="slot_plan_takes_somebody"
            ),
            models.UniqueConstraint(
                fields=["group", "weekday", "opens"], condition=Q(valid_to=None),
                name="slot_plan_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.group_id} {self.weekday} {self.opens}–{self.closes}"


class Slot(models.Model):
    """How many of a moment's appointments are given away. Made when the first one is."""

    personal: ClassVar[dict[str, str]] = {}

    group = models.ForeignKey(ServiceGroup, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    booked = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "starts_at"], name="slot_once"),
            models.CheckConstraint(
                condition=Q(booked__lte=F("capacity")), name="slot_never_overbooked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.starts_at}: {self.booked}/{self.capacity}"


class Appointment(models.Model):
    """Somebody comes at a slot. Who it is, is erased some days after it."""

    personal: ClassVar[dict[str, str]] = {
        "secret_hash": "sensitive",
        "name": "personal",
        "phone": "personal",
        "email": "personal",
    }

    code = models.CharField(max_length=20, unique=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    group = models.ForeignKey(ServiceGroup, models.PROTECT, related_name="+")
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    procedure = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=VisitState, default=VisitState.BOOKED)
    name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=5, default="vi")
    turn = models.OneToOneField(Turn, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "starts_at"], name="appointment_of_day"),
            models.Index(
                fields=["starts_at"], name="appointment_to_erase", condition=Q(erased_at=None)
            ),
            models.Index(
                fields=["phone"], name="appointment_of_phone", condition=~Q(phone="")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        return f"cases.appointment:{self.code}"
