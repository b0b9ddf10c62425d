"""Indicators as programs read them: each figure with its definition and as of when it holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.utils import translation
from ninja import Router, Schema
from ninja.errors import HttpError

from dothi.core import clock
from dothi.core.limits.http import caller_of
from dothi.core.limits.services import hit
from dothi.datastore.indicators import registry, rules, selectors
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.rules import Part
from dothi.units import selectors as units
from dothi.units.models import Unit

router = Router(tags=["indicators"])
# A figure counts all rows of its domain, so all who ask within this time get the same one.
FRESH_SECONDS = 5
AN_HOUR = timedelta(hours=1)
ASKED_AN_HOUR = 600
TREND_DAYS = 400


class IndicatorOut(Schema):
    code: str
    title_vi: str
    title_en: str
    help_vi: str
    help_en: str
    unit_of_measure: str
    scale: str
    better: str
    steward: str


class ValueOut(Schema):
    """`value` is null where nothing was there to be measured."""

    value: float | None
    numerator: float
    denominator: float


class UnitValueOut(ValueOut):
    unit_code: str
    unit_valid_from: str
    unit_name_vi: str
    unit_name_en: str


class FigureOut(IndicatorOut, ValueOut):
    """A figure of the whole house and of each unit; their parts add up to it.

    `run` is "now" (over the domain's own tables); `definition` is the expression that was run,
    over the tables named in `reads` and a row `moment` with `at` and the city's `midnight`.
    """

    as_of: datetime
    run: str
    definition: str
    reads: dict[str, list[str]]
    units: list[UnitValueOut]


class TrendPointOut(ValueOut):
    at: datetime


@dataclass(frozen=True)
class _Counted:
    at: datetime
    parts: tuple[Part, ...]


@router.get("", response=list[IndicatorOut], summary="What is measured")
def list_indicators(request: HttpRequest) -> list[IndicatorOut]:
    """Every indicator that everybody may read."""
    return [IndicatorOut(**_described(indicator)) for indicator in selectors.open_data()]


@router.get("/{code}", response=FigureOut, summary="A figure with its definition")
def figure(request: HttpRequest, code: str, unit: str = "") -> FigureOut:
    """What the indicator says now, for the house or (`unit`: a code) for a unit and all below."""
    indicator = _open(request, code)
    counted = _counted(code, int(clock.now().timestamp()) // FRESH_SECONDS)
    parts = _of_unit(counted.parts, unit, counted.at)
    return FigureOut(
        **_described(indicator),
        **_value(parts, indicator),
        as_of=counted.at,
        run="now",
        definition=selectors.definition(code),
        reads={table: list(columns) for table, columns in indicator.reads.items()},
        units=_by_unit(parts, indicator),
    )


@router.get("/{code}/trend", response=list[TrendPointOut], summary="A figure over time")
def trend(request: HttpRequest, code: str, since: datetime | None = None) -> list[TrendPointOut]:
    """The readings that were kept, oldest first; at most 400 days of them."""
    indicator = _open(request, code)
    now = clock.now()
    oldest = now - timedelta(days=TREND_DAYS)
    begin = oldest if since is None else max(oldest, _aware(since))
    return [
        TrendPointOut(at=at, **vars(value))
        for at, value in selectors.trend(indicator.code, since=begin)
    ]


def _open(request: HttpRequest, code: str) -> Indicator:
    key = f"indicators\0{caller_of(request)}"
    if not hit(key=key, limit=ASKED_AN_HOUR, per=AN_HOUR, at=clock.now()):
        raise HttpError(429, "Too many questions in this hour.")
    indicator = registry.indicators.get(code)
    if indicator is None or not indicator.public:
        raise HttpError(404, "No such indicator.")
    return indicator


@lru_cache(maxsize=64)
def _counted(code: str, slot: int) -> _Counted:
    at = clock.now()
    return _Counted(at, tuple(selectors.parts_now(code, at=at)))


def _of_unit(parts: Iterable[Part], code: str, at: datetime) -> list[Part]:
    if not code:
        return list(parts)
    try:
        top = units.unit_of(code, on=at.date())
    except Unit.DoesNotExist as error:
        raise HttpError(404, "No such unit.") from error
    below = units.descendants(top, on=at.date(), include_self=True)
    wanted = set(below.values_list("pk", flat=True))
    return [part for part in parts if part.unit_id in wanted]


def _by_unit(parts: list[Part], indicator: Indicator) -> list[UnitValueOut]:
    known = Unit.objects.in_bulk([part.unit_id for part in parts])
    rows = [
        UnitValueOut(
            **_value([part], indicator),
            unit_code=known[part.unit_id].code,
            unit_valid_from=known[part.unit_id].valid_from.isoformat(),
            unit_name_vi=known[part.unit_id].name_vi,
            unit_name_en=known[part.unit_id].name_en,
        )
        for part in parts
        if part.unit_id in known
    ]
    return sorted(rows, key=lambda row: (row.unit_code, row.unit_valid_from))


def _value(parts: Iterable[Part], indicator: Indicator) -> dict[str, Any]:
    return dict(vars(rules.total(parts, indicator.scale)))


def _described(indicator: Indicator) -> dict[str, Any]:
    words = {}
    for language in ("vi", "en"):
        with translation.override(language):
            words[f"title_{language}"] = str(indicator.title)
            words[f"help_{language}"] = str(indicator.help)
    return {
        "code": indicator.code,
        "unit_of_measure": indicator.unit_of_measure,
        "scale": indicator.scale.value,
        "better": indicator.better.value,
        "steward": indicator.steward,
        **words,
    }


def _aware(moment: datetime) -> datetime:
    """What comes without a zone is meant in the time of the city."""
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.now().tzinfo)
