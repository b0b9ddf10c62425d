"""Indicators as programs read them: each figure with its definition and as of when it holds."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import translation
from ninja import Router, Schema
from ninja.errors import HttpError

from dothi.accounts.models import User
from dothi.core import clock
from dothi.core.limits.http import caller_of
from dothi.core.limits.services import hit
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.indicators import rules, selectors
from dothi.datastore.indicators.choices import Run
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.rules import Part, Value
from dothi.datastore.indicators.selectors import Asked, Guard
from dothi.units.models import Unit

router = Router(tags=["indicators"])
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
    datasets: list[str]
    dimensions: list[str]


class ValueOut(Schema):
    """`value` is null where nothing was there to be measured. What is `hidden` (small numbers of
    persons, and what would give them away) has no numbers at all."""

    value: float | None
    numerator: float | None
    denominator: float | None
    hidden: bool = False


class UnitValueOut(ValueOut):
    """`share_estimated` is the part of the numerator that stands on assumed shares."""

    unit_code: str
    unit_valid_from: str
    unit_name_vi: str
    unit_name_en: str
    share_estimated: float = 0.0


class FigureOut(IndicatorOut, ValueOut):
    """A figure of the whole house and of each unit.

    `run` is "now" (over the domain's own tables) or "store" (over `versions` of datasets);
    `definition` is the expression that was run, over the tables named in `reads` and a row
    `moment` with `at` and the city's `midnight`; `definition_number` grows with each change of it.
    Without `boundaries`, units are those that had it then and their parts add up to the whole;
    with it, each unit of that date stands with all below it. Where small numbers of persons are
    hidden, units are those of `units_as_of` (for everybody the end of a month) on its boundaries.
    """

    as_of: datetime
    run: str
    versions: dict[str, int]
    release: str
    definition: str
    definition_number: int | None
    reads: dict[str, list[str]]
    boundaries: date | None
    units_as_of: datetime
    units: list[UnitValueOut]


class TrendPointOut(ValueOut):
    at: datetime
    run: str
    definition_number: int | None


class DefinitionOut(Schema):
    """`same_figures` tells whether only the words differ from the definition before."""

    number: int
    since: datetime
    title_vi: str
    title_en: str
    help_vi: str
    help_en: str
    definition: str
    same_figures: bool


class ContributionOut(Schema):
    """`share` is how much of the change the group made; shares of all groups sum to it. What is
    `hidden` has no numbers."""

    group: str
    name: str
    before: float | None
    after: float | None
    share: float | None
    hidden: bool


class WhyOut(Schema):
    code: str
    by: str
    start: datetime
    end: datetime
    before: float | None
    after: float | None
    change: float | None
    contributions: list[ContributionOut]


@router.get("", response=list[IndicatorOut], summary="What is measured")
def list_indicators(request: HttpRequest) -> list[IndicatorOut]:
    """Every indicator that everybody may read."""
    return [IndicatorOut(**_described(indicator)) for indicator in selectors.open_data()]


@router.get("/{code}", response=FigureOut, summary="A figure with its definition")
def figure(
    request: HttpRequest,
    code: str,
    unit: str = "",
    at: datetime | None = None,
    run: Run | None = None,
    release: str = "",
    boundaries: date | None = None,
) -> FigureOut:
    """What the indicator says now, or at a moment (`at`), over the domain's tables or the store.

    `unit` (a code) narrows it to a unit and all below; `boundaries` is the date whose units are
    meant, `release` a release of the store.
    """
    indicator = _open(request, code)
    moment = None if at is None else _aware(at)
    now = clock.now()
    guard = selectors.guard_of(indicator, _reader(request), at=now)
    told = selectors.moment_for(guard, moment or now) if guard.everybody else moment
    on = boundaries or (clock.local(moment or now).date() if unit else None)
    if guard.at_least:  # Two sets of boundaries would give away what is hidden on one.
        on = clock.local(told or now).date()
    try:
        asked = parts = selectors.ask(code, now=now, at=told, run=run, release=release, on=on)
        if guard.everybody and not unit:
            asked = selectors.ask(code, now=now, at=moment, run=run, release=release)
    except selectors.FAULTS as error:
        raise HttpError(404, "The store has nothing to answer this from.") from error
    whole, units = _units(parts, unit, on, guard)
    if not unit:
        whole = asked.whole
    number = selectors.definition_now(code)
    return FigureOut(
        **_described(indicator),
        **_numbers(whole, hidden=bool(unit) and units[0].hidden),
        units_as_of=parts.at,
        as_of=asked.at,
        run=asked.run.value,
        versions=dict(asked.versions),
        release=asked.release,
        definition=selectors.definition(code),
        definition_number=number.number if number else None,
        reads={table: list(columns) for table, columns in indicator.reads.items()},
        boundaries=on,
        units=units,
    )


@router.get("/{code}/trend", response=list[TrendPointOut], summary="A figure over time")
def trend(request: HttpRequest, code: str, since: datetime | None = None) -> list[TrendPointOut]:
    """The readings that were kept, oldest first; at most 400 days of them."""
    indicator = _open(request, code)
    oldest = clock.now() - timedelta(days=TREND_DAYS)
    begin = oldest if since is None else max(oldest, _aware(since))
    return [
        TrendPointOut(
            at=one.at, run=one.run.value, definition_number=one.definition or None,
            **vars(one.value),
        )
        for one in selectors.series(indicator.code, since=begin)
    ]  # fmt: skip


@router.get("/{code}/definitions", response=list[DefinitionOut], summary="What it meant, and when")
def definitions(request: HttpRequest, code: str) -> list[DefinitionOut]:
    """Every definition that the indicator had, newest first."""
    found = selectors.definitions(_open(request, code).code)
    older = [*found, None][1:]
    return [
        DefinitionOut(
            number=one.number, since=one.since, title_vi=one.title_vi, title_en=one.title_en,
            help_vi=one.help_vi, help_en=one.help_en, definition=one.formula,
            same_figures=before is not None and before.expression_digest == one.expression_digest,
        )
        for one, before in zip(found, older, strict=True)
    ]  # fmt: skip


@router.get("/{code}/why", response=WhyOut, summary="Why a figure moved")
def why(
    request: HttpRequest, code: str, start: datetime, end: datetime, by: str = "unit"
) -> WhyOut:
    """The change between two moments, taken apart by unit or by a dimension of the indicator."""
    indicator = _open(request, code)
    try:
        found = selectors.why(
            code, start=_aware(start), end=_aware(end), by=by,
            guard=selectors.guard_of(indicator, _reader(request), at=clock.now()),
        )  # fmt: skip
    except selectors.NoDimension as error:
        raise HttpError(404, "It is not taken apart by this.") from error
    except selectors.FAULTS as error:
        raise HttpError(404, "The store has nothing to answer this from.") from error
    return WhyOut(
        code=code, by=by, start=found.start, end=found.end, before=found.before.value,
        after=found.after.value, change=None if found.change is None else float(found.change),
        contributions=[
            ContributionOut(
                group=one.group, name=found.names.get(one.group, one.group),
                before=one.before.value, after=one.after.value,
                share=None if one.group in found.hidden else float(one.share),
                hidden=one.group in found.hidden,
            )
            for one in found.contributions or ()
        ],
    )  # fmt: skip


def _open(request: HttpRequest, code: str) -> Indicator:
    key = f"indicators\0{caller_of(request)}"
    if not hit(key=key, limit=ASKED_AN_HOUR, per=AN_HOUR, at=clock.now()):
        raise HttpError(429, "Too many questions in this hour.")
    try:
        indicator = selectors.find(code)
    except selectors.Unknown as error:
        raise HttpError(404, "No such indicator.") from error
    if not indicator.public:
        raise HttpError(404, "No such indicator.")
    return indicator


def _reader(request: HttpRequest) -> User | AnonymousUser:
    """Whose eyes a program has: those of whoever answers for the key that it shows."""
    held = catalogue.key_of(request.headers.get("Authorization", ""), at=clock.now())
    return held.user if held is not None else AnonymousUser()


def _units(
    asked: Asked, code: str, on: date | None, guard: Guard
) -> tuple[Value, list[UnitValueOut]]:
    """The whole that was asked for, and its units."""
    if on is None:
        return asked.whole, _as_they_were(asked.parts, asked.indicator)
    rows = list(selectors.by_unit(asked.parts, asked.indicator, on=on, guard=guard).rows)
    whole = asked.whole
    if code:
        top = next((row for row in rows if row.unit.code == code), None)
        if top is None:
            raise HttpError(404, "No such unit.")
        rows = selectors.with_all_below(rows, top)
        whole = top.value
    return whole, [
        _unit(row.unit, row.value, share_estimated=row.share_estimated, hidden=row.hidden)
        for row in rows
    ]


def _as_they_were(parts: Iterable[Part], indicator: Indicator) -> list[UnitValueOut]:
    kept = list(parts)
    known = Unit.objects.in_bulk([part.unit_id for part in kept])
    rows = [
        _unit(known[part.unit_id], rules.total([part], indicator.scale))
        for part in kept
        if part.unit_id in known
    ]
    return sorted(rows, key=lambda row: (row.unit_code, row.unit_valid_from))


def _unit(
    unit: Unit, value: Value, *, share_estimated: float = 0.0, hidden: bool = False
) -> UnitValueOut:
    return UnitValueOut(
        **_numbers(value, hidden=hidden), unit_code=unit.code,
        unit_valid_from=unit.valid_from.isoformat(), unit_name_vi=unit.name_vi,
        unit_name_en=unit.name_en, share_estimated=share_estimated,
    )  # fmt: skip


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
        "datasets": list(indicator.datasets),
        "dimensions": ["unit", *indicator.dimensions],
        **words,
    }


def _aware(moment: datetime) -> datetime:
    """What comes without a zone is meant in the time of the city."""
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.now().tzinfo)


def _numbers(value: Value, *, hidden: bool) -> dict[str, Any]:
    return {**(dict.fromkeys(vars(value)) if hidden else vars(value)), "hidden": hidden}
