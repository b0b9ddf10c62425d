"""Start, pause, resume, extend and end clocks. Domains call these inside their own verbs."""

import json
from datetime import datetime
from typing import TypedDict

from django.db import connection, transaction
from django.utils.translation import gettext as _

from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.clocks import events, rules, selectors
from dothi.core.clocks.choices import AtExpiry, Kind, Mark, State
from dothi.core.clocks.models import FREE, Clock, ClockMark
from dothi.core.clocks.rules import Event, Spec, Standing
from dothi.core.events.services import publish
from dothi.core.rows import append
from dothi.core.transactions import joined
from dothi.core.verbs.refusals import Refused
from dothi.core.workdays.selectors import fresh_calendar, official_calendar
from dothi.lib.worktime import Calendar

BATCH = 500
# Starting a clock and noting it, in one question: every report starts one to three.
START = f"""
    with begun as (
        insert into {Clock._meta.db_table}
            (subject, kind, name, unit_code, spec, state, started_at, counts_from, due_at,
             near_due_at, told_near_due, told_breach)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false, false)
        returning id
    )
    insert into {ClockMark._meta.db_table}
        (clock_id, mark, at, amount, reason, due_after, reckoning)
    select id, %s, %s, 0, '', %s, %s from begun
    returning clock_id
"""
# Ending a clock and noting it, in one question: every report that is answered ends two or three.
END = f"""
    with ended as (
        update {Clock._meta.db_table} set state = %s, ended_at = %s, paused_at = null
        where id = %s and state in ('{State.RUNNING}', '{State.PAUSED}')
        returning id, due_at
    )
    insert into {ClockMark._meta.db_table}
        (clock_id, mark, at, amount, reason, due_before, due_after, reckoning)
    select id, %s, %s, 0, %s, due_at, due_at, '{{}}' from ended
    returning id
"""


class ClockMoved(Exception):
    """The clock is no longer as it was read: somebody else was faster, or it has ended."""


class ExtensionRefused(Refused):
    """The spec allows no (further, longer, so late an) extension; `fact` says what it allows."""

    def __init__(self, fact: str) -> None:
        super().__init__(_("The date was put off as often or as far as the time limit allows."))
        self.fact = fact


class PauseRefused(Refused):
    """The clock was paused as often as its spec allows."""

    def __init__(self) -> None:
        super().__init__(_("The clock was stopped as often as the time limit allows."))


@joined
def start(
    *,
    subject: str,
    kind: Kind,
    spec: Spec,
    at: datetime,
    name: str = "answer",
    unit_code: str = "",
) -> Clock:
    """Start a clock for a duty. A subject has at most one open clock of a name.

    Raises:
        NoWorkingTime: the calendar has no working day in sight.
    """
    plan = rules.plan(spec, local(at), (), official_calendar())
    clock = Clock(
        subject=subject,
        kind=kind,
        name=name,
        unit_code=unit_code,
        spec=spec.to_json(),
        started_at=at,
        counts_from=plan.counts_from,
        due_at=plan.due_at,
        near_due_at=plan.near_due_at,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            START,
            [
                subject, str(kind), name, unit_code, json.dumps(clock.spec),
                State.RUNNING.value, at, plan.counts_from, plan.due_at, plan.near_due_at,
                Mark.STARTED.value, at,
                plan.due_at, json.dumps(selectors.reckoning(plan.steps[0])),
            ],
        )  # fmt: skip
        row = cursor.fetchone()
    assert row is not None
    clock.pk = row[0]
    clock._state.adding = False
    clock._state.db = connection.alias
    return clock


@transaction.atomic
def pause(clock: Clock, *, at: datetime, reason: str, counts: bool = True) -> None:
    """Stand still: the citizen, not the office, has the next move.

    Requests for papers count against `max_pauses`; a wait that may happen as often as it must, for
    a payment say, does not (`counts=False`).

    Raises:
        PauseRefused: it was paused often enough.
        ClockMoved: it has ended or is paused.
    """
    _hold(clock, State.RUNNING, at=at)
    spec = Spec.from_json(clock.spec)
    if counts and spec.max_pauses is not None and _count(clock, Mark.PAUSED) >= spec.max_pauses:
        raise PauseRefused
    event = Event(mark=Mark.PAUSED, at=local(at), amount=0 if counts else FREE)
    _change(clock, spec, event, state=State.PAUSED, reason=reason)


@transaction.atomic
def resume(clock: Clock, *, at: datetime) -> None:
    """Go on. The due time moves by what the pause took; it never comes nearer.

    Raises:
        ClockMoved: it is not paused.
    """
    _hold(clock, State.PAUSED, at=at)
    spec = Spec.from_json(clock.spec)
    _change(clock, spec, Event(mark=Mark.RESUMED, at=local(at)), state=State.RUNNING)


