from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Tone(TextChoices):
    """How loud a thing is on the wall: always colour, shape and word together."""

    CALM = "calm", _("In time")
    NEAR = "near", _("Near due")
    LATE = "late", _("Overdue")
    PAUSED = "paused", _("Waiting for the citizen")


class Layer(TextChoices):
    """Where a point on the map comes from."""

    FEEDBACK = "feedback", _("Reports")


class Power(StrEnum):
    """What a post may be allowed to do here."""

    WALL = "operations.see_wall"
    BRIEF = "operations.read_brief"
    ARRANGE = "operations.arrange_wall"
