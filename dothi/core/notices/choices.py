from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    EMAIL = "email", _("E-mail")
    IN_APP = "in_app", _("On my page")


class State(TextChoices):
    """How far a notice has come. What we do not know, we do not claim."""

    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be sent")
    UNKNOWN = "unknown", _("Unknown: it may have been sent")
