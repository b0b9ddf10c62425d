"""Who has an appointment today, how long people wait, and what the office sets."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
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
from dothi.units.models import Unit

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


# --- What the office sets -------------------------------------------------------------------------


class GroupForm(forms.Form):
    letter = forms.CharField(label=gettext_lazy("Letter"), max_length=1)
    name_vi = forms.CharField(label=gettext_lazy("Name in Vietnamese"), max_length=100)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=100)


class CounterForm(forms.Form):
    number = forms.IntegerField(label=gettext_lazy("Number of the counter"), min_value=1)

    def __init__(self, data: Any, *, unit: Unit, on: date) -> None:
        super().__init__(data)
        self.groups = asked.groups_of(unit, on=on)
        self.fields["groups"] = forms.MultipleChoiceField(
            label=_("Groups that it serves"),
            choices=[(one.letter, f"{one.letter} · {one.name}") for one in self.groups],
            widget=forms.CheckboxSelectMultiple,
        )


class SlotForm(forms.Form):
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Weekday"), coerce=int,
        choices=[
            (0, gettext_lazy("Monday")), (1, gettext_lazy("Tuesday")),
            (2, gettext_lazy("Wednesday")), (3, gettext_lazy("Thursday")),
            (4, gettext_lazy("Friday")), (5, gettext_lazy("Saturday")), (6, gettext_lazy("Sunday")),
        ],
    )  # fmt: skip
    opens = forms.TimeField(
        label=gettext_lazy("First appointment"), widget=forms.TimeInput({"type": "time"})
    )
    closes = forms.TimeField(label=gettext_lazy("Until"), widget=forms.TimeInput({"type": "time"}))
    minutes = forms.IntegerField(label=gettext_lazy("Minutes for each"), min_value=5, max_value=240)
    capacity = forms.IntegerField(label=gettext_lazy("People at once"), min_value=1, max_value=50)

    field_order = ("group", "weekday", "opens", "closes", "minutes", "capacity")

    def __init__(self, data: Any, *, unit: Unit, on: date) -> None:
        super().__init__(data)
        self.groups = asked.groups_of(unit, on=on)
        self.fields["group"] = forms.ChoiceField(
            label=_("Group"),
            choices=[(one.letter, f"{one.letter} · {one.name}") for one in self.groups],
        )
        self.order_fields(self.field_order)


@staff_required
def arrange(request: SignedInRequest) -> HttpResponse:
    """Groups, counters and the plans of appointments of a unit."""
    at = clock.now()
    unit, units = office_chosen(request, Power.MANAGE, at)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    data = request.POST if what else None
    group = GroupForm(data if what == "group" else None, prefix="g")
    counter = CounterForm(data if what == "counter" else None, unit=unit, on=at.date())
    slots = SlotForm(data if what == "slots" else None, unit=unit, on=at.date())
    if what:
        form = {"group": group, "counter": counter, "slots": slots}.get(what)
        if _arranged(request, unit, what, form, at):
            return redirect(f"{reverse('cases:arrange')}?unit={unit.code}")
    context = {
        "unit": unit,
        "units": units,
        "groups": asked.groups_of(unit, on=at.date()),
        "counters": asked.counters_of(unit, on=at.date()),
        "plans": [
            (plan, SlotForm.base_fields["weekday"].choices[plan.weekday][1])  # type: ignore[attr-defined]
            for plan in asked.plans_of(unit, on=at.date())
        ],
        "group_form": group,
        "counter_form": counter,
        "slot_form": slots,
    }
    return render(request, "cases/desk/arrange.html", context, status=422 if what else 200)


def _arranged(
    request: SignedInRequest, unit: Unit, what: str, form: forms.Form | None, at: datetime
) -> bool:
    """Do what was asked; False where the form has to be looked at again."""
    if form is not None and not form.is_valid():
        return False
    try:
        if what == "group" and form is not None:
            counters.set_group(unit=unit, by=request.user, at=at, **form.cleaned_data)
        elif what == "counter" and isinstance(form, CounterForm):
            given = form.cleaned_data
            served = [one for one in form.groups if one.letter in given["groups"]]
            counters.set_counter(
                unit=unit, number=given["number"], groups=served, by=request.user, at=at
            )
        elif what == "slots" and isinstance(form, SlotForm):
            given = dict(form.cleaned_data)
            letter = given.pop("group")
            group = next(one for one in form.groups if one.letter == letter)
            counters.set_slots(group=group, valid_from=at.date(), by=request.user, at=at, **given)
        else:
            _take_away(request, unit, what, at)
    except Refused as refused:
        if form is None:
            messages.error(request, refused.message)
            return True
        form.add_error(None, refused.message)
        return False
    return True


def _take_away(request: SignedInRequest, unit: Unit, what: str, at: datetime) -> None:
    wanted = request.POST.get("id", "")
    if what == "close":
        place = next(
            (one for one in asked.counters_of(unit, on=at.date()) if str(one.number) == wanted),
            None,
        )
        if place is None:
            raise Http404
        counters.close_counter(counter=place, by=request.user, at=at)
        return
    plan = next((one for one in asked.plans_of(unit, on=at.date()) if str(one.pk) == wanted), None)
    if what != "stop" or plan is None:
        raise Http404
    counters.stop_slots(plan=plan, by=request.user, at=at)
