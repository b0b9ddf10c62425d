"""Who has how much, and at which step it takes long: for those who lead."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, selectors
from dothi.cases.selectors import QueueFilters
from dothi.cases.selectors.tables import Table
from dothi.cases.views.desk.queue import rows_of
from dothi.core import clock
from dothi.units.models import Unit

NEAR = timedelta(days=1)
FEW = 10


@dataclass(kw_only=True)
class Group:
    """The tables of one unit, and what lies on them together."""

    unit: Unit
    tables: list[Table] = field(default_factory=list)

    @property
    def open(self) -> int:
        return sum(table.open for table in self.tables)

    @property
    def late(self) -> int:
        return sum(table.late for table in self.tables)


@staff_required
def load(request: SignedInRequest) -> HttpResponse:
    """The tables of one's units, the steps, and the dossiers that are late."""
    at = clock.now()
    on = at.date()
    if not permissions.may_lead(request.user, on=on):
        raise PermissionDenied
    tables = selectors.tables_seen_by(request.user, on=on, at=at, near=at + NEAR)
    late = selectors.queue(request.user, on=on, filters=QueueFilters(overdue_at=at), limit=FEW)
    return render(
        request,
        "cases/desk/load.html",
        {
            "groups": _grouped(tables),
            "most": max((table.open for table in tables), default=0),
            "load": selectors.load_of(request.user, on=on, at=at),
            "steps": selectors.steps_seen_by(request.user, on=on, at=at),
            "late": rows_of(late.items, at),
        },
    )


def _grouped(tables: Iterable[Table]) -> list[Group]:
    groups: dict[int, Group] = {}
    for table in tables:
        groups.setdefault(table.unit.pk, Group(unit=table.unit)).tables.append(table)
    return list(groups.values())
