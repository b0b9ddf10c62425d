from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What stands behind a deadline."""

    STATUTORY = "statutory", _("Set by law")
    NORM = "norm", _("Promised by the office")
    STEP = "step", _("Internal step")


class TimeUnit(TextChoices):
    MINUTES = "minutes", _("minutes")
    WORK_HOURS = "work_hours", _("working hours")
    WORK_DAYS = "work_days", _("working days")
    CALENDAR_DAYS = "calendar_days", _("days")
    MONTHS = "months", _("months")


class StartRule(TextChoices):
    """From when a clock counts. Where it counts days, the day of the event is never one of them."""

    AT_ONCE = "at_once", _("From the moment itself")
    WORKING_MOMENT = "working_moment", _("From the next moment of work")
    WORKING_DAY = "working_day", _("As if received on the next working day")
    DAY_AFTER = "day_after", _("From the day after, also in hours")


class ResumeMode(TextChoices):
    """What is left when a paused clock goes on."""

    CONTINUE = "continue", _("What was left")
    RESET = "reset", _("The whole time again")


class AtExpiry(TextChoices):
    """What it means when nothing was done in time."""

    BREACH = "breach", _("Overdue")
    AGREED = "agreed", _("Silence counts as agreement")
    NOTHING = "nothing", _("Nothing")


class State(TextChoices):
    """Where a clock is. "Overdue" is no state: it is read off the due time."""

    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Met")
    STOPPED = "stopped", _("Stopped")
    LAPSED = "lapsed", _("Ran out")


class Mark(TextChoices):
    """What happened to a clock."""

    STARTED = "started", _("Started")
    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")
    EXTENDED = "extended", _("Extended")
    RECOMPUTED = "recomputed", _("Computed again")
    MET = "met", _("Met")
    STOPPED = "stopped", _("Stopped")
    LAPSED = "lapsed", _("Ran out")


class Why(TextChoices):
    """Why a clock does not count from the moment of receipt."""

    NOTHING = "", _("It does")
    CUT_OFF = "cut_off", _("After the cut-off hour")
    REST_DAY = "rest_day", _("On a rest day")
    OUTSIDE_HOURS = "outside_hours", _("Outside office hours")
    NEXT_DAY = "next_day", _("Counts from the next day")


class Timeliness(TextChoices):
    """How a matter counts in reports of the state: finished in three ways, open in three."""

    EARLY = "early", _("Before the due day")
    ON_TIME = "on_time", _("On the due day")
    LATE = "late", _("After the due time")
    RUNNING = "running", _("Within the time limit")
    NEAR_DUE = "near_due", _("Close to the due time")
    OVERDUE = "overdue", _("Over the time limit")


class View(TextChoices):
    """How a clock stands at a moment, for a chip or a tile."""

    GOOD = "good", _("In time")
    NEAR_DUE = "near_due", _("Near due")
    OVERDUE = "overdue", _("Overdue")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Done in time")
    MET_LATE = "met_late", _("Done late")
    STOPPED = "stopped", _("Stopped")
    LAPSED = "lapsed", _("Ran out")
