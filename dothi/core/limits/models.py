from typing import ClassVar

from django.db import models


class Window(models.Model):
    """How often something was done within one stretch of time. Keys are hashed; rows live hours."""

    personal: ClassVar[dict[str, str]] = {}

    key = models.CharField(max_length=64)
    begins_at = models.DateTimeField()
    count = models.IntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "begins_at"], name="window_once")]

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.count}"
