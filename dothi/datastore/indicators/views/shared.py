"""Figures as plain values, as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from dothi.core import clock
from dothi.datastore.indicators.choices import Better, Run, Scale
from dothi.datastore.indicators.models import Trouble
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.selectors import Point

MINUS = "−"
WIDTH, HEIGHT = 100, 40  # Of a drawn trend.


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An indicator on a page, with its newest figure if there is one."""

    code: str
    title: str
    help: str
    steward: str
    url: str
    better: str
    scale: str
    public: bool
    value: str
    run: str
    as_of: datetime | None
    in_trouble: bool


def shown(
    indicator: Indicator,
    value: float | None = None,
    *,
    run: Run | None = None,
    as_of: datetime | None = None,
    troubles: Sequence[Trouble] = (),
) -> Shown:
    return Shown(
        code=indicator.code,
        title=str(indicator.title),
        help=str(indicator.help),
        steward=indicator.steward,
        url=reverse("indicators:indicator", args=[indicator.code]),
        better="" if indicator.better == Better.NEITHER else str(indicator.better.label),
        scale=str(indicator.scale.label),
        public=indicator.public,
        value=words(value, indicator),
        run=str(run.label) if run else "",
        as_of=as_of,
        in_trouble=bool(troubles),
    )


def words(value: float | Fraction | None, indicator: Indicator, *, hidden: bool = False) -> str:
    """A figure in the language of the page; a dash where nothing was measured."""
    if hidden:
        return _("hidden")
    if value is None:
        return "–"
    places = 0 if indicator.scale == Scale.COUNT and float(value).is_integer() else 1
    text = number_format(round(float(value), places), places, use_l10n=True, force_grouping=True)
    return f"{text}\u00a0{indicator.unit_of_measure}".rstrip("\u00a0")


def change_words(value: Fraction | None, indicator: Indicator) -> str:
    """A change with its sign; of a share, in points."""
    if value is None:
        return "–"
    places = 0 if indicator.scale == Scale.COUNT and value.denominator == 1 else 2
    rounded = round(abs(float(value)), places)  # `number_format` cuts off.
    size = number_format(rounded, places, use_l10n=True, force_grouping=True)
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return f"{sign}{size}"


def moment_of(day: date, *, now: datetime) -> datetime:
    """The end of a day, or now where it has not ended."""
    end = datetime.combine(day, time.max, tzinfo=clock.local(now).tzinfo)
    return min(end, now)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A trend as lines of one definition each, with a mark where the next one begins."""

    lines: tuple[str, ...]
    marks: tuple[float, ...]
    end: str
    first: tuple[str, str]
    last: tuple[str, str]


def last_of_each_day(points: Sequence[Point]) -> list[Point]:
    """A trend of days: what was said last on each of them."""
    days = {clock.local(one.at).date(): one for one in points}
    return list(days.values())


def drawn(points: Sequence[Point], indicator: Indicator) -> Drawn | None:
    """None where there is no line to be drawn."""
    known = [(one, one.value.value) for one in points if one.value.value is not None]
    if len(known) < 2:
        return None
    begin, span = known[0][0].at, known[-1][0].at - known[0][0].at
    low, high = min(value for _one, value in known), max(value for _one, value in known)
    lines: list[list[str]] = []
    marks: list[float] = []
    definition = None
    for one, value in known:
        x = round(WIDTH * ((one.at - begin) / span), 2) if span else 0.0
        y = round(HEIGHT - 2 - (HEIGHT - 4) * (value - low) / ((high - low) or 1), 2)
        if one.definition != definition:
            if definition is not None:
                marks.append(x)
            lines.append([])
            definition = one.definition
        lines[-1].append(f"{x} {y}")
    return Drawn(
        lines=tuple("M" + "L".join(places if len(places) > 1 else places * 2) for places in lines),
        marks=tuple(marks),
        end=f"M{lines[-1][-1]}h0",
        first=(_day(known[0][0]), words(known[0][1], indicator)),
        last=(_day(known[-1][0]), words(known[-1][1], indicator)),
    )


def _day(one: Point) -> str:
    return f"{clock.local(one.at):%d/%m/%Y}"


def rows_of(points: Sequence[Point], indicator: Indicator) -> list[dict[str, Any]]:
    """The same as a table, newest first."""
    return [
        {"at": one.at, "value": words(one.value.value, indicator), "definition": one.definition,
         "run": str(one.run.label)}
        for one in reversed(points)
    ]  # fmt: skip


def names_of(found: Mapping[str, str], group: str, none: str) -> str:
    return found.get(group, group) or none
