"""Who has how much, and at which step it takes long: for those who lead."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.accounts.tables import by_unit
from dothi.cases import permissions, selectors
from dothi.cases.selectors import QueueFilters
from dothi.cases.views.desk.queue import rows_of
from dothi.core import clock

NEAR = timedelta(days=1)
FEW = 10


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
            "groups": by_unit(tables),
            "most": max((table.open for table in tables), default=0),
            "load": selectors.load_of(request.user, on=on, at=at),
            "steps": selectors.steps_seen_by(request.user, on=on, at=at),
            "late": rows_of(late.items, at),
        },
    )
