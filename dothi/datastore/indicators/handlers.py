"""What happens here when many tables are pinned: their figures are kept for good."""

from dothi.core import queueing
from dothi.core.events.registry import on
from dothi.datastore.indicators.services import MEASURE_RELEASE
from dothi.datastore.tables.events import ReleaseMade


@on(ReleaseMade, name="indicators.release")
def measure(event: ReleaseMade) -> None:
    """A worker runs them. Twice is no harm: a figure of a release is kept once."""
    queueing.once(
        MEASURE_RELEASE, lock=f"{MEASURE_RELEASE}:{event.code}", queue="store", release=event.code
    )
