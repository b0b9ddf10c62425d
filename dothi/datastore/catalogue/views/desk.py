"""The steward's pages: the list, one dataset and what may be done with it, its description."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.accounts.selectors import names_of
from dothi.core import clock
from dothi.datastore.catalogue import (
    forms,
    permissions,
    registry,
    selectors,
    services,
    wording,
)
from dothi.datastore.catalogue.choices import Power
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.selectors import Filters
from dothi.datastore.catalogue.views.shared import (
    all_shown,
    dictionary,
    next_url,
    page_number,
    panels_of,
    shown,
    versions_of,
)

PAGE = 40


@power_required(Power.SEE)
def datasets(request: SignedInRequest) -> HttpResponse:
    """The datasets of one's units, last changed first."""
    on = clock.now().date()
    form = forms.DeskForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    kept = selectors.datasets_kept_by(request.user, on=on)
    if asked.get("state"):
        kept = kept.filter(state=asked["state"])
    filters = Filters(share=asked.get("share", ""))
    if asked.get("q"):
        kept, _meant = selectors.matching(asked["q"], filters, kept, on=on)
    elif filters.share:
        kept = kept.filter(share=filters.share)
    page = page_number(request)
    rows = list(kept[(page - 1) * PAGE : page * PAGE + 1])
    return render(
        request,
        "catalogue/desk.html",
        {
            "form": form,
            "rows": all_shown(rows[:PAGE]),
            "filtered": any(value for name, value in request.GET.items() if name != "page"),
            "next_url": next_url(request, page) if len(rows) > PAGE else "",
            "first_url": request.path if page > 1 else "",
            "may_begin": bool(selectors.describable_units(request.user, on=on)),
        },
    )


def found_for(request: SignedInRequest, code: str, at: datetime) -> Dataset:
    """The dataset, if it is of a unit whose data this person looks after; else there is none."""
    kept = selectors.datasets_kept_by(request.user, on=at.date())
    dataset = kept.filter(code=code).first()
    if dataset is None:
        raise Http404
    return dataset


@power_required(Power.SEE)
def dataset(request: SignedInRequest, code: str) -> HttpResponse:
    """One dataset: how it stands, what may be done, what was agreed."""
    at = clock.now()
    found = found_for(request, code, at)
    context = _shown(request, found, at) | {
        "panels": panels_of(registry.desk_panels, request, code)
    }
    return render(request, "catalogue/desk_dataset.html", context)


def _shown(request: SignedInRequest, found: Dataset, at: datetime) -> dict[str, Any]:
    user, on = request.user, at.date()
    versions = versions_of(selectors.contract_versions(found))
    names = names_of({version["by"] for version in versions})
    missing = services.missing_in(found)
    return {
        "dataset": shown(found),
        "columns": dictionary(found.agreed),
        "versions": [{**one, "by": names.get(one["by"], _("by itself"))} for one in versions],
        "missing": [wording.part(name) for name in missing],
        "may_describe": permissions.may_describe(user, found.unit_id, on=on),
        "may_agree": permissions.may_agree(user, found, on=on),
        "may_publish": permissions.may_publish(user, found, on=on) and not missing,
        "may_retire": permissions.may_retire(user, found, on=on),
        "retire": forms.RetireForm(),
        "import": forms.ImportForm(),
    }


