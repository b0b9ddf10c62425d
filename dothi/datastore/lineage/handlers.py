"""When a contract changes, so may the way of its columns; when a run moves, it is told."""

from dothi.core import clock
from dothi.core.events.registry import Event, on
from dothi.datastore.catalogue.events import ContractAgreed, DatasetPublished, DatasetRetired
from dothi.datastore.lineage import selectors, services


@on(ContractAgreed, DatasetPublished, DatasetRetired, name="lineage.gather", together=True)
def gather(events: list[ContractAgreed | DatasetPublished | DatasetRetired]) -> None:
    """All links are asked anew, once for all that happened."""
    services.gather(at=clock.now())


@on(*selectors.FACTS, name="lineage.send", from_start=False, together=True)
def send(events: list[Event]) -> None:
    """A worker sends them, along a place of its own in the log."""
    services.ask_to_send()
