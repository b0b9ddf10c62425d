"""The rules of dossiers, as tables and pure functions.

Statuses and lawful moves: national list TrangThaiHoSo; Nghị định 118/2025/NĐ-CP. In time or not:
QĐ 766/QĐ-TTg of 23/6/2022, indicator 2.1.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dothi.cases.choices import (
    Act,
    Assurance,
    Figure,
    Measure,
    Parameter,
    Status,
    TurnAct,
    TurnState,
)
from dothi.lib import text_vi
from dothi.procedures.choices import Signing

FINAL = frozenset({Status.NOT_RECEIVED, Status.WITHDRAWN, Status.STOPPED, Status.RETURNED})
OPEN = frozenset(Status) - FINAL
# The citizen has the next move; a clock that runs stands still.
WAITING = frozenset({Status.SUPPLEMENT, Status.PAYMENT})

# The office works on it; what it may do at its post.
RUNNING = frozenset({Status.RECEIVED, Status.HANDLED})
# Once received, a clock of the law runs or stands still.
TIMED = RUNNING | WAITING
BACK = None  # A move that leads back to where the dossier was before.


class NotLawful(ValueError):
    """The act cannot be done from this status."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """From where an act may start and where it leads; None: back to where it came from."""

    sources: frozenset[Status]
    to: Status | None
    reason: bool = False  # Whether it has to say why.


MOVES: Mapping[Act, Move] = {
    Act.RECEIVE: Move(sources=frozenset({Status.NEW}), to=Status.RECEIVED),
    Act.REFUSE: Move(
        sources=frozenset({Status.NEW, Status.SUPPLEMENT}), to=Status.NOT_RECEIVED, reason=True
    ),
    Act.BEGIN: Move(sources=frozenset({Status.RECEIVED}), to=Status.HANDLED),
    Act.ASK: Move(
        sources=frozenset({Status.NEW, Status.HANDLED}), to=Status.SUPPLEMENT, reason=True
    ),
    Act.SUPPLY: Move(sources=frozenset({Status.SUPPLEMENT}), to=BACK),
    Act.CHARGE: Move(sources=frozenset({Status.HANDLED}), to=Status.PAYMENT, reason=True),
    Act.SETTLE: Move(sources=frozenset({Status.PAYMENT}), to=Status.HANDLED),
    Act.WITHDRAW: Move(sources=OPEN - {Status.DONE}, to=Status.WITHDRAWN, reason=True),
    Act.STOP: Move(sources=frozenset({Status.HANDLED}) | WAITING, to=Status.STOPPED, reason=True),
    Act.FINISH: Move(sources=frozenset({Status.HANDLED}), to=Status.DONE),
    Act.CORRECT: Move(sources=frozenset({Status.DONE}), to=Status.HANDLED, reason=True),
    Act.GIVE: Move(sources=frozenset({Status.DONE}), to=Status.RETURNED),
}
# Acts after which the status is what it was.
STAYS: Mapping[Act, frozenset[Status]] = {
    Act.HAND_OVER: frozenset({Status.HANDLED}),
    Act.SEND_BACK: frozenset({Status.HANDLED}),
    Act.ASSIGN: frozenset({Status.NEW}) | TIMED,
    Act.RELEASE: frozenset({Status.NEW}) | TIMED,
    Act.EXTEND: RUNNING,
    Act.CONSULT: frozenset({Status.HANDLED}),
    Act.CONSULTED: OPEN,
    Act.SIGN: frozenset({Status.HANDLED}),
    Act.PROPOSE: frozenset({Status.HANDLED}),
    Act.AGREE: frozenset({Status.HANDLED}),
    Act.OBJECT: frozenset({Status.HANDLED}),
    Act.RESCHEDULE: TIMED,  # Nobody's act: the office had all time limits computed anew.
}
REASONED = frozenset({Act.SEND_BACK, Act.EXTEND, Act.OBJECT}) | {
    act for act, move in MOVES.items() if move.reason
}

# What holds where the office has set nothing else. NĐ 118/2025/NĐ-CP: to be confirmed.
DEFAULTS: Mapping[Parameter, int] = {
    Parameter.REPLY_HOURS: 8,
    Parameter.AGREE_DAYS: 1,
    Parameter.DRAFT_DAYS: 30,
    Parameter.CALLS: 3,
    Parameter.PRIORITY_EVERY: 2,
    Parameter.GRACE: 15,
    Parameter.VISIT_AHEAD: 14,
    Parameter.VISIT_KEPT: 30,
}
# What the office may set each to: least and most.
BOUNDS: Mapping[Parameter, tuple[int, int]] = {
    Parameter.REPLY_HOURS: (1, 80),
    Parameter.AGREE_DAYS: (1, 10),
    Parameter.DRAFT_DAYS: (1, 365),
    Parameter.CALLS: (1, 10),
    Parameter.PRIORITY_EVERY: (2, 10),
    Parameter.GRACE: (0, 120),
    Parameter.VISIT_AHEAD: (1, 90),
    Parameter.VISIT_KEPT: (1, 365),
}
NAME_LENGTH, REASON_LENGTH, TEXT_LENGTH = 200, 2000, 4000
MOST_PIECES = 9_999  # Copies, or pages of one.


def may(act: Act, *, now: Status, before: Status | None = None) -> bool:
    """Whether an act is lawful; `before` is the status that the dossier left last.

    Papers asked for before a dossier was received may still end in a refusal to receive it; once
    it was received they may not.
    """
    if act in STAYS:
        return now in STAYS[act]
    if act not in MOVES or now not in MOVES[act].sources:
        return False
    return not (act == Act.REFUSE and now == Status.SUPPLEMENT and before != Status.NEW)


def target(act: Act, *, now: Status, before: Status | None = None) -> Status:
    """Where an act leads.

    Raises:
        NotLawful: it cannot be done from here, or the way back is not known.
    """
    if not may(act, now=now, before=before):
        raise NotLawful(f"{act} from {now.name}")
    if act in STAYS:
        return now
    to = MOVES[act].to
    if to is not BACK:
        return to
    if before not in {Status.NEW, Status.HANDLED}:
        raise NotLawful(f"{act} leads back to {before}")
    return before


# --- In time or not: QĐ 766, indicator 2.1 --------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Request:
    """Papers asked for once; without `met_at` the citizen has not come back."""

    asked_at: datetime
    met_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Course:
    """What indicator 2.1 asks of a dossier.

    `due_at` is the day promised on receipt, moved by a lawful extension, not by waits for papers:
    those are subtracted from the time that it took, save what lies before `received_at`, when no
    time of the law ran. `ended_at` is when it was stopped, refused or withdrawn.
    """

    due_at: datetime
    received_at: datetime | None = None
    done_at: datetime | None = None
    returned_at: datetime | None = None
    ended_at: datetime | None = None
    requests: Sequence[Request] = ()


def in_time(course: Course, *, period_end: datetime) -> bool:
    """Whether a dossier counts as handled in time.

    Asked for papers more than once, it counts as overdue whatever the days say. Who was asked once
    and has not come back ends it at the moment of the request. What is not finished is measured at
    the end of the period.
    """
    if len(course.requests) > 1:
        return False
    asked = course.requests[0] if course.requests else None
    if asked is not None and asked.met_at is None:
        return asked.asked_at <= course.due_at
    ended = course.done_at or course.returned_at or course.ended_at or period_end
    return ended - _waited(course, ended) <= course.due_at


def _waited(course: Course, ended: datetime) -> timedelta:
    """The part of a wait that lies between receipt and the end."""
    if not course.requests:
        return timedelta(0)
    asked = course.requests[0]
    begun = max(asked.asked_at, course.received_at or asked.asked_at)
    return max(min(asked.met_at or ended, ended) - begun, timedelta(0))


def percent(part: float, whole: float) -> float | None:
    """A rate in per cent, rounded to two decimals; None where there is nothing to divide by."""
    return round(100 * part / whole, 2) if whole else None


# --- Figures of a period: QĐ 766 ------------------------------------------------------------------

# Of which dossiers a rate tells how many. The decision fixes 2.1 and 5.4 word by word; what exactly
# the others count is to be confirmed.
RATES: Mapping[Measure, tuple[Figure, Figure]] = {
    Measure.SYNCED: (Figure.SYNCED, Figure.RECEIVED),
    Measure.IN_TIME: (Figure.IN_TIME, Figure.JUDGED),
    Measure.ONLINE: (Figure.ONLINE, Figure.RECEIVED),
    Measure.PAID: (Figure.PAID_ONLINE, Figure.CHARGED),
    Measure.ELECTRONIC: (Figure.ELECTRONIC, Figure.FINISHED),
    Measure.DIGITISED: (Figure.DIGITISED, Figure.RECEIVED),
    Measure.REUSED: (Figure.REUSED, Figure.RECEIVED),
}
# From which rate on all points are given; below it they shrink in proportion.
FULL_AT: Mapping[Measure, int] = {
    Measure.OFFERED: 80,
    Measure.ONLINE: 50,
    Measure.PAYABLE: 80,
    Measure.DIGITISED: 80,
    Measure.REUSED: 80,
    Measure.CONTENT: 90,
}
DISLIKED = 2  # Stars up to which a rating tells of somebody who was not satisfied.


def is_low(stars: int | None) -> bool:
    """Whether somebody who rated was not satisfied, and is asked whether to say more."""
    return stars is not None and stars <= DISLIKED


def content(judged: int, late: int, disliked: int) -> float | None:
    """Indicator 5.4: 100 % less the shares of overdue and of disliked dossiers; never below 0."""
    rate = percent(judged - late - disliked, judged)
    return None if rate is None else max(rate, 0.0)


def points(measure: Measure, rate: float | None) -> float | None:
    """The share of the points that a rate earns, in per cent; None where no bound is known."""
    if rate is None or measure not in FULL_AT:
        return None
    return min(100.0, round(100 * rate / FULL_AT[measure], 2))


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days from `since` on, before `until`."""

    since: date
    until: date  # Exclusive.

    def __post_init__(self) -> None:
        if self.since >= self.until:
            raise ValueError(f"{self.since} is not before {self.until}")


