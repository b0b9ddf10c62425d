"""Figures of a period, and the dossiers behind each of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, rules, selectors
from dothi.cases.choices import Figure
from dothi.cases.views.desk.period import FiguresForm, figures_form, shown
from dothi.core import clock
from dothi.core.audit.services import record
from dothi.core.downloads import Sent, send
from dothi.procedures import selectors as procedures

PAGE = 50
# The columns of the table, as a month is reported; what else is counted is in the rates.
COLUMNS = (
    Figure.CARRIED, Figure.RECEIVED, Figure.ONLINE, Figure.DIRECT, Figure.POST, Figure.EARLY,
    Figure.ON_DAY, Figure.LATE, Figure.NOT_RECEIVED, Figure.WITHDRAWN, Figure.STOPPED, Figure.OPEN,
    Figure.NEAR, Figure.OVERDUE, Figure.WAITING,
)  # fmt: skip
BAD = frozenset({Figure.LATE, Figure.OVERDUE})


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A number of the table and the list behind it."""

    count: int
    url: str
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the table: a procedure or a unit."""

    name: str
    code: str
    cells: list[Cell]
    average: float | None


@staff_required
def figures(request: SignedInRequest) -> HttpResponse:
    """The figures of the person's units in a period, and the indicators of QĐ 766."""
    at = clock.now()
    form = figures_form(request, at)
    found = selectors.lines_seen_by(request.user, form.period, at=at, unit=form.unit_code)
    whole = selectors.summed(found)
    first = rules.month_of(at.date()).since
    last = first - timedelta(days=1)
    return render(
        request,
        "cases/desk/figures.html",
        {
            "form": form,
            "columns": [figure.label for figure in COLUMNS],
            "lines": _lines(form, found, at),
            "whole": _line(form, _("All"), "", whole, {}),
            "rates": _rates(form, found, at),
            "last_month": urlencode(
                {"since": rules.month_of(last).since.isoformat(), "until": last.isoformat()}
            ),
            "this_year": urlencode(
                {"since": first.replace(month=1).isoformat(), "until": at.date().isoformat()}
            ),
            "query": form.query(),
            "until": min(at, selectors.moments(form.period)[1]),
            "may_export": permissions.may_export(request.user, on=at.date()),
        },
    )


def _names(at: datetime) -> dict[str, str]:
    """How procedures are called, by their code, as they are called now."""
    language = get_language() or "vi"
    versions = procedures.in_force(at.date()).values_list("procedure__code", "pk")
    return {code: procedures.content_of(pk).name.of(language) for code, pk in versions}


def _lines(form: FiguresForm, found: Iterable[selectors.Line], at: datetime) -> list[Line]:
    groups: dict[tuple[str, str, str], list[selectors.Line]] = {}
    units = {one.pk: one for one in form.units}
    names = _names(at)
    for line in found:
        unit, code = units[line.unit_id], line.procedure
        key = (
            (unit.code, unit.name, "unit")
            if form.by_unit
            else (code, names.get(code, code), "procedure")
        )
        groups.setdefault(key, []).append(line)
    return [
        _line(form, name, code, selectors.summed(lines), {asked: code})
        for (code, name, asked), lines in sorted(groups.items())
    ]


def _line(
    form: FiguresForm, name: str, code: str, whole: selectors.Sum, asked: dict[str, str]
) -> Line:
    return Line(
        name=name,
        code=code,
        average=whole.average,
        cells=[
            Cell(
                count=whole.counts[figure],
                url=_behind_url(form, figure, **asked),
                tone="late" if figure in BAD and whole.counts[figure] else "",
            )
            for figure in COLUMNS
        ],
    )


def _behind_url(form: FiguresForm, figure: Figure, **more: str) -> str:
    return f"{reverse('cases:behind')}?{form.query(figure=figure.value, **more)}"


def _rates(
    form: FiguresForm, found: Iterable[selectors.Line], at: datetime
) -> list[dict[str, Any]]:
    online, offered = selectors.offered_online(at.date())
    return [
        {
            "rate": rate,
            "url": _behind_url(form, rate.figure) if rate.figure else "",
            "rest": _behind_url(form, rate.figure, of=rate.of.value)
            if rate.figure and rate.of
            else "",
        }
        for rate in selectors.rates(found, online=online, offered=offered)
    ]


@staff_required
def behind(request: SignedInRequest) -> HttpResponse:
    """The dossiers that one number counts."""
    at = clock.now()
    form = figures_form(request, at)
    try:
        figure = Figure(request.GET.get("figure", ""))
        of = Figure(request.GET["of"]) if request.GET.get("of") else None
        before = int(request.GET.get("before") or 0)
    except ValueError as error:
        raise Http404 from error
    procedure = request.GET.get("procedure", "")
    page = selectors.behind(
        request.user, figure, form.period, at=at, of=of, unit=form.unit_code, procedure=procedure,
        before=before, limit=PAGE,
    )  # fmt: skip
    asked = {"figure": figure.value, "procedure": procedure}
    if of is not None:
        asked["of"] = of.value
    return render(
        request,
        "cases/desk/behind.html",
        {
            "title": _("Not: %(figure)s") % {"figure": figure.label} if of else figure.label,
            "rows": shown(page.items),
            "back": f"{reverse('cases:figures')}?{form.query()}",
            "period": form.period,
            "last_day": form.period.until - timedelta(days=1),
            "next_url": f"?{form.query(before=page.next, **asked)}" if page.next else "",
            "first_url": f"?{form.query(**asked)}" if before else "",
        },
    )


@staff_required
def export(request: SignedInRequest, form: str) -> Sent:
    """The table of figures as a file."""
    at = clock.now()
    asked = figures_form(request, at)
    if not permissions.may_export(request.user, on=at.date()):
        raise PermissionDenied
    found = selectors.lines_seen_by(request.user, asked.period, at=at, unit=asked.unit_code)
    record("cases.export", subject="cases.figures", by=request.user.actor, at=at, form=form)
    columns = [str(figure.label) for figure in COLUMNS]
    heads = [_("Code"), _("Procedure or unit"), *columns, _("Average days")]
    lines = [
        (line.code, line.name, *(cell.count for cell in line.cells), line.average)
        for line in [
            *_lines(asked, found, at), _line(asked, _("All"), "", selectors.summed(found), {})
        ]
    ]  # fmt: skip
    period = asked.period
    return send(form, heads, lines, f"cases-{period.since:%Y%m%d}-{period.until:%Y%m%d}")
