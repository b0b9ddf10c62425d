"""Golden records of very many: how far the worker is, and what it found."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.datastore.resolution import selectors, services
from dothi.datastore.resolution.choices import Aim, Power, WorkFault, WorkState
from dothi.datastore.resolution.models import GoldenTable, GoldenWork
from dothi.datastore.resolution.selectors import golden_works as works
from dothi.datastore.resolution.views import wording
from dothi.datastore.resolution.views.projects import found_for
from dothi.datastore.tables.selectors import Changes

KNOWN = {one.name for one in fields(Changes)}


def standing(table: GoldenTable, *, keeps: bool, at: datetime) -> dict[str, Any]:
    """What publishing would change: at once where there are few; of many what a worker found."""
    work = works.last_of(table)
    shown = _shown(work)
    if not keeps or shown["at_work"]:
        return {**shown, "may_drop": keeps and shown["droppable"]}
    if not works.are_many(table.project):
        return {**shown, "finding": "", **_prepared(table, at)}
    if work is not None and works.still_holds(work):
        return {"work": work, "may_put_aside": True, "prepared": _found(work)}
    return {**shown, "many": True, "stale": _stale(work)}


def _prepared(table: GoldenTable, at: datetime) -> dict[str, Any]:
    try:
        return {"prepared": services.prepare(table, at=at)}
    except services.Refused as error:
        return {"hindered": error.message}


def _found(work: GoldenWork) -> services.Prepared:
    known = {name: value for name, value in work.found.items() if name in KNOWN}
    return services.Prepared(mark=work.mark, changes=Changes(**known))


def _stale(work: GoldenWork | None) -> bool:
    return work is not None and work.aim == Aim.LOOK and work.state == WorkState.DONE


def _shown(work: GoldenWork | None) -> dict[str, Any]:
    if work is None:
        return {"work": None, "at_work": False, "droppable": False}
    return {
        "work": work,
        "at_work": work.state in works.OPEN,
        "droppable": work.state in (WorkState.QUEUED, WorkState.RUNNING),
        "aim": Aim(work.aim).label,
        "work_state": WorkState(work.state).label,
        "stage": wording.WORK_STAGES[work.stage],
        "percent": round(100 * work.share),
        "failed": WorkFault(work.fault).label if work.fault else "",
    }


@power_required(Power.READ)
def progress(request: SignedInRequest, code: str) -> HttpResponse:
    """The part of the page that asks again while a worker is at it."""
    project = found_for(request, code, clock.now())
    table = selectors.golden_table_of(project)
    shown = _shown(works.last_of(table) if table is not None else None)
    response = render(request, "resolution/_golden_work.html", {"project": project, **shown})
    if not shown["at_work"]:
        response["HX-Refresh"] = "true"
    return response


# --- What may be done -----------------------------------------------------------------------------


def look(table: GoldenTable, request: SignedInRequest, at: datetime) -> None:
    services.ask_for_work(table=table, aim=Aim.LOOK, by=request.user, at=at)


def publish(table: GoldenTable, request: SignedInRequest, at: datetime) -> str | None:
    """At once where there are few; of many a worker does it."""
    seen = request.POST.get("seen", "")
    if not works.are_many(table.project):
        services.publish_table(table=table, seen=seen, by=request.user, at=at)
        return None
    services.ask_for_work(table=table, aim=Aim.PUBLISH, seen=seen, by=request.user, at=at)
    return _("A worker publishes it. You are written to when it is done.")


def drop(table: GoldenTable, request: SignedInRequest, at: datetime) -> None:
    work = works.last_of(table)
    if work is None:
        raise services.NotAllowedNow
    services.drop_work(work=work, by=request.user, at=at)