@power_required(Power.DESCRIBE)
def begin(request: SignedInRequest) -> HttpResponse:
    """Begin a dataset: what it is and who answers for it."""
    at = clock.now()
    form = _describe_form(request, at, None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create(
                code=form.cleaned_data["code"], unit=form.keeper, description=form.description,
                by=request.user.actor, at=at,
            )  # fmt: skip
        except services.Refused as error:
            form.add_error("code", wording.refusal(error))
        else:
            messages.success(request, _("The dataset is begun. Now say what its columns hold."))
            return redirect("catalogue:desk_dataset", code=made.code)
    return _describe_page(request, form, None)


@power_required(Power.DESCRIBE)
def describe(request: SignedInRequest, code: str) -> HttpResponse:
    """Change what is said of a dataset."""
    at = clock.now()
    found = found_for(request, code, at)
    if not permissions.may_describe(request.user, found.unit_id, on=at.date()):
        raise PermissionDenied
    form = _describe_form(request, at, found)
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.describe(
                dataset=found, description=form.description, unit=form.keeper,
                by=request.user.actor, at=at,
            )  # fmt: skip
        except services.Refused as error:
            form.add_error(None, wording.refusal(error))
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
            return redirect("catalogue:desk_dataset", code=code)
    return _describe_page(request, form, found)


def _describe_form(
    request: SignedInRequest, at: datetime, found: Dataset | None
) -> forms.DescribeForm:
    own = selectors.describable_units(request.user, on=at.date())
    if found is not None and found.unit not in own:
        own.append(found.unit)  # It was of a unit that has gone since.
    places = selectors.places(on=at.date())
    if found is not None and found.place is not None and found.place not in places:
        places.append(found.place)
    initial: dict[str, Any] = {}
    if found is not None:
        said = services.description_of(found)
        initial = {name: getattr(said, name) for name in said.__dataclass_fields__}
        initial |= {
            "keywords": ", ".join(said.keywords),
            "unit": found.unit.code,
            "place": said.place.code if said.place else "",
        }
    return forms.DescribeForm(
        request.POST or None, units=own, places=places, new=found is None, initial=initial
    )


def _describe_page(
    request: SignedInRequest, form: forms.DescribeForm, found: Dataset | None
) -> HttpResponse:
    context = {"form": form, "dataset": shown(found) if found is not None else None}
    return render(request, "catalogue/describe.html", context, status=422 if form.errors else 200)


@require_POST
@power_required(Power.PUBLISH)
def publish(request: SignedInRequest, code: str) -> HttpResponse:
    """Offer the dataset to its readers."""
    at = clock.now()
    found = found_for(request, code, at)
    if not permissions.may_publish(request.user, found, on=at.date()):
        raise PermissionDenied
    try:
        services.publish(dataset=found, by=request.user.actor, at=at)
    except services.Refused as error:
        messages.error(request, wording.refusal(error))
    else:
        messages.success(request, _("Published. Readers find it now."))
    return redirect("catalogue:desk_dataset", code=code)


@require_POST
@power_required(Power.PUBLISH)
def retire(request: SignedInRequest, code: str) -> HttpResponse:
    """Take the dataset back from its readers."""
    at = clock.now()
    found = found_for(request, code, at)
    if not permissions.may_retire(request.user, found, on=at.date()):
        raise PermissionDenied
    try:
        services.retire(
            dataset=found, reason=request.POST.get("reason", "")[:300], by=request.user.actor, at=at
        )
    except services.Refused as error:
        messages.error(request, wording.refusal(error))
    else:
        messages.success(request, _("It is no longer offered. It can be published again."))
    return redirect("catalogue:desk_dataset", code=code)


@power_required(Power.DESCRIBE)
def keys(request: SignedInRequest) -> HttpResponse:
    """Keys for programs that write to the catalogue in one's own name."""
    at = clock.now()
    form = forms.KeyForm(request.POST or None)
    fresh = ""
    if request.method == "POST" and (ending := request.POST.get("end", "")):
        if ending.isdecimal() and services.end_key(user=request.user, pk=int(ending[:18]), at=at):
            messages.success(request, _("The key opens nothing any more."))
        return redirect("catalogue:keys")
    if request.method == "POST" and form.is_valid():
        fresh = services.issue_key(user=request.user, name=form.cleaned_data["name"], at=at)
        form = forms.KeyForm()
    rows = [
        {"pk": one.pk, "name": one.name, "made_at": one.made_at, "ends_at": one.ends_at,
         "open": one.ended_at is None and one.ends_at > at}
        for one in selectors.keys_of(request.user)
    ]  # fmt: skip
    response = render(
        request, "catalogue/keys.html", {"form": form, "rows": rows, "fresh": fresh},
        status=422 if form.errors else 200,
    )  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response
