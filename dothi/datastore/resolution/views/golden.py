"""The table of golden records: asked for, agreed, looked at before it changes, published, ended."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.datastore.catalogue.choices import Classification, Share
from dothi.datastore.resolution import forms, permissions, selectors, services
from dothi.datastore.resolution.choices import ColumnRole, Power, State
from dothi.datastore.resolution.models import GoldenTable, Project
from dothi.datastore.resolution.views import golden_works, wording
from dothi.datastore.resolution.views.projects import found_for
from dothi.datastore.tables import selectors as tables


@power_required(Power.READ)
def golden(request: SignedInRequest, code: str) -> HttpResponse:
    """How the table stands, and what may be done now: ask, decide, or publish what changed."""
    at = clock.now()
    return _page(request, found_for(request, code, at), at)


def _page(
    request: SignedInRequest, project: Project, at: datetime, form: forms.GoldenForm | None = None
) -> HttpResponse:
    on, user = at.date(), request.user
    table = selectors.golden_table_of(project)
    is_open = permissions.is_open(project, on=on)
    closed = table is None or table.state in {State.REFUSED, State.ENDED}
    asks = (
        closed
        and is_open
        and project.changes.exists()
        and permissions.may_ask_for_table(user, project, on=on)
    )
    context = {
        "project": project,
        "table": table,
        "is_open": is_open,
        "columns": _columns(project),
        "form": (form or _form(project)) if asks else None,
        **(_standing(request, table, is_open, at) if table is not None else {}),
    }
    return render(request, "resolution/golden.html", context, status=422 if form else 200)


def _form(project: Project, data: Any = None) -> forms.GoldenForm:
    return forms.GoldenForm(
        data, shares=selectors.golden_shares(project), initial={"purpose": project.purpose}
    )


def _columns(project: Project) -> list[dict[str, Any]]:
    """From where each value comes, and how it will be guarded."""
    guarded = {one.name: one.classification for one in selectors.golden_columns(project)}
    return [
        {
            "label": ColumnRole(role).label,
            "sources": [f"{one.dataset}.{one.column}" for one in reads],
            "guarded": Classification(guarded[role]).label,
            "tone": wording.GUARDED[guarded[role]],
        }
        for role, reads in selectors.golden_reads(project).items()
    ]


def _standing(
    request: SignedInRequest, table: GoldenTable, is_open: bool, at: datetime
) -> dict[str, Any]:
    user, on = request.user, at.date()
    approved = table.state == State.APPROVED
    keeps = approved and permissions.may_keep_table(user, table.project, on=on)
    asked = table.state == State.ASKED
    return {
        "state_label": State(table.state).label,
        "tone": wording.TONES[State(table.state)],
        "share": Share(table.share).label,
        "own": asked and table.asked_by == user.actor,
        "may_decide": asked and permissions.may_decide_on_table(user, table, on=on),
        "may_end": keeps,
        "newest": tables.latest(table.dataset) if approved else None,
        **(golden_works.standing(table, keeps=keeps and is_open, at=at) if approved else {}),
    }


@require_POST
@power_required(Power.ASK)
def ask(request: SignedInRequest, code: str) -> HttpResponse:
    """Ask for the table; what is wrong stands beside its field."""
    at = clock.now()
    project = found_for(request, code, at)
    if not permissions.may_ask_for_table(request.user, project, on=at.date()):
        raise PermissionDenied
    form = _form(project, request.POST)
    if not form.is_valid():
        return _page(request, project, at, form)
    try:
        services.ask_for_table(
            project=project, by=request.user, at=at,
            **{**form.cleaned_data, "share": Share(form.cleaned_data["share"])},
        )  # fmt: skip
    except services.Refused as error:
        form.add_error(None, error.message)
        return _page(request, project, at, form)
    messages.success(request, _("The table waits for another steward's yes."))
    return redirect("resolution:golden", code=code)


@require_POST
@power_required(Power.APPROVE)
def act(request: SignedInRequest, code: str, deed: str) -> HttpResponse:
    """Approve, refuse, look, publish, give up or end."""
    at = clock.now()
    project = found_for(request, code, at)
    table = selectors.golden_table_of(project)
    do, said = _DEEDS[deed]
    if not permissions.may_keep_table(request.user, project, on=at.date()):
        raise PermissionDenied
    try:
        if table is None:
            raise services.NotAllowedNow
        done = do(table, request, at)
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done or said())
    return redirect("resolution:golden", code=code)


def _reason(request: SignedInRequest) -> str:
    form = forms.ReasonForm(request.POST)
    return form.cleaned_data["reason"] if form.is_valid() else ""


# What it returns is said to the person, where it is not what is said always.
Deed = Callable[[GoldenTable, SignedInRequest, datetime], str | None]
_DEEDS: dict[str, tuple[Deed, Callable[[], str]]] = {
    "approve": (
        lambda table, r, at: services.approve_table(table=table, by=r.user, at=at),
        lambda: _("Approved. The golden records may be published now."),
    ),
    "refuse": (
        lambda table, r, at: services.refuse_table(
            table=table, by=r.user, at=at, reason=_reason(r)
        ),
        lambda: _("Refused."),
    ),
    "publish": (
        golden_works.publish,
        lambda: _("Published. Readers see the new version from now on."),
    ),
    "look": (
        golden_works.look,
        lambda: _("A worker finds out what would change. You are written to when it is known."),
    ),
    "drop": (golden_works.drop, lambda: _("Given up. The table is as before.")),
    "end": (
        lambda table, r, at: services.end_table(
            table=table, by=r.user.actor, at=at, reason=_reason(r)
        ),
        lambda: _("Ended. The rows are gone from every version."),
    ),
}
DEEDS = tuple(_DEEDS)
