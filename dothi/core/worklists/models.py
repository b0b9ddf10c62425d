from typing import ClassVar

from django.db import models


class SavedFilter(models.Model):
    """A worklist as somebody wants to see it again: a name for what stands in the address."""

    personal: ClassVar[dict[str, str]] = {"name": "personal"}

    worklist = models.CharField(max_length=20)  # The namespace of its addresses: `cases`.
    person_id = models.BigIntegerField()
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "worklist", "name"], name="saved_filter_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.worklist}: {self.query}"
