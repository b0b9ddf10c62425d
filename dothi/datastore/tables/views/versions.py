"""The versions of a dataset for its steward: what each holds, who made it, and the way back."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.datastore.catalogue.choices import Power as Seeing
from dothi.datastore.tables import forms, permissions, selectors, services
from dothi.datastore.tables.choices import Power
from dothi.datastore.tables.models import Pin, Version
from dothi.datastore.tables.selectors import KeyNotUnique, VersionClosed
from dothi.datastore.tables.views.shared import authors, change_to, kept

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

PAGE = 50


@power_required(Seeing.SEE)
def versions(request: SignedInRequest, code: str) -> HttpResponse:
    """All versions, newest first."""
    on = clock.now().date()
    dataset = kept(request, code, on=on)
    page = Paginator(selectors.versions(code), PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    pinned: dict[int, list[str]] = {}
    for version, release in Pin.objects.filter(
        version__in=rows, release__lifted_at=None
    ).values_list("version_id", "release__code"):
        pinned.setdefault(version, []).append(release)
    names = authors(rows)
    context = {
        "dataset": dataset,
        "rows": [
            {
                "version": row,
                "by": names.get(row.actor, _("by itself")),
                "newest": not row.replaced_at,
                "delivery": row.run if row.run.startswith("DR-") else "",
                "pins": pinned.get(row.pk, ()),
            }
            for row in rows
        ],
        "open": [row.number for row in rows if row.closed_at is None],
        "may_roll_back": not dataset.registered
        and permissions.may_roll_back(request.user, dataset.unit_id, on=on),
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
    }  # fmt: skip
    return render(request, "tables/versions.html", context)


@power_required(Power.ROLL_BACK)
def back(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """What going back to a version would change, and the yes to it."""
    at = clock.now()
    dataset = kept(request, code, on=at.date())
    if dataset.registered or not permissions.may_roll_back(
        request.user, dataset.unit_id, on=at.date()
    ):
        raise PermissionDenied
    newest, target = selectors.latest(code), _version(code, number)
    if newest is None or newest.pk == target.pk:
        return redirect("tables:versions", code=code)
    form = forms.BackForm(request.POST or None, initial={"base": newest.number})
    if request.method == "POST" and form.is_valid():
        return _go_back(request, dataset, target, at, **form.cleaned_data)
    try:
        change = change_to(dataset.title, newest, target)
    except VersionClosed:
        messages.error(request, _("This version is closed: its rows may not be read any more."))
        return redirect("tables:versions", code=code)
    except KeyNotUnique:
        change = None
    return render(
        request,
        "tables/back.html",
        {"dataset": dataset, "target": target, "newest": newest, "change": change, "form": form},
        status=422 if form.errors else 200,
    )


def _version(code: str, number: int) -> Version:
    try:
        return selectors.version(code, number)
    except Version.DoesNotExist as error:
        raise Http404 from error


def _go_back(
    request: SignedInRequest, dataset: "Dataset", target: Version, at: datetime, *, base: int,
    reason: str,
) -> HttpResponse:  # fmt: skip
    try:
        made = services.roll_back(
            dataset.code, target.number, by=request.user.actor, at=at, comment=reason, base=base
        )
    except services.MovedOn:
        messages.error(
            request, _("A newer version came meanwhile. Please look again at what would change.")
        )
        return redirect("tables:back", code=dataset.code, number=target.number)
    except VersionClosed:
        messages.error(request, _("This version is closed: its rows may not be read any more."))
    else:
        messages.success(
            request,
            _("Version %(new)s holds what version %(old)s held. You may go back from it, too.")
            % {"new": made.number, "old": target.number},
        )
    return redirect("tables:versions", code=dataset.code)
