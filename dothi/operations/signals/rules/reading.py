"""From what a device sends to a reading that may be kept, or the reason why not.

A message is one reading, a list of them, or a bare value: `{"time": …, "value": …, "id": …}`. Over
HTTP each names its `stream`; over MQTT the topic does. Times are RFC 3339 with a zone, or seconds
since 1970. One decoder reads all of it, since this is done for every message of the city.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Final

import msgspec

from dothi.operations.signals.choices import Fault, Holds, Timing

Counts = dict[str, float]
Value = float | bool | str | Counts
AHEAD_AT_MOST: Final = timedelta(minutes=2)  # What a clock that nobody sets may be fast.
STATE_LETTERS: Final = 60
KINDS: Final = 50  # Of one count.
STREAM_LETTERS: Final = 120
ID_LETTERS: Final = 80
SHOWN: Final = 2_000  # Bytes of a message that cannot be read, kept to look at.
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reading as it is sent."""

    value: float | bool | str | Counts
    time: datetime | float | None = None
    id: str = ""
    stream: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """`at`: when it was so; None where the device has no clock. `event`: the sender's own id."""

    stream: str
    value: Value
    at: datetime | None
    event: str


@dataclass(frozen=True, slots=True)
class Aside:
    """A message, or a part of it, that is not taken; `raw` as it came, cut at `SHOWN` bytes."""

    stream: str
    raw: bytes
    fault: Fault
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a registered stream may say. `low` and `high` are possible, not harmless, values.

    `rhythm`: how often it speaks; `kept`: how long readings are kept; `states`: of a STATE, all.
    `clockless`: the device has no clock, so a reading is of the moment that it came.
    """

    holds: Holds
    kept: timedelta
    rhythm: timedelta | None = None
    low: float | None = None
    high: float | None = None
    states: frozenset[str] = frozenset()
    clockless: bool = False


_one_or_many = msgspec.json.Decoder(Body | list[Body])
_bare = msgspec.json.Decoder(float | bool | str)
_line = msgspec.json.Decoder(Body)


def read(payload: bytes, stream: str = "") -> list[Reading | Aside]:
    """Read one message of a topic (`stream`) or of a batch (each names its own).

    Never raises: what cannot be read is an `Aside` with its reason.
    """
    try:
        found = _one_or_many.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return [_value_alone(payload, stream, str(error))]
    many = found if isinstance(found, list) else [found]
    return [_reading(one, stream, payload) for one in many]


def read_lines(payload: bytes) -> Iterator[Reading | Aside]:
    """Read newline-delimited JSON: a bad line takes no other with it. Empty lines are nothing."""
    for line in payload.splitlines():
        if not line.strip():
            continue
        try:
            yield _reading(_line.decode(line), "", line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            yield Aside("", line[:SHOWN], Fault.UNREADABLE, str(error))


def _value_alone(payload: bytes, stream: str, why: str) -> Reading | Aside:
    """Simple devices publish nothing but the number; the topic says of what."""
    if stream:
        try:
            return Reading(stream, _bare.decode(payload), None, "")
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass
    return Aside(stream, payload[:SHOWN], Fault.UNREADABLE, why)


def _reading(body: Body, stream: str, payload: bytes) -> Reading | Aside:
    if stream and body.stream and body.stream != stream:
        detail = f"{body.stream} ≠ {stream}"
        return Aside(stream, payload[:SHOWN], Fault.UNREADABLE, detail)
    name = stream or body.stream
    if not 0 < len(name) <= STREAM_LETTERS or len(body.id) > ID_LETTERS:
        return Aside(name[:STREAM_LETTERS], payload[:SHOWN], Fault.UNREADABLE, "stream, id")
    at = _moment(body.time)
    if at is None and body.time is not None:
        return Aside(name, payload[:SHOWN], Fault.NO_TIME, str(body.time))
    return Reading(name, body.value, at, body.id)


def _moment(told: datetime | float | None) -> datetime | None:
    """Aware, in UTC; None for a time without a zone, and for one that is none."""
    if isinstance(told, datetime):
        return told.astimezone(UTC) if told.tzinfo is not None else None
    if told is None or not isfinite(told):
        return None
    try:
        return datetime.fromtimestamp(told, UTC)
    except (OverflowError, ValueError, OSError):
        return None


@dataclass(frozen=True, slots=True)
class Fit:
    """A reading that fits its stream, at the moment that it is kept under."""

    at: datetime
    timing: Timing


def fit(
    reading: Reading, expected: Expected, *, came_at: datetime, newest: datetime | None
) -> Fit | Fault:
    """May this reading be kept? `newest` is the time of the newest one that the stream has."""
    if (fault := _fault_of(reading.value, expected)) is not None:
        return fault
    at = came_at if reading.at is None and expected.clockless else reading.at
    if at is None:
        return Fault.NO_TIME
    if at - came_at > AHEAD_AT_MOST:
        return Fault.FUTURE
    if at < max(EARLIEST, came_at - expected.kept):
        return Fault.TOO_OLD
    return Fit(at, _timing(at, came_at, newest, expected.rhythm))


def _timing(
    at: datetime, came_at: datetime, newest: datetime | None, rhythm: timedelta | None
) -> Timing:
    if newest is not None and at < newest:
        return Timing.OUT_OF_ORDER
    if at > came_at:
        return Timing.AHEAD
    return Timing.LATE if rhythm is not None and came_at - at > 2 * rhythm else Timing.ON_TIME


def _fault_of(value: Value, expected: Expected) -> Fault | None:
    match expected.holds:
        case Holds.NUMBER:
            return _number_fault(value, expected)
        case Holds.TRUTH:
            return None if isinstance(value, bool) else Fault.WRONG_KIND
        case Holds.STATE:
            return _state_fault(value, expected)
        case Holds.COUNTS:
            return _counts_fault(value, expected)


def _number_fault(value: object, expected: Expected) -> Fault | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Fault.WRONG_KIND
    low, high = expected.low, expected.high
    if not isfinite(value) or (low is not None and value < low):
        return Fault.OUT_OF_RANGE
    return Fault.OUT_OF_RANGE if high is not None and value > high else None


def _state_fault(value: object, expected: Expected) -> Fault | None:
    if not isinstance(value, str) or len(value) > STATE_LETTERS:
        return Fault.WRONG_KIND
    return Fault.OUT_OF_RANGE if expected.states and value not in expected.states else None


def _counts_fault(value: object, expected: Expected) -> Fault | None:
    """Numbers by kind and nothing else: no plate, no face, no track can be sent as one."""
    if not isinstance(value, dict) or not 0 < len(value) <= KINDS:
        return Fault.WRONG_KIND
    if expected.states and not value.keys() <= expected.states:
        return Fault.WRONG_KIND
    faults = (_number_fault(one, expected) for one in value.values())
    return next((fault for fault in faults if fault is not None), None)
