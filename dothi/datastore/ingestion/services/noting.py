"""Note what kept a table of a domain from being carried over."""

from datetime import datetime

from django.db import transaction

from dothi.core.events.services import publish as tell
from dothi.datastore.ingestion.events import FeedBrokeOff
from dothi.datastore.ingestion.models import Feed


@transaction.atomic
def note_fault(dataset: str, fault: str, *, at: datetime) -> None:
    """It is tried again every two minutes, and told once until it can be."""
    row = Feed.objects.select_for_update().filter(pk=dataset).first()
    if row is None:
        return
    if row.failed_at is None:
        tell(FeedBrokeOff(dataset=dataset, run=row.run, fault=fault), at=at)
    row.failed_at, row.failure = at, fault
    row.save(update_fields=["failed_at", "failure"])
