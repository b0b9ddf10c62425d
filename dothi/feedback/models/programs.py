"""Programs of others that report and read here (Open311)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class ApiKey(models.Model):
    """A key that a program shows, kept as a hash. Without one it may do the same, but less often.

    Only with a key may it add words to reports: to those that it brought itself.
    """

    personal: ClassVar[dict[str, str]] = {"key_hash": "sensitive", "contact": "personal"}

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    contact = models.EmailField(blank=True)
    key_hash = models.CharField(max_length=64, unique=True)
    per_hour = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(per_hour__gt=0), name="api_key_may_do_something")
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def source(self) -> str:
        """How reports name the program that brought them."""
        return f"open311:{self.code}"
