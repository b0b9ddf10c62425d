"""Dossiers of a period in figures, and the dossiers behind each figure.

Every figure is one condition (`_IS`) over the same rows (`_ROWS`): what is counted and what is
listed cannot differ. A past period is told as it was at its end: what came later is not there.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.cases import rules
from dothi.cases.choices import Figure, Measure, Paid, Power, Status
from dothi.cases.models import Dossier
from dothi.cases.rules import Period
from dothi.cases.selectors.tracking import loaded
from dothi.core.paging import Page
from dothi.lib.national_portal import SYNC
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import Channel, Way
from dothi.units.models import Unit

NEAR = timedelta(days=1)
# What a dossier was at the end of the period. Who was asked for papers once and has not come back
# ended it by that (QĐ 766, indicator 2.1); `waited` is the part of a wait that lies between receipt
# and the end.
_ROWS = """
    with past as (
        select id, unit_id, procedure, way, status, submitted_at, received_at, promised_at, rating,
            case when done_at < %(until)s then done_at end as done_at,
            case when done_at < %(until)s then done_at when closed_at < %(until)s then closed_at end
                as ended_at,
            case when asked_at < %(until)s then asked else 0 end as asked,
            case when asked_at < %(until)s then asked_at end as asked_at,
            case when met_at < %(until)s then met_at end as met_at,
            case when rated_at < %(until)s then rating end as stars
        from cases_dossier
        where unit_id = any(%(units)s) and submitted_at < %(until)s
            and (
                closed_at is null and done_at is null
                or done_at >= %(since)s
                or closed_at >= %(since)s and done_at is null
            )
            and (%(procedure)s = '' or procedure = %(procedure)s)
    ), timed as (
        select *, coalesce(received_at < %(until)s, false) as was_received,
            coalesce(received_at >= %(since)s and received_at < %(until)s, false) as came,
            coalesce(ended_at, %(until)s) as end_at,
            case when asked_at is null then interval '0' else greatest(
                least(coalesce(met_at, ended_at, %(until)s), coalesce(ended_at, %(until)s))
                    - greatest(asked_at, received_at),
                interval '0'
            ) end as waited
        from past
    ), judged as (
        select *,
            was_received and case
                when asked > 1 then false
                when asked = 1 and met_at is null then asked_at <= promised_at
                else end_at - waited <= promised_at
            end as is_in_time
        from timed
    )
