"""A steward grants a use that nobody asked for: which dataset, to whom, what for, until when."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from dothi.accounts.http import SignedInRequest, power_required
from dothi.accounts.models import User
from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import State
from dothi.datastore.sharing import permissions, services
from dothi.datastore.sharing.choices import Power, SubjectKind
from dothi.datastore.sharing.forms import GiveForm
from dothi.units import selectors as units

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

MOST = 500


def _kept(request: SignedInRequest, *, on: date) -> "list[Dataset]":
    """The datasets on whose use this person decides."""
    rows = catalogue.datasets_kept_by(request.user, on=on).filter(state=State.PUBLISHED)
    return [
        one for one in rows[:MOST]
        if one.contract_id and permissions.may_decide(request.user, one.unit_id, on=on)
    ]  # fmt: skip


@power_required(Power.DECIDE)
def choose(request: SignedInRequest) -> HttpResponse:
    """Of which dataset?"""
    return render(request, "sharing/choose.html", {"kept": _kept(request, on=clock.now().date())})


@never_cache
@power_required(Power.DECIDE)
def give(request: SignedInRequest, code: str) -> HttpResponse:
    at = clock.now()
    dataset = next((one for one in _kept(request, on=at.date()) if one.code == code), None)
    if dataset is None:
        raise Http404
    contract = dataset.agreed
    assert contract is not None
    form = GiveForm(
        request.POST or None, contract=contract, units=_units(on=at.date()), keys=_keys(at=at)
    )
    if form.is_valid():
        to = _to(form, on=at.date())
        if to is None:
            form.add_error("username", _("Nobody signs in with this name."))
        else:
            try:
                made = services.give(
                    dataset=dataset, to=to, terms=form.terms(), by=request.user, at=at
                )
            except services.Refused as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, _("Granted. The paper is issued."))
                return redirect("sharing:use", code=made.code)
    context = {"form": form, "dataset": dataset}
    return render(request, "sharing/give.html", context, status=422 if form.is_bound else 200)


def _units(*, on: date) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in units.in_force(on=on).order_by("name_vi")]


def _keys(*, at: datetime) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in catalogue.keys_that_open(at=at)]


def _to(form: GiveForm, *, on: date) -> services.To | None:
    """None where nobody has that sign-in name."""
    said: dict[str, Any] = form.cleaned_data
    unit = units.in_force(on=on).get(pk=said["unit"]) if said["unit"] else None
    match SubjectKind(said["kind"]):
        case SubjectKind.POST:
            return services.To(kind=SubjectKind.POST, unit=unit, role=said["role"])
        case SubjectKind.UNIT:
            return services.To(kind=SubjectKind.UNIT, unit=unit)
        case SubjectKind.KEY:
            return services.To(kind=SubjectKind.KEY, key=int(said["key"]), partner=said["partner"])
    user = User.objects.filter(username=said["username"].strip(), is_active=True).first()
    if user is None:
        return None
    return services.To(kind=SubjectKind.PERSON, user=user, unit=unit, partner=said["partner"])
