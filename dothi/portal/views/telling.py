"""The words of the news desk: what was done, by whom, what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import formats
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from dothi.core import clock
from dothi.core.audit.models import Entry
from dothi.portal.choices import Deed, State
from dothi.portal.models import Article, Revision


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One line of the history, as the timeline takes it."""

    at: datetime
    title: str
    text: str


def done(deed: Deed) -> str:
    """What a deed has done, and how to take it back where that is not plain."""
    return {
        Deed.SUBMIT: _("Sent to review. It stands in “My work” of those who may approve it."),
        Deed.RETURN: _("Sent back to the author with your reason."),
        Deed.APPROVE: _("Approved. Now it can be published or planned."),
        Deed.PUBLISH: _("Published. Readers see it now."),
        Deed.SCHEDULE: _("Planned. It goes out by itself at that time."),
        Deed.UNSCHEDULE: _("The planned time is taken back. The article stays approved."),
        Deed.WITHDRAW: _("Withdrawn. It can be reopened as a draft."),
        Deed.REOPEN: _("Reopened as a draft."),
        Deed.PIN: _("It stays on top of the front page."),
        Deed.UNPIN: _("It no longer stays on top of the front page."),
        Deed.EDIT: "",
    }[deed]


def label(field: str) -> str:
    """What a part of the text is called."""
    return {
        "title_vi": _("Title"),
        "summary_vi": _("Summary"),
        "body_vi": _("Text"),
        "title_en": _("Title in English"),
        "summary_en": _("Summary in English"),
        "body_en": _("Text in English"),
        "byline": _("Byline"),
        "image": _("Picture on top"),
        "image_alt_vi": _("What the picture shows"),
        "image_alt_en": _("What the picture shows, in English"),
    }[field]


def missing(head: Revision) -> list[str]:
    """What an article lacks: first what keeps it from review, then what readers would like."""
    needed = ("title_vi", "summary_vi", "body_vi")
    return [label(name) for name in needed if not strip_tags(getattr(head, name)).strip()]


def entry(one: Entry, names: Mapping[str, str]) -> Happened:
    """An audit entry as a line of the history."""
    who = _("by itself") if one.actor == "system" else names.get(one.actor, "")
    return Happened(
        at=one.at,
        title=f"{_what(one)} · {who}" if who else _what(one),
        text=one.reason,
    )


def _what(one: Entry) -> str:
    details = one.details
    match one.act:
        case "portal.write":
            return _("Begun")
        case "portal.revise":
            return _("Saved as revision %(number)s") % {"number": details.get("revision", "")}
        case "portal.move":
            return str(State(details["now"]).label)
        case "portal.schedule":
            planned = clock.local(datetime.fromisoformat(details["publish_at"]))
            when = formats.date_format(planned, "DATETIME_FORMAT")
            return _("Planned for %(when)s") % {"when": when}
        case "portal.unschedule":
            return _("Planned time taken back")
        case "portal.pin":
            return _("Pinned") if details.get("pinned") else _("No longer pinned")
        case "portal.add_picture":
            return _("Picture added")
    return one.act


def last_reason(article: Article, history: Sequence[Entry]) -> str:
    """Why an article came back: shown on top while it waits to be mended."""
    if article.state not in {State.DRAFT, State.WITHDRAWN}:
        return ""
    for one in history:
        if one.act == "portal.revise":
            return ""
        if one.act == "portal.move":
            return one.reason
    return ""


def figure(value: float | None, *, places: int, unit: str) -> str:
    """A measured value as people here write numbers; a dash where nothing was measured."""
    if value is None:
        return "–"
    number = formats.number_format(round(value, places), places, force_grouping=True)
    return f"{number} {unit}".strip()
