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
