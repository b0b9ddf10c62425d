"""When a delivery of a source was read, refused or published, the source goes on at once."""

from django.db import transaction

from dothi.core.events.registry import on
from dothi.datastore.ingestion.events import DeliveryChecked, DeliveryPublished, DeliveryRefused
from dothi.datastore.sources import selectors, services

Settled = DeliveryChecked | DeliveryPublished | DeliveryRefused


@on(DeliveryChecked, DeliveryPublished, DeliveryRefused, from_start=False)
def go_on(event: Settled) -> None:
    source = selectors.source_of_run(event.run)
    if source is not None:
        transaction.on_commit(lambda: services.ask_for_a_turn(source))
