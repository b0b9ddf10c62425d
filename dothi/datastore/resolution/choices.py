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


class ColumnRole(TextChoices):
    """What a column of a list can say."""

    FULL_NAME = "full_name", _("Full name")
    BIRTH = "birth", _("Date of birth")
    SEX = "sex", _("Sex")
    CITIZEN_ID = "citizen_id", _("Identity number")
    PHONE = "phone", _("Phone")
    ADDRESS = "address", _("Address")
    HEAD = "head", _("Head of the household")
    MEMBERS = "members", _("Members")
    BOOK = "book", _("Number of the household book")
    NAME = "name", _("Name of the business")
    TAX_CODE = "tax_code", _("Tax code")


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
    """Where a project stands, or a table of its golden records. Only an approved project that has
    not expired joins lists."""

    ASKED = "asked", _("Waits for the steward")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended")


class RunState(TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Aim(TextChoices):
    """What a worker does for a table of golden records."""

    LOOK = "look", _("Find out what publishing would change")
    PUBLISH = "publish", _("Publish golden records")


class WorkState(TextChoices):
    """How far a worker is. While rows are written it is too late to give up."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    WRITING = "writing", _("Writing")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Stopped by a person")


class WorkFault(TextChoices):
    """Why golden records were not made, and what can be done."""

    NOT_OPEN = (
        "not_open",
        _("The purpose is no longer approved, or has expired. Please ask for the project anew."),
    )
    MOVED_ON = (
        "moved_on",
        _("Something has changed since you looked. Please look at the changes again."),
    )
    NOTHING_NEW = "nothing_new", _("Nothing has changed since it was published last.")
    LIST_UNFIT = (
        "list_unfit",
        _("A list is no longer there, or lacks its key. Please ask who keeps the list."),
    )
    ERASED = (
        "erased",
        _("Rows of a person were erased meanwhile. Please look at the changes again."),
    )
    LOST = (
        "lost",
        _("The worker was lost several times. Please tell who looks after the machine."),
    )
    BROKEN = (
        "broken",
        _("Something went wrong. Please try again, or tell who looks after the machine."),
    )


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


class GoldenColumn(TextChoices):
    """What the table of golden records says of an entity itself."""

    ENTITY = "entity", _("Code of the entity")
    FORMER = "former_codes", _("Codes of entities that went over into it")
    RECORDS = "records", _("Number of rows")
    SINCE = "since", _("Made up of these rows since")


class GoldenPart(TextChoices):
    """What it says of a value beside the value."""

    LIST = "list", _("list that it is taken from")
    KEY = "key", _("key of the row in that list")
    RULE = "rule", _("rule that chose it")


class Power(StrEnum):
    """What a post may be allowed to do here."""

    READ = "resolution.read"
    ASK = "resolution.ask"
    APPROVE = "resolution.approve"
    REVIEW = "resolution.review"
