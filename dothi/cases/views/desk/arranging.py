"""What the office sets at its counters: groups, counters, plans of appointments."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases.choices import Power
from dothi.cases.models import Counter, ServiceGroup
from dothi.cases.selectors import counters as asked
from dothi.cases.selectors.exchange import keeps_the_house
from dothi.cases.services import Refused, counters
from dothi.cases.views.desk.counters import office_chosen
from dothi.core import clock
from dothi.procedures import selectors as procedures
from dothi.units.models import Unit


class GroupForm(forms.Form):
    letter = forms.CharField(label=gettext_lazy("Letter"), max_length=1)
    name_vi = forms.CharField(label=gettext_lazy("Name in Vietnamese"), max_length=100)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=100)
    areas = forms.MultipleChoiceField(
        label=gettext_lazy("Fields"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Who books for a procedure of these fields comes to this group."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields["areas"]
        fields.choices = [(one.code, one.name) for one in procedures.all_areas()]


class CounterForm(forms.Form):
    number = forms.IntegerField(label=gettext_lazy("Number of the counter"), min_value=1)

    def __init__(self, data: Any, *, unit: Unit, on: date, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
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
    groups, places = asked.groups_of(unit, on=at.date()), asked.counters_of(unit, on=at.date())
    changed = _changed(request, groups, places)
    group = GroupForm(data if what == "group" else None, prefix="g", initial=changed.get("group"))
    counter = CounterForm(
        data if what == "counter" else None, unit=unit, on=at.date(),
        initial=changed.get("counter"),
    )  # fmt: skip
    slots = SlotForm(data if what == "slots" else None, unit=unit, on=at.date())
    if what:
        form = {"group": group, "counter": counter, "slots": slots}.get(what)
        if _arranged(request, unit, what, form, at):
            return redirect(f"{reverse('cases:arrange')}?unit={unit.code}")
    context = {
        "unit": unit,
        "units": units,
        "groups": groups,
        "counters": places,
        "changed": changed,
        "areas": {one.code: one.name for one in procedures.all_areas()},
        "keeps_the_house": keeps_the_house(request.user, on=at.date()),
        "plans": [
            (plan, SlotForm.base_fields["weekday"].choices[plan.weekday][1])  # type: ignore[attr-defined]
            for plan in asked.plans_of(unit, on=at.date())
        ],
        "group_form": group,
        "counter_form": counter,
        "slot_form": slots,
    }
    return render(request, "cases/desk/arrange.html", context, status=422 if what else 200)


def _changed(
    request: SignedInRequest, groups: list[ServiceGroup], places: list[Counter]
) -> dict[str, dict[str, Any]]:
    """What the address asks to be changed, as its form shows it before."""
    found: dict[str, dict[str, Any]] = {}
    for group in groups:
        if group.letter == request.GET.get("group"):
            found["group"] = {
                "letter": group.letter, "name_vi": group.name_vi, "name_en": group.name_en,
                "areas": group.areas,
            }  # fmt: skip
    for place in places:
        if str(place.number) == request.GET.get("counter"):
            letters = [group.letter for group in place.groups.all()]
            found["counter"] = {"number": place.number, "groups": letters}
    return found


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
    if what == "end":
        letters = {one.letter: one for one in asked.groups_of(unit, on=at.date())}
        if wanted not in letters:
            raise Http404
        counters.close_group(group=letters[wanted], by=request.user, at=at)
        return
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
