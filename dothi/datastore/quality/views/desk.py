"""The steward's pages: how datasets stand, one with all its checks, rules, incidents."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.accounts.selectors import names_of
from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Power as Keeping
from dothi.datastore.quality import forms, permissions, selectors, services, wording
from dothi.datastore.quality.choices import Power, RuleKind, Severity, Why
from dothi.datastore.quality.models import Incident
from dothi.datastore.quality.views.shared import (
    GRAVE,
    found_for,
    look_shown,
    percent,
    result_shown,
    tone,
    trend_of,
)

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

PAGE = 40
HISTORY = 30


@power_required(Keeping.SEE)
def datasets(request: SignedInRequest) -> HttpResponse:
    """The datasets of one's units with their scores, the worst first."""
    kept = list(catalogue.datasets_kept_by(request.user, on=clock.now().date()))
    looks = selectors.newest_looks([one.code for one in kept])
    incidents = selectors.open_incidents([one.code for one in kept])
    rows: list[dict[str, Any]] = []
    for one in kept:
        look = looks.get(one.code)
        score = look.score if look is not None else None
        rows.append(
            {
                "code": one.code, "title": one.title, "unit": one.unit.name, "look": look,
                "number": score, "score": percent(score), "tone": tone(score),
                "incidents": incidents.get(one.code, 0),
            }
        )  # fmt: skip
    rows.sort(key=lambda row: (-row["incidents"], row["number"] is None, row["number"] or 0))
    return render(request, "quality/desk.html", {"rows": rows})


@power_required(Keeping.SEE)
def dataset(request: SignedInRequest, code: str) -> HttpResponse:
    """All checks of one dataset, its score over time, its rules and incidents."""
    at = clock.now()
    found = found_for(request, code, at)
    look = selectors.newest_look(code)
    context: dict[str, Any] = {
        "dataset": found,
        "rules": selectors.rules_of(code),
        "incidents": _incidents(found),
        "may_rule": permissions.may_rule(request.user, found.unit_id, on=at.date()),
    }
    if look is not None:
        results = [result_shown(one, found.agreed) for one in selectors.results_of(look)]
        context |= {
            **look_shown(look),
            "not_passed": [one for one in results if not one["passed"]],
            "passed": [one for one in results if one["passed"]],
            "trend": trend_of(code, at),
        }
    return render(request, "quality/desk_dataset.html", context)


def _incidents(found: "Dataset") -> list[dict[str, Any]]:
    rows = list(selectors.incidents_of(found.code)[:HISTORY])
    names = names_of({one.settled_by for one in rows if one.settled_by})
    return [
        {
            "incident": one,
            "asked": _asked(one, found),
            "grave": GRAVE[Severity(one.severity)],
            "severity": Severity(one.severity).label,
            "by": names.get(one.settled_by, _("by itself")) if one.settled_at else "",
        }
        for one in rows
    ]


def _asked(incident: Incident, found: "Dataset") -> str:
    if incident.result is None:
        return incident.check_code
    return wording.asked(incident.result, found.agreed)


@require_POST
@power_required(Power.RULE)
def ask_again(request: SignedInRequest, code: str) -> HttpResponse:
    """Have all checks asked now."""
    at = clock.now()
    found = found_for(request, code, at)
    if not permissions.may_rule(request.user, found.unit_id, on=at.date()):
        raise PermissionDenied
    services.ask_to_inspect(code, why=Why.ASKED)
    messages.success(request, _("A worker asks all checks anew. Please look again in a minute."))
    return redirect("quality:desk_dataset", code=code)


# --- Rules ---------------------------------------------------------------------------------------


