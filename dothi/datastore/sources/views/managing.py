"""Say where data comes from: choose a kind, fill in its settings, change them later."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.core.access.services import opened
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.sources import forms, permissions, selectors, services
from dothi.datastore.sources.models import Source
from dothi.datastore.sources.ports import Kind, kinds
from dothi.datastore.sources.services import wording
from dothi.datastore.sources.views.shared import managed


@staff_required
def choose(request: SignedInRequest) -> HttpResponse:
    """From where do the data come?"""
    if not permissions.may_manage(request.user, on=clock.now().date()):
        raise PermissionDenied
    return render(request, "sources/choose.html", {"kinds": list(kinds.values())})


@staff_required
def new(request: SignedInRequest, kind: str) -> HttpResponse:
    at = clock.now()
    on = at.date()
    if not permissions.may_manage(request.user, on=on):
        raise PermissionDenied
    if kind not in kinds:
        raise Http404
    kept = {
        row.code: row
        for row in catalogue.datasets_kept_by(request.user, on=on)
        if row.contract_id and not row.registered
        and permissions.may_manage(request.user, row.unit_id, on=on)
    }  # fmt: skip
    form = forms.SourceForm(
        request.POST or None, kind=kinds[kind],
        datasets=[(code, row.title) for code, row in kept.items()],
        initial={"dataset": request.GET.get("dataset", "")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        dataset = kept[form.cleaned_data["dataset"]]
        _guard(request, dataset.unit_id, form.plan, on=on)
        try:
            source = services.create(
                dataset=dataset, kind=kind, plan=form.plan, by=request.user.actor, at=at
            )
        except services.NotSound as error:
            _show(form, error)
        else:
            messages.success(request, _("Kept, and paused. Try it, then start it."))
            return redirect("sources:source", code=source.code)
    return _page(request, form, kinds[kind])


def _guard(request: SignedInRequest, unit: int, plan: services.Plan, *, on: Any) -> None:
    """Who lets data be published by itself publishes it."""
    if plan.publishing != "by_hand" and not permissions.may_publish(request.user, unit, on=on):
        raise PermissionDenied


@staff_required
def change(request: SignedInRequest, code: str) -> HttpResponse:
    found = managed(request, code)
    source = found.source
    if source.kind not in kinds:
        raise Http404
    kind = kinds[source.kind]
    if source.contact:
        opened(
            record=source.subject, by=request.user.actor, purpose="change a source",
            fields=["contact"], at=found.at,
        )  # fmt: skip
    form = forms.SourceForm(
        request.POST or None, kind=kind, datasets=[], kept=selectors.names_of_secrets(source),
        initial=_initial(source),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        _guard(request, source.dataset.unit_id, form.plan, on=found.at.date())
        try:
            services.change(source, plan=form.plan, by=request.user.actor, at=found.at)
        except services.NotSound as error:
            _show(form, error)
        else:
            messages.success(request, _("Changed."))
            return redirect("sources:source", code=code)
    return _page(request, form, kind, source=source)


def _initial(source: Source) -> dict[str, Any]:
    return {
        "title": source.title, "publishing": source.publishing, "contact": source.contact,
        "contact_language": source.contact_language,
        "rhythm": "daily" if source.daily_at else "minutes",
        "every_minutes": source.every_minutes, "daily_at": source.daily_at,
        **{forms.name_of(name): value for name, value in source.settings.items()},
    }  # fmt: skip


def _show(form: forms.SourceForm, error: services.NotSound) -> None:
    for name, fault in error.faults.items():
        field = forms.name_of(name)
        known = field in form.fields
        label = str(form.fields[field].label) if known else ""
        form.add_error(field if known else None, wording.fault(fault, {"setting": label}))


def _page(
    request: SignedInRequest, form: forms.SourceForm, kind: Kind, source: Source | None = None
) -> HttpResponse:
    context = {"form": form, "kind": kind, "source": source}
    return render(request, "sources/form.html", context, status=422 if form.errors else 200)
