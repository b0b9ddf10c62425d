"""Questions that were asked of the store, and questions that somebody keeps."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from dothi.core.crypto.fields import EncryptedTextField
from dothi.datastore.workbench.choices import Reach, State


class Run(models.Model):
    """One question on its way through its process, and how it ended. Its text goes after a day."""

    # A question may name a person ("where name = …"); so may what the engine says of it.
    personal: ClassVar[dict[str, str]] = {
        "question": "sensitive", "said": "sensitive", "caller": "personal", "opened": "public",
        "columns": "public", "word": "personal", "key_hash": "sensitive",
    }  # fmt: skip

    # Of the code, a secret: who knows it reads the answer of nobody's question.
    key_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    caller = models.CharField(max_length=64)  # Keyed hash of who asks, to count by.
    staff = models.BooleanField()
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    question = EncryptedTextField(blank=True)
    # Dataset, version and the file of what this person sees of it.
    opened = models.JSONField(default=list)
    of_persons = models.BooleanField(default=False)
    begun_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    stop = models.BooleanField(default=False)  # Somebody asked to end it.
    columns = models.JSONField(default=list)
    rows = models.PositiveIntegerField(default=0)
    more = models.BooleanField(default=False)
    fault = models.CharField(max_length=16, blank=True)
    word = models.CharField(max_length=80, blank=True)
    line = models.PositiveIntegerField(default=0)
    column = models.PositiveIntegerField(default=0)
    said = EncryptedTextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["until"], name="query_running", condition=Q(state=State.RUNNING)),
            models.Index(fields=["begun_at"], name="query_begun"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.RUNNING, ended_at=None)
                | ~Q(state=State.RUNNING) & Q(ended_at__isnull=False),
                name="query_ended",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("begun_at")), name="query_until"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.state}"


class Question(models.Model):
    """A question that somebody keeps, for himself or for his unit."""

    personal: ClassVar[dict[str, str]] = {"text": "sensitive", "title": "public", "code": "public"}

    code = models.CharField(max_length=40, unique=True)
    owner = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    unit = models.ForeignKey("units.Unit", models.PROTECT, null=True, related_name="+")
    reach = models.CharField(max_length=8, choices=Reach, default=Reach.OWN)
    title = models.CharField(max_length=120)
    text = EncryptedTextField()
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(reach=Reach.UNIT) | Q(unit__isnull=False), name="question_has_unit"
            )
        ]

    def __str__(self) -> str:
        return self.code
