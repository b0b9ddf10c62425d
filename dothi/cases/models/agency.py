"""Agencies that receive dossiers, the numbers they give, and what the office sets."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from dothi.cases.choices import Parameter
from dothi.units.models import Unit

PERIOD = Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))


class Agency(models.Model):
    """Under which identifier and name a unit receives dossiers, for a time.

    `code` is the agency's electronic identifier (QĐ 20/2020/QĐ-TTg): `38.98.H29`. The account is
    where fees are paid to, by transfer.
    """

    personal: ClassVar[dict[str, str]] = {
        "bank_account": "public",
        "bank_name": "public",
        "signer": "public",
        "signer_title": "public",
    }

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    above_vi = models.CharField(max_length=200, blank=True)  # The agency above, head of a paper.
    above_en = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=100, blank=True)  # "Bình Thới": before the date.
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    signer_title = models.CharField(max_length=100, blank=True)
    signer = models.CharField(max_length=100, blank=True)
    bank_bin = models.CharField(max_length=6, blank=True)
    bank_account = models.CharField(max_length=19, blank=True)
    bank_name = models.CharField(max_length=100, blank=True)  # Of the holder.
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive.

    class Meta:
        constraints = [
            models.CheckConstraint(condition=PERIOD, name="agency_valid_period"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Z]+(\.[0-9A-Z]+)*\.H[0-9]{2}$"),
                name="agency_code_form",
            ),
            models.UniqueConstraint(fields=["unit", "valid_from"], name="agency_begins_once"),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(valid_to=None), name="agency_in_force_once"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_vi


class DaySeries(models.Model):
    """The last number that an agency gave to a dossier on a day. Locked while one is given."""

    personal: ClassVar[dict[str, str]] = {}

    agency = models.CharField(max_length=40)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "day"], name="day_series_once")]

    def __str__(self) -> str:
        return f"{self.agency} {self.day}: {self.last}"


class Setting(models.Model):
    """A figure that the office sets, such as the hours within which it looks at what comes in."""

    personal: ClassVar[dict[str, str]] = {}

    parameter = models.CharField(max_length=20, choices=Parameter)
    value = models.PositiveIntegerField()
    source = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive.

    class Meta:
        constraints = [
            models.CheckConstraint(condition=PERIOD, name="case_setting_valid_period"),
            models.UniqueConstraint(fields=["parameter", "valid_from"], name="case_setting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.parameter}={self.value}@{self.valid_from}"
