"""The words of the store's tables."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Origin(TextChoices):
    """What made a version."""

    DELIVERY = "delivery", _("Delivery")
    REMOVAL = "removal", _("Rows taken out")
    ROLL_BACK = "roll_back", _("Roll-back to an earlier version")
    ERASURE = "erasure", _("Erasure of a person")


class Power(StrEnum):
    """What a post may be allowed to do with the rows of its unit."""

    ROLL_BACK = "tables.roll_back"
    RELEASE = "tables.release"
    ERASE = "tables.erase"


class Rule(StrEnum):
    """What a role sees of a column. A column that a role does not name is dropped."""

    KEEP = "keep"
    DROP = "drop"
    MASK = "mask"  # Text: its first letter. Anything else: nothing.
    TOKEN = "token"  # The same value gives the same token, for one purpose only.


class How(StrEnum):
    """What a role asks of a value for its row to be shown. An empty value never passes."""

    ONE_OF = "one_of"
    FROM = "from"
    BEFORE = "before"
    # The row does not speak of these persons; values: how they are named (`PersonBy`), then hashes.
    NOT_PERSON = "not_person"


class PersonBy(TextChoices):
    """By which kind of value a column says of whom a row speaks."""

    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Phone")
    NUMBER = "number", _("Identity number")
