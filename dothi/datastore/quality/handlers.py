"""What happens here when a table has another version: a worker looks at it, not the handler."""

from dothi.core import clock
from dothi.core.events.registry import on
from dothi.datastore.catalogue.events import ContractAgreed
from dothi.datastore.quality import selectors, services
from dothi.datastore.tables.events import VersionPublished, VersionRewritten, VersionsClosed


@on(VersionRewritten, VersionsClosed, name="quality.forget")
def forget(event: VersionRewritten | VersionsClosed) -> None:
    """Figures of rows that are gone go as well."""
    numbers = event.numbers if isinstance(event, VersionsClosed) else [event.number]
    services.forget(event.table, numbers)


@on(VersionPublished, ContractAgreed, name="quality.look")
def look(event: VersionPublished | ContractAgreed) -> None:
    """Other rows, or another agreement on them: all checks are asked anew."""
    if isinstance(event, VersionPublished):
        code, first = event.table, event.number == 1
    else:
        code, first = event.code, False
    services.rows_changed(code, first=first)
    if (dataset := selectors.dataset_of(code)) is not None:
        services.mind(dataset, at=clock.now())
