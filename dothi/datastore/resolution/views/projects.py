"""Projects: the list, asking for one, saying yes or no, running it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.datastore.resolution import forms, permissions, ports, selectors, services
from dothi.datastore.resolution.choices import Kind, Power, RunState, State
from dothi.datastore.resolution.models import Project, ProjectList, Run
from dothi.datastore.resolution.rules.kinds import MODELS
from dothi.datastore.resolution.rules.model import Model
from dothi.datastore.resolution.views import wording

PAGE = 50


@power_required(Power.READ)
def projects(request: SignedInRequest) -> HttpResponse:
    """The projects of one's units, newest first."""
    at = clock.now()
    found = selectors.projects_seen_by(request.user, at=at)[:PAGE]
    return render(
        request,
        "resolution/projects.html",
        {
            "rows": [_row(one, at) for one in found],
            "may_ask": selectors.askable_units(request.user, at=at).exists(),
        },
    )


def _row(one: Project, at: datetime) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.title,
        "kind": Kind(one.kind).label,
        "unit": one.unit.name,
        "expires_on": one.expires_on,
        **state_of(one, at),
    }


def state_of(project: Project, at: datetime) -> dict[str, Any]:
    state = State(project.state)
    over = state == State.APPROVED and not permissions.is_open(project, on=at.date())
    return {
        "state_label": _("Expired") if over else state.label,
        "tone": "overdue" if over else wording.TONES[state],
        "is_open": permissions.is_open(project, on=at.date()),
    }


def found_for(request: SignedInRequest, code: str, at: datetime) -> Project:
    """The project, if this person reads it; else there is none."""
    project = selectors.projects_seen_by(request.user, at=at).filter(code=code).first()
    if project is None:
        raise Http404
    return project


@power_required(Power.ASK)
def ask(request: SignedInRequest) -> HttpResponse:
    """First which lists, then what for and which columns."""
    at = clock.now()
    choose = forms.ChooseForm(
        request.GET if "kind" in request.GET else None, codes=ports.lists().codes()
    )
    if not choose.is_valid():
        status = 422 if choose.is_bound else 200
        return render(request, "resolution/choose.html", {"form": choose}, status=status)
    kind = Kind(choose.cleaned_data["kind"])
    form = forms.AskForm(
        request.POST or None,
        units=selectors.askable_units(request.user, at=at),
        roles=[(role, wording.ROLES[role]) for role in MODELS[kind].roles],
        columns={one: ports.lists().columns(one) for one in choose.cleaned_data["lists"]},
    )
    if form.is_valid() and (project := _ask(request, form, kind, at)) is not None:
        messages.success(request, _("The project waits for a steward's yes."))
        return redirect("resolution:project", code=project.code)
    status = 422 if form.is_bound else 200
    return render(request, "resolution/ask.html", {"form": form, "kind": kind}, status=status)


def _ask(request: SignedInRequest, form: forms.AskForm, kind: Kind, at: datetime) -> Project | None:
    data = form.cleaned_data
    unit = selectors.askable_units(request.user, at=at).get(code=data["unit"])
    try:
        return services.ask(
            kind=kind, title=data["title"], purpose=data["purpose"],
            legal_basis=data["legal_basis"], unit=unit, lists=form.lists(),
            expires_on=data["expires_on"], within=data["within"], by=request.user, at=at,
        )  # fmt: skip
    except services.Refused as error:
        form.add_error(None, error.message)
        return None


@power_required(Power.READ)
def project(request: SignedInRequest, code: str) -> HttpResponse:
    """One project: what for, which lists, how far it is, what may be done."""
    at = clock.now()
    found = found_for(request, code, at)
    on = at.date()
    decides = permissions.may_decide(request.user, found, on=on)
    return render(
        request,
        "resolution/project.html",
        {
            "project": found,
            "kind": Kind(found.kind).label,
            "lists": [_list(one, selectors.model_of(found)) for one in selectors.lists_of(found)],
            "counts": selectors.counts(found),
            "entities": list(selectors.entities_of(found)[:PAGE]),
            "may_decide": decides and found.state == State.ASKED,
            "own": found.asked_by == request.user.actor and found.state == State.ASKED,
            "may_end": permissions.may_end(request.user, found, on=on)
            and found.state == State.APPROVED,
            "may_review": permissions.may_review(request.user, found, on=on),
            **state_of(found, at),
            **run_of(found),
        },
    )


def _list(one: ProjectList, model: Model) -> dict[str, Any]:
    return {
        "dataset": one.dataset,
        "trust": one.trust,
        "columns": [
            (wording.ROLES[role], one.roles[role]) for role in model.roles if role in one.roles
        ],
    }


def run_of(project: Project) -> dict[str, Any]:
    run = selectors.last_run(project)
    if run is None:
        return {"run": None}
    return {
        "run": run,
        "runs": run.state in selectors.OPEN_RUNS,
        "run_state": RunState(run.state).label,
        "stage": wording.STAGES[run.stage],
        "percent": round(100 * run.share),
        "fault": _fault(run),
    }


def _fault(run: Run) -> str:
    if not run.fault:
        return ""
    if run.fault.startswith("list_missing"):
        return _("A list is no longer there, or lacks a column: %(which)s") % {
            "which": run.fault.partition(": ")[2]
        }
    return _("The purpose was no longer approved when the run began.")


@power_required(Power.READ)
def progress(request: SignedInRequest, code: str) -> HttpResponse:
    """How far the run is: a part of the page that asks again while it runs."""
    found = found_for(request, code, clock.now())
    return render(request, "resolution/_run.html", {"project": found, **run_of(found)})


@require_POST
@power_required(Power.READ)
def act(request: SignedInRequest, code: str, deed: str) -> HttpResponse:
    """Approve, refuse, end or run."""
    at = clock.now()
    found = found_for(request, code, at)
    form = forms.ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    may, do, said = _DEEDS[deed]
    # Who asked is told why the own yes does not count; others may not even ask.
    own = deed in {"approve", "refuse"} and found.asked_by == request.user.actor
    if not own and not may(request.user, found, on=at.date()):
        raise PermissionDenied
    try:
        do(found, request, at, reason)
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said())
    return redirect("resolution:project", code=code)


_DEEDS: dict[str, tuple[Callable[..., bool], Callable[..., Any], Callable[[], str]]] = {
    "approve": (
        permissions.may_decide,
        lambda p, r, at, _reason: services.approve(project=p, by=r.user, at=at),
        lambda: _("Approved. The lists may be joined now."),
    ),
    "refuse": (
        permissions.may_decide,
        lambda p, r, at, reason: services.refuse(project=p, by=r.user, at=at, reason=reason),
        lambda: _("Refused."),
    ),
    "end": (
        permissions.may_end,
        lambda p, r, at, reason: services.end(project=p, by=r.user, at=at, reason=reason),
        lambda: _("Ended. Values of persons are gone; codes and history stay."),
    ),
    "run": (
        permissions.may_review,
        lambda p, r, at, _reason: services.start(project=p, by=r.user, at=at),
        lambda: _("The lists are being compared."),
    ),
}
DEEDS = tuple(_DEEDS)
