"""What a deadline is made of. Pure: a spec, what happened, and a calendar give the due time.

NĐ 118/2025/NĐ-CP on single-window handling (receipt, pauses, one extension); Bộ luật Dân sự 2015,
điều 147–148 on terms; QĐ 766/QĐ-TTg on what counts as in time.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dothi.core.clocks.choices import (
    AtExpiry,
    Mark,
    ResumeMode,
    StartRule,
    Timeliness,
    TimeUnit,
    Why,
)
from dothi.lib import worktime
from dothi.lib.worktime import Calendar

WORKING = {TimeUnit.WORK_HOURS, TimeUnit.WORK_DAYS}
FLOWING = {TimeUnit.MINUTES, TimeUnit.WORK_HOURS}


class NoSuchSpec(ValueError):
    """The parts of a spec contradict one another."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A time limit as data. A clock keeps the spec it began with for life.

    `amount` and `max_extension` are in units of `unit`; 0 working days is "the same day".
    """

    amount: int
    unit: TimeUnit
    start: StartRule = StartRule.WORKING_MOMENT
    cut_off: time | None = None  # What comes later counts as coming on the next working day.
    resume: ResumeMode = ResumeMode.CONTINUE
    max_pauses: int | None = None  # Of the pauses that count: requests for papers, say.
    max_extensions: int = 0
    max_extension: int | None = None  # In units of this spec, for each extension.
    extend_ahead: int = 0  # Working days before the due day by which it must be extended.
    at_expiry: AtExpiry = AtExpiry.BREACH
    near_due_share: float = 0.2  # Near due is the last fifth of the time.
    basis: str = ""  # Law and article, or the decision that promised it.

    def __post_init__(self) -> None:
        numbers = (self.amount, self.max_extensions, self.extend_ahead, self.max_pauses or 0)
        if min(numbers) < 0 or not 0 <= self.near_due_share <= 1:
            raise NoSuchSpec("amounts are not negative; the share lies between 0 and 1")
        if self.cut_off is not None and self.unit == TimeUnit.MINUTES:
            raise NoSuchSpec("a limit in minutes has no cut-off hour")
        if self.cut_off is not None and self.start in {StartRule.WORKING_DAY, StartRule.DAY_AFTER}:
            raise NoSuchSpec("what counts from another day anyway has no cut-off hour")

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"cut_off": self.cut_off.isoformat() if self.cut_off else None}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Spec":
        """Read what `to_json` wrote."""
        text = data.get("cut_off")
        return cls(
            **data
            | {
                "unit": TimeUnit(data["unit"]),
                "start": StartRule(data["start"]),
                "resume": ResumeMode(data["resume"]),
                "at_expiry": AtExpiry(data["at_expiry"]),
                "cut_off": time.fromisoformat(text) if text else None,
            }
        )


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a clock after it was started."""

    mark: Mark
    at: datetime
    amount: int = 0  # Of an extension, in units of the spec.


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a clock stands: all that the next step needs to know."""

    due_at: datetime
    counts_from: datetime
    paused_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step on the way to the due time, with what an explanation has to say of it.

    `skipped` are the rest days that were passed over and `made_up` the make-up days that were
    counted; `rolled_from` is the last day of the term when it fell on a rest day.
    """

    mark: Mark
    at: datetime
    standing: Standing
    why: Why = Why.NOTHING
    skipped: tuple[date, ...] = ()
    made_up: tuple[date, ...] = ()
    rolled_from: date | None = None
    amount: int = 0

    @property
    def due_at(self) -> datetime:
        return self.standing.due_at

    @property
    def counts_from(self) -> datetime:
        return self.standing.counts_from


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Where the events lead: the due time, and every step with the due time it left behind."""

    steps: tuple[Step, ...]
    near_due_at: datetime

    @property
    def due_at(self) -> datetime:
        return self.steps[-1].due_at

    @property
    def paused_at(self) -> datetime | None:
        return self.steps[-1].standing.paused_at

    @property
    def counts_from(self) -> datetime:
        return self.steps[-1].counts_from


def plan(spec: Spec, started_at: datetime, events: Sequence[Event], calendar: Calendar) -> Plan:
    """Replay what happened to a clock. Events come in order of time."""
    steps = [begin(spec, started_at, calendar)]
    for event in events:
        step = follow(spec, steps[-1].standing, event, calendar)
        if step is not None:
            steps.append(step)
    return Plan(steps=tuple(steps), near_due_at=near_due(spec, steps[-1].standing, calendar))


def begin(spec: Spec, at: datetime, calendar: Calendar) -> Step:
    """From when a clock counts that is started at a moment, and when it is due."""
    counts_from, why = _counts_from(spec, at, calendar)
    anchor = _anchor(spec, at, counts_from, why)
    if spec.unit not in FLOWING and spec.amount == 0:
        # "The same day": the close of the first day of work from which it counts.
        opens = worktime.next_working_moment(counts_from, calendar)
        due_at = worktime.end_on(opens, opens.date(), calendar)
    else:
        due_at = add(spec.unit, anchor, spec.amount, calendar)
    step = Step(
        mark=Mark.STARTED,
        at=at,
        standing=Standing(due_at=due_at, counts_from=counts_from),
        why=why,
    )
    return _passing(step, spec.unit, at if spec.unit in WORKING else anchor, spec.amount, calendar)


def follow(spec: Spec, standing: Standing, event: Event, calendar: Calendar) -> Step | None:
    """The next step from where a clock stands; None when the event changes nothing there."""
    match event.mark:
        case Mark.PAUSED if standing.paused_at is None:
            return _step(event, replace(standing, paused_at=event.at))
        case Mark.RESUMED if standing.paused_at is not None:
            return _resumed(spec, standing, standing.paused_at, event, calendar)
        case Mark.EXTENDED:
            due_at = add(spec.unit, standing.due_at, event.amount, calendar)
            step = _step(event, replace(standing, due_at=due_at))
            return _passing(step, spec.unit, standing.due_at, event.amount, calendar)
    return None


def add(unit: TimeUnit, start: datetime, amount: int, calendar: Calendar) -> datetime:
    """`amount` units after `start`, by the rule of that unit."""
    match unit:
        case TimeUnit.MINUTES:
            return worktime.add_elapsed(start, timedelta(minutes=amount))
        case TimeUnit.WORK_HOURS:
            return worktime.add_working_time(start, timedelta(hours=amount), calendar)
        case TimeUnit.WORK_DAYS:
            return worktime.add_working_days(start, amount, calendar)
        case TimeUnit.CALENDAR_DAYS:
            return worktime.add_calendar_days(start, amount, calendar)
        case TimeUnit.MONTHS:
            return worktime.add_months(start, amount, calendar)


def near_due(spec: Spec, standing: Standing, calendar: Calendar) -> datetime:
    """When the last part of the time begins, measured in working time (minutes: in minutes)."""
    begins, due_at = standing.counts_from, standing.due_at
    if spec.unit == TimeUnit.MINUTES:
        last_part = worktime.elapsed(begins, due_at) * spec.near_due_share
        return worktime.add_elapsed(due_at, -last_part)
    whole = worktime.working_time_between(begins, due_at, calendar)
    if whole <= timedelta(0):
        return due_at
    return worktime.add_working_time(begins, whole * (1 - spec.near_due_share), calendar)


def why_no_extension(
    spec: Spec, *, amount: int, before: int, due_at: datetime, at: datetime, calendar: Calendar
) -> str:
    """Why a clock that was extended `before` times may not be extended now; "" when it may."""
    if before >= spec.max_extensions:
        return f"may be extended {spec.max_extensions} time(s)"
    if amount <= 0 or (spec.max_extension is not None and amount > spec.max_extension):
        return f"may be extended by 1 to {spec.max_extension}"
    ahead = worktime.working_days_between(at.date(), due_at.date(), calendar)
    if ahead < spec.extend_ahead:
        return f"may be extended until {spec.extend_ahead} working day(s) before it is due"
    return ""


def in_time(
    *,
    due_at: datetime,
    ended_at: datetime | None,
    paused_at: datetime | None,
    requests: int,
    as_of: datetime,
) -> bool:
    """Whether a dossier counts as in time (QĐ 766/QĐ-TTg, indicator 2.1).

    The pauses are already in `due_at`. More than one request for papers counts as late; while the
    applicant has not come back, the moment of the request counts as the end; what is unfinished is
    compared with the end of the period.
    """
    if requests > 1:
        return False
    return (ended_at or paused_at or as_of) <= due_at


def end_of(
    *, finished_at: datetime | None, returned_at: datetime | None, stopped_at: datetime | None
) -> datetime | None:
    """What counts as the end: handled, else the result handed over, else stopped (QĐ 766, 2.1)."""
    return finished_at or returned_at or stopped_at


def timeliness(
    *, due_at: datetime, ended_at: datetime | None, near_due_at: datetime, as_of: datetime
) -> Timeliness:
    """In which of the six columns of a report a matter stands. Times are of the city."""
    if ended_at is None:
        if as_of > due_at:
            return Timeliness.OVERDUE
        return Timeliness.NEAR_DUE if as_of >= near_due_at else Timeliness.RUNNING
    if ended_at > due_at:
        return Timeliness.LATE
    return Timeliness.ON_TIME if ended_at.date() == due_at.date() else Timeliness.EARLY


def share(part: int, whole: int) -> Decimal | None:
    """Percent with two decimals; None ("N/A") when there was nothing (QĐ 766/QĐ-TTg)."""
    if not whole:
        return None
    return (Decimal(100) * part / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _anchor(spec: Spec, at: datetime, counts_from: datetime, why: Why) -> datetime:
    """The moment to which the amount is added.

    Hours run from where they begin to count. Of days, the day of the event is not counted: that
    is the day of receipt, or the day on which it counts as received.
    """
    moved_on = why in {Why.CUT_OFF, Why.REST_DAY} or spec.start == StartRule.WORKING_DAY
    return counts_from if spec.unit in FLOWING or moved_on else at


def _counts_from(spec: Spec, at: datetime, calendar: Calendar) -> tuple[datetime, Why]:
    """From when it counts: rest, hours outside work and after the cut-off move it on."""
    if spec.cut_off is not None:
        received = worktime.counted_from(at, spec.cut_off, calendar)
        if received.date() != at.date():
            worked = calendar.is_working_day(at.date())
            return received, Why.CUT_OFF if worked else Why.REST_DAY
    match spec.start:
        case StartRule.AT_ONCE:
            return at, Why.NOTHING
        case StartRule.WORKING_MOMENT:
            moment = worktime.next_working_moment(at, calendar)
            return moment, Why.OUTSIDE_HOURS if moment != at else Why.NOTHING
        case StartRule.DAY_AFTER if spec.unit not in WORKING:
            midnight = datetime.combine(at.date() + worktime.DAY, time(), tzinfo=at.tzinfo)
            return midnight, Why.NEXT_DAY
    return worktime.next_opening(at, calendar), Why.NEXT_DAY


def _step(event: Event, standing: Standing) -> Step:
    return Step(mark=event.mark, at=event.at, standing=standing, amount=event.amount)


def _passing(step: Step, unit: TimeUnit, start: datetime, amount: int, calendar: Calendar) -> Step:
    """The step with the days that it passed over on its way from `start` to its due time."""
    first, last = start.date(), step.due_at.date()
    if unit == TimeUnit.MINUTES or last <= first:
        return step
    if unit in WORKING:
        if not calendar.is_working_day(first):
            first -= worktime.DAY
        return replace(
            step,
            skipped=tuple(worktime.rest_days_between(first, last, calendar)),
            made_up=tuple(worktime.makeup_days_between(first, last, calendar)),
        )
    if unit == TimeUnit.MONTHS:
        term = worktime.months_after(first, amount)
    else:
        term = first + amount * worktime.DAY
    return replace(step, rolled_from=term) if term != last else step


def _resumed(
    spec: Spec, standing: Standing, paused_at: datetime, event: Event, calendar: Calendar
) -> Step:
    """The step after a pause: it gives back what the pause took, and never less than nothing."""
    due_at = standing.due_at
    if spec.resume == ResumeMode.RESET and event.at > paused_at:
        fresh = begin(spec, event.at, calendar)
        if fresh.due_at > due_at:
            return replace(fresh, mark=Mark.RESUMED)
        return _step(event, Standing(due_at=due_at, counts_from=fresh.counts_from))
    lost = _lost(spec.unit, due_at, paused_at, event.at, calendar)
    step = _step(event, replace(standing, due_at=max(due_at, lost), paused_at=None))
    days = (event.at.date() - paused_at.date()).days
    return _passing(step, _counted(spec.unit), due_at, days, calendar)


def _counted(unit: TimeUnit) -> TimeUnit:
    """The unit in which a pause is given back: a term in months gets its days."""
    return TimeUnit.CALENDAR_DAYS if unit == TimeUnit.MONTHS else unit


def _lost(
    unit: TimeUnit, due_at: datetime, paused_at: datetime, resumed_at: datetime, calendar: Calendar
) -> datetime:
    """The due time moved by the time of the pause, in the unit that is counted."""
    match unit:
        case TimeUnit.MINUTES:
            return worktime.add_elapsed(due_at, worktime.elapsed(paused_at, resumed_at))
        case TimeUnit.WORK_HOURS:
            lost = worktime.working_time_between(paused_at, resumed_at, calendar)
            return worktime.add_working_time(due_at, lost, calendar) if lost else due_at
        case TimeUnit.WORK_DAYS:
            days = worktime.working_days_between(paused_at.date(), resumed_at.date(), calendar)
            return worktime.add_working_days(due_at, days, calendar) if days else due_at
        case _:
            days = (resumed_at.date() - paused_at.date()).days
            return worktime.add_calendar_days(due_at, days, calendar) if days else due_at
