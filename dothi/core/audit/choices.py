from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Fault(TextChoices):
    """What can be wrong with the audit trail."""

    ALTERED = "altered", _("A row was altered")
    MISSING = "missing", _("A row is missing")
    INSERTED = "inserted", _("A row was slipped in")
    BROKEN = "broken", _("The chain of seals is broken")
    TRUNCATED = "truncated", _("The end of the chain is missing")
    SPOILT = "spoilt", _("A published head cannot be read")
    UNSEALED = "unsealed", _("A row was not sealed in time")
