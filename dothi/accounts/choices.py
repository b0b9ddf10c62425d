from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a post is for. What each role may do is said by the domains (`registry.allow`)."""

    COUNTER = "counter", _("Counter officer")
    SPECIALIST = "specialist", _("Specialist")
    DISPATCHER = "dispatcher", _("Duty operator")
    LEADER = "leader", _("Leader")
    EDITOR = "editor", _("Editor")
    STEWARD = "steward", _("Data steward")
    HOLDER = "holder", _("Holder of the protected channel")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class Level(TextChoices):
    """How well the house knows a citizen."""

    NONE = "none", _("Not verified")
    CONTACT = "contact", _("Contact verified")
    IDENTITY = "identity", _("National identity")


LEVELS = (Level.NONE, Level.CONTACT, Level.IDENTITY)
