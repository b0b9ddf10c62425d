"""A complaint about how a dossier was handled: kept by another part of the house."""

from typing import ClassVar

from django.db import models

from dothi.cases.models.dossier import Dossier


class Complaint(models.Model):
    """Under which code a complaint about a dossier goes on. What it says is kept there alone."""

    personal: ClassVar[dict[str, str]] = {}

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="complaints")
    code = models.CharField(max_length=40, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code
