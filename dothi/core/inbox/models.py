from datetime import UTC, datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

# A duty without a date comes after every duty that has one.
SOME_DAY = datetime(9999, 1, 1, tzinfo=UTC)


class Duty(models.Model):
    """One open duty of anybody: what "my work" shows, whichever domain it comes from."""

    personal: ClassVar[dict[str, str]] = {"title": "personal"}

    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    unit_code = models.CharField(max_length=20)
    role = models.CharField(max_length=20)
    person_id = models.BigIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    # The place in a worklist, without nulls: a page begins at a value, and an index knows where.
    order_at = models.GeneratedField(
        expression=Coalesce("due_at", Value(SOME_DAY)),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    paused = models.BooleanField(default=False)
    group = models.CharField(max_length=20)
    url = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="duty_once")]
        indexes = [
            # Serve a worklist, most urgent first, page by page, and its counts without the rows.
            models.Index(
                fields=["unit_code", "role", "order_at", "id"],
                include=["paused"],
                name="duty_of_post",
                condition=Q(person_id=None),
            ),
            models.Index(
                fields=["person_id", "order_at", "id"],
                include=["paused"],
                name="duty_of_person",
                condition=Q(person_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}"
