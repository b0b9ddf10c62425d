"""How often and how soon a notice is tried again."""

from datetime import timedelta

RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=3),
    timedelta(hours=12),
)
# A sender that died between handing over and writing it down leaves a notice in this state.
HANDED_OVER_WITHIN = timedelta(minutes=10)


def next_try(attempts: int) -> timedelta | None:
    """How long to wait after so many tries; None: enough."""
    return RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
