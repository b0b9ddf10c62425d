"""The live stream of a counter hall: that something moved. What, a screen asks for itself.

So a screen that was away needs no place in the log: it asks once it is back.
"""

from collections.abc import AsyncIterator

from dothi.cases.events import TurnMoved
from dothi.core.events.live import records
from dothi.core.events.selectors import Position

RETRY = "retry: 1000\n\n"
CHANGED = "event: changed\ndata: {}\n\n"
BEAT = "event: beat\ndata: {}\n\n"
BEAT_SECONDS = 4.0


async def frames(unit: str) -> AsyncIterator[str]:
    """Yield the stream of a unit: each step of a number, and a sign of life in silence."""
    yield RETRY
    yield CHANGED
    async for told in records(None, {TurnMoved.name}, beat=BEAT_SECONDS):
        if isinstance(told, Position):
            yield BEAT
        elif told.payload["unit_code"] == unit:
            yield CHANGED
