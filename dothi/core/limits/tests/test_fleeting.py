"""Limits that remember nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from dothi.core.limits.fleeting import Fleeting
from dothi.core.limits.models import Window

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_one_caller_is_stopped_and_another_is_not() -> None:
    counts = Fleeting(each=2, together=10)
    assert [counts.hit("one", at=NOON) for _ in range(3)] == [True, True, False]
    assert counts.hit("two", at=NOON)


def test_all_together_have_a_limit() -> None:
    counts = Fleeting(each=2, together=3)
    assert [counts.hit(name, at=NOON) for name in "abcd"] == [True, True, True, False]


def test_after_the_hour_all_is_forgotten_even_the_key() -> None:
    counts = Fleeting(each=1, together=10)
    counts.hit("one", at=NOON)
    before = counts._key
    assert counts.hit("one", at=NOON + timedelta(hours=1))
    assert counts._key != before
    assert len(counts._counts) == 2


def test_no_address_is_kept_in_memory() -> None:
    counts = Fleeting(each=1, together=10)
    counts.hit("203.0.113.7", at=NOON)
    assert "203.0.113.7" not in repr(vars(counts))


@pytest.mark.django_db
def test_nothing_is_written_down() -> None:
    Fleeting(each=1, together=10).hit("one", at=NOON)
    assert not Window.objects.exists()
