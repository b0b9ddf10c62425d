from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from dothi.core.triggers import stays


class Look(models.Model):
    """Somebody opened personal data of one record: written before the data leaves the house."""

    personal: ClassVar[dict[str, str]] = {}

    record = models.CharField(max_length=120)
    actor = models.CharField(max_length=80)
    post = models.CharField(max_length=200, blank=True)  # Role and unit, never a name.
    purpose = models.CharField(max_length=200)
    fields = ArrayField(models.CharField(max_length=60))
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["record", "-at"], name="access_record")]
        triggers = [
            pgtrigger.Protect(
                name="looks_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            stays("looks_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.record} by {self.actor}"
