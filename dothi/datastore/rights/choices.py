"""The words of the rights of those whom data speak of."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Right(TextChoices):
    """What somebody asks for (Luật 91/2025/QH15, điều 4)."""

    SEE = "see", _("See what is kept about me")
    EXPORT = "export", _("Get a copy of it")
    CORRECT = "correct", _("Correct what is wrong")
    ERASE = "erase", _("Delete it")
    WITHDRAW = "withdraw", _("Withdraw my consent")
    RESTRICT = "restrict", _("Restrict its use")
    OBJECT = "object", _("Object to a use")


class State(TextChoices):
    OPEN = "open", _("Being handled")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Power(StrEnum):
    """What a post may be allowed to do here."""

    SEE = "rights.see"
    HANDLE = "rights.handle"
