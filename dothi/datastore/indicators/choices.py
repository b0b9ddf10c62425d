from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Better(TextChoices):
    """Which way is good: what turns a tile green."""

    HIGHER = "higher", _("Higher is better")
    LOWER = "lower", _("Lower is better")
    NEITHER = "neither", _("Neither")


class Scale(TextChoices):
    """How numerator and denominator become the value people read."""

    COUNT = "count", _("Count")
    PERCENT = "percent", _("Percent")
    MEAN = "mean", _("Mean")


class Run(TextChoices):
    """Over what an indicator was run."""

    NOW = "now", _("Now")
    STORE = "store", _("Data store")


class Past(TextChoices):
    """From what a past date is answered."""

    ROWS = "rows", _("The rows carry their times: the newest version answers for any date")
    STEPS = "steps", _("Each change of a row is kept: a date is answered by what was so then")
    VERSIONS = "versions", _("The rows know only what is so: the version of that date answers")


class Power(StrEnum):
    """What a post may be allowed to do here."""

    SEE = "indicators.see"
    DEFINE = "indicators.define"


class How(TextChoices):
    """What a steward's indicator works out of the rows."""

    COUNT = "count", _("How many rows")
    SHARE = "share", _("Share of the rows for which something holds")
    SUM = "sum", _("Sum of a column")
    MEAN = "mean", _("Mean of a column")


class Operator(TextChoices):
    """How a column is compared in a condition."""

    IS = "is", _("is")
    IS_NOT = "is_not", _("is not")
    ONE_OF = "one_of", _("is one of (parted by ;)")
    LESS = "less", _("is less than")
    AT_MOST = "at_most", _("is at most")
    MORE = "more", _("is more than")
    AT_LEAST = "at_least", _("is at least")
    EMPTY = "empty", _("is empty")
    FILLED = "filled", _("is filled in")


class Flaw(StrEnum):
    """Why a part of a steward's definition cannot be run."""

    MISSING = "missing"
    NO_COLUMN = "no_column"
    WRONG_TYPE = "wrong_type"
    WRONG_VALUE = "wrong_value"
    NO_MOMENT = "no_moment"


class State(TextChoices):
    """How far a steward's indicator is."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")
