"""What applicants think of how they were served."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, selectors
from dothi.core import clock
from dothi.core.access.services import opened_many


@staff_required
def ratings(request: SignedInRequest) -> HttpResponse:
    """Stars by procedure and unit. What was written is opened on its own, and that is noted."""
    at = clock.now()
    on = at.date()
    if not permissions.units_seen(request.user, on=on):
        raise PermissionDenied
    since = _day(request.GET.get("since", "")) or on - timedelta(days=90)
    until = _day(request.GET.get("until", "")) or on
    days: dict[str, Any] = {"since": since, "until": until + timedelta(days=1), "on": on}
    context: dict[str, Any] = {
        "since": since,
        "until": until,
        "comments": None,
        "rows": selectors.ratings_seen_by(request.user, **days),
    }
    if request.method == "POST":
        found = selectors.comments_seen_by(request.user, **days)
        if found:
            opened_many(
                records=[one.subject for one in found], by=request.user.actor, at=at,
                purpose=_("Read what applicants wrote with their ratings"),
                fields=["rating_note"],
            )  # fmt: skip
        context["comments"] = found
    response = render(request, "cases/desk/ratings.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
