"""What is done to many reports: by the clock, or for somebody who left."""

from datetime import datetime, timedelta

from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.feedback.choices import Parameter, State
from dothi.feedback.selectors import catalogue, tracking
from dothi.feedback.services.handling import release
from dothi.feedback.services.refusals import TooLate
from dothi.feedback.services.talking import lapse


def sweep_unanswered(*, at: datetime, limit: int = 200) -> int:
    """Close the reports whose reporter did not answer in the days that we wait. Return how many."""
    days = catalogue.current().parameter(Parameter.WAIT_DAYS, on=local(at).date())
    old = tracking.loaded().filter(
        state=State.NEEDS_INFO, asked_at__lt=local(at) - timedelta(days=days)
    )
    done = 0
    for ticket in old.order_by("asked_at", "id")[:limit]:
        try:
            lapse(ticket=ticket, at=at)
        except TooLate:
            continue  # The answer came this very moment.
        done += 1
    return done


def officer_left(*, user_id: int, successor_id: int | None, at: datetime) -> int:
    """Hand the reports of somebody who left to the successor, or back to the post."""
    successor = User.objects.filter(pk=successor_id).first() if successor_id else None
    mine = tracking.loaded().filter(handling_person_id=user_id, closed_at=None)
    done = 0
    for ticket in mine.order_by("id"):
        release(ticket=ticket, by="system", at=at, to=successor)
        done += 1
    return done
