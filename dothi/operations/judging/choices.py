"""Codes and words of judging: how serious, how a condition stands, what an alert is."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Severity(IntegerChoices):
    """How serious; CAP 1.2 calls them Minor, Moderate, Severe and Extreme."""

    MINOR = 1, _("Minor")
    MODERATE = 2, _("Moderate")
    SEVERE = 3, _("Severe")
    EXTREME = 4, _("Extreme")


class Standing(TextChoices):
    """How the condition of a rule stands for one stream."""

    CALM = "calm", _("Calm")
    PENDING = "pending", _("True, but not for long enough")
    RAISED = "raised", _("Raised")


class Side(TextChoices):
    """On which side of a limit it is dangerous."""

    ABOVE = "above", _("Above")
    BELOW = "below", _("Below")


class How(TextChoices):
    """How the parts of a composite count together."""

    ALL = "all", _("All of them")
    ANY = "any", _("Any of them")
    AT_LEAST = "at_least", _("At least so many")