def month_of(day: date) -> Period:
    """The month in which a day lies."""
    since = day.replace(day=1)
    return Period(since=since, until=(since + timedelta(days=31)).replace(day=1))


# --- Numbers at the counter -----------------------------------------------------------------------

# Who goes first: people of 80 and more (Luật Người cao tuổi 39/2009/QH12), with a disability (Luật
# Người khuyết tật 51/2010/QH12), with merits (Pháp lệnh 02/2020/UBTVQH14), pregnant women and
# those with a small child. That the laws ask for it at this counter, and for whom: to be confirmed.
# Nothing is noted but that somebody goes first.
TURNS: Mapping[TurnAct, tuple[frozenset[TurnState], TurnState]] = {
    TurnAct.CALL: (frozenset({TurnState.WAITING}), TurnState.CALLED),
    TurnAct.AGAIN: (frozenset({TurnState.CALLED}), TurnState.CALLED),
    TurnAct.MISS: (frozenset({TurnState.CALLED}), TurnState.NO_SHOW),
    TurnAct.SERVE: (frozenset({TurnState.CALLED}), TurnState.SERVED),
    TurnAct.TRANSFER: (frozenset({TurnState.WAITING, TurnState.CALLED}), TurnState.WAITING),
    TurnAct.LEAVE: (frozenset({TurnState.WAITING, TurnState.CALLED}), TurnState.LEFT),
    TurnAct.BACK: (frozenset({TurnState.NO_SHOW}), TurnState.WAITING),
}
# Numbers are given out this long before the counters open.
DOORS_OPEN_BEFORE = timedelta(minutes=30)
OPEN_EACH = 2  # Appointments that one telephone number may have before it.
MEASURED = 5  # Fewer served people say nothing about the next one.


