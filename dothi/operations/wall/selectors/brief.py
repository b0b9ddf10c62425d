"""The leader's morning brief: what is late, nearly late, not taken, changed, not yet published."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q

from dothi.accounts.models import User
from dothi.core.notices import selectors as notices
from dothi.core.notices.services import address_hash
from dothi.core.workdays.selectors import official_calendar
from dothi.feedback import selectors as feedback
from dothi.feedback.choices import State
from dothi.feedback.selectors import QueueFilters
from dothi.operations.wall import rules
from dothi.operations.wall.models import BriefReader
from dothi.operations.wall.registry import BRIEF

MOST = 12


@dataclass(frozen=True, kw_only=True)
class Line:
    """One report in the brief: codes and times; neither its words nor who told."""

    code: str
    subject: str
    unit: str
    state: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """One kind of work: how much of it there is, and what of it is most urgent."""

    total: int
    lines: tuple[Line, ...]

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What happened since the morning of the working day before."""

    received: int
    resolved: int
    became_late: int
    reopened: int


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What a leader reads in the morning, of the units that the own post reaches."""

    at: datetime
    since: datetime
    units: tuple[str, ...]
    late: Group
    near_due: Group
    unanswered: Group
    unpublished: Group
    changes: Changes

    @property
    def is_quiet(self) -> bool:
        groups = (self.late, self.near_due, self.unanswered, self.unpublished)
        return not any(group.total for group in groups)


def since_last_brief(at: datetime) -> datetime:
    return rules.since_last_brief(at, works)


def works(day: date) -> bool:
    return bool(official_calendar().sessions_of(day))


def brief(user: User, *, at: datetime, units: Collection[str]) -> Brief:
    """Only what this person may see is in it: it is asked for through the person's own worklist."""
    since = since_last_brief(at)
    queue = feedback.queue_rows(user, on=at.date(), filters=QueueFilters())
    ground = feedback.tickets_seen_by(user, on=at.date())
    running = queue.filter(paused=False)
    late = running.filter(due_at__lt=at)
    return Brief(
        at=at,
        since=since,
        units=tuple(units),
        late=_group(late, "due_at"),
        near_due=_group(running.filter(due_at__gte=at, clock__near_due_at__lte=at), "due_at"),
        unanswered=_group(queue.filter(handling_person=None, partner=None), "received_at"),
        unpublished=_group(ground.filter(state=State.RESOLVED), "resolved_at"),
        changes=_changes(ground, late, since=since, at=at),
    )


def _group(rows: feedback.Rows, by: str) -> Group:
    found = rows.order_by(by, "id")[: MOST + 1]
    lines = tuple(
        Line(
            code=ticket.code,
            subject=ticket.category.name,
            unit=ticket.handling_unit.name,
            state=str(State(ticket.state).label),
            at=getattr(ticket, by),
        )
        for ticket in found
    )
    # The rest is counted only where there is a rest.
    total = len(lines) if len(lines) <= MOST else rows.order_by().count()
    return Group(total=total, lines=lines[:MOST])


def _changes(
    ground: feedback.Rows, late: feedback.Rows, *, since: datetime, at: datetime
) -> Changes:
    new = Q(received_at__gt=since, received_at__lte=at)
    return Changes(
        received=ground.order_by().filter(new).count(),
        resolved=ground.order_by().filter(resolved_at__gt=since, resolved_at__lte=at).count(),
        became_late=late.order_by().filter(due_at__gt=since).count(),
        reopened=ground.order_by()
        .filter(state=State.REOPENED, changed_at__gt=since, received_at__lt=F("changed_at"))
        .count(),
    )


def wants_brief(user: User) -> bool:
    """Whether the person asked for it, and has not stopped it since by the link in a mail."""
    asked = BriefReader.objects.filter(user=user).exists()
    return asked and not notices.has_unsubscribed(address_hash(user.email), BRIEF.topic)


def who_wants_brief() -> list[User]:
    """Who asked for it; whether they still may have it is asked for each of them."""
    readers = BriefReader.objects.filter(user__is_active=True).select_related("user")
    return [reader.user for reader in readers.order_by("id") if reader.user.email]
