"""Who has an appointment today, and how long people wait."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions
from dothi.cases.choices import Power, VisitState
from dothi.cases.models import Appointment
from dothi.cases.selectors import counters as asked
from dothi.cases.services import Refused, counters
from dothi.cases.views.desk.counters import office_chosen
from dothi.core import clock
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.downloads import send_csv
from dothi.lib import names_vi

LONGEST = timedelta(days=92)


@never_cache
@staff_required
def visits(request: SignedInRequest) -> HttpResponse:
    """The appointments of a day, by time; names and numbers masked until they are opened."""
    at = clock.now()
    unit, units = office_chosen(request, Power.RECEIVE, at)
    day = _day(request.GET.get("day", ""), otherwise=at.date())
    found = asked.visits_of(unit, on=day)
    opened: Appointment | None = None
    if request.method == "POST":
        visit = next((one for one in found if one.code == request.POST.get("visit")), None)
        if visit is None:
            raise Http404
        if request.POST.get("act") == "open":
            opened = _opened(request, visit, at)
        else:
            try:
                taken = counters.arrive(
                    visit=visit, by=request.user, at=at,
                    priority=request.POST.get("priority") == "1",
                )  # fmt: skip
            except Refused as refused:
                messages.error(request, refused.message)
                return redirect(request.get_full_path())
            return redirect("cases:turn", taken.secret)
    context = {
        "unit": unit,
        "units": units,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "rows": [_row(one, at) for one in found],
        "opened": opened,
    }
    return render(request, "cases/desk/visits.html", context)


def _opened(request: SignedInRequest, visit: Appointment, at: datetime) -> Appointment | None:
    try:
        return counters.open_visitor(
            visit=visit, by=request.user, purpose=request.POST.get("purpose", "")[:200], at=at
        )
    except ValueError:
        messages.error(request, _("Please say what you need it for."))
        return None


def _row(visit: Appointment, at: datetime) -> dict[str, Any]:
    today = local(visit.starts_at).date() == local(at).date()
    return {
        "visit": visit,
        "name": names_vi.masked(visit.name, given=False),
        "phone": f"••• {visit.phone[-3:]}" if visit.phone else "",
        "may_arrive": today and visit.state == VisitState.BOOKED,
        "turn": visit.turn.label if visit.turn else "",
        "known": bool(visit.phone),
    }


def _day(text: str, *, otherwise: date) -> date:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError as error:
        raise Http404 from error


# --- Figures --------------------------------------------------------------------------------------


@staff_required
def waits(request: SignedInRequest) -> HttpResponse:
    """How long people waited and were served, by group and hour."""
    at = clock.now()
    unit, units = office_chosen(request, Power.SEE, at)
    since, until = _stretch(request, at)
    context = {
        "unit": unit,
        "units": units,
        "since": since,
        "until": until,
        "rows": asked.busy(unit, since=since, until=until + timedelta(days=1)),
        "may_export": permissions.may_export(request.user, on=at.date()),
    }
    return render(request, "cases/desk/waits.html", context)


@staff_required
def waits_csv(request: SignedInRequest) -> StreamingHttpResponse:
    """The same as a file."""
    at = clock.now()
    unit, _others = office_chosen(request, Power.EXPORT, at)
    since, until = _stretch(request, at)
    rows = asked.busy(unit, since=since, until=until + timedelta(days=1))
    record("cases.export", subject="cases.waits", by=request.user.actor, at=at, unit=unit.code)
    heads = [
        _("Group"), _("Name"), _("Hour"), _("Numbers taken"), _("Served"), _("Did not come"),
        _("Left"), _("Minutes waited, on average"), _("Minutes served, on average"),
    ]  # fmt: skip
    lines = [
        (
            one.group.letter, one.group.name, _("All") if one.hour is None else one.hour,
            one.taken, one.served, one.no_show, one.left, one.waited, one.lasted,
        )
        for one in rows
    ]  # fmt: skip
    return send_csv(heads, lines, f"counter-{unit.code}-{since:%Y%m%d}-{until:%Y%m%d}.csv")


def _stretch(request: SignedInRequest, at: datetime) -> tuple[date, date]:
    """The days that are asked for, the last one counted; without any, today."""
    until = _day(request.GET.get("until", ""), otherwise=at.date())
    since = _day(request.GET.get("since", ""), otherwise=until)
    return max(since, until - LONGEST) if since <= until else until, until