@transaction.atomic
def extend(clock: Clock, *, amount: int, at: datetime, reason: str) -> None:
    """Give more time, in units of the spec.

    Raises:
        ExtensionRefused: it was extended often enough, this is too long, or it comes too late.
        ClockMoved: it has ended or is paused.
    """
    _hold(clock, State.RUNNING, at=at)
    spec = Spec.from_json(clock.spec)
    refused = rules.why_no_extension(
        spec,
        amount=amount,
        before=_count(clock, Mark.EXTENDED),
        due_at=local(clock.due_at),
        at=local(at),
        calendar=official_calendar(),
    )
    if refused:
        raise ExtensionRefused(refused)
    event = Event(mark=Mark.EXTENDED, at=local(at), amount=amount)
    _change(clock, spec, event, state=State.RUNNING, reason=reason)


def meet(clock: Clock, *, at: datetime) -> None:
    """The duty is done. Whether in time is read off the due time."""
    _end(clock, State.MET, Mark.MET, at=at)


def stop(clock: Clock, *, at: datetime, reason: str) -> None:
    """The duty has gone: withdrawn, merged, sent elsewhere."""
    _end(clock, State.STOPPED, Mark.STOPPED, at=at, reason=reason)


def sweep(*, at: datetime, limit: int = BATCH) -> int:
    """Tell once of every running clock that ran out or is near due. Return how many were found.

    A clock that runs out while nobody swept is told of as late, not also as near due.
    """
    return _sweep_due(at=at, limit=limit) + _sweep_near_due(at=at, limit=limit)


@transaction.atomic
def _sweep_due(*, at: datetime, limit: int) -> int:
    # What is due at 17:00 is late after 17:00.
    due = Clock.objects.filter(due_at__lt=at, told_breach=False, state=State.RUNNING)
    rows = list(due.select_for_update(skip_locked=True).order_by("due_at", "id")[:limit])
    found = Clock.objects.filter(pk__in=[clock.pk for clock in rows])
    found.update(told_breach=True, told_near_due=True)
    for clock in rows:
        if clock.spec["at_expiry"] == AtExpiry.BREACH:
            publish(events.ClockBreached(**_facts(clock)), at=at)
        else:
            _lapse(clock, at=at)
    return len(rows)


@transaction.atomic
def _sweep_near_due(*, at: datetime, limit: int) -> int:
    near = Clock.objects.filter(
        near_due_at__lte=at, due_at__gte=at, told_near_due=False, state=State.RUNNING
    )
    rows = list(near.select_for_update(skip_locked=True).order_by("near_due_at", "id")[:limit])
    Clock.objects.filter(pk__in=[clock.pk for clock in rows]).update(told_near_due=True)
    for clock in rows:
        if clock.spec["at_expiry"] != AtExpiry.NOTHING:
            publish(events.ClockNearDue(**_facts(clock)), at=at)
    return len(rows)


def _lapse(clock: Clock, *, at: datetime) -> None:
    """It ended when it was due, not when the sweep came by."""
    clock.state, clock.ended_at = State.LAPSED, clock.due_at
    clock.save(update_fields=["state", "ended_at"])
    ClockMark.objects.create(
        clock=clock,
        mark=Mark.LAPSED,
        at=clock.due_at,
        due_before=clock.due_at,
        due_after=clock.due_at,
    )
    agreed = clock.spec["at_expiry"] == AtExpiry.AGREED
    publish(events.ClockLapsed(**_facts(clock), agreed=agreed), at=at)


class _Facts(TypedDict):
    subject: str
    clock: str
    unit_code: str
    due_at: datetime


def _facts(clock: Clock) -> _Facts:
    return {
        "subject": clock.subject,
        "clock": clock.name,
        "unit_code": clock.unit_code,
        "due_at": clock.due_at,
    }


def recompute_open(*, at: datetime, by: str, reason: str) -> int:
    """Compute all open clocks anew after the calendar was corrected. Return how many moved.

    An explicit, logged act: a changed holiday alone moves no deadline that somebody was given. One
    that would be earlier stays: who was given a day plans by it.
    Look at `selectors.preview_recompute` before. Each batch is a transaction of its own, so that
    nobody waits for the whole; stopped half-way, the same call does the rest.
    """
    calendar = fresh_calendar()
    total = last = 0
    while True:
        with transaction.atomic():
            rows = list(selectors.open_clocks().filter(pk__gt=last).select_for_update()[:BATCH])
            moved = sum(_recompute(clock, calendar, at=at, reason=reason) for clock in rows)
            total += moved
            if moved or not rows:
                record(
                    "clocks.recompute",
                    subject="clocks",
                    by=by,
                    at=at,
                    reason=reason,
                    moved=total if not rows else moved,
                    finished=not rows,
                )
        if not rows:
            return total
        last = rows[-1].pk


