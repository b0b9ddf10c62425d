"""A dataset by unit, on the boundaries of any date: `/data/CODE/units?on=2025-06-30`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.datastore.sharing import services
from dothi.datastore.sharing.forms import ByUnitForm
from dothi.datastore.tables.selectors import VersionClosed
from dothi.units import selectors as units
from dothi.units.models import Unit
from dothi.units.rules import Restated, Restatement


@dataclass(frozen=True, kw_only=True)
class Row:
    """A unit with what it and all below it have."""

    name: str
    code: str
    depth: int
    amount: float
    percent_estimated: int


@require_safe
@limited("sharing.by_unit", limit=600, per=timedelta(hours=1), methods=("GET",))
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Each row keeps the unit of its day; here it is read on other boundaries."""
    at = clock.now()
    try:
        opening = services.open_dataset(code, request.user, at=at)
    except (services.NotShared, services.NothingYet, VersionClosed) as error:
        raise Http404 from error
    axes = services.axes_of(opening)
    if not axes:
        raise Http404
    first = {
        "on": at.date(), "unit": axes.units[0].name, "day": axes.days[0].name if axes.days else "",
        "amount": "",
    }  # fmt: skip
    form = ByUnitForm(_asked(request, first), axes=axes)
    context = {"opening": opening, "form": form, "days": list(reversed(units.boundaries()))}
    if form.is_valid():
        context |= _answer(opening, **form.cleaned_data)
    return render(request, "sharing/by_unit.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, first: dict[str, object]) -> dict[str, object]:
    return {name: request.GET.get(name, value) for name, value in first.items()}


def _answer(
    opening: services.Opening, *, on: date, unit: str, day: str, amount: str
) -> dict[str, object]:
    boundaries = units.Boundaries(on)
    moved = services.by_unit(opening, boundaries, unit=unit, day=day, amount=amount)
    return {
        "on": on,
        "rows": list(_rows(moved, boundaries)),
        "nowhere": units.plain(moved.nowhere.amount),
        "total": units.plain(moved.total),
        "estimated": any(row.estimated for row in moved.by_unit.values()),
    }


def _rows(moved: Restatement, boundaries: units.Boundaries) -> Iterator[Row]:
    """The tree of that date, top down; units that have nothing are there, too: with 0."""
    sums = boundaries.rolled_up(moved.by_unit)
    below: dict[int | None, list[Unit]] = {}
    for unit in units.in_force(on=boundaries.on).order_by("code"):
        parent = unit.parent_id if unit.parent_id in boundaries.units else None
        below.setdefault(parent, []).append(unit)
    yield from _branch(None, 0, below, sums)


def _branch(
    above: int | None, depth: int, below: dict[int | None, list[Unit]], sums: dict[int, Restated]
) -> Iterator[Row]:
    for unit in below.get(above, ()):
        row = sums.get(unit.pk, Restated())
        yield Row(
            name=unit.name, code=unit.code, depth=depth, amount=_rounded(row),
            percent_estimated=round(100 * row.share_estimated),
        )  # fmt: skip
        yield from _branch(unit.pk, depth + 1, below, sums)


def _rounded(row: Restated) -> float:
    """Shares make fractions; two places are more than they are good for."""
    return round(units.plain(row.amount), 2)
