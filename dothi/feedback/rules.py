"""The rules of feedback, as tables and pure functions.

States follow the practice of hotline 1022 of Ho Chi Minh City (QĐ 1478/QĐ-UBND, 4/5/2020): a report
goes to the unit within 5 minutes, the unit answers within 5 working days, and whoever is not done
by then reports how far it is, with a photo and a new date.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import isfinite

from rapidfuzz import fuzz

from dothi.feedback.choices import (
    Act,
    AnswerFault,
    AnswerKind,
    Parameter,
    Power,
    State,
    Visibility,
)
from dothi.lib.geo import Point, distance_m

# --- States --------------------------------------------------------------------------------------

WAITING_AT_INTAKE = frozenset({State.RECEIVED, State.ACCEPTED})
WITH_A_UNIT = frozenset({State.FORWARDED, State.IN_PROGRESS, State.REOPENED})
WORKABLE = WAITING_AT_INTAKE | WITH_A_UNIT
OPEN = WORKABLE | {State.NEEDS_INFO}
CLOSED = frozenset(State) - OPEN
ANSWERED = frozenset({State.RESOLVED, State.PUBLISHED})
# From here there is no way back: another law has it now.
FINAL = frozenset({State.TRANSFERRED})

BACK = None  # A move that leads back to where the report was before.


@dataclass(frozen=True, kw_only=True)
class Move:
    """From where an act may start, where it leads, and who may do it.

    `to` None leads back to the state before. `powers` are alternatives; none: the public may.
    """

    sources: frozenset[State]
    to: State | None
    powers: frozenset[Power] = frozenset()
    reason: bool = False


_INTAKE = frozenset({Power.ROUTE, Power.ANSWER})

MOVES: Mapping[Act, Move] = {
    Act.ACCEPT: Move(sources=frozenset({State.RECEIVED}), to=State.ACCEPTED, powers=_INTAKE),
    Act.REJECT: Move(sources=WORKABLE, to=State.REJECTED, powers=_INTAKE, reason=True),
    Act.FORWARD: Move(sources=WORKABLE, to=State.FORWARDED, powers=_INTAKE),
    Act.ASSIGN: Move(
        sources=WORKABLE - {State.RECEIVED},
        to=State.IN_PROGRESS,
        powers=frozenset({Power.ASSIGN, Power.ANSWER}),
    ),
    Act.ASK: Move(sources=WORKABLE, to=State.NEEDS_INFO, powers=_INTAKE),
    Act.INFORM: Move(sources=frozenset({State.NEEDS_INFO}), to=BACK),
    Act.LAPSE: Move(sources=frozenset({State.NEEDS_INFO}), to=State.LAPSED),
    Act.MERGE: Move(sources=OPEN, to=State.DUPLICATE, powers=_INTAKE),
    Act.UNMERGE: Move(sources=frozenset({State.DUPLICATE}), to=BACK, powers=_INTAKE, reason=True),
    Act.RESOLVE: Move(sources=WORKABLE - {State.RECEIVED}, to=State.RESOLVED, powers=_INTAKE),
    Act.PUBLISH: Move(
        sources=frozenset({State.RESOLVED}),
        to=State.PUBLISHED,
        powers=frozenset({Power.PUBLISH}),
    ),
    Act.HOLD_BACK: Move(
        sources=frozenset({State.PUBLISHED}),
        to=State.RESOLVED,
        powers=frozenset({Power.PUBLISH}),
        reason=True,
    ),
    Act.REOPEN: Move(
        # The public may, too, with a reason and within the window: `services.reopen`.
        sources=ANSWERED | {State.REJECTED, State.LAPSED},
        to=State.REOPENED,
        powers=_INTAKE,
        reason=True,
    ),
    Act.TRANSFER: Move(
        sources=OPEN, to=State.TRANSFERRED, powers=frozenset({Power.ROUTE}), reason=True
    ),
}

# What is done to a report without moving it, and who may.
DEEDS: Mapping[Act, frozenset[Power]] = {
    Act.PROGRESS: _INTAKE,
    Act.DANGER: _INTAKE,
    Act.RELEASE: frozenset({Power.ASSIGN, Power.ANSWER}),
    Act.PUBLISH: frozenset({Power.PUBLISH}),
    Act.HOLD_BACK: frozenset({Power.PUBLISH}),
}


def may_move(act: Act, *, now: State) -> bool:
    return act in MOVES and now in MOVES[act].sources


def target(act: Act, *, before: State | None) -> State:
    """Where an act leads; `before` is the state that the report left last.

    Raises:
        ValueError: the way leads back, and nobody knows where to.
    """
    to = MOVES[act].to or before
    if to is None:
        raise ValueError(f"{act} leads back to a state that is not known")
    return to


def powers_for(act: Act) -> frozenset[Power]:
    return MOVES[act].powers if act in MOVES else DEEDS.get(act, frozenset())


def acts_from(state: State, *, visibility: Visibility) -> frozenset[Act]:
    """What can be done with a report as it stands, by whoever may."""
    acts = {act for act, move in MOVES.items() if state in move.sources}
    if state in OPEN:
        acts |= {Act.PROGRESS, Act.DANGER}
    if state == State.IN_PROGRESS:
        acts.add(Act.RELEASE)
    if visibility != Visibility.PUBLIC and state not in FINAL:
        acts.add(Act.PUBLISH)
    if visibility != Visibility.HELD:
        acts.add(Act.HOLD_BACK)
    return frozenset(acts)


# --- Figures that the office sets ----------------------------------------------------------------

# What holds where no row says otherwise. The 250 m and 1000 m are those of the practice of today.
DEFAULTS: Mapping[Parameter, int] = {
    Parameter.REOPEN_DAYS: 30,
    Parameter.REOPEN_TIMES: 3,
    Parameter.RATE_DAYS: 30,
    Parameter.WAIT_DAYS: 10,
    Parameter.SIMILAR_METRES: 250,
    Parameter.MERGE_METRES: 1000,
    Parameter.SIMILAR_DAYS: 30,
    Parameter.PARTNER_LINK_DAYS: 7,
}

TITLE_LENGTH = 120
TEXT_LENGTH = 5000
ADDRESS_LENGTH = 300
NAME_LENGTH = 200
REASON_LENGTH = 1000
SEALED_LENGTH = 20_000
PHOTOS_AT_MOST = 6
STARS = range(1, 6)


def within_window(closed_at: datetime, *, days: int, at: datetime) -> bool:
    """Whether the last day of the window is not over: it ends with the day, not with the minute."""
    return at.date() <= (closed_at + timedelta(days=days)).date()


def is_overdue(
    *, due_at: datetime | None, paused: bool, ended_at: datetime | None, at: datetime
) -> bool:
    """An open duty past its time; a paused one is never late, an ended one is judged by its end."""
    if due_at is None or (paused and ended_at is None):
        return False
    return (ended_at or at) > due_at


def title_of(text: str) -> str:
    """The first sentence or line of what people wrote, cut at a word."""
    line = text.strip().split("\n", 1)[0]
    for end in (". ", "! ", "? "):
        line = line.split(end, 1)[0]
    if len(line) <= TITLE_LENGTH:
        return line.rstrip(".!? ")
    return line[: TITLE_LENGTH - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


# --- Routes --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Route:
    """One ordered rule. What is empty matches all; the first rule that matches decides.

    Hours are those of the city; `from_hour` later than `to_hour` reaches over midnight.
    Without `to_unit_id` it goes to the unit of the place.
    """

    order: int
    category_id: int | None = None
    area_ids: frozenset[int] = frozenset()
    channel: str = ""
    from_hour: time | None = None
    to_hour: time | None = None
    weekdays: frozenset[int] = frozenset()
    to_unit_id: int | None = None
    to_role: str = ""
    partner_id: int | None = None
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What a route looks at."""

    category_id: int
    unit_id: int
    channel: str
    at: datetime


