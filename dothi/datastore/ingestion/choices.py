"""The words of taking data in."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RunState(TextChoices):
    """Where a delivery stands on its way into the store."""

    WAITING = "waiting", _("Waits to be read")
    READING = "reading", _("Being read")
    CHECKED = "checked", _("Checked, not published")
    PUBLISHED = "published", _("Published")
    REFUSED = "refused", _("Refused at the door")
    FAILED = "failed", _("Broken off by a fault")
    DROPPED = "dropped", _("Given up")


class AsideState(TextChoices):
    """What became of lines that were put aside."""

    WAITING = "waiting", _("To be mended")
    TAKEN = "taken", _("Mended and taken")
    DROPPED = "dropped", _("Left out for good")


class Refusal(TextChoices):
    """Why a delivery does not come in at all."""

    UNREADABLE = "unreadable", _("The file cannot be read")
    SHAPE = "shape", _("The shape has changed")
    TOO_MANY = "too_many", _("Too many faulty rows")
    ERASED = "erased", _("It holds a person who was erased")


class Check(TextChoices):
    """What a row can fail. Codes of readers' own faults stand beside these."""

    REQUIRED = "required", _("must not be empty")
    TYPE = "type", _("is not of the type")
    MINIMUM = "minimum", _("is too small")
    MAXIMUM = "maximum", _("is too large")
    PATTERN = "pattern", _("does not fit the pattern")
    ALLOWED = "allowed", _("is not one of the allowed values")
    LENGTH = "length", _("is too long")
    COMPARE = "compare", _("does not fit the other column")
    TWICE = "twice", _("is there already in this delivery")
    REFERENCE = "reference", _("is not known where it refers to")
    EMPTY_ROW = "empty_row", _("The row is empty")


class Method(StrEnum):
    """How records of a program stand to the rows that are there, as CKAN has it."""

    INSERT = "insert"  # New ones only.
    UPDATE = "update"  # Known ones only.
    UPSERT = "upsert"


class Power(StrEnum):
    """What a post may be allowed to do here."""

    BRING_IN = "ingestion.bring_in"  # Send files, mend lines, give a run up.
    PUBLISH = "ingestion.publish"
    OPEN_LINES = "ingestion.open_lines"  # See what stands in lines that were put aside.
