"""Questions about the queue: who waits where, who is next, how long it takes, what is free."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User, in_force
from dothi.cases import rules
from dothi.cases.choices import Parameter, Power, TurnState
from dothi.cases.models import Agency, Appointment, Counter, ServiceGroup, Slot, SlotPlan, Turn
from dothi.cases.selectors.agencies import setting
from dothi.core.clock import local
from dothi.core.workdays.selectors import official_calendar
from dothi.lib import codes
from dothi.lib.worktime import next_working_moment
from dothi.units.models import Unit

MEASURED_LAST = 20
SHOWN_CALLS = 6


def groups_of(unit: Unit, *, on: date) -> list[ServiceGroup]:
    """The groups of a unit, by their letters."""
    rows = ServiceGroup.objects.filter(in_force(on), unit=unit)
    return list(rows.select_related("unit").order_by("letter"))


def counters_of(unit: Unit, *, on: date) -> list[Counter]:
    """The counters of a unit by their numbers, with who serves there and what."""
    rows = Counter.objects.filter(valid_from__lte=on, valid_to=None, unit=unit)
    return list(
        rows.select_related("unit", "served_by").prefetch_related("groups").order_by("number")
    )


def offices(*, on: date) -> QuerySet[Unit]:
    """The units at which numbers are given out."""
    held = ServiceGroup.objects.filter(in_force(on)).values("unit")
    return Unit.objects.filter(pk__in=held).order_by("code")


def offices_seen_by(user: User, power: Power, *, on: date) -> list[Unit]:
    """The units that receive dossiers now, whose counters the person may use or keep.

    In a house where none of them receives yet, all that there are.
    """
    where = accounts.standing(user, on=on).units_for(power)
    units = Unit.objects.filter(in_force(on), pk__in=where).order_by("code")
    receiving = Agency.objects.filter(in_force(on), unit__in=where)
    return list(units.filter(pk__in=receiving.values("unit"))) or list(units)


def counter_of(user: User) -> Counter | None:
    """Where a person serves now."""
    return Counter.objects.filter(served_by=user).select_related("unit").first()


def opens_at(at: datetime) -> datetime:
    """`at` itself while numbers are given out, else when that begins again."""
    early = rules.DOORS_OPEN_BEFORE
    begins = next_working_moment(local(at) + early, official_calendar()) - early
    now = next_working_moment(local(at), official_calendar())
    return min(max(local(at), begins), now)


def grace(at: datetime) -> timedelta:
    return timedelta(minutes=setting(Parameter.GRACE, on=local(at).date()))


# --- Who waits ------------------------------------------------------------------------------------


def loaded() -> QuerySet[Turn]:
    return Turn.objects.select_related("unit", "group", "queue", "counter")


def line(groups: Collection[int], *, at: datetime) -> list[Turn]:
    """Who waits in these groups today, in the order in which they will be called."""
    on = local(at).date()
    rows = {
        row.pk: row
        for row in loaded().filter(queue__in=groups, day=on, state=TurnState.WAITING)
    }  # fmt: skip
    every = setting(Parameter.PRIORITY_EVERY, on=on)
    called = Turn.objects.filter(queue__in=groups, day=on, slot_at=None).exclude(called_at=None)
    lately = called.order_by("-called_at").values_list("priority", flat=True)
    order = rules.in_order(
        [_in_line(row) for row in rows.values()],
        lately=list(lately[: max(every - 1, 0)]), every=every, grace=grace(at), at=at,
    )  # fmt: skip
    return [rows[one.key] for one in order]


def _in_line(turn: Turn) -> rules.InLine:
    return rules.InLine(
        key=turn.pk, since=turn.waiting_since, priority=turn.priority, slot_at=turn.slot_at
    )


def current(counter: Counter) -> Turn | None:
    """Who stands before a counter."""
    return loaded().filter(counter=counter, state=TurnState.CALLED).first()


def turn_by_secret(text: str) -> Turn | None:
    """The number whose page a secret opens."""
    return loaded().filter(secret_hash=codes.hash_secret(text)).first()


def turn_of(unit: Unit, pk: int, *, on: date) -> Turn | None:
    return loaded().filter(unit=unit, pk=pk, day=on).first()


def missed_today(unit: Unit, *, on: date) -> list[Turn]:
    """Numbers that were passed over, the last one first."""
    rows = loaded().filter(unit=unit, day=on, state=TurnState.NO_SHOW)
    return list(rows.order_by("-ended_at")[:SHOWN_CALLS])


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a number stands: how many are called before it, and about how long that takes."""

    turn: Turn
    before: int
    wait: rules.Wait | None


def standing_of(turn: Turn, *, at: datetime) -> Standing:
    if turn.state != TurnState.WAITING or turn.day != local(at).date():
        return Standing(turn=turn, before=0, wait=None)
    keys = [one.pk for one in line([turn.queue_id], at=at)]
    before = keys.index(turn.pk) if turn.pk in keys else 0
    wait = rules.expected_wait(
        before, served=_served_lately(turn.queue_id, at=at), counters=_open_for(turn.queue_id)
    )
    return Standing(turn=turn, before=before, wait=wait)


def _served_lately(group: int, *, at: datetime) -> list[timedelta]:
    rows = Turn.objects.filter(
        queue=group, day=local(at).date(), state=TurnState.SERVED
    ).exclude(called_at=None)  # fmt: skip
    times = rows.order_by("-ended_at").values_list("called_at", "ended_at")[:MEASURED_LAST]
    return [end - begin for begin, end in times if begin and end]


def _open_for(group: int) -> int:
    """How many counters call people of a group now."""
    rows = Counter.objects.filter(groups=group, valid_to=None, paused=False)
    return rows.exclude(served_by=None).count()


