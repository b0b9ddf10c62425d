"""How the live picture follows what happens in the city.

An event says that something changed. The handler asks the owner what is so now: then it does not
matter if events come twice, or late, or out of order.
"""

from collections.abc import Sequence

from dothi.core import clock
from dothi.core.events.registry import on
from dothi.feedback import selectors as feedback
from dothi.feedback.choices import Visibility
from dothi.feedback.events import (
    FeedbackMerged,
    FeedbackMoved,
    FeedbackNearDue,
    FeedbackOverdue,
    FeedbackShown,
    FeedbackSubmitted,
)
from dothi.operations.wall import rules, services
from dothi.operations.wall.choices import Layer

Changed = (
    FeedbackSubmitted
    | FeedbackMoved
    | FeedbackOverdue
    | FeedbackNearDue
    | FeedbackMerged
    | FeedbackShown
)
HELD = Visibility.HELD


@on(
    FeedbackSubmitted,
    FeedbackMoved,
    FeedbackOverdue,
    FeedbackNearDue,
    FeedbackMerged,
    FeedbackShown,
    name="operations.redraw_feedback",
    together=True,
)
def redraw_feedback(events: Sequence[Changed]) -> None:
    at = clock.now()
    codes = list(dict.fromkeys(event.code for event in events))
    open_now = {ticket.code: ticket for ticket in feedback.open_tickets(at=at, codes=codes)}
    gone = []
    for code in codes:
        ticket = open_now.get(code)
        if ticket is None or ticket.lon is None or ticket.lat is None or ticket.visibility == HELD:
            gone.append(code)
            continue
        services.show(
            source=ticket.code,
            layer=Layer.FEEDBACK,
            unit_code=ticket.unit_code,
            category=ticket.category,
            lon=ticket.lon,
            lat=ticket.lat,
            tone=rules.tone(ticket.clock_state(at)),
            since=ticket.received_at,
            at=at,
        )
    services.hide(sources=gone, at=at)
