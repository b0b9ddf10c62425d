"""What devices send, and what is made of it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.operations.signals.choices import Fault, Holds, Timing
from dothi.operations.signals.rules.reading import (
    SHOWN,
    Aside,
    Expected,
    Fit,
    Reading,
    fit,
    read,
    read_lines,
)

NOON = datetime(2026, 9, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEVEL = Expected(
    holds=Holds.NUMBER, low=-1, high=6, kept=timedelta(days=365), rhythm=5 * MINUTE
)  # fmt: skip
GATE = Expected(holds=Holds.TRUTH, kept=timedelta(days=30))
TRAFFIC = Expected(
    holds=Holds.COUNTS, low=0, kept=timedelta(days=30), states=frozenset({"car", "bike", "person"})
)  # fmt: skip


def sent(**body: Any) -> bytes:
    return json.dumps(body).encode()


def one(payload: bytes, stream: str = "level.1") -> Reading:
    (found,) = read(payload, stream)
    assert isinstance(found, Reading), found
    return found


def aside(payload: bytes, stream: str = "level.1") -> Aside:
    (found,) = read(payload, stream)
    assert isinstance(found, Aside), found
    return found


def test_a_reading_of_a_topic() -> None:
    found = one(sent(time="2026-09-02T19:00:00+07:00", value=1.25, id="e-1"))
    assert found == Reading("level.1", 1.25, NOON, "e-1")


def test_seconds_since_1970_are_a_time_too() -> None:
    assert one(sent(time=NOON.timestamp(), value=1)).at == NOON


@pytest.mark.parametrize("payload", [b"1.25", b" 7 ", b"true", b'"open"'])
def test_a_simple_device_sends_the_value_alone(payload: bytes) -> None:
    found = one(payload)
    assert (found.value, found.at) == (json.loads(payload), None)


def test_a_list_is_many_readings_and_each_may_name_its_stream() -> None:
    payload = json.dumps([{"stream": f"s{n}", "time": 1e9 + n, "value": n} for n in range(3)])
    found = read(payload.encode())
    assert [(one.stream, one.value) for one in found if isinstance(one, Reading)] == [
        ("s0", 0), ("s1", 1), ("s2", 2),
    ]  # fmt: skip


def test_counts_by_kind_are_a_value() -> None:
    assert one(sent(time=1e9, value={"car": 3, "bike": 41})).value == {"car": 3, "bike": 41}


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"{", b"\xff\xfe", b"null", b"[1, 2]", b"NaN", b'{"time": 1}', b"{}",
        sent(time=1e9, value=None), sent(time=1e9, value=[1]), sent(time=1e9, value=1, extra=2),
        sent(time=1e9, value={"face": "AAAA"}), sent(time=1e9, value=1, stream="another"),
        sent(time=1e9, value=1, id="x" * 81), b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_put_aside_as_it_came(payload: bytes) -> None:
    found = aside(payload)
    assert found.fault == Fault.UNREADABLE
    assert found.raw == payload[:SHOWN]


@pytest.mark.parametrize("time", ["2026-09-02T12:00:00", 1e300, -1e300])
def test_a_time_that_is_no_moment_is_said(time: Any) -> None:
    assert aside(sent(time=time, value=1)).fault == Fault.NO_TIME


def test_without_a_topic_a_reading_has_to_name_its_stream() -> None:
    assert aside(sent(time=1e9, value=1), "").fault == Fault.UNREADABLE
    assert aside(b"1.25", "").fault == Fault.UNREADABLE


def test_a_bad_line_takes_no_other_with_it() -> None:
    payload = b'{"stream": "a", "value": 1, "time": 1}\n\noops\r\n{"stream": "b", "value": 2}\n'
    first, bad, last = read_lines(payload)
    assert isinstance(first, Reading)
    assert isinstance(bad, Aside)
    assert isinstance(last, Reading)
    assert (first.stream, bad.raw, last.stream) == ("a", b"oops", "b")


@given(st.binary(max_size=200), st.sampled_from(["", "level.1"]))
def test_nothing_that_is_sent_breaks_the_reader(payload: bytes, stream: str) -> None:
    assert len(read(payload, stream)) <= max(len(payload), 1)
    list(read_lines(payload))


def fitting(value: Any, expected: Expected = LEVEL, **more: Any) -> Fit | Fault:
    reading = Reading("s", value, more.pop("at", NOON), "")
    return fit(
        reading, expected, came_at=more.pop("came_at", NOON), newest=more.pop("newest", None)
    )


@pytest.mark.parametrize("value", [-1, 0, 6, 5.999])
def test_what_is_possible_is_taken(value: float) -> None:
    assert fitting(value) == Fit(NOON, Timing.ON_TIME)


@pytest.mark.parametrize("value", [-1.01, 6.01, float("nan"), float("inf")])
def test_what_is_impossible_is_not(value: float) -> None:
    assert fitting(value) == Fault.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, LEVEL), ("1", LEVEL), ({"a": 1}, LEVEL), (1, GATE), ("x", TRAFFIC), ({}, TRAFFIC),
     ({"plate": 1}, TRAFFIC), ({"car": True}, TRAFFIC)],
)  # fmt: skip
def test_a_value_of_another_kind_is_not_taken(value: Any, expected: Expected) -> None:
    assert fitting(value, expected) == Fault.WRONG_KIND


def test_counts_have_a_range_too() -> None:
    assert fitting({"car": 2, "bike": 1}, TRAFFIC) == Fit(NOON, Timing.ON_TIME)
    assert fitting({"car": 2, "bike": -1}, TRAFFIC) == Fault.OUT_OF_RANGE


def test_states_are_those_that_were_registered() -> None:
    valve = Expected(holds=Holds.STATE, kept=MINUTE, states=frozenset({"open", "shut"}))
    assert fitting("open", valve) == Fit(NOON, Timing.ON_TIME)
    assert fitting("ajar", valve) == Fault.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("off", "is_so"),
    [(timedelta(seconds=121), Fault.FUTURE), (timedelta(seconds=120), Timing.AHEAD),
     (timedelta(0), Timing.ON_TIME), (-10 * MINUTE, Timing.ON_TIME),
     (-10.1 * MINUTE, Timing.LATE), (timedelta(days=-366), Fault.TOO_OLD)],
)  # fmt: skip
def test_time_is_set_against_when_it_came(off: timedelta, is_so: Fault | Timing) -> None:
    found = fitting(1, at=NOON + off)
    assert (found.timing if isinstance(found, Fit) else found) == is_so


def test_what_is_older_than_the_newest_came_out_of_order() -> None:
    assert fitting(1, newest=NOON + MINUTE) == Fit(NOON, Timing.OUT_OF_ORDER)


def test_without_a_time_only_a_device_without_a_clock_may_speak() -> None:
    assert fitting(1, at=None) == Fault.NO_TIME
    clockless = Expected(holds=Holds.NUMBER, kept=MINUTE, clockless=True)
    assert fitting(1, clockless, at=None) == Fit(NOON, Timing.ON_TIME)
    assert fitting(1, clockless, at=NOON - timedelta(seconds=5)) == Fit(
        NOON - timedelta(seconds=5), Timing.ON_TIME
    )
