"""Handle reports: accept, refuse, send on, assign, and keep the time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.core.clocks import services as clocks
from dothi.core.clocks.rules import Spec
from dothi.core.clocks.rules import add as add_time
from dothi.core.transactions import joined
from dothi.core.workdays.selectors import official_calendar
from dothi.feedback import rules
from dothi.feedback.choices import Act, Danger, Duty, Sender, State, Urgency, Visibility
from dothi.feedback.models import Partner, Ticket
from dothi.feedback.selectors import catalogue, tracking
from dothi.feedback.selectors.files import PROGRESS
from dothi.feedback.services import files, moving, talking
from dothi.feedback.services.intake import ask_partner
from dothi.feedback.services.moving import Actor
from dothi.feedback.services.refusals import NoSuchDay, NotAllowedNow, PhotoNeeded
from dothi.units.models import Unit

MOST_DAYS = 400


@moving.verb
def accept(*, ticket: Ticket, by: Actor, at: datetime, publish: bool = False) -> None:
    """The office takes it on. With `publish` its text and photos are shown to everybody."""
    changes: dict[str, Any] = {"visibility": Visibility.PUBLIC.value} if publish else {}
    was = ticket.visibility
    moving.move(ticket, Act.ACCEPT, by=by, at=at, changes=changes)
    if publish:
        files.tell_shown(ticket, was, at=at)
    moving.put_duty(ticket, at=at)


@moving.verb
def reject(*, ticket: Ticket, reason: str, by: Actor, at: datetime) -> None:
    """The office does not take it on, and says why; the reporter and everybody may read that."""
    why = moving.reason_of(reason, needed=True)
    moving.check(ticket, Act.REJECT)
    changes = moving.forward_done(ticket, at=at)
    moving.move(ticket, Act.REJECT, by=by, at=at, reason=why, public=True, changes=changes)
    if ticket.clock is not None:
        clocks.meet(ticket.clock, at=at)
    moving.end_task(ticket, at=at)
    moving.close_duty(ticket)


@moving.verb
def forward(
    *,
    ticket: Ticket,
    by: Actor,
    at: datetime,
    unit: Unit | None = None,
    role: str = Role.SPECIALIST,
    partner: Partner | None = None,
    reason: str = "",
) -> None:
    """Send the report to a post, or to a partner that a post watches over.

    Once a unit has it, sending it on is handing it over and needs a reason. The answer clock goes
    on: the public waits for the city, not for a desk.
    """
    handed_over = ticket.state in rules.WITH_A_UNIT
    why = moving.reason_of(reason, needed=handed_over)
    moving.check(ticket, Act.FORWARD)
    target = unit or ticket.handling_unit
    changes: dict[str, Any] = moving.forward_done(ticket, at=at)
    changes |= {
        "handling_unit": target,
        "handling_role": str(role),
        "handling_person": None,
        "partner": partner,
        "forwarded_at": ticket.forwarded_at or at,
    }
    moving.end_task(ticket, at=at)
    moving.move(ticket, Act.FORWARD, by=by, at=at, reason=why, changes=changes)
    if partner is not None:
        ask_partner(ticket, at=at)
    moving.put_duty(ticket, at=at)


@moving.verb
def assign(*, ticket: Ticket, to: User, by: Actor, at: datetime) -> None:
    """Give the report to an officer of the handling post, who works on it from now on."""
    moving.check(ticket, Act.ASSIGN)
    changes: dict[str, Any] = moving.forward_done(ticket, at=at)
    changes["handling_person"] = to
    if ticket.forwarded_at is None:
        changes["forwarded_at"] = at
    moving.move(ticket, Act.ASSIGN, by=by, at=at, changes=changes)
    moving.put_duty(ticket, at=at)


@moving.verb
def release(*, ticket: Ticket, by: Actor, at: datetime, to: User | None = None) -> None:
    """Give a report back to its post, or to a successor: the officer who had it has left."""
    if ticket.state not in rules.OPEN or ticket.handling_person_id is None:
        raise NotAllowedNow(ticket.code, State(ticket.state))
    changes: dict[str, Any] = {"handling_person": to}
    target = State(ticket.state)
    if to is None and target == State.IN_PROGRESS:
        target = State.FORWARDED
    if to is None and ticket.state_before == State.IN_PROGRESS:
        changes["state_before"] = State.FORWARDED.value
    moving.move(ticket, Act.RELEASE, by=by, at=at, to=target, changes=changes)
    moving.put_duty(ticket, at=at)


# --- Time -----------------------------------------------------------------------------------------


@moving.verb
def progress_report(
    *,
    ticket: Ticket,
    text: str,
    photos: Sequence[str],
    until: date,
    by: Actor,
    at: datetime,
) -> None:
    """Not done in time: say how far it is, show it, and promise another day (1022 practice).

    Raises:
        PhotoNeeded: nothing shows how far it is.
        NoSuchDay: the day is not later than the promised one.
        clocks.ExtensionRefused: it was put off often enough, or for too long.
    """
    words = moving.words(text, most=rules.TEXT_LENGTH)
    if ticket.state not in rules.WORKABLE or ticket.clock is None:
        raise NotAllowedNow(ticket.code, State(ticket.state))
    if not photos:
        raise PhotoNeeded
    clock = ticket.clock
    amount = amount_until(Spec.from_json(clock.spec), clock.due_at, until)
    clocks.extend(clock, amount=amount, at=at, reason=PUT_OFF)
    files.add(ticket, photos, part=PROGRESS)
    talking.write(ticket, Sender.STAFF, words, by=by, at=at, act=Act.PROGRESS, public=True)
    moving.move(
        ticket,
        Act.PROGRESS,
        by=by,
        at=at,
        to=State(ticket.state),
        reason=words[: rules.REASON_LENGTH],
        public=True,
        changes={"due_at": clock.due_at},
    )
    moving.put_duty(ticket, at=at)


@joined
def reschedule(*, code: str, at: datetime) -> bool:
    """The calendar was corrected and the office had open time limits computed anew: follow.

    Return False when the report is due when its clock says.

    Raises:
        TooLate: somebody moved the report meanwhile; the fact is delivered again.
    """
    ticket = tracking.loaded().filter(code=code).first()
    if ticket is None or ticket.clock is None or ticket.closed_at is not None:
        return False
    if ticket.due_at == ticket.clock.due_at:
        return False
    with translation.override(ticket.language):
        why = _("The working calendar was changed.")
    moving.move(
        ticket,
        Act.RESCHEDULE,
        by="system",
        at=at,
        to=State(ticket.state),
        reason=why,
        public=True,
        changes={"due_at": ticket.clock.due_at},
    )
    moving.put_duty(ticket, at=at)
    return True


PUT_OFF = "progress was reported with a photo and a new date"


def amount_until(spec: Spec, due_at: datetime, until: date) -> int:
    """How many units of the spec lead from the due time to the day that is promised.

    Raises:
        NoSuchDay: it is no later day, or farther away than anybody should promise.
    """
    start, calendar = local(due_at), official_calendar()
    reached, amount = start, 0
    while reached.date() < until and amount < MOST_DAYS:
        amount += 1
        reached = add_time(spec.unit, start, amount, calendar)
    if not amount or amount >= MOST_DAYS:
        raise NoSuchDay(
            _("The new day must come after %(day)s.") % {"day": f"{start.date():%d/%m/%Y}"}
        )
    return amount


@moving.verb
def mark_danger(*, ticket: Ticket, number: Danger, by: Actor, at: datetime) -> None:
    """Somebody is in danger: urgent from now on, with the number to call first.

    The answer is due by the urgent time limit from now, if that is earlier.
    """
    if ticket.state not in rules.OPEN:
        raise NotAllowedNow(ticket.code, State(ticket.state))
    changes: dict[str, Any] = {
        "danger": Danger(number).value,
        "urgency": Urgency.URGENT.value,
    }
    if ticket.urgency != Urgency.URGENT and not ticket.paused:
        changes |= _urgent_clock(ticket, at=at)
    moving.move(ticket, Act.DANGER, by=by, at=at, to=State(ticket.state), changes=changes)
    moving.put_duty(ticket, at=at)


def _urgent_clock(ticket: Ticket, *, at: datetime) -> dict[str, Any]:
    limit = catalogue.current().limit(
        Duty.ANSWER,
        category_id=ticket.category_id,
        urgency=Urgency.URGENT,
        on=local(at).date(),
    )
    if limit is None or limit.urgency != Urgency.URGENT:
        return {}
    due_at = add_time(limit.spec.unit, local(at), limit.spec.amount, official_calendar())
    if ticket.due_at is not None and ticket.due_at <= due_at:
        return {}
    moving.stop_answer(ticket, at=at, reason=URGENT)
    clock = clocks.start(
        subject=ticket.subject,
        kind=limit.kind,
        spec=limit.spec,
        at=at,
        name=Duty.ANSWER.value,
        unit_code=ticket.handling_unit.code,
    )
    return {"clock": clock, "due_at": clock.due_at}


URGENT = "it became urgent"
