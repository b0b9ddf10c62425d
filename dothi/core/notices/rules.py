"""How often and how soon a notice is tried again, when it may go out, what a reply means. Pure."""

import zlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from dothi.lib.text_vi import fold

RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=3),
    timedelta(hours=12),
)
# By so much of a wait it is spread, so that what failed together is not tried again together.
SPREAD = 0.25
# A sender that died between handing over and writing it down leaves a notice in this state.
HANDED_OVER_WITHIN = timedelta(minutes=10)
# A service that said nothing for so long will say nothing more.
REPORTED_WITHIN = timedelta(days=3)
STOP_WORDS = frozenset({"stop", "huy", "dung", "ngung", "tu choi"})
START_WORDS = frozenset({"start", "tiep", "tiep tuc"})


def next_try(attempts: int, *, seed: str = "") -> timedelta | None:
    """How long to wait after so many tries; None: enough.

    The same `seed` waits as long each time; without one the wait is not spread.
    """
    if attempts > len(RETRIES):
        return None
    wait = RETRIES[attempts - 1]
    if not seed:
        return wait
    part = zlib.crc32(f"{seed}:{attempts}".encode()) / 0xFFFF_FFFF
    return wait * (1 + SPREAD * part)


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """The hours in which nothing is sent that can wait, in the time of the city."""

    since: time
    until: time

    def holds(self, at: datetime) -> bool:
        now = at.time()
        if self.since <= self.until:
            return self.since <= now < self.until
        return now >= self.since or now < self.until


def not_before(at: datetime, quiet: Quiet | None, *, urgent: bool) -> datetime:
    """When something that is due at a local time may go out: then, or when the quiet ends."""
    if quiet is None or urgent or not quiet.holds(at):
        return at
    ends = at.replace(
        hour=quiet.until.hour, minute=quiet.until.minute, second=0, microsecond=0
    )  # fmt: skip
    return ends if ends > at else ends + timedelta(days=1)


def wants(reply: str) -> bool | None:
    """What a reply asks for: True to be written to, False no more, None neither."""
    words = " ".join(fold(reply).split())
    if words in STOP_WORDS:
        return False
    return True if words in START_WORDS else None
