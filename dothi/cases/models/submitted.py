"""How somebody who applied signed what was sent in, and where the result goes by post."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from dothi.cases import rules
from dothi.cases.choices import Assurance
from dothi.cases.models.dossier import Dossier
from dothi.core.crypto.fields import EncryptedTextField
from dothi.core.triggers import stays


class Signature(models.Model):
    """What an applicant confirmed when sending in: added once, never changed.

    `statement` names procedure, version and office, digests of the answers, the people and each
    file, the level and the moment; `digest` is its own (RFC 8785, SHA-256) and stands in the audit
    trail, too. Digests of what is personal are made with `nonce`: without it they say nothing.
    """

    personal: ClassVar[dict[str, str]] = {
        "name": "personal",
        "nonce": "sensitive",
        "statement": "public",
        "certificate": "personal",
    }

    dossier = models.OneToOneField(Dossier, models.CASCADE, related_name="signature")
    level = models.CharField(max_length=12, choices=Assurance)
    name = models.CharField(max_length=rules.NAME_LENGTH)  # As it was typed, or in a certificate.
    at = models.DateTimeField()
    statement = models.JSONField()
    digest = models.CharField(max_length=64)
    nonce = EncryptedTextField()
    # Of a digital signature: who issued the certificate, its number and fingerprint.
    certificate = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(level=Assurance.CERTIFICATE) ^ ~Q(certificate={}),
                name="signature_has_its_certificate",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="signatures_are_final", operation=pgtrigger.Update),
            stays("signatures_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.level} of {self.dossier_id}"

    @property
    def subject(self) -> str:
        """How attachments name the file that was signed."""
        return f"cases.signature:{self.pk}"


class Posting(models.Model):
    """The result is wanted by post: where to, and under which number it was sent."""

    personal: ClassVar[dict[str, str]] = {"address": "personal", "number": "personal"}

    dossier = models.OneToOneField(Dossier, models.CASCADE, related_name="posting")
    address = models.CharField(max_length=300)
    carrier = models.CharField(max_length=60, blank=True)
    number = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(address=""), name="posting_has_an_address"),
            models.CheckConstraint(
                condition=Q(sent_at=None, number="") | Q(sent_at__isnull=False) & ~Q(number=""),
                name="posting_sent_under_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"post for {self.dossier_id}"
