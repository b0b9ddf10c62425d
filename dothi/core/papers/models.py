"""Official papers and the numbers they carry."""

from typing import ClassVar

from django.db import models

from dothi.core.papers.choices import State


class Signer(models.Model):
    """A post that signs papers, and the certificate that says so. The key itself lies in a file.

    A certificate that was replaced stays: what was signed with it is checked by it.
    """

    personal: ClassVar[dict[str, str]] = {}

    fingerprint = models.CharField(max_length=64, unique=True)  # SHA-256 of the certificate.
    unit_code = models.CharField(max_length=20)
    role = models.CharField(max_length=20)
    post = models.CharField(max_length=200)  # "Chủ tịch": what papers and their check name.
    agency = models.CharField(max_length=200)
    certificate = models.TextField()  # PEM.
    chain = models.TextField(blank=True)  # PEM of those above it, up to the root.
    own = models.BooleanField()  # Whether the house issued it; else it came from an authority.
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit_code", "role"],
                condition=models.Q(retired_at=None),
                name="signer_of_post_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.post}, {self.agency}"


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
    signer = models.ForeignKey(Signer, models.PROTECT, null=True, related_name="+", db_index=False)
    signed_at = models.DateTimeField(null=True)

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
