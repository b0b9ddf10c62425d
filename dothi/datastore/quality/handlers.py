"""What happens here when a table has another version: nothing is asked in the handler itself."""

from dothi.core.events.registry import on
from dothi.datastore.quality import services
from dothi.datastore.tables.events import VersionRewritten, VersionsClosed


@on(VersionRewritten, VersionsClosed, name="quality.forget")
def forget(event: VersionRewritten | VersionsClosed) -> None:
    """Figures of rows that are gone go as well."""
    numbers = event.numbers if isinstance(event, VersionsClosed) else [event.number]
    services.forget(event.table, numbers)
