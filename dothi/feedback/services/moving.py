"""How a report moves: one compare-and-set, one line of history, one audit entry, one event.

Everything here runs inside the transaction of a verb.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.core.clocks import services as clocks
from dothi.core.clocks.models import Clock
from dothi.core.events.services import publish
from dothi.core.inbox import services as inbox
from dothi.core.inbox.models import Duty as OpenDuty
from dothi.core.rows import append
from dothi.core.verbs import frame
from dothi.core.verbs.frame import actor_of as actor_of
from dothi.core.verbs.frame import verb_for
from dothi.core.verbs.frame import words as words
from dothi.feedback import events, rules
from dothi.feedback.choices import Act, Duty, State, Urgency
from dothi.feedback.models import Move, PartnerTask, Ticket
from dothi.feedback.selectors import catalogue
from dothi.feedback.services.refusals import NotAllowedNow, TooLate
from dothi.lib import text_vi

Actor = User | str
DUTY = "feedback.ticket"
SEEN = ("state", "handling_unit_id", "handling_person_id", "visibility")


def too_late(ticket: Ticket) -> TooLate:
    now = Ticket.objects.only("code", "state", "changed_at").get(code=ticket.code)
    return TooLate(now.code, State(now.state), now.changed_at)


verb = verb_for("ticket", too_late, lost=clocks.ClockMoved)


def reason_of(text: str, *, needed: bool) -> str:
    return frame.reason_of(text, needed=needed, most=rules.REASON_LENGTH)


def check(ticket: Ticket, act: Act) -> State:
    """Return where the act leads.

    Raises:
        NotAllowedNow: not from the state that the report is in.
    """
    if not rules.may_move(act, now=State(ticket.state)):
        raise NotAllowedNow(ticket.code, State(ticket.state))
    before = State(ticket.state_before) if ticket.state_before else None
    return rules.target(act, before=before)


def move(
    ticket: Ticket,
    act: Act,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    public: bool = False,
    to: State | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Move:
    """Move the report: compare and set, history, audit, event. `ticket` is as it is afterwards.

    Raises:
        NotAllowedNow: the act does not fit the state.
        TooLate: somebody moved it after it was read.
    """
    target = to or check(ticket, act)
    was, from_unit, from_role = ticket.state, ticket.handling_unit.code, ticket.handling_role
    new: dict[str, Any] = {"state": target.value, "changed_at": at, **(changes or {})}
    if target != was:
        new["state_before"] = was
    if isinstance(by, User) and ticket.unread_since is not None:
        new.setdefault("unread_since", None)  # Whoever acts has read what was said.
    if target in rules.CLOSED and was in rules.OPEN:
        new.setdefault("closed_at", at)
        new.setdefault("paused", False)
    compare_and_set(ticket, new)
    step = Move(
        ticket=ticket,
        act=act.value,
        was=was,
        now=ticket.state,
        at=at,
        actor=actor_of(by),
        from_unit=from_unit,
        from_role=from_role,
        to_unit=ticket.handling_unit.code,
        to_role=ticket.handling_role,
        to_person=ticket.handling_person_id,
        partner=ticket.partner.code if ticket.partner else "",
        reason=reason,
        public=public,
    )
    append(step)
    record(
        f"feedback.{act.value}",
        subject=ticket.subject,
        by=step.actor,
        at=at,
        unit=ticket.handling_unit.code,
        was=was,
        now=ticket.state,
    )
    publish(moved(ticket, act, was), at=at)
    return step


def moved(ticket: Ticket, act: Act, was: str) -> events.FeedbackMoved:
    return events.FeedbackMoved(
        code=ticket.code,
        unit_code=ticket.unit.code,
        category=ticket.category.code,
        act=act.value,
        was=was,
        now=ticket.state,
        handling_unit=ticket.handling_unit.code,
        handling_role=ticket.handling_role,
        partner=ticket.partner.code if ticket.partner else "",
        received_at=ticket.received_at,
        due_at=ticket.due_at,
        paused=ticket.paused,
        visibility=ticket.visibility,
        reachable=ticket.reachable,
    )


def compare_and_set(ticket: Ticket, new: Mapping[str, Any]) -> None:
    """Write the changes if nobody changed state or handler since the report was read.

    Raises:
        TooLate: somebody did; the message says what is so now.
    """
    frame.compare_and_set(ticket, new, seen=SEEN, too_late=too_late)


# --- Clocks --------------------------------------------------------------------------------------


def start_clock(
    *,
    subject: str,
    duty: Duty,
    category_id: int,
    urgency: Urgency,
    unit_code: str,
    at: datetime,
    on: date,
) -> Clock | None:
    """Start the clock of a duty; None where no time limit is set for it."""
    limit = catalogue.current().limit(duty, category_id=category_id, urgency=urgency, on=on)
    if limit is None:
        return None
    return clocks.start(
        subject=subject,
        kind=limit.kind,
        spec=limit.spec,
        at=at,
        name=duty.value,
        unit_code=unit_code,
    )


def forward_done(ticket: Ticket, *, at: datetime, stopped: str = "") -> dict[str, Any]:
    """The intake has acted: its five minutes are kept or not. Returns what changes in the row."""
    clock = ticket.forward_clock
    if clock is None:
        return {}
    if stopped:
        clocks.stop(clock, at=at, reason=stopped)
    else:
        clocks.meet(clock, at=at)
    return {"forward_clock": None}


def stop_answer(ticket: Ticket, *, at: datetime, reason: str) -> None:
    if ticket.clock is not None:
        clocks.stop(ticket.clock, at=at, reason=reason)


# --- Worklist ------------------------------------------------------------------------------------


def put_duty(ticket: Ticket, *, at: datetime) -> None:
    """Lay the report on the table of whoever handles it now."""
    inbox.put(
        kind=DUTY,
        code=ticket.code,
        title=ticket.title,
        unit_code=ticket.handling_unit.code,
        role=ticket.handling_role,
        person_id=ticket.handling_person_id,
        due_at=ticket.due_at,
        paused=ticket.paused,
        group=ticket.state,
        url=desk_url(ticket.code),
        at=at,
    )


def put_duties(tickets: Iterable[Ticket], *, at: datetime) -> None:
    """The same for many, in one statement."""
    inbox.put_all(
        [
            OpenDuty(
                kind=DUTY,
                code=ticket.code,
                title=ticket.title[:200],
                unit_code=ticket.handling_unit.code,
                role=ticket.handling_role,
                person_id=ticket.handling_person_id,
                due_at=ticket.due_at,
                paused=ticket.paused,
                group=ticket.state,
                url=desk_url(ticket.code),
                created_at=at,
            )
            for ticket in tickets
        ]
    )


def close_duty(ticket: Ticket) -> None:
    inbox.close(kind=DUTY, code=ticket.code)


def desk_url(code: str) -> str:
    return f"/desk/feedback/{code}/"


def folded(parts: Iterable[str]) -> str:
    return text_vi.fold(" ".join(part for part in parts if part))


def end_task(ticket: Ticket, *, at: datetime) -> None:
    """The partner has nothing to answer any more: its task and its clock end."""
    if ticket.partner_id is None:
        return
    tasks = PartnerTask.objects.filter(ticket=ticket, ended_at=None).select_related("clock")
    for task in tasks:
        task.ended_at = at
        task.save(update_fields=["ended_at"])
        if task.clock is not None:
            clocks.stop(task.clock, at=at, reason=TAKEN_BACK)


TAKEN_BACK = "the city took it back"