@power_required(Power.RULE)
def new_rule(request: SignedInRequest, code: str) -> HttpResponse:
    """Two steps: beside which dataset, then which columns. Without a script."""
    at = clock.now()
    found = found_for(request, code, at)
    if not permissions.may_rule(request.user, found.unit_id, on=at.date()):
        raise PermissionDenied
    # A rule tells how far two tables agree: only of tables that one looks after oneself.
    others = [
        one
        for one in catalogue.datasets_kept_by(request.user, on=at.date())
        if one.agreed is not None
    ]
    chosen = forms.OtherForm(request.GET or None, others=others)
    context: dict[str, Any] = {"dataset": found, "choose": chosen}
    status = 200
    if chosen.is_valid():
        other = next(one for one in others if one.code == chosen.cleaned_data["other"])
        kind = RuleKind(chosen.cleaned_data["kind"])
        form = forms.RuleForm(request.POST or None, here=found, there=other, kind=kind)
        if request.method == "POST" and form.is_valid() and _stated(request, found, other, form):
            messages.success(request, _("The rule holds from the next look on."))
            services.ask_to_inspect(code, why=Why.ASKED)
            return redirect("quality:desk_dataset", code=code)
        status = 422 if form.errors else 200
        context |= {
            "form": form,
            "other": other,
            "kind": kind.label,
            "query": request.GET.urlencode(),
        }
    return render(request, "quality/new_rule.html", context, status=status)


def _stated(
    request: SignedInRequest, found: "Dataset", other: "Dataset", form: forms.RuleForm
) -> bool:
    asked = form.cleaned_data
    try:
        services.state_rule(
            dataset=found, other=other, kind=RuleKind(request.GET["kind"]), mine=form.side(""),
            theirs=form.side("other_"), title=asked["title"],
            severity=Severity(asked["severity"]), tolerance=(asked.get("tolerance") or 0) / 100,
            by=request.user.actor, at=clock.now(),
        )  # fmt: skip
    except services.Refused as error:
        form.add_error(None, wording.refusal(error))
        return False
    return True


@require_POST
@power_required(Power.RULE)
def end_rule(request: SignedInRequest, code: str, rule: str) -> HttpResponse:
    """Ask a rule no more."""
    at = clock.now()
    found = found_for(request, code, at)
    if not permissions.may_rule(request.user, found.unit_id, on=at.date()):
        raise PermissionDenied
    row = selectors.rules_of(code).filter(code=rule).first()
    if row is None:
        raise Http404
    try:
        services.end_rule(row, by=request.user.actor, at=at)
    except services.Refused as error:
        messages.error(request, wording.refusal(error))
    else:
        messages.success(request, _("The rule is ended. What it found stays."))
    return redirect("quality:desk_dataset", code=code)


# --- Incidents -----------------------------------------------------------------------------------


@power_required(Keeping.SEE)
def incident(request: SignedInRequest, number: int) -> HttpResponse:
    """One incident: what fails since when, and a way to settle it with a reason."""
    at = clock.now()
    on = at.date()
    try:
        row = selectors.incident_seen_by(request.user, number, on=on)
    except Incident.DoesNotExist as error:
        raise Http404 from error
    found = found_for(request, row.dataset, at)
    may = permissions.may_settle(request.user, found.unit_id, on=on)
    form = forms.SettleForm(request.POST or None)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        if form.is_valid() and _settled(request, row, form):
            messages.success(request, _("Settled. In a later version it counts anew."))
            return redirect(reverse("quality:desk_dataset", args=[found.code]))
    context = {
        "incident": row,
        "dataset": found,
        "result": result_shown(row.result, found.agreed) if row.result is not None else None,
        "grave": GRAVE[Severity(row.severity)],
        "severity": Severity(row.severity).label,
        "by": names_of({row.settled_by}).get(row.settled_by, _("by itself")),
        "form": form if may and (row.settled_at is None or form.errors) else None,
    }
    return render(request, "quality/incident.html", context, status=422 if form.errors else 200)


def _settled(request: SignedInRequest, row: Incident, form: forms.SettleForm) -> bool:
    try:
        services.settle(
            row, by=request.user.actor, reason=form.cleaned_data["reason"], at=clock.now()
        )
    except services.Refused as error:
        form.add_error(None, wording.refusal(error))
        return False
    return True
