"""What applicants think of how they were served."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, selectors
from dothi.cases.rules import Period
from dothi.cases.views.desk.period import DAY, PeriodForm
from dothi.core import clock
from dothi.core.access.services import opened_many

USUAL = timedelta(days=90)


@staff_required
def ratings(request: SignedInRequest) -> HttpResponse:
    """Stars by procedure and unit. What was written is opened on its own, and that is noted."""
    at = clock.now()
    on = at.date()
    if not permissions.units_seen(request.user, on=on):
        raise PermissionDenied
    form = PeriodForm(request.GET, usual=Period(since=on - USUAL, until=on + DAY))
    days: dict[str, Any] = {"since": form.period.since, "until": form.period.until, "on": on}
    context: dict[str, Any] = {
        "form": form,
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
