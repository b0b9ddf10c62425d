"""What officers keep for themselves."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class SavedFilter(models.Model):
    """A worklist as somebody wants to see it again: a name for what stands in the address."""

    personal: ClassVar[dict[str, str]] = {"name": "personal"}

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="case_filter_name_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.query}"
