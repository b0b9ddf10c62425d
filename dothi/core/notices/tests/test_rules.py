"""When a notice is tried again, and when it may go out."""

from datetime import UTC, datetime, time, timedelta

import pytest

from dothi.core.notices import rules
from dothi.core.notices.rules import Quiet, next_try, not_before

NIGHT = Quiet(since=time(21), until=time(7))
REST = Quiet(since=time(12), until=time(13, 30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "due", "goes"),
    [
        (NIGHT, "02T20:59", "02T20:59"), (NIGHT, "02T21:00", "03T07:00"),
        (NIGHT, "03T00:30", "03T07:00"), (NIGHT, "03T06:59", "03T07:00"),
        (NIGHT, "03T07:00", "03T07:00"), (REST, "02T12:10", "02T13:30"),
        (REST, "02T13:30", "02T13:30"), (None, "02T23:00", "02T23:00"),
    ],
)  # fmt: skip
def test_what_can_wait_goes_out_when_the_quiet_ends(
    quiet: Quiet | None, due: str, goes: str
) -> None:
    assert not_before(at(due), quiet, urgent=False) == at(goes)
    assert not_before(at(due), quiet, urgent=True) == at(due)


def test_waits_grow_and_are_spread() -> None:
    for attempts, wait in enumerate(rules.RETRIES, start=1):
        found = {next_try(attempts, seed=f"N{n}") for n in range(200)}
        assert len(found) > 150, "not all at once"
        assert all(one and wait <= one <= wait * (1 + rules.SPREAD) for one in found)
        assert next_try(attempts, seed="N1") == next_try(attempts, seed="N1")
        assert next_try(attempts) == wait
    assert next_try(len(rules.RETRIES) + 1, seed="N1") is None
    assert rules.RETRIES[0] == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [("STOP", False), (" dừng ", False), ("Từ  chối", False), ("HỦY", False), ("Start", True),
     ("tiếp tục", True), ("Khi nào có kết quả?", None), ("stop it", None), ("", None)],
)  # fmt: skip
def test_a_reply_asks_for_one_thing_or_none(reply: str, wanted: bool | None) -> None:
    assert rules.wants(reply) is wanted
