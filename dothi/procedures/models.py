"""The catalogue of administrative procedures: fields, procedures, and their versions."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from dothi.core.triggers import stays
from dothi.procedures.choices import State
from dothi.procedures.rules.definition import PROCEDURE_CODE, Definition


class Area(models.Model):
    """A field of administration (lĩnh vực), such as civil status or building."""

    personal: ClassVar[dict[str, str]] = {}

    code = models.SlugField(max_length=40, unique=True)
    name_vi = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    order = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_vi


class Procedure(models.Model):
    """An administrative procedure, known by its code in the national catalogue."""

    personal: ClassVar[dict[str, str]] = {}

    code = models.CharField(max_length=8, unique=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="procedures")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=PROCEDURE_CODE), name="procedure_code_form"
            )
        ]

    def __str__(self) -> str:
        return self.code


# Of a published version only its end and its words may be written.
_FINAL = (
    "state", "definition", "procedure_id", "number", "note", "valid_from", "made_by",
    "published_by", "published_at",
)  # fmt: skip
_PUBLISHED = f"old.state = '{State.PUBLISHED.value}'"
_CHANGED = " or ".join(f"old.{name} is distinct from new.{name}" for name in _FINAL)


class Version(models.Model):
    """What a procedure is for a time. Once published it never changes; only its end may be set.

    `definition` is a `rules.definition.Definition` as JSON. A dossier keeps its version for life.
    """

    personal: ClassVar[dict[str, str]] = {
        "definition": "public",
        "made_by": "public",
        "writers": "public",
        "published_by": "public",
        "note": "public",
    }

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    definition = models.JSONField()
    note = models.CharField(max_length=300, blank=True)  # Why there is a new one.
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)  # Exclusive.
    made_by = models.CharField(max_length=80)  # Who wrote in it last.
    writers = models.JSONField(default=list)  # Everybody who did: none of them publishes it.
    changed_at = models.DateTimeField()
    published_by = models.CharField(max_length=80, blank=True)
    published_at = models.DateTimeField(null=True)
    search = SearchVectorField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_once"),
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(state=State.DRAFT),
                name="procedure_one_draft",
            ),
            models.UniqueConstraint(
                fields=["procedure", "valid_from"],
                condition=Q(state=State.PUBLISHED),
                name="procedure_version_begins_once",
            ),
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(state=State.PUBLISHED, valid_to=None),
                name="procedure_version_last_once",
            ),
            # One that was replaced before it began has an empty period.
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="procedure_version_valid_period",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT, valid_from=None, published_at=None)
                | Q(state=State.PUBLISHED, valid_from__isnull=False, published_at__isnull=False),
                name="procedure_version_published_has_period",
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="procedure_version_search")]
        triggers = [
            pgtrigger.Protect(
                name="published_versions_are_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(f"{_PUBLISHED} and ({_CHANGED})"),
            ),
            pgtrigger.Protect(
                name="published_versions_are_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition(_PUBLISHED),
            ),
            stays("procedure_versions_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id}.{self.number}"

    @property
    def content(self) -> Definition:
        return Definition.model_validate(self.definition)


class Word(models.Model):
    """A folded word of a published version: what a misspelt word is compared with."""

    personal: ClassVar[dict[str, str]] = {}

    version = models.ForeignKey(Version, models.CASCADE, related_name="words")
    word = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["word", "version"], name="procedure_word_once")
        ]

    def __str__(self) -> str:
        return self.word