@dataclass(frozen=True, kw_only=True)
class Screen:
    """What the public screen of a unit shows."""

    calls: list[Turn]
    waiting: list[tuple[ServiceGroup, int]]
    paused: list[int]


def screen(unit: Unit, *, at: datetime) -> Screen:
    """The last calls, newest first, and how many wait in each group."""
    on = local(at).date()
    called = loaded().filter(unit=unit, day=on, state=TurnState.CALLED)
    waits = dict(
        Turn.objects.filter(unit=unit, day=on, state=TurnState.WAITING)
        .values_list("queue").annotate(count=Count("pk"))
    )  # fmt: skip
    halted = Counter.objects.filter(unit=unit, paused=True, valid_to=None)
    return Screen(
        calls=list(called.order_by("-last_called_at")[:SHOWN_CALLS]),
        waiting=[(group, waits.get(group.pk, 0)) for group in groups_of(unit, on=on)],
        paused=list(halted.order_by("number").values_list("number", flat=True)),
    )


# --- Appointments ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Free:
    """A moment at which somebody can come, and for how many there is room."""

    starts_at: datetime
    minutes: int
    capacity: int
    left: int


def days_ahead(group: ServiceGroup, *, at: datetime) -> list[date]:
    """The days on which appointments of a group are offered: working days with a plan."""
    today = local(at).date()
    calendar = official_calendar()
    ahead = setting(Parameter.VISIT_AHEAD, on=today)
    days = [today + timedelta(days=number) for number in range(ahead + 1)]
    plans = list(SlotPlan.objects.filter(group=group))
    return [
        day for day in days
        if calendar.is_working_day(day) and any(_holds(plan, day) for plan in plans)
    ]  # fmt: skip


def _holds(plan: SlotPlan, day: date) -> bool:
    ends = plan.valid_to is None or day < plan.valid_to
    return plan.weekday == day.weekday() and plan.valid_from <= day and ends


def slots_on(group: ServiceGroup, day: date, *, at: datetime) -> list[Free]:
    """The moments of a day that are still to come, full ones among them."""
    if day not in days_ahead(group, at=at):
        return []
    plans = SlotPlan.objects.filter(in_force(day), group=group, weekday=day.weekday())
    booked = dict(
        Slot.objects.filter(group=group, starts_at__date=day).values_list("starts_at", "booked")
    )
    found = []
    for plan in plans.order_by("opens"):
        zone = local(at).tzinfo
        opens = datetime.combine(day, plan.opens, zone)
        closes = datetime.combine(day, plan.closes, zone)
        for starts_at in rules.slots_between(opens, closes, plan.minutes):
            left = max(plan.capacity - booked.get(starts_at, 0), 0)
            if starts_at > at:
                found.append(
                    Free(
                        starts_at=starts_at, minutes=plan.minutes, capacity=plan.capacity,
                        left=left,
                    )
                )  # fmt: skip
    return found


def visit_by_secret(text: str) -> Appointment | None:
    """The appointment that a secret opens."""
    rows = Appointment.objects.select_related("unit", "group", "slot", "turn")
    return rows.filter(secret_hash=codes.hash_secret(text)).first()


def visits_of(unit: Unit, *, on: date) -> list[Appointment]:
    """Who comes to a unit on a day, by time. Names and numbers are shown masked."""
    rows = Appointment.objects.filter(unit=unit, starts_at__date=on)
    return list(rows.select_related("unit", "group", "turn").order_by("starts_at", "pk"))


def plans_of(unit: Unit, *, on: date) -> list[SlotPlan]:
    """By which plans appointments are given from a day on."""
    rows = SlotPlan.objects.filter(group__unit=unit)
    rows = rows.filter(valid_to=None) | rows.filter(valid_to__gt=on)
    return list(rows.select_related("group").order_by("group__letter", "weekday", "opens"))


# --- Figures --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Busy:
    """People of a group and an hour: how many, and how long they waited and were served."""

    group: ServiceGroup
    hour: int | None  # None: the whole day.
    taken: int
    served: int
    no_show: int
    left: int
    waited: float | None  # Minutes, on average.
    lasted: float | None


def busy(unit: Unit, *, since: date, until: date) -> list[Busy]:
    """By group and hour of taking a number, before the day `until`: each group, its hours."""
    rows = Turn.objects.filter(unit=unit, day__gte=since, day__lt=until).select_related("queue")
    sorts: dict[tuple[str, int, int], list[Turn]] = {}
    groups: dict[int, ServiceGroup] = {}
    for row in rows:
        groups[row.queue_id] = row.queue
        for hour in (-1, local(row.taken_at).hour):
            sorts.setdefault((row.queue.letter, row.queue_id, hour), []).append(row)
    return [
        _busy(groups[key], hour if hour >= 0 else None, sorts[letter, key, hour])
        for letter, key, hour in sorted(sorts)
    ]


def _busy(group: ServiceGroup, hour: int | None, rows: Iterable[Turn]) -> Busy:
    turns = list(rows)
    called = [one for one in turns if one.called_at]
    served = [one for one in turns if one.state == TurnState.SERVED]
    return Busy(
        group=group, hour=hour, taken=len(turns), served=len(served),
        no_show=sum(one.state == TurnState.NO_SHOW for one in turns),
        left=sum(one.state == TurnState.LEFT for one in turns),
        waited=_mean([one.called_at - one.waiting_since for one in called if one.called_at]),
        lasted=_mean(
            [one.ended_at - one.called_at for one in served if one.ended_at and one.called_at]
        ),
    )  # fmt: skip


def _mean(lengths: list[timedelta]) -> float | None:
    if not lengths:
        return None
    return round(sum(lengths, timedelta()).total_seconds() / 60 / len(lengths), 1)
