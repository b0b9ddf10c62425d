"""What happens here when many tables are pinned: their figures are kept for good."""

from contextlib import suppress

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from dothi.core.events.registry import on
from dothi.datastore.indicators.services import MEASURE_RELEASE
from dothi.datastore.tables.events import ReleaseMade


@on(ReleaseMade, name="indicators.release")
def measure(event: ReleaseMade) -> None:
    """A worker runs them. Twice is no harm: a figure of a release is kept once."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(
            MEASURE_RELEASE, queue="store", queueing_lock=f"{MEASURE_RELEASE}:{event.code}"
        ).defer(release=event.code)
