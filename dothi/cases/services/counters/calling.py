"""Officers call numbers to their counters."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.cases import selectors
from dothi.cases.choices import Parameter, TurnAct, TurnState, VisitState
from dothi.cases.models import Appointment, Counter, Dossier, ServiceGroup, Turn
from dothi.cases.selectors import counters
from dothi.cases.services.counters.booking import stand
from dothi.cases.services.counters.refusals import CalledEnough, CounterTaken
from dothi.cases.services.counters.turning import step
from dothi.cases.services.refusals import BadText
from dothi.core.audit.services import record
from dothi.core.clock import local


@transaction.atomic
def sit_down(*, counter: Counter, by: User, at: datetime) -> None:
    """Serve at a counter from now on, and nowhere else.

    Raises:
        CounterTaken: another officer serves there, or the counter is closed.
    """
    Counter.objects.filter(served_by=by).exclude(pk=counter.pk).update(
        served_by=None, changed_at=at
    )
    row = Counter.objects.select_for_update(of=("self",)).select_related("served_by").get(
        pk=counter.pk
    )  # fmt: skip
    if row.valid_to is not None:
        raise CounterTaken(_("This counter is closed."))
    if row.served_by is not None and row.served_by != by:
        raise CounterTaken(
            _("%(name)s serves at this counter. Please choose another one.")
            % {"name": row.served_by.get_full_name()}
        )
    row.served_by, row.paused, row.changed_at = by, False, at
    row.save(update_fields=["served_by", "paused", "changed_at"])
    _note("cases.sit_down", row, by=by, at=at)


@transaction.atomic
def get_up(*, counter: Counter, by: User, at: datetime) -> None:
    """Leave the counter; who stands before it counts as served.

    Raises:
        CounterTaken: it is somebody else's.
    """
    row = _own(counter, by)
    _end_current(row, by=by, at=at)
    row.served_by, row.paused, row.changed_at = None, False, at
    row.save(update_fields=["served_by", "paused", "changed_at"])
    _note("cases.get_up", row, by=by, at=at)


@transaction.atomic
def pause(*, counter: Counter, on: bool, by: User, at: datetime) -> None:
    """Call nobody for a while, or go on.

    Raises:
        CounterTaken: it is somebody else's.
    """
    row = _own(counter, by)
    row.paused, row.changed_at = on, at
    row.save(update_fields=["paused", "changed_at"])
    _note("cases.pause" if on else "cases.go_on", row, by=by, at=at)


@transaction.atomic
def call_next(*, counter: Counter, by: User, at: datetime) -> Turn | None:
    """Call who is next; who stands before the counter counts as served. None when nobody waits.

    The groups that the counter serves are held until it is done, so that two officers who press at
    once call two people.

    Raises:
        CounterTaken: it is paused, or somebody else's.
    """
    row = _own(counter, by)
    if row.paused:
        raise CounterTaken(_("Your counter is paused. Go on first."))
    _end_current(row, by=by, at=at)
    held = ServiceGroup.objects.select_for_update().filter(counters=row).order_by("pk")
    groups = [group.pk for group in held]
    waiting = counters.line(groups, at=at)
    if not waiting:
        return None
    turn = waiting[0]
    step(
        turn, TurnAct.CALL, by=by, at=at, at_counter=row, called_at=at, last_called_at=at, calls=1,
        counter=row,
    )  # fmt: skip
    return turn


@transaction.atomic
def call_again(*, turn: Turn, by: User, at: datetime) -> None:
    """Call the same number once more.

    Raises:
        CalledEnough: it was called `Parameter.CALLS` times.
        TurnMovedOn, CounterTaken: see there.
    """
    counter = _counter_of(turn, by)
    most = selectors.setting(Parameter.CALLS, on=local(at).date())
    if turn.state == TurnState.CALLED and turn.calls >= most:
        raise CalledEnough(turn.label, turn.calls)
    step(
        turn,
        TurnAct.AGAIN,
        by=by,
        at=at,
        at_counter=counter,
        calls=turn.calls + 1,
        last_called_at=at,
    )


@transaction.atomic
def did_not_come(*, turn: Turn, by: User, at: datetime) -> None:
    """Pass a called number over; an appointment that it kept was missed.

    Raises:
        TurnMovedOn, CounterTaken: see there.
    """
    counter = _counter_of(turn, by)
    step(turn, TurnAct.MISS, by=by, at=at, at_counter=counter, ended_at=at)
    _visit_of(turn, VisitState.ARRIVED, VisitState.MISSED, by=by, at=at)


@transaction.atomic
def served(*, turn: Turn, by: User, at: datetime, dossier: str = "") -> None:
    """The matter is done; `dossier` is the code of what was entered, if anything was.

    Raises:
        BadText: this unit received no such dossier.
        TurnMovedOn, CounterTaken: see there.
    """
    counter = _counter_of(turn, by)
    code = dossier.strip().upper()
    if code and not Dossier.objects.filter(code=code, receiving_unit=turn.unit).exists():
        raise BadText(_("This unit received no dossier with this code. Please look again."))
    step(turn, TurnAct.SERVE, by=by, at=at, at_counter=counter, ended_at=at, dossier=code)


@transaction.atomic
def transfer(*, turn: Turn, to: ServiceGroup, by: User, at: datetime) -> None:
    """Let somebody wait in another group, with the number and the time that they have.

    Raises:
        BadText: the group is of another office, or the same.
        TurnMovedOn, CounterTaken: see there.
    """
    if to.unit_id != turn.unit_id or to.pk == turn.queue_id:
        raise BadText(_("Please choose another group of this office."))
    counter = _counter_of(turn, by)
    step(
        turn, TurnAct.TRANSFER, by=by, at=at, at_counter=counter, queue=to, waiting_since=at,
        called_at=None, last_called_at=None, calls=0, counter=None,
    )  # fmt: skip


@transaction.atomic
def back_in_line(*, turn: Turn, by: User, at: datetime) -> None:
    """Somebody comes after the number was passed over: they wait once more, from now on.

    Raises:
        TurnMovedOn: the number was not passed over.
    """
    step(
        turn, TurnAct.BACK, by=by, at=at, waiting_since=at, called_at=None, last_called_at=None,
        calls=0, counter=None, ended_at=None, slot_at=None,
    )  # fmt: skip
    _visit_of(turn, VisitState.MISSED, VisitState.ARRIVED, by=by, at=at)


def _own(counter: Counter, by: User) -> Counter:
    """The counter, held; only who serves there may use it."""
    row = Counter.objects.select_for_update(of=("self",)).select_related("unit").get(pk=counter.pk)
    if row.served_by_id != by.pk:
        raise CounterTaken(_("You do not serve at this counter. Please choose yours first."))
    return row


def _counter_of(turn: Turn, by: User) -> Counter | None:
    return _own(turn.counter, by) if turn.counter is not None else None


def _visit_of(turn: Turn, was: VisitState, now: VisitState, *, by: User, at: datetime) -> None:
    """The appointment that a number came from follows it."""
    visit = Appointment.objects.filter(turn=turn, state=was).select_related("unit", "group").first()
    if visit is not None:
        stand(visit, now, by=by, at=at)


def _end_current(counter: Counter, *, by: User, at: datetime) -> None:
    turn = counters.current(counter)
    if turn is not None:
        step(turn, TurnAct.SERVE, by=by, at=at, at_counter=counter, ended_at=at)


def _note(act: str, counter: Counter, *, by: User, at: datetime) -> None:
    record(
        act, subject=f"cases.counter:{counter.pk}", by=by.actor, at=at, unit=counter.unit.code,
        counter=counter.number,
    )  # fmt: skip
