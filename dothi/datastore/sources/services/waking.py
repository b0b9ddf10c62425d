"""Have a worker give a source its turn."""

from contextlib import suppress

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

TURN = "sources.turn"  # Name of the job.


def ask_for_a_turn(source: str) -> None:
    """Outside of a transaction: being second is no harm then."""
    with suppress(AlreadyEnqueued):
        app.configure_task(TURN, queue="store", queueing_lock=f"{TURN}:{source}").defer(
            source=source
        )