def first_route(routes: Sequence[Route], matter: Matter) -> Route | None:
    """The first rule in force that fits; rules come sorted by their order."""
    return next((route for route in routes if fits(route, matter)), None)


def fits(route: Route, matter: Matter) -> bool:
    return (
        in_force(route.valid_from, route.valid_to, on=matter.at.date())
        and route.category_id in (None, matter.category_id)
        and (not route.area_ids or matter.unit_id in route.area_ids)
        and route.channel in ("", matter.channel)
        and (not route.weekdays or matter.at.weekday() in route.weekdays)
        and _in_hours(route, matter.at.time())
    )


def _in_hours(route: Route, moment: time) -> bool:
    begin, end = route.from_hour, route.to_hour
    if begin is None or end is None:
        return True
    if begin <= end:
        return begin <= moment < end
    return moment >= begin or moment < end


def in_force(valid_from: date, valid_to: date | None, *, on: date) -> bool:
    return valid_from <= on and (valid_to is None or on < valid_to)


# --- Likeness ------------------------------------------------------------------------------------

# Bits of 64 in which two perceptual hashes of one scene may differ.
SAME_PHOTO_BITS = 10
_BITS = 2**64 - 1
STRANGERS = 0.4


@dataclass(frozen=True, kw_only=True)
class Trait:
    """What is compared of two reports."""

    place: Point | None
    category_id: int
    folded: str
    photos: frozenset[int] = field(default_factory=frozenset)


