from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Fate(TextChoices):
    """What became of an event that a handler could not take."""

    OPEN = "open", _("Waiting for a person")
    TAKEN = "taken", _("Taken on retry")
    GIVEN_UP = "given_up", _("Given up")