def _recompute(clock: Clock, calendar: Calendar, *, at: datetime, reason: str) -> bool:
    plan = selectors.replayed(clock, calendar)
    if plan.due_at <= clock.due_at:
        return False
    before = clock.due_at
    reckoned = selectors.reckoned_anew(plan.steps, clock.marks.all())
    _store(clock, plan.steps[-1].standing, plan.near_due_at, at=at)
    _mark(clock, Mark.RECOMPUTED, before, at=at, reason=reason, reckoning=reckoned)
    publish(events.ClockRescheduled(**_facts(clock), due_before=before), at=at)
    return True


def _change(clock: Clock, spec: Spec, event: Event, *, state: State, reason: str = "") -> None:
    """Take the next step from where the clock stands: an earlier promise is not computed anew."""
    calendar, before = official_calendar(), clock.due_at
    standing = Standing(
        due_at=local(clock.due_at),
        counts_from=local(clock.counts_from),
        paused_at=local(clock.paused_at) if clock.paused_at else None,
    )
    step = rules.follow(spec, standing, event, calendar)
    if step is None:
        raise ClockMoved(f"{clock} cannot be {event.mark}")
    clock.state = state
    _store(clock, step.standing, rules.near_due(spec, step.standing, calendar), at=event.at)
    _mark(
        clock,
        event.mark,
        before,
        at=event.at,
        reason=reason,
        amount=event.amount,
        reckoning=selectors.reckoning(step),
    )


def _store(clock: Clock, standing: Standing, near_due_at: datetime, *, at: datetime) -> None:
    clock.due_at, clock.near_due_at = standing.due_at, near_due_at
    clock.counts_from, clock.paused_at = standing.counts_from, standing.paused_at
    # A new due time is a new promise: of its breach, too, people are told once.
    clock.told_near_due = clock.told_near_due and near_due_at <= at
    clock.told_breach = clock.told_breach and standing.due_at <= at
    clock.save(
        update_fields=[
            "state", "paused_at", "counts_from", "due_at", "near_due_at",
            "told_near_due", "told_breach",
        ]
    )  # fmt: skip


def _mark(
    clock: Clock,
    mark: Mark,
    before: datetime,
    *,
    at: datetime,
    reason: str = "",
    amount: int = 0,
    reckoning: dict[str, object] | None = None,
) -> None:
    append(
        ClockMark(
            clock=clock,
            mark=mark,
            at=at,
            amount=amount,
            reason=reason,
            due_before=before,
            due_after=clock.due_at,
            reckoning=reckoning or {},
        )
    )


@joined
def _end(clock: Clock, state: State, mark: Mark, *, at: datetime, reason: str = "") -> None:
    _refuse_after_silence(clock, at=at)
    with connection.cursor() as cursor:
        cursor.execute(END, [state.value, at, clock.pk, mark.value, at, reason])
        if cursor.fetchone() is None:
            raise ClockMoved(f"{clock} has ended")
    clock.state, clock.ended_at, clock.paused_at = state, at, None


def _hold(clock: Clock, needs: State, *, at: datetime) -> None:
    """Lock the row and take over what it says now, unless it is not as the caller read it."""
    row = Clock.objects.select_for_update().filter(pk=clock.pk).first()
    if row is None or row.state != needs or clock.state != needs:
        raise ClockMoved(f"{clock} is not {needs}")
    for column in (
        "due_at", "near_due_at", "counts_from", "paused_at", "told_near_due", "told_breach",
    ):  # fmt: skip
        setattr(clock, column, getattr(row, column))
    _refuse_after_silence(clock, at=at)


def _refuse_after_silence(clock: Clock, *, at: datetime) -> None:
    """Silence counts from the due time on, also when no sweep has come by yet."""
    lapsed = clock.state == State.RUNNING and at > clock.due_at
    if lapsed and clock.spec["at_expiry"] == AtExpiry.AGREED:
        raise ClockMoved(f"{clock} ran out, which counts as agreement")


def _count(clock: Clock, mark: Mark) -> int:
    marks = ClockMark.objects.filter(clock=clock, mark=mark)
    return (marks.exclude(amount=FREE) if mark == Mark.PAUSED else marks).count()
