"""Datasets, what is agreed on each, and the words by which they are found."""

from datetime import datetime
from typing import Any, ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from dothi.accounts.choices import Role
from dothi.core.triggers import stays
from dothi.datastore.catalogue.choices import (
    Classification,
    Kind,
    Licence,
    Rhythm,
    Share,
    State,
    Theme,
    Type,
)
from dothi.datastore.catalogue.rules import odcs
from dothi.datastore.catalogue.rules.contract import CODE, Contract
from dothi.units.models import Unit


def in_language(row: Any, name: str) -> tuple[str, str]:
    """A text of a row with two languages, and the language it is in."""
    if get_language() == "en" and (text := getattr(row, f"{name}_en")):
        return text, "en"
    return getattr(row, f"{name}_vi"), "vi"


class Dataset(models.Model):
    """One table of the store, or what is to become one: what it is and who answers for it."""

    personal: ClassVar[dict[str, str]] = {}

    code = models.CharField(max_length=60, unique=True)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    description_vi = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ORIGINAL)
    share = models.CharField(max_length=10, choices=Share, default=Share.CLOSED)
    themes = ArrayField(models.CharField(max_length=16, choices=Theme), default=list, blank=True)
    keywords = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    # The post that answers for it, and the agency as papers name it where it is another one.
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    steward_role = models.CharField(max_length=20, choices=Role, default=Role.STEWARD)
    agency_vi = models.CharField(max_length=200, blank=True)
    agency_en = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=20, choices=Licence, default=Licence.NOT_OPEN)
    legal_basis = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=300, blank=True)
    # What it is about: the unit as it was then, and the days.
    place = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    covers_from = models.DateField(null=True)
    covers_to = models.DateField(null=True)  # Exclusive. Null: it goes on.
    rhythm = models.CharField(max_length=12, choices=Rhythm, default=Rhythm.IRREGULAR)
    sample = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # Defined in the code of a domain (`registry`): its contract is not edited by hand.
    registered = models.BooleanField(default=False)
    contract = models.ForeignKey("ContractVersion", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)  # When others first found it.
    search = SearchVectorField(null=True)  # Folded words of both languages and of the columns.

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=CODE), name="dataset_code_form"),
            models.CheckConstraint(
                condition=Q(covers_to=None)
                | Q(covers_from=None)
                | Q(covers_to__gt=F("covers_from")),
                name="dataset_covers_a_period",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED)
                | Q(published_at__isnull=False, contract__isnull=False),
                name="dataset_published_has_a_contract",
            ),
            models.CheckConstraint(
                condition=~Q(share=Share.OPEN, state=State.PUBLISHED)
                | ~Q(licence=Licence.NOT_OPEN),
                name="dataset_open_has_an_open_licence",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="dataset_search"),
            GinIndex(fields=["themes"], name="dataset_themes"),
            models.Index(fields=["unit", "state"], name="dataset_of_unit"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        return in_language(self, "title")[0]

    @property
    def subject(self) -> str:
        """How audit and inbox name it."""
        return f"catalogue.dataset:{self.code}"

    @property
    def agreed(self) -> Contract | None:
        """What is agreed on its rows today."""
        return self.contract.contract if self.contract is not None else None


class ContractVersion(models.Model):
    """One contract as it was agreed. Versions are added and never changed."""

    personal: ClassVar[dict[str, str]] = {"by": "public", "note": "public"}

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()  # ODCS 3.2.
    valid_from = models.DateTimeField()
    by = models.CharField(max_length=80)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="contract_number")
        ]
        triggers = [
            pgtrigger.Protect(
                name="contracts_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            stays("contracts_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id}.{self.number}"

    @property
    def contract(self) -> Contract:
        """Read once a process: a version never changes."""
        name = (self.pk, self.dataset_id, self.number, self.valid_from)
        if self.pk is None or (known := _READ.get(name)) is None:
            known = odcs.contract_of(self.document).contract
            if len(_READ) >= _MOST_READ:
                _READ.clear()
            if self.pk is not None:
                _READ[name] = known
        return known


_MOST_READ = 1000
_READ: dict[tuple[int, int, int, datetime], Contract] = {}


class Column(models.Model):
    """A column of a dataset as its newest contract has it, so that fields can be searched for."""

    personal: ClassVar[dict[str, str]] = {}

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="columns")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=63)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=10, choices=Type)
    classification = models.CharField(max_length=10, choices=Classification)
    unit_of_measure = models.CharField(max_length=40, blank=True)
    folded = models.TextField()  # Name, titles and help without marks.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "name"], name="column_name"),
            models.UniqueConstraint(fields=["dataset", "position"], name="column_position"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id}.{self.name}"


class Word(models.Model):
    """A folded word of a dataset: what a misspelt word of a reader is compared with."""

    personal: ClassVar[dict[str, str]] = {}

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="words")
    word = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "word"], name="word_once")]

    def __str__(self) -> str:
        return self.word


class ApiKey(models.Model):
    """A key by which a program writes to the catalogue in the name of a member of staff."""

    personal: ClassVar[dict[str, str]] = {"key_hash": "sensitive", "name": "public"}

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    key_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # When it was taken back before its end.

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("made_at")), name="catalogue_key_ends")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.name}"