@dataclass(frozen=True, kw_only=True)
class InLine:
    """Somebody who waits; `slot_at` is the appointment, None without one or when it was missed."""

    key: int
    since: datetime
    priority: bool = False
    slot_at: datetime | None = None


def in_order(
    waiting: Sequence[InLine], *, lately: Sequence[bool], every: int, grace: timedelta, at: datetime
) -> list[InLine]:
    """Who is called when, from now on.

    Appointments whose time has come go first. Of each `every` calls one is for people with
    priority while there are any; within each kind it goes by time. `lately` says of the last calls,
    newest first, whether they were for priority.
    """
    booked = [one for one in waiting if one.slot_at and one.slot_at - grace <= at]
    booked.sort(key=lambda one: (one.slot_at or one.since, one.key))
    others = sorted((one for one in waiting if one not in booked), key=_by_time)
    first = [one for one in others if one.priority]
    rest = [one for one in others if not one.priority]
    calls = [*lately[: max(every - 1, 0)]]
    found = booked
    while first or rest:
        due = not any(calls[: every - 1])
        line = first if first and (due or not rest) else rest or first
        chosen = line.pop(0)
        calls.insert(0, chosen.priority)
        found.append(chosen)
    return found


def _by_time(one: InLine) -> tuple[datetime, int]:
    return one.since, one.key


