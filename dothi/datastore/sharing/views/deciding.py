"""The desk of those who decide: requests that wait, uses in force, what use was made of them."""

import csv
import io
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.datastore.sharing import permissions, selectors, services
from dothi.datastore.sharing.choices import Power, State
from dothi.datastore.sharing.forms import AgreeForm
from dothi.datastore.sharing.models import Application, Grant
from dothi.datastore.sharing.views import shared
from dothi.lib import tables as sheets

PAGE = 50


@power_required(Power.SEE)
def desk(request: SignedInRequest) -> HttpResponse:
    """What waits for an answer, then the uses: those in force first."""
    at = clock.now()
    seen = selectors.applications_seen_by(request.user, on=at.date())
    waiting = seen.filter(state__in=[State.ASKED, State.RETURNED]).order_by("asked_at", "id")
    grants = selectors.grants_seen_by(request.user, on=at.date())
    in_force = grants.filter(selectors.in_force(at.date()))
    over = grants.exclude(selectors.in_force(at.date()))
    return render(
        request,
        "sharing/desk.html",
        {
            "may_give": permissions.may_decide(request.user, None, on=at.date()),
            "waiting": [shared.application_shown(one, at=at) for one in waiting[:PAGE]],
            "uses": [shared.grant_shown(one, at=at) for one in [*in_force[:PAGE], *over[:PAGE]]],
            "answered": [
                shared.application_shown(one, at=at)
                for one in seen.filter(state__in=[State.REFUSED, State.WITHDRAWN])[:PAGE]
            ],
        },
    )


def _application(request: SignedInRequest, code: str, at: datetime) -> Application:
    found = selectors.applications_seen_by(request.user, on=at.date()).filter(code=code).first()
    if found is None:
        raise Http404
    return found


@never_cache
@power_required(Power.SEE)
def application(request: SignedInRequest, code: str) -> HttpResponse:
    """One request: what is asked for, and the terms to agree to, which may be less."""
    at = clock.now()
    found = _application(request, code, at)
    may = permissions.may_answer(request.user, found, on=at.date())
    form = _agree_form(request, found) if may and found.state == State.ASKED else None
    if form is not None and form.is_valid():
        try:
            made = services.agree(application=found, terms=form.terms(), by=request.user, at=at)
        except services.Refused as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Agreed. The paper is issued and the use is in force."))
            return redirect("sharing:use", code=made.code)
    context: dict[str, Any] = {
        "shown": shared.application_shown(found, at=at, explained=True),
        "form": form,
        "own": found.asker_id == request.user.pk,
        "asker": found.asker.get_full_name(),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "sharing/application.html", context, status=status)


def _agree_form(request: SignedInRequest, found: Application) -> AgreeForm | None:
    contract = found.dataset.agreed
    if contract is None:
        return None
    filled = AgreeForm.filled(
        purpose=found.purpose, legal_basis=found.legal_basis, columns=found.columns,
        where=found.where, figures_only=found.figures_only, expires_on=found.expires_on,
    )  # fmt: skip
    return AgreeForm(request.POST or None, contract=contract, initial=filled)


@require_POST
@power_required(Power.DECIDE)
def answer(request: SignedInRequest, code: str, how: str) -> HttpResponse:
    """Refuse, or ask back."""
    at = clock.now()
    found = _application(request, code, at)
    if not permissions.may_answer(request.user, found, on=at.date()):
        raise Http404
    said = request.POST.get("text", "")
    try:
        if how == "refuse":
            services.refuse(application=found, by=request.user, at=at, reason=said)
        else:
            services.ask_back(application=found, by=request.user, at=at, question=said)
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The answer is written to the asker."))
    return redirect("sharing:application", code=code)


def _grant(request: SignedInRequest, code: str, at: datetime) -> Grant:
    found = selectors.grants_seen_by(request.user, on=at.date()).filter(code=code).first()
    if found is None:
        raise Http404
    return found


@never_cache
@power_required(Power.SEE)
def use(request: SignedInRequest, code: str) -> HttpResponse:
    """One use: its terms and paper, and what use was made of it."""
    at = clock.now()
    found = _grant(request, code, at)
    return render(
        request,
        "sharing/use.html",
        {
            "shown": shared.grant_shown(found, at=at, explained=True),
            "report": shared.report(found),
            "may_end": found.ended_at is None
            and permissions.may_decide(request.user, found.dataset.unit_id, on=at.date()),
        },
    )


@power_required(Power.SEE)
def report(request: SignedInRequest, code: str) -> HttpResponse:
    """The report on a use as CSV."""
    found = _grant(request, code, clock.now())
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["on", "who", "door", "form", "version", "times", "rows"])
    for row in shared.report(found):
        writer.writerow([
            row["on"].isoformat(), sheets.plain(row["who"]), row["door"], row["form"],
            row["version"], row["times"], row["most"],
        ])  # fmt: skip
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.code}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


@power_required(Power.SEE)
def paper(request: SignedInRequest, code: str, number: str) -> FileResponse:
    return shared.paper(_grant(request, code, clock.now()), number)


@require_POST
@power_required(Power.DECIDE)
def end(request: SignedInRequest, code: str) -> HttpResponse:
    """End a use before its day; the paper becomes void."""
    at = clock.now()
    found = _grant(request, code, at)
    if not permissions.may_decide(request.user, found.dataset.unit_id, on=at.date()):
        raise Http404
    try:
        services.end(
            grant=found, by=request.user.actor, at=at, reason=request.POST.get("reason", "")
        )
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The use has ended."))
    return redirect("sharing:use", code=code)
