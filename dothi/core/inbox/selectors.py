"""Questions about open duties."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from dothi.core.inbox.models import Duty

NEAR = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much lies on a table."""

    open: int
    near_due: int
    overdue: int


def open_for(*, pairs: Collection[tuple[str, str]], person_id: int | None) -> QuerySet[Duty]:
    """The duties of some posts (unit code, role) that nobody took, and those of a person.

    Most urgent first; what has no date comes last.
    """
    mine = Q(person_id=person_id) if person_id is not None else Q(pk__in=[])
    for unit_code, role in pairs:
        mine |= Q(unit_code=unit_code, role=role, person_id=None)
    return Duty.objects.filter(mine).order_by("order_at", "id")


def load(duties: QuerySet[Duty], *, at: datetime) -> Load:
    """Count what is open, near due and overdue. A paused duty is never overdue."""
    running = Q(paused=False)
    counts = duties.order_by().aggregate(
        open=Count("id"),
        near_due=Count("id", filter=running & Q(due_at__gt=at, due_at__lte=at + NEAR)),
        overdue=Count("id", filter=running & Q(due_at__lte=at)),
    )
    return Load(**counts)
