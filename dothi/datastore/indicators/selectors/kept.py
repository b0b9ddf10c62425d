"""What was measured before: trends, and the newest figures without counting anything anew."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from dothi.datastore.indicators.choices import Run
from dothi.datastore.indicators.models import Definition, Measurement, Reading, Trouble
from dothi.datastore.indicators.rules import NOWHERE, Part, Value, total
from dothi.datastore.indicators.selectors.figures import Figure
from dothi.datastore.indicators.selectors.finding import find, known


@dataclass(frozen=True, kw_only=True)
class Point:
    """A value of a trend, with the number of the definition under which it was measured (0: from
    before definitions were numbered)."""

    at: datetime
    value: Value
    definition: int
    run: Run


def trend(
    code: str, *, since: datetime, unit_ids: Collection[int] | None = None
) -> list[tuple[datetime, Value]]:
    """The kept readings, oldest first: one value for each moment at which readings were taken."""
    return [(one.at, one.value) for one in series(code, since=since, unit_ids=unit_ids)]


def series(
    code: str,
    *,
    since: datetime,
    until: datetime | None = None,
    unit_ids: Collection[int] | None = None,
    run: Run | None = None,
) -> list[Point]:
    """The trend with its definitions. Where both runs measured a moment, the store goes first."""
    scale = find(code).scale
    asked = Measurement.objects.filter(indicator=code, release="", at__gte=since)
    if until is not None:
        asked = asked.filter(at__lte=until)
    if run is not None:
        asked = asked.filter(run=run)
    rows = list(
        asked.order_by("at", "run").values("id", "at", "run", number=F("definition__number"))
    )
    parts = _parts_of([row["id"] for row in rows], unit_ids)
    points = {
        row["at"]: Point(
            at=row["at"],
            value=total(parts.get(row["id"], ()), scale),
            definition=row["number"] or 0,
            run=Run(row["run"]),
        )
        for row in rows  # "store" comes after "now" at the same moment, and stays.
    }
    return list(points.values())


def _parts_of(
    measurements: Collection[int], unit_ids: Collection[int] | None = None
) -> dict[int, list[Part]]:
    readings = Reading.objects.filter(measurement__in=measurements)
    if unit_ids is not None:
        readings = readings.filter(unit_id__in=unit_ids)
    found: dict[int, list[Part]] = {}
    rows = readings.values_list("measurement_id", "unit_id", "numerator", "denominator")
    for measurement, unit, numerator, denominator in rows:
        part = Part(unit_id=unit or NOWHERE, numerator=numerator, denominator=denominator)
        found.setdefault(measurement, []).append(part)
    return found


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The newest store run of an indicator, as it was kept."""

    figure: Figure
    parts: list[Part]
    definition: int


def newest_kept(codes: Iterable[str], *, run: Run = Run.STORE) -> dict[str, Kept]:
    """The newest measurement of each of these indicators; who has none is not there.

    Three questions to the database, however many indicators are asked.
    """
    asked = list(codes)
    if not asked:
        return {}
    ranked = (
        Measurement.objects.filter(indicator__in=asked, run=run, release="")
        .annotate(
            place=Window(RowNumber(), partition_by=F("indicator"), order_by=F("at").desc()),
            number=F("definition__number"),
        )
        .filter(place=1)
    )
    known_ones = {one.code: one for one in known()}
    newest = [one for one in ranked if one.indicator in known_ones]
    parts = _parts_of([one.pk for one in newest])
    found = {}
    for one in newest:
        indicator = known_ones[one.indicator]
        own = parts.get(one.pk, [])
        figure = Figure(
            indicator=indicator,
            value=total(own, indicator.scale),
            at=one.at,
            run=run,
            versions=one.versions,
        )
        found[one.indicator] = Kept(figure=figure, parts=own, definition=one.number or 0)
    return found


def definitions(code: str) -> list[Definition]:
    """How the indicator was defined over time, newest first."""
    return list(Definition.objects.filter(indicator=code).order_by("-number"))


def definition_now(code: str) -> Definition | None:
    return Definition.objects.filter(indicator=code).order_by("-number").first()


def troubles(codes: Iterable[str] | None = None) -> dict[str, list[Trouble]]:
    """The indicators that could not be run when they were last tried."""
    rows = Trouble.objects.all() if codes is None else Trouble.objects.filter(indicator__in=codes)
    found: dict[str, list[Trouble]] = {}
    for one in rows.order_by("indicator", "run"):
        found.setdefault(one.indicator, []).append(one)
    return found
