"""A house that was restored on another server goes on where its logs stopped."""

from collections.abc import Generator
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from django.db import connection, transaction

from dothi.core import numbering
from dothi.core.audit import services as audit
from dothi.core.audit.models import Entry, Seal
from dothi.core.events import registry, selectors, services
from dothi.core.events.models import Record, Subscription

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AHEAD = 5_000_000


class TideTurned(registry.Event):
    """The tide turned, in a test."""

    name: ClassVar[str] = "test.tide_turned"
    number: int


@pytest.fixture
def heard() -> Generator[list[int], None, None]:
    numbers: list[int] = []

    @registry.on(TideTurned, name="test.shore")
    def listen(event: TideTurned) -> None:
        numbers.append(event.number)

    yield numbers
    del registry.subscriptions["test.shore"]


@pytest.fixture
def as_it_was() -> Generator[None, None, None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute(numbering.MAKE % 0)


def tell(number: int) -> None:
    with transaction.atomic():
        services.publish(TideTurned(number=number), at=NOON)


def from_another_server() -> int:
    """Logs as a backup brings them: told, read and sealed by a server that had counted farther."""
    reached = selectors.horizon() + AHEAD
    Record.objects.create(
        xid=reached, name=TideTurned.name, payload={"number": 1}, published_at=NOON
    )
    Subscription.objects.create(name="test.shore", xid=reached, last_id=selectors.LAST)
    entry = Entry.objects.create(xid=reached, act="a.b", subject="t:1", actor="system", at=NOON)
    Seal.objects.create(place=1, entry_id=entry.pk, xid=reached, digest=b"d", chain=b"c")
    return reached


@pytest.mark.django_db(transaction=True)
def test_after_a_restore_events_are_handed_on_and_entries_sealed(
    heard: list[int], as_it_was: None
) -> None:
    reached = from_another_server()
    tell(2)
    services.drain("test.shore")
    assert heard == [], "without the shift it stands before what was read"

    assert numbering.count_on()
    tell(3)
    with transaction.atomic():
        audit.record("a.b", subject="t:2", by="system", at=NOON)
    services.drain("test.shore")
    assert heard == [3]
    assert audit.seal() == 1
    assert Seal.objects.get(place=2).xid > reached + numbering.GAP


@pytest.mark.django_db(transaction=True)
def test_on_its_own_server_nothing_is_shifted() -> None:
    tell(1)
    before = selectors.horizon()
    assert not numbering.count_on()
    assert selectors.horizon() - before < AHEAD


@pytest.mark.django_db(transaction=True)
def test_a_screen_that_saw_what_the_backup_lost_is_told_so(as_it_was: None) -> None:
    reached = from_another_server()
    numbering.count_on()
    names = [TideTurned.name]
    lost = selectors.Position(reached + 7, 1)
    assert not selectors.can_follow(lost, names=names, at_most=100)
    kept = selectors.Position.of(Record.objects.get())
    assert selectors.can_follow(kept, names=names, at_most=100)
    assert selectors.can_follow(selectors.head(), names=names, at_most=100)
