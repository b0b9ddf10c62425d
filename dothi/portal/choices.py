from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where the working copy of an article is. What readers see is its live revision."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Category(TextChoices):
    NEWS = "news", _("News and events")
    INTERVIEW = "interviews", _("Interviews")
    NOTICE = "notices", _("Notices")
    DOCUMENT = "documents", _("Documents")


class Deed(StrEnum):
    """What can be done to an article at the news desk."""

    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    PIN = "pin"
    UNPIN = "unpin"


class Power(StrEnum):
    """What a post may be allowed to do here."""

    READ = "portal.read"
    WRITE = "portal.write"
    PUBLISH = "portal.publish"
