"""Print the papers of dossiers: one, those of several, the control sheet."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, registry, selectors, services
from dothi.cases.models import Dossier, IssuedPaper
from dothi.cases.services import NotYours, Refused
from dothi.core import clock
from dothi.core.papers.http import issued
from dothi.core.papers.registry import Kind

MOST = 50  # Dossiers that are printed at once.
PRINTED = {one.code: one for one in (registry.RECEIVED, registry.CONTROL, registry.APOLOGY)}


@staff_required
def papers(request: SignedInRequest, code: str) -> HttpResponse:
    """The papers of a dossier, and the control sheet to be printed."""
    return _papers(request, _dossier(request, code, clock.now()))


def _papers(
    request: SignedInRequest, dossier: Dossier, *, error: str = "", purpose: str | None = None
) -> HttpResponse:
    on = clock.now().date()
    response = render(
        request,
        "cases/desk/papers.html",
        {
            "code": dossier.code,
            "papers": selectors.papers_of_dossier(dossier),
            "may_open": permissions.may_open(request.user, dossier, on=on),
            "purpose": purpose if purpose is not None else _("To hand it to the applicant"),
            "error": error,
        },
        status=422 if error else 200,
    )
    response["Cache-Control"] = "private, no-store"
    return response


@staff_required
@require_POST
def take(request: SignedInRequest, code: str) -> HttpResponse | FileResponse:
    """One paper as a file; `control` stands for the control sheet as it is now."""
    at = clock.now()
    dossier = _dossier(request, code, at)
    number, purpose = request.POST.get("paper", ""), request.POST.get("purpose", "")
    try:
        if number == "control":
            number = services.print_control(dossier=dossier, by=request.user, at=at).code
        paper = services.open_paper(
            dossier=dossier, code=number, by=request.user, purpose=purpose, at=at
        )
    except IssuedPaper.DoesNotExist as missing:
        raise Http404 from missing
    except NotYours as refused:
        raise PermissionDenied from refused
    except Refused as refused:
        return _papers(request, dossier, error=refused.message, purpose=purpose)
    return issued(dossier.subject, paper.code)


@staff_required
@require_POST
def application(request: SignedInRequest, code: str) -> HttpResponse:
    """The application as it was sent in; it names people, so that its reading is noted first."""
    at = clock.now()
    dossier = _dossier(request, code, at)
    try:
        content = services.open_application(
            dossier=dossier, by=request.user, purpose=request.POST.get("purpose", ""), at=at
        )
    except NotYours as refused:
        raise PermissionDenied from refused
    except Refused as refused:
        return _papers(request, dossier, error=refused.message)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{dossier.code}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@staff_required
@require_POST
def take_several(request: SignedInRequest) -> HttpResponse:
    """The papers of one kind of the dossiers that were ticked, in one file."""
    at = clock.now()
    kind = PRINTED.get(request.POST.get("kind", registry.RECEIVED.code))
    if kind is None:
        raise Http404
    dossiers = _ticked(request, at)
    purpose = request.POST.get("purpose", "") or _("To hand it to the applicant")
    try:
        content = services.print_papers(
            dossiers=dossiers, kind=kind, by=request.user, purpose=purpose, at=at
        )
    except NotYours as refused:
        raise PermissionDenied from refused
    if not content:
        messages.warning(request, _("None of these dossiers has such a paper."))
        return redirect("cases:queue")
    return _file(content, kind, at)


def _ticked(request: SignedInRequest, at: datetime) -> list[Dossier]:
    codes = request.POST.getlist("codes")[:MOST]
    seen = selectors.dossiers_seen_by(request.user, on=at.date())
    return list(seen.filter(code__in=codes).order_by("code"))


def _file(content: bytes, kind: Kind, at: datetime) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{kind.code}-{at:%Y%m%d-%H%M}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _dossier(request: SignedInRequest, code: str, at: datetime) -> Dossier:
    try:
        return selectors.dossier_seen_by(request.user, code, on=at.date())
    except Dossier.DoesNotExist as missing:
        raise Http404 from missing
