"""Have a worker give a source its turn."""

from dothi.core import queueing

FETCHERS = 7_321  # Space of advisory locks: one turn a source, on every machine.
TURN = "sources.turn"  # Name of the job.
QUEUE = "sources"  # It waits for machines of others: a worker of its own does it (`run.working`).


def ask_for_a_turn(source: str) -> None:
    queueing.once(TURN, lock=f"{TURN}:{source}", queue=QUEUE, source=source)
