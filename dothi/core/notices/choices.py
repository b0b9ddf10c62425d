from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    IN_APP = "in_app", _("On my page")


class State(TextChoices):
    """How far a notice has come. What we do not know, we do not claim.

    Sent: a mail server has it. Accepted: a service has it and will say what became of it.
    """

    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    ACCEPTED = "accepted", _("With the service")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Could not be sent")
    UNKNOWN = "unknown", _("Unknown: it may have been sent")


class Hop(TextChoices):
    """One thing that happened to a notice on its way."""

    QUEUED = "queued", _("Laid out to be sent")
    HANDED_OVER = "handed", _("Handed over")
    ACCEPTED = "accepted", _("Taken by the service")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Not delivered")
    LATER = "later", _("Not taken yet; tried again")
    UNKNOWN = "unknown", _("Outcome unknown")
    AGAIN = "again", _("Sent again by a person")
