"""Appointments for those who come: a matter, a day, a moment, and who it is. One thing a page."""

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from dothi.cases.choices import VisitState
from dothi.cases.models import Appointment, ServiceGroup
from dothi.cases.selectors import counters as asked
from dothi.cases.services import BadApplicant, Refused, counters
from dothi.cases.services.counters.booking import visit_url
from dothi.cases.views.citizen.queue import not_told_on, office_of
from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.procedures import selectors as procedures
from dothi.units.models import Unit

HOUR = timedelta(hours=1)
KEPT = "visit_secret"


class VisitorForm(forms.Form):
    """Who comes. Nothing else is asked."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=200,
        widget=forms.TextInput({"autocomplete": "name"}),
    )  # fmt: skip
    phone = forms.CharField(
        label=gettext_lazy("Telephone"), max_length=30,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), required=False, max_length=200,
        help_text=gettext_lazy("For the link to your appointment, and a reminder the day before."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )  # fmt: skip


@never_cache
@limited("cases.book_visit", limit=20, per=HOUR)
def book(request: HttpRequest) -> HttpResponse:
    """Choose office, matter, day and moment by links; then say who comes."""
    at = clock.now()
    office, group = _chosen(request, at)
    day = _day(request.GET.get("day", ""))
    starts_at = _moment(request, day)
    form = VisitorForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and group and starts_at and form.is_valid():
        try:
            done = counters.book_visit(
                group=group, starts_at=starts_at, by="public", at=at,
                procedure=_procedure(request), language=get_language() or "vi",
                **form.cleaned_data,
            )  # fmt: skip
        except BadApplicant as refused:
            form.add_error(refused.field, refused.message)
        except Refused as refused:
            messages.error(request, refused.message)
            return redirect(
                f"{request.path}?{_query(request, 'unit', 'procedure', 'group', 'day')}"
            )
        else:
            request.session[KEPT] = done.secret
            return redirect("cases:visit_booked")
    context = {
        "offices": list(asked.offices(on=at.date())) if office is None else [],
        "unit": office,
        "groups": _groups(office, at) if office and group is None else [],
        "group": group,
        "days": asked.days_ahead(group, at=at) if group and starts_at is None else [],
        "day": day,
        "slots": asked.slots_on(group, day, at=at) if group and day and not starts_at else [],
        "starts_at": starts_at,
        "form": form,
        "query": _query(request, "unit", "procedure", "group"),
        "offices_query": _query(request, "procedure"),
        "whole_query": _query(request, "unit", "procedure", "group", "day", "time"),
    }
    return render(request, "cases/queue/book.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, at: datetime) -> tuple[Unit | None, ServiceGroup | None]:
    code = request.GET.get("unit", "")
    if not code:
        return None, None
    office = office_of(code)
    groups = _groups(office, at)
    letter, area = request.GET.get("group", ""), _area(request, at)
    if letter:
        chosen = next((one for one in groups if one.letter == letter), None)
        if chosen is None:
            raise Http404
        return office, chosen
    return office, next((one for one in groups if area and area in one.areas), None)


def _groups(office: Unit, at: datetime) -> list[ServiceGroup]:
    """The groups for which appointments are given at all."""
    groups = asked.groups_of(office, on=at.date())
    return [one for one in groups if asked.days_ahead(one, at=at)]


def _procedure(request: HttpRequest) -> str:
    return request.GET.get("procedure", "").replace("\0", "")[:20]


def _area(request: HttpRequest, at: datetime) -> str:
    code = _procedure(request)
    version = procedures.version_of(code, on=at.date()) if code else None
    return version.procedure.area.code if version else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _moment(request: HttpRequest, day: date | None) -> datetime | None:
    hour = request.GET.get("time", "")
    if day is None or not hour:
        return None
    try:
        time = datetime.strptime(hour, "%H:%M").time()  # noqa: DTZ007 — an hour of the day
    except ValueError as error:
        raise Http404 from error
    return datetime.combine(day, time, clock.now().tzinfo)


def _query(request: HttpRequest, *names: str) -> str:
    return urlencode({name: request.GET[name] for name in names if request.GET.get(name)})


@never_cache
def booked(request: HttpRequest) -> HttpResponse:
    """The code and the secret, once: here it is kept as a hash only."""
    secret = request.session.get(KEPT, "")
    visit = asked.visit_by_secret(secret) if secret else None
    if visit is None:
        return redirect("cases:book_visit")
    context = {
        "visit": visit,
        "secret": secret,
        "link": visit_url(secret, get_language() or "vi"),
    }
    return not_told_on(render(request, "cases/queue/booked.html", context))


@require_POST
@limited("cases.find_visit", limit=30, per=HOUR)
def find(request: HttpRequest) -> HttpResponse:
    """Open an appointment with the secret that was written down."""
    secret = request.POST.get("secret", "").strip()[:60]
    if not secret or "/" in secret or asked.visit_by_secret(secret) is None:
        messages.error(request, _("No appointment opens with this code. Please look again."))
        return redirect("cases:book_visit")
    return redirect("cases:visit_own", secret)


@never_cache
@limited("cases.change_visit", limit=30, per=HOUR)
def own(request: HttpRequest, secret: str) -> HttpResponse:
    """One's own appointment: come at another moment, or not at all."""
    at = clock.now()
    visit = asked.visit_by_secret(secret)
    if visit is None:
        raise Http404
    if request.method == "POST":
        _change(request, visit, secret, at)
        return redirect("cases:visit_own", secret)
    day = _day(request.GET.get("day", ""))
    still = visit.state == VisitState.BOOKED and visit.starts_at > at
    context = {
        "visit": visit,
        "open": still,
        "days": asked.days_ahead(visit.group, at=at) if still else [],
        "day": day,
        "slots": asked.slots_on(visit.group, day, at=at) if still and day else [],
    }
    return not_told_on(render(request, "cases/queue/visit.html", context))


def _change(request: HttpRequest, visit: Appointment, secret: str, at: datetime) -> None:
    try:
        if request.POST.get("act") == "cancel":
            counters.cancel_visit(visit=visit, by="public", at=at)
            messages.success(request, _("The appointment is cancelled."))
        else:
            starts_at = _moment_of(request.POST.get("starts_at", ""))
            counters.move_visit(visit=visit, starts_at=starts_at, secret=secret, at=at)
            messages.success(request, _("The appointment was moved."))
    except Refused as refused:
        messages.error(request, refused.message)


def _moment_of(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
