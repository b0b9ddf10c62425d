"""What feedback does when something happens: ask what is so now, then call one verb."""

from dothi.accounts.events import Left
from dothi.core import clock
from dothi.core.clocks.events import ClockBreached, ClockNearDue, ClockRescheduled
from dothi.core.events.registry import on
from dothi.feedback import events, services
from dothi.feedback.choices import Act, Duty, Sender

OURS = "feedback.ticket:"


@on(
    events.FeedbackSubmitted,
    events.FeedbackMoved,
    events.FeedbackSpoken,
    name="feedback.tell_people",
)
def tell_people(
    event: events.FeedbackSubmitted | events.FeedbackMoved | events.FeedbackSpoken,
) -> None:
    """Write to the reporter, to those whose reports were merged, and to a partner."""
    at = clock.now()
    match event:
        case events.FeedbackSubmitted():
            if event.reachable:
                services.tell_received(code=event.code, at=at)
            if event.partner:
                services.tell_partner(code=event.code, at=at)
        case events.FeedbackMoved():
            # A result may matter to others whose reports were merged into this one.
            if event.reachable or event.act == Act.RESOLVE:
                services.tell_moved(code=event.code, act=Act(event.act), at=at)
            if event.partner and event.act == Act.FORWARD:
                services.tell_partner(code=event.code, at=at)
        case events.FeedbackSpoken():
            if event.reachable and event.sender == Sender.STAFF:
                services.tell_message(code=event.code, at=at)


@on(ClockBreached, ClockNearDue, name="feedback.mind_the_clock")
def mind_the_clock(event: ClockBreached | ClockNearDue) -> None:
    """An answer of ours is late, or nearly so."""
    if not event.subject.startswith(OURS) or event.clock != Duty.ANSWER:
        return
    code, at = event.subject.removeprefix(OURS), clock.now()
    if isinstance(event, ClockBreached):
        services.tell_overdue(code=code, due_at=event.due_at, at=at)
    else:
        services.tell_near_due(code=code, due_at=event.due_at, at=at)


@on(ClockRescheduled, name="feedback.follow_the_calendar")
def follow_the_calendar(event: ClockRescheduled) -> None:
    """The office had open time limits computed anew."""
    if event.subject.startswith(OURS) and event.clock == Duty.ANSWER:
        services.reschedule(code=event.subject.removeprefix(OURS), at=clock.now())


@on(Left, name="feedback.hand_on")
def hand_on(event: Left) -> None:
    """Somebody left: their reports go on, and a seat of the protected channel waits."""
    at = clock.now()
    services.officer_left(user_id=event.user_id, successor_id=event.successor_id, at=at)
    services.holder_left(user_id=event.user_id, at=at)
