"""The register of requests of those whom data speak of."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dothi.core.crypto.fields import EncryptedTextField
from dothi.datastore.rights.choices import Right, State
from dothi.datastore.tables.choices import PersonBy
from dothi.units.models import Unit


class RightsRequest(models.Model):
    """Somebody claims a right over the own data; the house answers in the time of the law."""

    personal: ClassVar[dict[str, str]] = {"words": "sensitive", "answer": "sensitive"}

    code = models.CharField(max_length=24, unique=True)
    right = models.CharField(max_length=10, choices=Right)
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    words = EncryptedTextField(blank=True)
    # About which dataset, or which look (its number in `core.access`); empty: the whole house.
    dataset = models.ForeignKey("datastore_catalogue.Dataset", models.PROTECT, null=True,
                                related_name="+")  # fmt: skip
    look = models.BigIntegerField(null=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # That answers.
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    third_party = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=40, blank=True)
    answer = EncryptedTextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[State.DONE, State.REFUSED])
                | (~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="rights_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["person", "look"],
                condition=Q(state=State.OPEN, look__isnull=False),
                name="rights_one_objection_a_look",
            ),
        ]
        indexes = [models.Index(fields=["unit", "state", "asked_at"], name="rights_of_unit")]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How audit, clocks and inbox name it."""
        return f"rights.request:{self.code}"


class Confirmed(models.Model):
    """A phone or identity number of a person, as an officer saw it on the original paper. Rows of
    the store that it names are theirs from then on; taken back, they are not."""

    personal: ClassVar[dict[str, str]] = {"value": "sensitive", "value_hash": "personal"}

    person = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    named_by = models.CharField(max_length=8, choices=PersonBy)
    value = EncryptedTextField()
    value_hash = models.CharField(max_length=32)  # As `tables.person_hash` makes it.
    request = models.ForeignKey(RightsRequest, models.PROTECT, related_name="confirmed")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(named_by__in=[PersonBy.PHONE, PersonBy.NUMBER]),
                name="confirmed_on_paper",
            ),
            models.UniqueConstraint(
                fields=["named_by", "value_hash"], condition=Q(taken_back_at=None),
                name="confirmed_of_one_person",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person_id}: {self.named_by}"
