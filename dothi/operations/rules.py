"""How loud a thing is on the wall, when a screen has lost touch, and when the brief goes out."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from dothi.operations.choices import Tone

# What the clock says of a duty → how the wall shows it.
TONES = {
    "good": Tone.CALM,
    "near_due": Tone.NEAR,
    "overdue": Tone.LATE,
    "paused": Tone.PAUSED,
}
# A screen is told something at least this often …
HEARTBEAT = timedelta(seconds=1)
# … and one that heard nothing for this long says so: people see it within five seconds.
SILENCE = timedelta(seconds=4)
# How often a quiet stream looks whether new figures are due, and how often they are asked for at
# most: together with the asking itself a change is on the wall within a second.
LOOK_EVERY = timedelta(seconds=0.3)
FIGURES_EVERY = timedelta(seconds=0.6)
# Time alone makes things late, and days new.
FIGURES_AT_LEAST = timedelta(seconds=20)
# A screen that missed more than this draws everything anew: one picture is cheaper.
CATCH_UP_AT_MOST = 1000

GOOD_SHARE, FAIR_SHARE = 90, 75

# The brief is there when people come to work, and not sent any more when the morning is over.
BRIEF_FROM, BRIEF_UNTIL = time(7), time(12)


def tone(clock_state: str) -> Tone:
    """The tone of an open duty. Raises KeyError for states of ended clocks: they are not shown."""
    return TONES[clock_state]


def tone_of_share(percent: float) -> str:
    if percent >= GOOD_SHARE:
        return "good"
    return "near" if percent >= FAIR_SHARE else "late"


def is_brief_time(at: datetime, works: Callable[[date], bool]) -> bool:
    """Whether a brief is due: in the morning of a working day, in the time of the house."""
    return BRIEF_FROM <= at.time() < BRIEF_UNTIL and works(at.date())


def since_last_brief(at: datetime, works: Callable[[date], bool]) -> datetime:
    """The morning of the working day before: on a Monday the brief covers the weekend, too."""
    day = at.date() - timedelta(days=1)
    for _ in range(31):
        if works(day):
            break
        day -= timedelta(days=1)
    return datetime.combine(day, BRIEF_FROM, tzinfo=at.tzinfo)
