"""What is done to many reports: by the clock, for somebody who left, or by one officer at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.core.clocks.services import ExtensionRefused
from dothi.feedback.choices import Parameter, State
from dothi.feedback.models import Ticket
from dothi.feedback.selectors import catalogue, tracking
from dothi.feedback.services.handling import release
from dothi.feedback.services.refusals import Refused, TooLate
from dothi.feedback.services.talking import lapse


@dataclass(kw_only=True)
class BatchReport:
    """What became of each report of a batch: codes that were done, and those that were not, why."""

    done: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def batch(verb: Callable[..., Any], tickets: Iterable[Ticket], **arguments: Any) -> BatchReport:
    """Do one verb to many reports, each in a transaction of its own: one refusal stops no other."""
    report = BatchReport()
    for ticket in tickets:
        try:
            verb(ticket=ticket, **arguments)
        except (Refused, ExtensionRefused) as refused:
            report.failed.append((ticket.code, getattr(refused, "message", str(refused))))
        else:
            report.done.append(ticket.code)
    return report


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
