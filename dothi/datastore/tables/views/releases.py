"""Releases: pin versions of many datasets under one code, cite it, let it go, bring it back."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.tables import forms, permissions, selectors, services
from dothi.datastore.tables.choices import Power
from dothi.datastore.tables.models import Pin, Release
from dothi.datastore.tables.selectors import KeyNotUnique, VersionClosed
from dothi.datastore.tables.views.shared import authors, change_to

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset


def _kept(request: SignedInRequest, *, on: date) -> dict[str, "Dataset"]:
    """The datasets that this person may pin, by code."""
    found = catalogue.datasets_kept_by(request.user, on=on)
    return {
        one.code: one for one in found if permissions.may_release(request.user, one.unit_id, on=on)
    }


@power_required(Power.RELEASE)
def releases(request: SignedInRequest) -> HttpResponse:
    """All releases that pin a dataset of one's units; make another."""
    at = clock.now()
    own = _kept(request, on=at.date())
    there = [(code, own[code].title) for code in selectors.codes() if code in own]
    form = forms.ReleaseForm(request.POST or None, tables=there)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            services.release(
                asked["code"], by=request.user.actor, at=at, note=asked["note"],
                tables=asked["tables"],
            )  # fmt: skip
        except services.ReleaseTaken:
            form.add_error("code", _("There is a release of this code; a release never changes."))
        except ObjectDoesNotExist:
            form.add_error("tables", _("One of them has no version yet."))
        else:
            messages.success(request, _("Pinned. It can be cited from now on."))
            return redirect("tables:release", code=asked["code"])
    pins = Pin.objects.filter(table__code__in=own).values("release")
    rows = selectors.releases().filter(pk__in=pins)
    context = {"form": form, "rows": rows, "may_make": bool(there)}
    return render(request, "tables/releases.html", context, status=422 if form.errors else 200)


def _found(request: SignedInRequest, code: str) -> tuple[Release, list[Pin], dict[str, "Dataset"]]:
    """A release of which one pinned dataset at least is one's own."""
    own = _kept(request, on=clock.now().date())
    pins = list(selectors.pinned(code).select_related("version", "table"))
    if not any(pin.table.code in own for pin in pins):
        raise Http404
    return selectors.release_of(code), pins, own


@power_required(Power.RELEASE)
def release(request: SignedInRequest, code: str) -> HttpResponse:
    """What a release pins, and what may be done with it."""
    found, pins, own = _found(request, code)
    whole = all(pin.table.code in own for pin in pins)
    context = {
        "release": found,
        "rows": [{"pin": pin, "title": _title(own, pin)} for pin in pins],
        "by": authors([pin.version for pin in pins]).get(found.actor, found.actor),
        "cited_at": f"{settings.PUBLIC_URL}/data/releases/{code}",
        "may_lift": whole and found.lifted_at is None,
        "may_restore": whole and all(not own[pin.table.code].registered for pin in pins),
        "form": forms.ReasonForm(),
    }
    return render(request, "tables/release.html", context)


def _title(own: dict[str, "Dataset"], pin: Pin) -> str:
    return own[pin.table.code].title if pin.table.code in own else pin.table.code


def _mine(request: SignedInRequest, code: str) -> tuple[Release, list[Pin], dict[str, "Dataset"]]:
    """What concerns every pinned dataset is done by who looks after all of them."""
    found, pins, own = _found(request, code)
    if not all(pin.table.code in own for pin in pins):
        raise PermissionDenied
    return found, pins, own


@require_POST
@power_required(Power.RELEASE)
def lift(request: SignedInRequest, code: str) -> HttpResponse:
    """Let it pin nothing any more; its code and what it pinned stay to be read."""
    _mine(request, code)
    form = forms.ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please say why; the release pins its versions as before."))
    elif services.lift_release(
        code, by=request.user.actor, at=clock.now(), reason=form.cleaned_data["reason"]
    ):
        messages.success(request, _("Lifted: its versions may be tidied away from now on."))
    return redirect("tables:release", code=code)


@power_required(Power.ROLL_BACK)
def restore(request: SignedInRequest, code: str) -> HttpResponse:
    """What bringing all tables back would change, and the yes to it."""
    found, pins, own = _mine(request, code)
    if any(own[pin.table.code].registered for pin in pins):
        raise PermissionDenied
    if request.method == "POST":
        return _restored(request, found, pins)
    changes: list[dict[str, Any]] = []
    try:
        for pin in pins:
            newest = selectors.latest(pin.table.code)
            if newest is not None and newest.checksum != pin.version.checksum:
                changes.append({"change": change_to(_title(own, pin), newest, pin.version)})
    except VersionClosed:
        messages.error(request, _("The release was lifted, and versions of it are closed."))
        return redirect("tables:release", code=code)
    except KeyNotUnique:
        messages.warning(request, _("Rows with the same key keep the changes from being counted."))
    looked_at = _looked_at(pins)
    context = {"release": found, "changes": changes, "looked_at": looked_at}
    return render(request, "tables/restore.html", context)


def _looked_at(pins: list[Pin]) -> str:
    """The newest versions of the tables, to see whether one came meanwhile."""
    newest = {pin.table.code: selectors.latest(pin.table.code) for pin in pins}
    return " ".join(f"{code}@{one.number if one else 0}" for code, one in sorted(newest.items()))


def _restored(request: SignedInRequest, found: Release, pins: list[Pin]) -> HttpResponse:
    if request.POST.get("looked_at") != _looked_at(pins):
        messages.error(
            request, _("A newer version came meanwhile. Please look again at what would change.")
        )
        return redirect("tables:restore", code=found.code)
    try:
        made = services.restore_release(found.code, by=request.user.actor, at=clock.now())
    except VersionClosed:
        messages.error(request, _("The release was lifted, and versions of it are closed."))
    else:
        messages.success(
            request,
            _("Brought back: %(count)s datasets have a new version.") % {"count": len(made)},
        )
    return redirect("tables:release", code=found.code)
