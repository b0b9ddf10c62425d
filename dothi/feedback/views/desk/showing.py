"""How a report is put on the page: plain values for the template."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from dothi.accounts.choices import Role
from dothi.core.attachments.models import Attachment
from dothi.core.clocks.selectors import ClockView
from dothi.core.clocks.selectors import view as clock_view
from dothi.feedback import rules, selectors
from dothi.feedback.choices import Act, Parameter, State, Visibility
from dothi.feedback.models import Move, PartnerTask, Ticket
from dothi.feedback.selectors.files import PROGRESS, REPORT, RESULT, photos_by_part
from dothi.feedback.selectors.likeness import Similar
from dothi.feedback.services import current_task
from dothi.lib.drawing import Marker

# What usually comes next, by state; the rest stands below.
NEXT: Mapping[State, tuple[Act, ...]] = {
    State.RECEIVED: (Act.FORWARD, Act.ACCEPT),
    State.ACCEPTED: (Act.FORWARD, Act.ASSIGN, Act.RESOLVE),
    State.FORWARDED: (Act.ASSIGN, Act.RESOLVE, Act.ASK),
    State.IN_PROGRESS: (Act.RESOLVE, Act.PROGRESS, Act.ASK),
    State.REOPENED: (Act.ASSIGN, Act.RESOLVE, Act.ASK),
    State.RESOLVED: (Act.PUBLISH,),
}
MORE = (
    Act.ACCEPT, Act.ASSIGN, Act.RESOLVE, Act.PROGRESS, Act.ASK, Act.FORWARD, Act.RELEASE,
    Act.MERGE, Act.UNMERGE, Act.PUBLISH, Act.HOLD_BACK, Act.DANGER, Act.REOPEN, Act.REJECT,
    Act.TRANSFER,
)  # fmt: skip


def ordered(found: Ticket, acts: Sequence[Act]) -> tuple[list[Act], list[Act]]:
    """What comes first, and what else can be done."""
    first = [act for act in NEXT.get(State(found.state), ()) if act in acts]
    return first, [act for act in MORE if act in acts and act not in first]


def title(act: Act, found: Ticket) -> str:
    """What the button says: a verb."""
    if act == Act.FORWARD and found.state in rules.WITH_A_UNIT:
        return _("Hand over")
    if act == Act.PUBLISH and found.state != State.RESOLVED:
        return _("Show text and photos")
    return {
        Act.ACCEPT: _("Accept"),
        Act.FORWARD: _("Send on"),
        Act.ASSIGN: _("Give to an officer"),
        Act.RESOLVE: _("Give the result"),
        Act.PROGRESS: _("Report how far it is"),
        Act.ASK: _("Ask the reporter"),
        Act.PUBLISH: _("Publish the result"),
        Act.HOLD_BACK: _("Hold back from the public"),
        Act.RELEASE: _("Give back to the post"),
        Act.MERGE: _("Merge with another report"),
        Act.UNMERGE: _("Take apart again"),
        Act.REOPEN: _("Reopen"),
        Act.DANGER: _("Mark as dangerous"),
        Act.REJECT: _("Do not accept"),
        Act.TRANSFER: _("Pass on as a complaint or denunciation"),
    }[act]


def said_after(act: Act, found: Ticket) -> str:
    """One sentence about what was done just now."""
    unit = found.handling_unit.name
    return {
        Act.ACCEPT: _("Accepted."),
        Act.FORWARD: _("Sent to %(unit)s.") % {"unit": unit},
        Act.ASSIGN: _("Given to an officer."),
        Act.RESOLVE: _("The result is given; the clock has stopped."),
        Act.PROGRESS: _("The new date is promised, and everybody can read how far it is."),
        Act.ASK: _("The reporter is asked; the clock stands still."),
        Act.PUBLISH: _("Published."),
        Act.HOLD_BACK: _("The public sees nothing of it any more."),
        Act.RELEASE: _("Given back to the post."),
        Act.MERGE: _("Merged. The other report goes on for both."),
        Act.UNMERGE: _("Taken apart again."),
        Act.REOPEN: _("Reopened."),
        Act.DANGER: _("Marked as dangerous and urgent."),
        Act.REJECT: _("Not accepted; the reporter reads the reason."),
        Act.TRANSFER: _("Passed on. The paper lies below."),
    }.get(act, _("Done."))


def what_now(found: Ticket, at: datetime) -> str:
    """What the report waits for, in one sentence."""
    match State(found.state):
        case State.RECEIVED:
            return _("Send it to the unit in charge within 5 minutes of its receipt.")
        case State.ACCEPTED:
            return _("Accepted: send it to the unit in charge, or handle it yourself.")
        case State.FORWARDED:
            return _("It waits for an officer to take it.")
        case State.REOPENED:
            return _("It was reopened: look at the reason and take it up again.")
        case State.IN_PROGRESS if found.due_at and at > found.due_at and not found.paused:
            return _("The time is over: give the result, or report how far it is with a photo "
                     "and a new date.")  # fmt: skip
        case State.IN_PROGRESS:
            return _("Give the result in time, or report how far it is before the time is over.")
        case State.NEEDS_INFO:
            return _("It waits for the reporter's answer; the clock stands still.")
        case State.RESOLVED if found.visibility != Visibility.PUBLIC:
            return _("The result waits to be published.")
        case State.TRANSFERRED:
            return _("Another law has the matter now.")
        case _:
            return _("Nothing: it is closed.")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of the history, for staff."""

    at: datetime
    title: str
    who: str
    where: str
    reason: str


