"""Who has how much: for those who give work to others."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.feedback import permissions, selectors
from dothi.feedback.selectors.desk import QueueFilters
from dothi.feedback.selectors.officers import TableLoad
from dothi.units.models import Unit

NEAR = timedelta(days=1)
FEW = 8


@dataclass(kw_only=True)
class Group:
    """The tables of one unit, and what lies on them together."""

    unit: Unit
    tables: list[TableLoad] = field(default_factory=list)

    @property
    def open(self) -> int:
        return sum(table.open for table in self.tables)

    @property
    def late(self) -> int:
        return sum(table.late for table in self.tables)


@staff_required
def load(request: SignedInRequest) -> HttpResponse:
    """The tables of one's units, words that nobody read, and results that nobody published."""
    at = clock.now()
    on = at.date()
    if not permissions.may_lead(request.user, on=on):
        raise PermissionDenied
    tables = selectors.loads_seen_by(request.user, on=on, at=at, near=at + NEAR)

    def first(filters: QueueFilters) -> list[object]:
        page = selectors.queue(request.user, on=on, filters=filters, limit=FEW)
        return list(page.items)

    return render(
        request,
        "feedback/desk/load.html",
        {
            "groups": _grouped(tables),
            "most": max((table.open for table in tables), default=0),
            "load": selectors.load_of(request.user, on=on, at=at),
            "unread": first(QueueFilters(unread=True)),
            "to_publish": first(QueueFilters(to_publish=True)),
            "late": first(QueueFilters(overdue_at=at)),
            "at": at,
        },
    )


def _grouped(tables: Iterable[TableLoad]) -> list[Group]:
    groups: dict[int, Group] = {}
    for table in tables:
        groups.setdefault(table.unit.pk, Group(unit=table.unit)).tables.append(table)
    return list(groups.values())
