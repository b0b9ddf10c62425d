from typing import ClassVar

from django.db import models

from dothi.units.models import Unit


class Reading(models.Model):
    """What an indicator counted for a unit at a moment: parts, not shares, so that they add up."""

    personal: ClassVar[dict[str, str]] = {}

    indicator = models.CharField(max_length=80)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    numerator = models.FloatField()
    denominator = models.FloatField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["indicator", "at", "unit"], name="reading_once")
        ]

    def __str__(self) -> str:
        return f"{self.indicator}@{self.unit_id}={self.numerator}/{self.denominator}"
