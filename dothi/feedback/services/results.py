"""Results: give them, show them, rate them, and say that it is not settled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.clocks import services as clocks
from dothi.core.events.services import publish as tell
from dothi.feedback import events, rules
from dothi.feedback.choices import Act, Duty, Parameter, State, Urgency, Visibility
from dothi.feedback.models import Ticket
from dothi.feedback.selectors import catalogue
from dothi.feedback.selectors.files import RESULT
from dothi.feedback.services import files, moving
from dothi.feedback.services.moving import Actor
from dothi.feedback.services.refusals import BadText, NotAllowedNow, WindowOver


@moving.verb
def resolve(
    *,
    ticket: Ticket,
    text: str,
    by: Actor,
    at: datetime,
    photos: Sequence[str] = (),
    publish: bool = False,
) -> None:
    """Give the result. The clock is met; with `publish` everybody may read it at once."""
    words = moving.words(text, most=rules.TEXT_LENGTH)
    moving.check(ticket, Act.RESOLVE)
    changes: dict[str, Any] = moving.forward_done(ticket, at=at)
    changes |= {"answer": words, "resolved_at": at}
    if ticket.clock is not None:
        clocks.meet(ticket.clock, at=at)
    moving.move(ticket, Act.RESOLVE, by=by, at=at, changes=changes)
    files.add(ticket, photos, part=RESULT)
    if ticket.partner_id is not None:
        moving.end_task(ticket, at=at)
    moving.close_duty(ticket)
    tell(
        events.FeedbackAnswered(
            code=ticket.code,
            unit_code=ticket.unit.code,
            category=ticket.category.code,
            handling_unit=ticket.handling_unit.code,
            received_at=ticket.received_at,
            resolved_at=at,
            due_at=ticket.due_at,
            on_time=not rules.is_overdue(due_at=ticket.due_at, paused=False, ended_at=at, at=at),
            reopened=ticket.reopened,
        ),
        at=at,
    )
    if publish:
        show(ticket=ticket, by=by, at=at)


@moving.verb
def show(*, ticket: Ticket, by: Actor, at: datetime) -> None:
    """Publish: text and photos for everybody, and the result, if there is one (`publish`)."""
    was = ticket.visibility
    if ticket.state in rules.FINAL:
        raise NotAllowedNow(ticket.code, State(ticket.state))
    target = State.PUBLISHED if ticket.state == State.RESOLVED else State(ticket.state)
    if target == ticket.state and was == Visibility.PUBLIC:
        raise NotAllowedNow(ticket.code, State(ticket.state))
    moving.move(
        ticket,
        Act.PUBLISH,
        by=by,
        at=at,
        to=target,
        changes={"visibility": Visibility.PUBLIC.value},
    )
    files.tell_shown(ticket, was, at=at)


@moving.verb
def hold_back(*, ticket: Ticket, reason: str, by: Actor, at: datetime) -> None:
    """Show nothing of the report to the public any more."""
    was = ticket.visibility
    why = moving.reason_of(reason, needed=True)
    if was == Visibility.HELD:
        raise NotAllowedNow(ticket.code, State(ticket.state))
    target = State.RESOLVED if ticket.state == State.PUBLISHED else State(ticket.state)
    moving.move(
        ticket,
        Act.HOLD_BACK,
        by=by,
        at=at,
        reason=why,
        to=target,
        changes={"visibility": Visibility.HELD.value},
    )
    files.tell_shown(ticket, was, at=at)


@moving.verb
def reopen(*, ticket: Ticket, reason: str, at: datetime, by: Actor = "public") -> None:
    """Somebody says with a reason that it is not settled: it goes back to the post that had it.

    Raises:
        WindowOver: the days are over, or the public reopened it often enough.
    """
    why = moving.reason_of(reason, needed=True)
    moving.check(ticket, Act.REOPEN)
    known, on = catalogue.current(), local(at).date()
    assert ticket.closed_at is not None
    days = known.parameter(Parameter.REOPEN_DAYS, on=on)
    if not rules.within_window(local(ticket.closed_at), days=days, at=local(at)):
        raise WindowOver(_("The %(days)d days for reopening are over.") % {"days": days})
    times = known.parameter(Parameter.REOPEN_TIMES, on=on)
    if not isinstance(by, User) and ticket.reopened >= times:
        raise WindowOver(
            _("It was reopened %(times)d times already. Please write a new report.")
            % {"times": times}
        )
    clock = moving.start_clock(
        subject=ticket.subject,
        duty=Duty.ANSWER,
        category_id=ticket.category_id,
        urgency=Urgency(ticket.urgency),
        unit_code=ticket.handling_unit.code,
        at=at,
        on=on,
    )
    moving.move(
        ticket,
        Act.REOPEN,
        by=by,
        at=at,
        reason=why,
        changes={
            "clock": clock,
            "due_at": clock.due_at if clock else None,
            "closed_at": None,
            "resolved_at": None,
            "handling_person": None,
            "partner": None,
            "reopened": ticket.reopened + 1,
            "rating": None,
            "rating_note": "",
        },
    )
    moving.put_duty(ticket, at=at)


@moving.verb
def rate(*, ticket: Ticket, stars: int, at: datetime, note: str = "") -> None:
    """The reporter rates the handling with one to five stars; a later rating replaces it.

    Raises:
        WindowOver: the days are over. NotAllowedNow: there is nothing to rate yet.
    """
    if ticket.state not in rules.ANSWERED | {State.REJECTED} or ticket.closed_at is None:
        raise NotAllowedNow(ticket.code, State(ticket.state))
    if stars not in rules.STARS:
        raise BadText(_("Please choose one to five stars."))
    days = catalogue.current().parameter(Parameter.RATE_DAYS, on=local(at).date())
    if not rules.within_window(local(ticket.closed_at), days=days, at=local(at)):
        raise WindowOver(_("The %(days)d days for rating are over.") % {"days": days})
    said = moving.reason_of(note, needed=False)
    moving.compare_and_set(ticket, {"rating": stars, "rating_note": said, "changed_at": at})
    record("feedback.rate", subject=ticket.subject, by="public", at=at, stars=stars)
    tell(
        events.FeedbackRated(
            code=ticket.code,
            unit_code=ticket.unit.code,
            category=ticket.category.code,
            handling_unit=ticket.handling_unit.code,
            stars=stars,
        ),
        at=at,
    )
