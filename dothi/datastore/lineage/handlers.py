"""When a contract changes, so may the way of its columns."""

from dothi.core import clock
from dothi.core.events.registry import on
from dothi.datastore.catalogue.events import ContractAgreed, DatasetPublished, DatasetRetired
from dothi.datastore.lineage import services


@on(ContractAgreed, DatasetPublished, DatasetRetired, name="lineage.gather", together=True)
def gather(events: list[ContractAgreed | DatasetPublished | DatasetRetired]) -> None:
    """All links are asked anew, once for all that happened."""
    services.gather(at=clock.now())
