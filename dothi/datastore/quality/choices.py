"""The words of quality."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Severity(TextChoices):
    """What a failed check asks of the steward."""

    STOP = "stop", pgettext_lazy("severity", "Serious")
    WARN = "warn", pgettext_lazy("severity", "To be looked at")
    NOTE = "note", pgettext_lazy("severity", "For information")


class Dimension(TextChoices):
    """What a check is about (ISO/IEC 25012)."""

    COMPLETENESS = "completeness", _("Completeness")
    VALIDITY = "validity", _("Validity")
    UNIQUENESS = "uniqueness", _("Uniqueness")
    TIMELINESS = "timeliness", _("Timeliness")
    CONSISTENCY = "consistency", _("Consistency")


class CheckKind(StrEnum):
    """What is asked. The first ones come from the contract, the later ones from experience."""

    COLUMN = "column"
    TYPE = "type"
    REQUIRED = "required"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    PATTERN = "pattern"
    ALLOWED = "allowed"
    LENGTH = "length"
    UNIQUE = "unique"
    KEY = "key"
    COMPARE = "compare"
    REFERENCE = "reference"
    FRESH = "fresh"
    VOLUME = "volume"
    DRIFT = "drift"
    RULE = "rule"  # Over several tables, stated by a steward.
    CODE = "code"  # The same, by the domain that owns the table.


class Outcome(TextChoices):
    PASSED = "passed", _("Passed")
    FAILED = "failed", pgettext_lazy("check", "Failed")
    # Something kept it from being asked: it says nothing about the data.
    UNASKED = "unasked", _("Could not be asked")


class Why(StrEnum):
    """Why rows were looked at."""

    PUBLISHED = "published"
    DAILY = "daily"
    ASKED = "asked"


class RuleKind(TextChoices):
    """The forms of a rule over two tables."""

    MEMBERS = "members", _("Every value of the one stands in the other")
    TOTALS = "totals", _("Counts or sums of both are equal for each group")


class Power(StrEnum):
    """What a post may be allowed to do here."""

    RULE = "quality.rule"  # State rules, have checks asked again.
    SETTLE = "quality.settle"  # Close an incident with a reason.
