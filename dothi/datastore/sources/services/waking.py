"""Have a worker give a source its turn."""

from dothi.core import queueing

TURN = "sources.turn"  # Name of the job.


def ask_for_a_turn(source: str) -> None:
    queueing.once(TURN, lock=f"{TURN}:{source}", queue="store", source=source)
