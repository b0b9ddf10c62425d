"""When a source is due, how long a fault makes it wait, and which way of fetching fits."""

from datetime import datetime, time, timedelta

from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.sources.choices import Fault, Publishing

SHORTEST_EVERY = 1  # Minutes.
FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=6)
TOLD_AFTER = 3  # Faults in a row; before that the next try may well be fine.


def next_after(at: datetime, *, every_minutes: int | None, daily_at: time | None) -> datetime:
    """When a source is due again. `at` is in the time of the city, and so is the answer.

    On the full minute, as somebody looks every minute: seconds would add up to one more each time.
    """
    if every_minutes is not None:
        return at.replace(second=0, microsecond=0) + timedelta(minutes=every_minutes)
    assert daily_at is not None
    today = at.replace(hour=daily_at.hour, minute=daily_at.minute, second=0, microsecond=0)
    return today if today > at else today + timedelta(days=1)


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many faults in a row: twice as long each time, up to hours."""
    doubled: int = 2 ** min(max(failures, 1) - 1, 20)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def fits(mode: Mode, *, files: bool, incremental: bool, overlap: bool) -> bool:
    """Whether fetching so under this contract keeps the table true.

    Only what is new cannot stand for the whole. The whole, added each time, would be there many
    times, and so would what is fetched twice on purpose.
    """
    if files:
        return True
    if not incremental:
        return mode != Mode.APPEND
    return mode == Mode.MERGE or (mode == Mode.APPEND and not overlap)


def publishes_itself(
    publishing: Publishing, *, taken: int, aside: int, faulty_at_most: float
) -> bool:
    """Whether a checked delivery is published without anybody looking."""
    if taken == 0 or publishing == Publishing.BY_HAND:
        return False
    if publishing == Publishing.SOUND:
        return aside == 0
    return aside <= faulty_at_most * (taken + aside)


def is_told(failures: int, fault: Fault) -> bool:
    """Whether the steward hears of it: at once where waiting does not help."""
    return fault not in PASSING or failures >= TOLD_AFTER


PASSING = frozenset({Fault.UNREACHABLE, Fault.STATUS, Fault.SLOW})
