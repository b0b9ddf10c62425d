from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Better(TextChoices):
    """Which way is good: what turns a tile green."""

    HIGHER = "higher", _("Higher is better")
    LOWER = "lower", _("Lower is better")
    NEITHER = "neither", _("Neither")


class Scale(TextChoices):
    """How numerator and denominator become the value people read."""

    COUNT = "count", _("Count")
    PERCENT = "percent", _("Percent")
    MEAN = "mean", _("Mean")


class Run(TextChoices):
    """Over what an indicator was run."""

    NOW = "now", _("Now")
    STORE = "store", _("Data store")


class Past(TextChoices):
    """From what a past date is answered."""

    ROWS = "rows", _("The rows carry their times: the newest version answers for any date")
    VERSIONS = "versions", _("The rows know only what is so: the version of that date answers")


class Power(StrEnum):
    """What a post may be allowed to do here."""

    SEE = "indicators.see"
    DEFINE = "indicators.define"
