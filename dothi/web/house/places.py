"""The calendar of working days, the units in time, and the health of the house."""

import json
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest
from dothi.core import clock
from dothi.core.clocks import selectors as clocks
from dothi.core.clocks import services as clock_services
from dothi.core.events import selectors as events
from dothi.core.notices import selectors as notice_selectors
from dothi.core.workdays import selectors as workdays
from dothi.core.workdays import services as workday_services
from dothi.core.workdays.choices import DayKind
from dothi.units import selectors as unit_selectors
from dothi.units.models import Area, Unit
from dothi.web import health as probes
from dothi.web.house import forms
from dothi.web.house.doors import house_required, number, page
from dothi.web.permissions import MANAGE

YEARS = 3  # Before and after the chosen one.


# --- Working days --------------------------------------------------------------------------------


@house_required()
def calendar(request: SignedInRequest) -> HttpResponse:
    """The days of a year that depart from the week."""
    return _calendar(request, forms.DayForm())


@require_POST
@house_required(MANAGE)
def set_day(request: SignedInRequest) -> HttpResponse:
    """Say what a day is, by which decision. Open time limits stay as they are."""
    form = forms.DayForm(request.POST)
    if not form.is_valid():
        return _calendar(request, form, status=422)
    data = form.cleaned_data
    workday_services.set_day(
        day=data["day"],
        kind=DayKind(data["kind"]),
        label_vi=data["label_vi"],
        label_en=data["label_en"],
        legal_basis=data["legal_basis"],
        by=request.user.actor,
        at=clock.now(),
    )
    messages.success(request, _("The day is set. Open time limits stay until you move them below."))
    return redirect(f"{request.path.removesuffix('/set')}?year={data['day'].year}&moved=1")


@require_POST
@house_required(MANAGE)
def clear_day(request: SignedInRequest) -> HttpResponse:
    """Make a day an ordinary one again, with a reason."""
    day, form = parse_date(request.POST.get("day", "")), forms.ReasonForm(request.POST)
    path = request.path.removesuffix("/clear")
    if day is None or not form.is_valid():
        messages.error(request, _("Please say why. Nothing was changed."))
        return redirect(path)
    workday_services.clear_day(
        day=day, by=request.user.actor, at=clock.now(), reason=form.cleaned_data["reason"]
    )
    messages.success(request, _("The day is an ordinary one again."))
    return redirect(f"{path}?year={day.year}&moved=1")


@require_POST
@house_required(MANAGE)
def recompute(request: SignedInRequest) -> HttpResponse:
    """Compute the open time limits anew by the calendar as it is now: an act with a reason."""
    form = forms.ReasonForm(request.POST)
    path = request.path.removesuffix("/recompute")
    if not form.is_valid():
        messages.error(request, _("Please say why. Nothing was changed."))
        return redirect(f"{path}?moved=1")
    moved = clock_services.recompute_open(
        at=clock.now(), by=request.user.actor, reason=form.cleaned_data["reason"]
    )
    messages.success(request, _("%(count)s time limits were moved.") % {"count": moved})
    return redirect(path)


def _calendar(request: SignedInRequest, form: forms.DayForm, *, status: int = 200) -> HttpResponse:
    this_year = clock.now().year
    asked = number(request.GET.get("year", ""))
    year = asked if asked and abs(asked - this_year) <= 20 else this_year
    # What a correction would move is counted only when somebody looks at it: it reads every clock.
    preview = clocks.preview_recompute(limit=20) if request.GET.get("moved") else None
    context = {
        "year": year,
        "years": range(year - YEARS, year + YEARS + 1),
        "days": list(workdays.days_in(year)),
        "version": workdays.version(),
        "day_form": form,
        "reason_form": forms.ReasonForm(),
        "preview": preview,
    }
    return page(request, "calendar", context, status=status)


# --- Units ---------------------------------------------------------------------------------------


@house_required()
def units(request: SignedInRequest) -> HttpResponse:
    """The tree of units on a day, with where the drawing of each one's ground comes from."""
    today = clock.now().date()
    on = parse_date_or_none(request.GET.get("on", "")) or today
    rows = list(unit_selectors.in_force(on=on).order_by("code"))
    areas = {
        area.unit_id: area
        for area in Area.objects.filter(unit__in=rows, replaced_at=None).defer("geometry")
    }
    context = {
        "on": on,
        "boundaries": unit_selectors.boundaries(),
        "rows": [(unit, depth, areas.get(unit.pk)) for unit, depth in _tree(rows)],
    }
    return page(request, "units", context)


def parse_date_or_none(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # Such as the thirtieth of February.
        return None


def _tree(rows: list[Unit]) -> list[tuple[Unit, int]]:
    """Each unit under the one above it, with its depth."""
    below: dict[int | None, list[Unit]] = {}
    known = {unit.pk for unit in rows}
    for unit in rows:
        below.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    found: list[tuple[Unit, int]] = []

    def walk(parent: int | None, depth: int) -> None:
        for unit in below.get(parent, ()):
            found.append((unit, depth))
            walk(unit.pk, depth + 1)

    walk(None, 0)
    return found


# --- Health --------------------------------------------------------------------------------------


@house_required()
def health(request: SignedInRequest) -> HttpResponse:
    """Is everything up, is there room, what waits, and how old are the keys?"""
    return page(
        request,
        "health",
        {
            "missing": probes.missing(),
            "jobs": _jobs(),
            "waiting": sum(lag.waiting for lag in events.lag()),
            "letters": events.dead_letters().count(),
            "stuck": notice_selectors.stuck().count(),
            "size": _database_size(),
            "disk": shutil.disk_usage(settings.VAR if settings.VAR.exists() else settings.BASE_DIR),
            "keys": _keys(),
            "backup": _backup(),
        },
    )


def _jobs() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select status::text, count(*) from procrastinate_jobs"
            " where status in ('todo', 'doing', 'failed') group by 1 order by 1"
        )
        return [(status, count) for status, count in cursor.fetchall()]


def _database_size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_database_size(current_database())")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def _files(folder: Path, pattern: str) -> list[dict[str, Any]]:
    """Names, times and sizes; never what is in them."""
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.glob(pattern)):
        about = path.stat()
        made = datetime.fromtimestamp(about.st_mtime, tz=clock.now().tzinfo)
        found.append({"name": path.name, "at": made, "size": about.st_size})
    return found


def _keys() -> list[dict[str, Any]]:
    return _files(Path(settings.KEYS), "*.key")


def _backup() -> dict[str, Any]:
    """How the last nightly backup went, as it wrote down itself."""
    try:
        state = json.loads((Path(settings.VAR) / "backup.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {
        "good_at": parse_datetime(state.get("good_at", "")),
        "failed_at": parse_datetime(state.get("failed_at", "")),
        "why": state.get("why", ""),
    }
