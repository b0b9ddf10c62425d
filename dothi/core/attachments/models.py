from typing import ClassVar

from django.db import models

from dothi.core.attachments.choices import Kind

SHELVES = "attachments"


class Attachment(models.Model):
    """A file that belongs to something in the house. Private until its owner makes it public."""

    personal: ClassVar[dict[str, str]] = {"name": "personal"}

    code = models.CharField(max_length=32, unique=True)
    owner = models.CharField(max_length=120, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    likeness = models.BigIntegerField(null=True)
    public = models.BooleanField(default=False)
    actor = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.code

    def path(self, size: int | None = None) -> str:
        """Where the storage keeps it, or its rendition of a size."""
        folder = f"{SHELVES}/{self.code[:2]}/{self.code}"
        if self.kind == Kind.PDF:
            return f"{folder}/original.pdf"
        return f"{folder}/{size or 'original'}.jpg"
