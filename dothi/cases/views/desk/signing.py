"""What waits for a leader's signature, and signing many at once."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, selectors, services
from dothi.cases.selectors.signing import MOST
from dothi.cases.services import Batch
from dothi.core import clock
from dothi.core.clocks.selectors import view as clock_view


@staff_required
def sign(request: SignedInRequest) -> HttpResponse:
    """The list; a POST approves and signs those that were ticked, and names each that failed."""
    at = clock.now()
    if not permissions.may_sign_at_all(request.user, on=at.date()):
        raise PermissionDenied
    batch, nothing = None, False
    if request.method == "POST":
        batch, nothing = _approve(request, at)
    response = render(
        request,
        "cases/desk/sign.html",
        {"batch": batch, "nothing": nothing} | _waiting(request, at),
        status=422 if nothing else 200,
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _approve(request: SignedInRequest, at: datetime) -> tuple[Batch | None, bool]:
    codes = request.POST.getlist("codes")[:MOST]
    if not codes:
        return None, True
    found = {one.code: one for one in selectors.to_sign_by(request.user, on=at.date())
             .filter(code__in=codes)}  # fmt: skip
    batch = services.approve_many(dossiers=found.values(), by=request.user, at=at)
    # Somebody was faster, or it is not for this person; which of both is not told.
    batch.failed.extend(
        (code, _("It does not wait for your signature any more."))
        for code in codes
        if code not in found
    )
    return batch, False


def _waiting(request: SignedInRequest, at: datetime) -> dict[str, Any]:
    waiting = list(selectors.to_sign_by(request.user, on=at.date())[: MOST + 1])
    rows = selectors.shown_to_sign(waiting[:MOST], language=get_language() or "vi")
    posts = selectors.posts_that_sign(request.user, on=at.date())
    return {
        "rows": [
            (row, clock_view(row.clock, at=at, explained=False) if row.clock is not None else None)
            for row in rows
        ],
        "more": len(waiting) > MOST,
        "without": selectors.without_key(posts, at=at),
    }