def step(move: Move, names: Mapping[str, str]) -> Step:
    role = dict(Role.choices).get(move.to_role, "")
    moved = (move.from_unit, move.from_role) != (move.to_unit, move.to_role)
    unit = _unit_name(move.to_unit)
    return Step(
        at=move.at,
        title=str(Act(move.act).label),
        who=names.get(move.actor, "") or _actor(move.actor),
        where=f"→ {role}, {unit}" if moved and unit else "",
        reason=move.reason,
    )


def _actor(actor: str) -> str:
    kind = actor.partition(":")[0]
    return {
        "public": _("Reporter or public"),
        "system": _("The system"),
        "partner": _("Partner"),
        "machine": _("Another app"),
    }.get(kind, "")


def _unit_name(code: str) -> str:
    known = selectors.catalogue.current().units.values()
    same = sorted((unit for unit in known if unit.code == code), key=lambda unit: unit.valid_from)
    return same[-1].name if same else ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """The photos of the report, of its progress or of its result."""

    title: str
    photos: list[Attachment]


def photos(found: Ticket) -> list[Part]:
    by_part = photos_by_part(found.code)
    titles = {
        REPORT: _("Photos"),
        PROGRESS: _("Photos on the way"),
        RESULT: _("Photos of the result"),
    }
    return [Part(title=titles[part], photos=by_part[part]) for part in titles if by_part.get(part)]


def place(found: Ticket, areas: Sequence[Any], at: datetime) -> dict[str, Any] | None:
    """The point on the drawn map; nothing where only the ward is known."""
    if found.lon is None or found.lat is None:
        return None
    tone = "late" if _late(found, at) else "near"
    marker = Marker(lon=found.lon, lat=found.lat, title=found.address or found.title, tone=tone)
    return {"areas": areas, "markers": [marker]}


def _late(found: Ticket, at: datetime) -> bool:
    return rules.is_overdue(
        due_at=found.due_at, paused=found.paused, ended_at=found.closed_at, at=at
    )


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A report that may be about the same thing, as it stands beside this one."""

    ticket: Ticket
    percent: int
    metres: int | None
    days: int
    photo: Attachment | None


def pairs(doubles: Iterable[Similar], at: datetime) -> list[Pair]:
    found = list(doubles)
    pictures = selectors.photos_of_all([one.ticket.code for one in found]) if found else {}
    return [
        Pair(
            ticket=one.ticket,
            percent=round(one.likeness * 100),
            metres=None if one.distance_m is None else round(one.distance_m),
            days=(at - one.ticket.received_at).days,
            photo=next(iter(pictures.get(one.ticket.code, [])), None),
        )
        for one in found
    ]


@dataclass(frozen=True, kw_only=True)
class Task:
    """What the partner owes, and whether its link still opens."""

    row: PartnerTask
    clock: ClockView | None
    opens_until: datetime
    opens: bool


def task(found: Ticket, at: datetime) -> Task | None:
    row = current_task(found) if found.partner_id else None
    if row is None:
        return None
    days = selectors.catalogue.current().parameter(Parameter.PARTNER_LINK_DAYS, on=at.date())
    until = row.asked_at + timedelta(days=days)
    return Task(
        row=row,
        clock=clock_view(row.clock, at=at) if row.clock else None,
        opens_until=until,
        opens=at < until,
    )


def merged_into_this(found: Ticket) -> list[Ticket]:
    """The reports that go on in this one."""
    return list(
        Ticket.objects.filter(merged_into=found).only("code", "title", "received_at").order_by("id")
    )
