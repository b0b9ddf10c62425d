"""Who has how much: for those who give work to others."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.accounts.tables import by_unit
from dothi.core import clock
from dothi.feedback import permissions, selectors
from dothi.feedback.selectors.desk import QueueFilters

NEAR = timedelta(days=1)
FEW = 8


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
            "groups": by_unit(tables),
            "most": max((table.open for table in tables), default=0),
            "load": selectors.load_of(request.user, on=on, at=at),
            "unread": first(QueueFilters(unread=True)),
            "to_publish": first(QueueFilters(to_publish=True)),
            "late": first(QueueFilters(overdue_at=at)),
            "at": at,
        },
    )
