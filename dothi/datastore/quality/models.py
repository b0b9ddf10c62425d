"""What was found about the rows of published versions: figures and counts."""

from typing import Any, ClassVar

from django.db import models


class Profile(models.Model):
    """What a version looks like to those who see it in one role: figures of its columns.

    Taken from the serving file of the role, so that nothing is in it that the role does not see.
    """

    personal: ClassVar[dict[str, str]] = {"figures": "public"}

    dataset = models.CharField(max_length=63)
    version = models.PositiveIntegerField()
    # Name of the serving file: other rows, or another role, are another file.
    mark = models.CharField(max_length=120)
    figures: Any = models.JSONField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "mark"], name="profile_once"),
        ]
        indexes = [models.Index(fields=["dataset", "version"], name="profile_of_version")]

    def __str__(self) -> str:
        return f"{self.dataset}@{self.mark}"