def keeps_slot(slot_at: datetime, *, arrived_at: datetime, grace: timedelta) -> bool:
    """Whether somebody came in time for an appointment; who did not, waits like everybody."""
    return arrived_at <= slot_at + grace


@dataclass(frozen=True, kw_only=True)
class Wait:
    """About how many minutes somebody waits: between these two."""

    least: int
    most: int


def expected_wait(before: int, *, served: Sequence[timedelta], counters: int) -> Wait | None:
    """A range from how long people were served lately; None where nothing can be said honestly.

    The lower bound takes a quick quarter of them, the upper bound a slow one.
    """
    if counters < 1 or len(served) < MEASURED:
        return None
    lengths = sorted(served)
    quick, slow = lengths[len(lengths) // 4], lengths[(3 * len(lengths)) // 4]
    least = int(quick.total_seconds() * (before // counters) / 60)
    most = -int(-slow.total_seconds() * (before // counters + 1) // 60)
    return Wait(least=least - least % 5, most=max(5, most + -most % 5))


def slots_between(opens: datetime, closes: datetime, minutes: int) -> list[datetime]:
    """When the appointments of a session begin: whole ones only."""
    count = int((closes - opens) / timedelta(minutes=minutes))
    return [opens + timedelta(minutes=minutes * number) for number in range(count)]


# --- How an application is signed ----------------------------------------------------------------

# What an office may ask for at least, and what is enough for it (Luật Giao dịch điện tử
# 20/2023/QH15: what the law does not ask to be signed digitally may be confirmed otherwise).
_ENOUGH: Mapping[Signing, frozenset[Assurance]] = {
    Signing.CONFIRM: frozenset(Assurance),
    Signing.PROVED: frozenset({Assurance.CODE, Assurance.ACCOUNT, Assurance.CERTIFICATE}),
    Signing.CERTIFICATE: frozenset({Assurance.CERTIFICATE}),
}
CODE_MINUTES, CODE_TRIES, CODES_PER_HOUR, PROVED_MINUTES = 10, 5, 5, 60


def suffices(needed: Signing, level: Assurance) -> bool:
    return level in _ENOUGH[needed]


def same_name(one: str, other: str) -> bool:
    """Whether two people would read the same name, with or without marks."""
    return bool(one.strip()) and text_vi.fold(one) == text_vi.fold(other)


def speaks_of(
    *, numbers: Collection[str], name: str, known: Collection[str], known_as: str
) -> bool:
    """Whether a certificate is of this person: by a number where it names one, else by its name."""
    if numbers:
        return bool(set(numbers) & ({*known} - {""}))
    return same_name(name, known_as)
