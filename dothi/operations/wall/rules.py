"""How loud a thing is on the wall, when a screen has lost touch, and when the brief goes out."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from dothi.datastore.indicators.choices import Better
from dothi.operations.wall.choices import Tone

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


def tone_of(value: float | None, better: Better, near: float | None, late: float | None) -> str:
    """The tone of a figure: good up to `near`, late beyond `late`, in the direction that is good.

    Nothing measured, no limits, or an indicator that is neither good nor bad: no tone.
    """
    if value is None or near is None or late is None or better == Better.NEITHER:
        return ""
    if better == Better.HIGHER:
        value, near, late = -value, -near, -late
    if value <= near:
        return "good"
    return "near" if value <= late else "late"


def limits_are_in_order(better: Better, near: float, late: float) -> bool:
    """Whether what is late lies beyond what is near."""
    return near >= late if better == Better.HIGHER else near <= late


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
