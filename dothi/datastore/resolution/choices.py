"""The words of resolution: what is resolved, how a pair stands, who may do what."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What the rows of the lists speak of."""

    PERSON = "person", _("Persons")
    HOUSEHOLD = "household", _("Households")
    BUSINESS = "business", _("Businesses")
    ADDRESS = "address", _("Addresses")


class Band(TextChoices):
    """What the weight of a pair says by itself."""

    LINK = "link", _("Linked")
    REVIEW = "review", _("To be looked at")


class Verdict(TextChoices):
    """What a person decided on a pair."""

    SAME = "same", _("The same")
    DIFFERENT = "different", _("Different")
    UNSURE = "unsure", _("Cannot be said")


class State(TextChoices):
    """Where a project stands. Only an approved one that has not expired joins lists."""

    ASKED = "asked", _("Waits for the steward")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended")


class RunState(TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class ChangeKind(TextChoices):
    """Why the make-up of clusters changed."""

    RUN = "run", _("Found by a run")
    DECISION = "decision", _("Decided on a pair")
    MERGE = "merge", _("Merged by hand")
    SPLIT = "split", _("Split by hand")
    UNDO = "undo", _("Undone")


class Survivor(StrEnum):
    """By which rule a golden record took a value."""

    ONLY = "only"  # No other row has one.
    TRUSTED = "trusted"  # From the most trusted list.
    MAJORITY = "majority"  # What most rows say.
    COMPLETE = "complete"  # The fullest way of saying the same.
    NEWEST = "newest"


class Power(StrEnum):
    """What a post may be allowed to do here."""

    READ = "resolution.read"
    ASK = "resolution.ask"
    APPROVE = "resolution.approve"
    REVIEW = "resolution.review"
