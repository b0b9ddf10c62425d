"""Official papers and the numbers they carry."""

from typing import ClassVar

from django.db import models

from dothi.core.papers.choices import State


class Paper(models.Model):
    """An official paper as it was issued. It is never made anew; a wrong one is revoked."""

    personal: ClassVar[dict[str, str]] = {}

    code = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=40)
    unit_code = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    number = models.CharField(max_length=60)
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=120, db_index=True)
    file = models.CharField(max_length=32)  # Code of the attachment.
    sha256 = models.CharField(max_length=64)
    agency = models.CharField(max_length=200)
    actor = models.CharField(max_length=80)
    issued_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.VALID)
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit_code", "kind", "year", "serial"], name="paper_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.code})"


class Series(models.Model):
    """The last number given to a kind of paper by a unit in a year. Locked while one is given."""

    personal: ClassVar[dict[str, str]] = {}

    unit_code = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit_code", "kind", "year"], name="series_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit_code} {self.kind} {self.year}: {self.last}"
