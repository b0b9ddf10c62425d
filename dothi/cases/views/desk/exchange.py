"""What portals did not take: for who looks after the exchange with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, ports, services
from dothi.cases.choices import Act, Sent
from dothi.cases.models import Move, Telling
from dothi.cases.selectors import exchange as asked
from dothi.cases.services import Refused
from dothi.core import clock
from dothi.core.paging import take
from dothi.lib import national_portal

PAGE, ARRIVALS = 50, 50
SERVICES = {
    national_portal.SYNC: lambda: _("The dossier as it stands"),
    national_portal.PROGRESS: lambda: _("The step"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line as the page shows it."""

    row: Telling
    service: str
    act: str
    refused: bool


@staff_required
def exchange(request: SignedInRequest) -> HttpResponse:
    """How far each portal was told, what it did not take, and what did not come in."""
    on = clock.now().date()
    if not permissions.may_manage(request.user, on=on):
        raise PermissionDenied
    rows, following = take(
        asked.stuck_seen_by(request.user, on=on), field="next_try_at", newest_first=True,
        after=request.GET.get("after", ""), limit=PAGE,
    )  # fmt: skip
    context: dict[str, Any] = {
        "portals": ports.open_portals(),
        "standings": asked.standings_seen_by(request.user, on=on),
        "lines": _lines(rows),
        "next_url": f"?after={following}" if following else "",
        "first_url": "?" if request.GET.get("after") else "",
        "arrivals": list(asked.arrivals_seen_by(request.user, on=on)[:ARRIVALS]),
    }
    response = render(request, "cases/desk/exchange.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _lines(rows: Sequence[Telling]) -> list[Line]:
    acts: Mapping[int, str] = dict(
        Move.objects.filter(pk__in=[row.move for row in rows]).values_list("pk", "act")
    )
    return [
        Line(
            row=row,
            service=SERVICES[row.service]() if row.service in SERVICES else row.service,
            act=str(Act(acts[row.move]).label) if row.move in acts else "",
            refused=row.state == Sent.REFUSED,
        )
        for row in rows
    ]


@staff_required
@require_POST
def exchange_line(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a line again, or let it go with a reason."""
    at = clock.now()
    line = asked.tellings_seen_by(request.user, on=at.date()).filter(pk=pk).first()
    if line is None:
        raise Http404
    act = request.POST.get("act", "")
    try:
        if act == "again":
            done = services.send_line_again(line=line, by=request.user, at=at)
        elif act == "leave":
            reason = request.POST.get("reason", "")
            done = services.let_line_go(line=line, reason=reason, by=request.user, at=at)
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("cases:exchange")
    if not done:
        messages.warning(request, _("Somebody was faster: this line waits for nobody any more."))
    elif act == "again":
        messages.success(request, _("The line is sent again within a minute."))
    else:
        messages.success(request, _("The line was let go; the reason stays in the audit trail."))
    return redirect("cases:exchange")


@staff_required
@require_POST
def exchange_all(request: SignedInRequest) -> HttpResponse:
    """Send everything again that a portal did not take; after it was mended, say."""
    at = clock.now()
    if not asked.keeps_the_house(request.user, on=at.date()):
        raise PermissionDenied
    portal = request.POST.get("portal", "")
    if portal not in ports.open_portals():
        raise Http404
    count = services.send_again(portal=portal, by=request.user.actor, at=at)
    messages.success(request, _("Lines that are sent again: %(count)d") % {"count": count})
    return redirect("cases:exchange")


@staff_required
@require_POST
def forget_arrival(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put away a dossier that could not be taken in, with a reason."""
    at = clock.now()
    arrival = asked.arrivals_seen_by(request.user, on=at.date()).filter(pk=pk).first()
    if arrival is None:
        raise Http404
    try:
        services.forget_arrival(
            arrival=arrival, reason=request.POST.get("reason", ""), by=request.user, at=at
        )
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Put away; the reason stays in the audit trail."))
    return redirect("cases:exchange")
