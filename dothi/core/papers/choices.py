from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    VALID = "valid", _("Valid")
    REVOKED = "revoked", _("Revoked")