def likeness(one: Trait, other: Trait, *, within_m: float) -> float:
    """How much two reports seem to be about one thing: 0 to 1.

    Text counts most; nearness and subject help; a photo of the same scene decides. Reports
    without a place are compared by text alone; those farther apart than `within_m` never match.
    """
    near = 0.0
    if one.place is not None and other.place is not None:
        metres = distance_m(one.place, other.place)
        if metres > within_m:
            return 0.0
        near = 1.0 - metres / within_m
    ratio = fuzz.token_set_ratio(one.folded, other.folded) / 100.0
    # Two texts about nothing in common still share letters: that much counts as nothing.
    text = max(0.0, ratio - STRANGERS) / (1.0 - STRANGERS)
    same_subject = one.category_id == other.category_id
    score = 0.55 * text + 0.25 * near + (0.2 if same_subject else 0.0)
    if same_photo(one.photos, other.photos):
        score = max(score, 0.95)
    return round(min(score, 1.0), 3)


def same_photo(some: Collection[int], others: Collection[int]) -> bool:
    """Whether any two hashes of 64 bits, which rows keep with a sign, differ in few bits."""
    return any(((a ^ b) & _BITS).bit_count() <= SAME_PHOTO_BITS for a in some for b in others)


# --- Answers to the questions of a subject -------------------------------------------------------

STRING_LENGTH = 200
ANSWER_LENGTH = 2000


LISTS = frozenset({AnswerKind.ONE, AnswerKind.SEVERAL})


def options_of(lines: Iterable[str]) -> list[dict[str, str]]:
    """Answers to choose from, out of `key=Vietnamese|English`; without English the first counts."""
    found = []
    for line in filter(None, (line.strip() for line in lines)):
        key, _equals, words = line.partition("=")
        vi, _bar, en = words.partition("|")
        found.append({"key": key.strip(), "vi": vi.strip(), "en": en.strip() or vi.strip()})
    return found


class WrongAnswer(ValueError):
    """An answer that does not fit its question."""

    def __init__(self, fault: AnswerFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def answer(
    kind: AnswerKind, given: Sequence[str], *, required: bool, keys: Collection[str] = ()
) -> str | list[str] | None:
    """What is kept of an answer: a text, keys of the list, or nothing.

    Raises:
        WrongAnswer: it is missing, or of another kind.
    """
    said = [text.replace("\x00", "").strip() for text in given]
    said = [text for text in said if text]
    if not said:
        if required:
            raise WrongAnswer(AnswerFault.MISSING)
        return None
    if kind in {AnswerKind.ONE, AnswerKind.SEVERAL}:
        if not set(said) <= set(keys) or (kind == AnswerKind.ONE and len(set(said)) > 1):
            raise WrongAnswer(AnswerFault.NOT_LISTED)
        return list(dict.fromkeys(said)) if kind == AnswerKind.SEVERAL else said[0]
    text = " ".join(said)
    if len(text) > (ANSWER_LENGTH if kind == AnswerKind.TEXT else STRING_LENGTH):
        raise WrongAnswer(AnswerFault.TOO_LONG)
    if kind == AnswerKind.NUMBER:
        return _number(text)
    if kind == AnswerKind.DATETIME:
        return _moment(text)
    return text


def _number(text: str) -> str:
    """A number as it was written, with a point; people here write a comma."""
    plain = text.replace(",", ".")
    try:
        value = float(plain)
    except ValueError as error:
        raise WrongAnswer(AnswerFault.NO_NUMBER) from error
    if not isfinite(value):
        raise WrongAnswer(AnswerFault.NO_NUMBER)
    return plain


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat(timespec="minutes")
    except ValueError as error:
        raise WrongAnswer(AnswerFault.NO_MOMENT) from error


# --- Codes that people type ----------------------------------------------------------------------

_ALPHABET = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})


def letters_of(secret: str) -> str:
    """The letters of a secret however it was typed: what keys are drawn from."""
    return "".join(sign for sign in secret.upper().translate(_MISREAD) if sign in _ALPHABET)
