"""What somebody fills in and has not yet sent."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dothi.core.crypto.fields import EncryptedTextField
from dothi.units.models import Unit


class Draft(models.Model):
    """An application that is being filled in; who has its secret comes back to it.

    `content` is JSON: `answers` of the form, `applicant`, `agent`, and what is wished; encrypted as
    a whole, since nobody of the office has to read it.
    """

    personal: ClassVar[dict[str, str]] = {
        "secret_hash": "sensitive",
        "content": "sensitive",
        "account_hash": "sensitive",
    }

    secret_hash = models.CharField(max_length=64, unique=True)
    version = models.ForeignKey("procedures.Version", models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    content = EncryptedTextField(blank=True)
    account_hash = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=5, default="vi")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["account_hash"], name="draft_of_account", condition=~Q(account_hash="")
            ),
            models.Index(fields=["expires_at"], name="draft_expires"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    @property
    def subject(self) -> str:
        """How attachments name this draft."""
        return f"cases.draft:{self.pk}"
