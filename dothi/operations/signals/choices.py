"""Codes and words of the signals."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Holds(TextChoices):
    """What a stream's readings are."""

    NUMBER = "number", _("A number")
    TRUTH = "truth", _("Yes or no")
    STATE = "state", _("One of some states")
    COUNTS = "counts", _("Counts by kind")


class Fault(TextChoices):
    """Why a reading was put aside. A person may release it."""

    UNREADABLE = "unreadable", _("Cannot be read")
    UNKNOWN_STREAM = "unknown_stream", _("The stream is not registered")
    WRONG_KIND = "wrong_kind", _("The value is of another kind")
    OUT_OF_RANGE = "out_of_range", _("The value is outside what is possible")
    NO_TIME = "no_time", _("The time is missing")
    FUTURE = "future", _("The time lies in the future")
    TOO_OLD = "too_old", _("Older than what is kept")
    CONTRADICTS = "contradicts", _("Another value is kept for this time")


class Timing(TextChoices):
    """How a reading that was taken came, by its time."""

    ON_TIME = "on_time", _("On time")
    LATE = "late", _("Late")
    OUT_OF_ORDER = "out_of_order", _("Out of order")
    AHEAD = "ahead", _("Ahead of the clock")


class Health(TextChoices):
    """How a stream itself is, whatever it says of the city."""

    WELL = "well", _("Well")
    NEW = "new", _("Has not spoken yet")
    SILENT = "silent", _("Silent")
    STUCK = "stuck", _("Stuck on one value")
    SKEWED = "skewed", _("Its clock is off")
    NOISY = "noisy", _("Noisy")
