"""Links between columns as facts: since when they are known, and until when they held."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dothi.datastore.lineage.choices import Fault, How, Kind
from dothi.datastore.lineage.rules.graph import Link, Point


class Edge(models.Model):
    """One link, told by one collector, for as long as it was told."""

    personal: ClassVar[dict[str, str]] = {}

    source_kind = models.CharField(max_length=10, choices=Kind)
    source_name = models.CharField(max_length=120)
    source_column = models.CharField(max_length=120, blank=True)
    target_kind = models.CharField(max_length=10, choices=Kind)
    target_name = models.CharField(max_length=120)
    target_column = models.CharField(max_length=120, blank=True)
    how = models.CharField(max_length=8, choices=How)
    open = models.BooleanField(default=True)
    told_by = models.CharField(max_length=80)
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "told_by", "source_kind", "source_name", "source_column", "target_kind",
                    "target_name", "target_column", "how",
                ],
                condition=Q(gone_at=None),
                name="edge_once",
            ),
            models.CheckConstraint(
                condition=Q(gone_at=None) | Q(gone_at__gte=models.F("seen_at")),
                name="edge_ends_after_it_began",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["source_kind", "source_name"], name="edge_from"),
            models.Index(fields=["target_kind", "target_name"], name="edge_to"),
        ]

    def __str__(self) -> str:
        return f"{self.source_name}.{self.source_column} → {self.target_name}.{self.target_column}"

    @property
    def link(self) -> Link:
        return Link(
            source=Point(Kind(self.source_kind), self.source_name, self.source_column),
            target=Point(Kind(self.target_kind), self.target_name, self.target_column),
            how=How(self.how),
            open=self.open,
        )


class Sending(models.Model):
    """How far the facts of the log were sent to one address as run events, and what went wrong."""

    personal: ClassVar[dict[str, str]] = {}

    address = models.CharField(max_length=300, primary_key=True)
    # The place in the event log up to which everything was sent.
    xid = models.BigIntegerField()
    last_id = models.BigIntegerField()
    since = models.DateTimeField()  # Facts from then on are sent.
    sent = models.PositiveBigIntegerField(default=0)
    not_taken = models.PositiveBigIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # In a row.
    next_at = models.DateTimeField(null=True)  # Not before; empty: nothing is wrong.
    # Of the last fault, which may be over.
    fault = models.CharField(max_length=12, choices=Fault, blank=True)
    status = models.PositiveIntegerField(default=0)  # Of HTTP; 0 where none was given.
    failed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.address