"""
_DAY_OF_END = "((end_at - waited) at time zone %(zone)s)::date"
_DAY_PROMISED = "(promised_at at time zone %(zone)s)::date"
_TOOK = "extract(epoch from end_at - received_at - waited)"
_DONE = "done_at is not null"
_IS_OPEN = "was_received and ended_at is null"
_CHARGED = (
    "exists (select from cases_feeline f where f.dossier_id = judged.id and f.amount > 0"
    " and (f.dropped_at is null or f.dropped_at >= %(until)s))"
)
_PAPERS = "from cases_document p where p.dossier_id = judged.id and p.given_at < %(until)s"
_TELLINGS = "from cases_telling t where t.dossier_id = judged.id"
_IS: dict[Figure, str] = {
    Figure.CARRIED: "was_received and received_at < %(since)s",
    Figure.RECEIVED: "came",
    Figure.ONLINE: f"came and way = {Way.ONLINE.value}",
    Figure.DIRECT: f"came and way = {Way.DIRECT.value}",
    Figure.POST: f"came and way = {Way.POST.value}",
    Figure.FINISHED: _DONE,
    Figure.EARLY: f"{_DONE} and is_in_time and {_DAY_OF_END} < {_DAY_PROMISED}",
    Figure.ON_DAY: f"{_DONE} and is_in_time and {_DAY_OF_END} >= {_DAY_PROMISED}",
    Figure.LATE: f"{_DONE} and not is_in_time",
    Figure.NOT_RECEIVED: f"ended_at is not null and status = {Status.NOT_RECEIVED.value}",
    Figure.WITHDRAWN: f"ended_at is not null and status = {Status.WITHDRAWN.value}",
    Figure.STOPPED: f"ended_at is not null and status = {Status.STOPPED.value}",
    Figure.OPEN: _IS_OPEN,
    Figure.NEAR: f"{_IS_OPEN} and is_in_time and promised_at < %(near)s",
    Figure.OVERDUE: f"{_IS_OPEN} and not is_in_time",
    Figure.WAITING: f"{_IS_OPEN} and asked > 0 and met_at is null",
    Figure.JUDGED: "was_received",
    Figure.IN_TIME: "is_in_time",
    Figure.ELECTRONIC: (
        f"{_DONE} and exists (select from cases_result r where r.dossier_id = judged.id"
        " and r.paper <> '' and r.signed_at < %(until)s)"
    ),
    Figure.DIGITISED: f"came and (select bool_and(p.digitised) {_PAPERS})",
    Figure.REUSED: f"came and exists (select {_PAPERS} and p.reused_from_id is not null)",
    Figure.CHARGED: f"came and {_CHARGED}",
    Figure.PAID_ONLINE: (
        f"came and {_CHARGED} and exists (select from cases_receipt r"
        f" where r.dossier_id = judged.id and r.amount > 0 and r.how = '{Paid.ONLINE.value}'"
        " and r.taken_at < %(until)s and (r.voided_at is null or r.voided_at >= %(until)s))"
    ),
    # The portal took the dossier, and no step up to the end of the period is still kept from it.
    Figure.SYNCED: (
        f"came and exists (select {_TELLINGS} and t.service = '{SYNC}' and t.sent_at < %(until)s)"
        f" and not exists (select {_TELLINGS} and coalesce(t.sent_at >= %(until)s, true)"
        " and exists (select from cases_move m where m.id = t.move and m.at < %(until)s))"
    ),
    Figure.DISLIKED: f"was_received and stars <= {rules.DISLIKED}",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """The figures of one procedure in one unit; `days` is the sum of the days that they took."""

    unit_id: int
    procedure: str
    counts: dict[Figure, int]
    days: float


@dataclass(kw_only=True)
class Sum:
    """Figures together. `days` sums what the finished ones took, waits for papers left out."""

    counts: dict[Figure, int] = field(default_factory=lambda: dict.fromkeys(Figure, 0))
    days: float = 0.0

    def add(self, line: Line) -> None:
        for figure, count in line.counts.items():
            self.counts[figure] += count
        self.days += line.days

    @property
    def average(self) -> float | None:
        """Days that a finished dossier took, waits for papers left out."""
        finished = self.counts[Figure.FINISHED]
        return round(self.days / finished, 2) if finished else None


@dataclass(frozen=True, kw_only=True)
class Rate:
    """One indicator of QĐ 766: how many of how many, the rate, and which share of the points."""

    measure: Measure
    value: float | None
    part: int | None = None
    whole: int | None = None
    points: float | None = None
    figure: Figure | None = None  # What its list counts; `of` is the list that it is a part of.
    of: Figure | None = None


def moments(period: Period) -> tuple[datetime, datetime]:
    """When a period begins and ends in the time of the city."""
    zone = ZoneInfo(settings.TIME_ZONE)
    since, until = (datetime.combine(day, time(), zone) for day in (period.since, period.until))
    return since, until


def lines(units: Collection[int], period: Period, *, at: datetime) -> list[Line]:
    """The figures of units in a period, by unit and procedure. One that goes on is told until `at`.

    One question to the database, whatever the number of dossiers.
    """
    if not units:
        return []
    counted = ", ".join(f"count(*) filter (where {_IS[figure]})" for figure in Figure)
    took = f"sum({_TOOK}) filter (where {_DONE} and was_received)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_ROWS} select unit_id, procedure, {took}, {counted} from judged group by 1, 2",
            _given(units, period, at),
        )
        return [
            Line(
                unit_id=unit,
                procedure=procedure,
                days=float(seconds or 0) / 86_400,
                counts=dict(zip(Figure, counts, strict=True)),
            )
            for unit, procedure, seconds, *counts in cursor.fetchall()
        ]


def lines_seen_by(user: User, period: Period, *, at: datetime, unit: str = "") -> list[Line]:
    """The figures of the units of a person, or of one of them by its code."""
    return lines(_units(user, at, unit), period, at=at)


def summed(found: Iterable[Line]) -> Sum:
    whole = Sum()
    for line in found:
        whole.add(line)
    return whole


def behind(
    user: User,
    figure: Figure,
    period: Period,
    *,
    at: datetime,
    of: Figure | None = None,
    unit: str = "",
    procedure: str = "",
    before: int = 0,
    limit: int = 50,
) -> Page[Dossier]:
    """The dossiers that a figure counts; with `of`, those of that other figure that it leaves out.

    The newest first, by pages that begin below the id `before`.
    """
    units = _units(user, at, unit)
    if not units:
        return Page(items=[], next="")
    wanted = f"({_IS[figure]})" if of is None else f"({_IS[of]}) and ({_IS[figure]}) is not true"
    if before:
        wanted += " and id < %(before)s"
    given = _given(units, period, at) | {
        "procedure": procedure, "before": before, "most": limit + 1
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_ROWS} select id from judged where {wanted} order by id desc limit %(most)s", given
        )
        found = [pk for (pk,) in cursor.fetchall()]
    more, found = len(found) > limit, found[:limit]
    rows = loaded().filter(pk__in=found).order_by("-id")
    return Page(items=list(rows), next=str(found[-1]) if more else "")


def register(
    user: User, period: Period, *, at: datetime, unit: str = "", procedure: str = ""
) -> QuerySet[Dossier]:
    """The book of what was received in a period (form 07 of TT 03/2025), in the order of receipt.

    Those that the person's units received, also for other units.
    """
    since, until = moments(period)
    rows = loaded().filter(
        receiving_unit__in=_units(user, at, unit), received_at__gte=since, received_at__lt=until
    )
    if procedure:
        rows = rows.filter(procedure=procedure)
    return rows.order_by("received_at", "id")


def rates(found_lines: Iterable[Line], *, online: Collection[str], offered: int) -> list[Rate]:
    """The indicators of QĐ 766 that these figures answer, in the order of their numbers.

    `offered` procedures are in force; `online` are those of them offered online.
    """
    lines = list(found_lines)
    whole = summed(lines)
    used, charged, paid = (
        {line.procedure for line in lines if line.counts[figure]}
        for figure in (Figure.ONLINE, Figure.CHARGED, Figure.PAID_ONLINE)
    )
    found = {measure: _rate(measure, whole) for measure in rules.RATES}
    judged, disliked = whole.counts[Figure.JUDGED], whole.counts[Figure.DISLIKED]
    late = judged - whole.counts[Figure.IN_TIME]
    content = rules.content(judged, late, disliked)
    found |= {
        Measure.AVERAGE: Rate(measure=Measure.AVERAGE, value=whole.average),
        Measure.OFFERED: _of_procedures(Measure.OFFERED, len(online), offered),
        Measure.USED: _of_procedures(Measure.USED, len(used & set(online)), len(online)),
        Measure.PAYABLE: _of_procedures(Measure.PAYABLE, len(paid), len(charged)),
        Measure.CONTENT: Rate(
            measure=Measure.CONTENT, value=content, figure=Figure.DISLIKED,
            points=rules.points(Measure.CONTENT, content),
        ),
    }  # fmt: skip
    return [found[measure] for measure in Measure]


def _rate(measure: Measure, whole: Sum) -> Rate:
    figure, of = rules.RATES[measure]
    part, all_of_them = whole.counts[figure], whole.counts[of]
    value = rules.percent(part, all_of_them)
    return Rate(
        measure=measure, value=value, part=part, whole=all_of_them, figure=figure, of=of,
        points=rules.points(measure, value),
    )  # fmt: skip


def _of_procedures(measure: Measure, part: int, whole: int) -> Rate:
    value = rules.percent(part, whole)
    return Rate(
        measure=measure, value=value, part=part, whole=whole, points=rules.points(measure, value)
    )


def offered_online(on: date) -> tuple[set[str], int]:
    """The procedures that can be submitted online on a day, and how many are in force."""
    versions = list(procedures.in_force(on).values_list("pk", "procedure__code"))
    online = {
        code
        for pk, code in versions
        if Way.ONLINE in procedures.content_of(pk).ways
        and procedures.content_of(pk).channel != Channel.COUNTER
    }
    return online, len(versions)


def _units(user: User, at: datetime, unit: str) -> list[int]:
    where = accounts.standing(user, on=at.date()).units_for(Power.SEE)
    if not unit:
        return sorted(where)
    found = Unit.objects.filter(pk__in=where, code=unit).values_list("pk", flat=True)
    return sorted(found)


def _given(units: Collection[int], period: Period, at: datetime) -> dict[str, Any]:
    since, end = moments(period)
    until = min(end, max(at, since))
    return {
        "units": list(units), "since": since, "until": until, "near": until + NEAR,
        "zone": settings.TIME_ZONE, "procedure": "",
    }  # fmt: skip
