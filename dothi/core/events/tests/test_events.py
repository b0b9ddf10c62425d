"""Facts are kept with the change that they tell of, and handed on in order, once."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ClassVar

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from dothi.core.events import live, registry, selectors, services
from dothi.core.events.choices import Fate
from dothi.core.events.models import DeadLetter, Record
from dothi.core.events.selectors import Position

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class BellRang(registry.Event):
    """A bell rang, in a test."""

    name: ClassVar[str] = "test.bell_rang"
    number: int


@pytest.fixture
def heard() -> Generator[list[int], None, None]:
    numbers: list[int] = []

    @registry.on(BellRang, name="test.ears")
    def listen(event: BellRang) -> None:
        if event.number < 0:
            raise ValueError(event.number)
        numbers.append(event.number)

    yield numbers
    del registry.subscriptions["test.ears"]


def ring(*numbers: int) -> None:
    with transaction.atomic():
        for number in numbers:
            services.publish(BellRang(number=number), at=NOON)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError):
        services.publish(BellRang(number=1), at=NOON)


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_was_never_told(heard: list[int]) -> None:
    with transaction.atomic():
        services.publish(BellRang(number=1), at=NOON)
        transaction.set_rollback(True)
    services.drain_all()
    assert heard == []
    assert not Record.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_events_are_handed_over_once_and_in_order(heard: list[int]) -> None:
    ring(1, 2)
    ring(3)
    assert services.drain("test.ears") == 3
    assert services.drain("test.ears") == 0
    assert heard == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_a_handler_may_take_what_waits_together_and_a_poisoned_one_is_set_apart() -> None:
    lists: list[list[int]] = []

    @registry.on(BellRang, name="test.choir", together=True)
    def listen(events: list[BellRang]) -> None:
        if any(event.number < 0 for event in events):
            raise ValueError
        lists.append([event.number for event in events])

    try:
        ring(1, 2)
        ring(3)
        assert services.drain_all() == 3
        assert lists == [[1, 2, 3]]
        ring(4, -1, 5)
        services.drain_all()
        assert lists[1:] == [[4], [5]]
        assert selectors.dead_letters().get().record.payload == {"number": -1}
    finally:
        del registry.subscriptions["test.choir"]


@pytest.mark.django_db(transaction=True)
def test_only_subscriptions_with_something_to_read_are_drained(heard: list[int]) -> None:
    services.drain_all()
    assert selectors.waiting() == []
    ring(1)
    assert selectors.waiting() == ["test.ears"]
    services.drain_all()
    assert selectors.waiting() == []


@pytest.mark.django_db(transaction=True)
def test_an_event_that_nobody_listens_to_wakes_nobody() -> None:
    with transaction.atomic():
        services.publish(BellRang(number=1), at=NOON)
        assert not connection.run_on_commit


@pytest.mark.django_db(transaction=True)
def test_events_of_one_transaction_wake_their_handlers_once(heard: list[int]) -> None:
    with transaction.atomic():
        services.publish(BellRang(number=1), at=NOON)
        services.publish(BellRang(number=2), at=NOON)
        assert len(connection.run_on_commit) == 1


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_commits_late_is_not_missed(heard: list[int]) -> None:
    """Ids are given before commit: the older id may become visible after the newer one."""
    with psycopg.connect(**_parameters()) as slow:
        slow.execute(
            "insert into core_events_record (name, payload, published_at) values (%s, %s, %s)",
            ["test.bell_rang", '{"number": 1}', NOON],
        )
        ring(2)  # Begun later, committed first.
        services.drain_all()
        assert heard == [], "nobody reads past a transaction that is still open"
        slow.commit()
    services.drain_all()
    assert heard == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_a_poisoned_event_waits_aside_and_blocks_nothing(heard: list[int]) -> None:
    ring(1, -1, 2)
    services.drain_all()
    # The first try went back whole: what a handler does outside the database may come twice.
    assert heard == [1, 1, 2]
    letter = selectors.dead_letters().get()
    assert (letter.subscription, letter.error) == ("test.ears", "builtins.ValueError")


@pytest.mark.django_db(transaction=True)
def test_a_dead_letter_is_tried_again_and_put_away(heard: list[int]) -> None:
    ring(-1)
    services.drain_all()
    letter = selectors.dead_letters().get()
    assert not services.retry(letter, at=NOON)
    assert DeadLetter.objects.get().attempts == 2
    services.give_up(letter, at=NOON)
    assert DeadLetter.objects.get().fate == Fate.GIVEN_UP
    assert not selectors.dead_letters().exists()


@pytest.mark.django_db(transaction=True)
def test_one_drains_a_subscription_at_a_time(heard: list[int]) -> None:
    ring(1)
    services.drain_all()
    ring(2)
    with psycopg.connect(**_parameters()) as other:
        other.execute("select 1 from core_events_subscription where name='test.ears' for update")
        assert services.drain("test.ears") == 0
    assert services.drain("test.ears") == 1
    assert heard == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_the_log_says_who_is_behind(heard: list[int]) -> None:
    ring(1, 2)
    waiting = {lag.subscription: lag.waiting for lag in selectors.lag()}
    assert waiting["test.ears"] == 2
    services.drain_all()
    waiting = {lag.subscription: lag.waiting for lag in selectors.lag()}
    assert waiting["test.ears"] == 0


@pytest.mark.django_db(transaction=True)
def test_who_holds_everybody_back_is_seen() -> None:
    """One open transaction that wrote something stops every reader: the figures must say so."""
    assert selectors.held_back().events == 0
    with psycopg.connect(**_parameters()) as slow:
        slow.execute("insert into core_events_subscription values ('test.slow', 0, 0, null, 0)")
        ring(1, 2)
        found = selectors.held_back()
        assert (found.events, found.seconds > 0) == (2, True)
        slow.rollback()
    assert selectors.held_back() == selectors.HeldBack(events=0, seconds=0.0)


@pytest.mark.django_db(transaction=True)
def test_a_reader_holds_nobody_back(heard: list[int]) -> None:
    """A backup reads for an hour: that stops nobody, since it has no number of its own."""
    with psycopg.connect(**_parameters()) as backup:
        backup.execute("begin isolation level repeatable read read only")
        backup.execute("select count(*) from core_events_record")
        ring(1)
        services.drain_all()
    assert heard == [1]


@pytest.mark.django_db(transaction=True)
def test_the_same_wake_up_in_two_transactions_harms_neither(
    heard: list[int],
) -> None:
    """`AlreadyEnqueued` inside the transaction of a verb would undo what the verb did."""
    with psycopg.connect(**_parameters()) as other:
        other.execute(
            "insert into procrastinate_jobs (queue_name, task_name, queueing_lock, status)"
            " values ('events', 'events.drain', 'events.drain', 'todo') on conflict do nothing"
        )
        other.commit()
    ring(1)
    assert Record.objects.count() == 1
    assert _jobs("status = 'todo' and queueing_lock = 'events.drain'") == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_wake_at_the_same_moment_the_second_is_no_mistake(
    heard: list[int],
) -> None:
    """Between looking for a wake-up and asking for one, somebody else asked for it."""
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where queueing_lock = 'events.drain'")
    with psycopg.connect(**_parameters()) as other:
        other.execute(
            "insert into procrastinate_jobs (queue_name, task_name, queueing_lock, status)"
            " values ('events', 'events.drain', 'events.drain', 'todo')"
        )
        soon = threading.Timer(0.3, other.commit)
        soon.start()
        ring(1)
        soon.join()
    assert Record.objects.count() == 1
    assert _jobs("queueing_lock = 'events.drain' and status = 'todo'") == 1


@pytest.mark.django_db(transaction=True)
def test_a_savepoint_that_was_taken_back_told_nothing(heard: list[int]) -> None:
    with transaction.atomic():
        services.publish(BellRang(number=1), at=NOON)
        with suppress(ValueError), transaction.atomic():
            services.publish(BellRang(number=2), at=NOON)
            raise ValueError
        services.publish(BellRang(number=3), at=NOON)
    services.drain_all()
    assert heard == [1, 3]
    assert _jobs("queueing_lock = 'events.drain'") == 1


@pytest.mark.django_db(transaction=True)
def test_only_the_inner_part_told_something_and_was_taken_back(
    heard: list[int],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where queueing_lock = 'events.drain'")
    with transaction.atomic(), suppress(ValueError), transaction.atomic():
        services.publish(BellRang(number=2), at=NOON)
        raise ValueError
    assert _jobs("queueing_lock = 'events.drain'") == 0
    with transaction.atomic():
        services.publish(BellRang(number=3), at=NOON)
    assert _jobs("queueing_lock = 'events.drain'") == 1, "somebody is woken for what was told"


def _lost_job(lock: str, *, status: str = "doing", task: str = "t") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, queueing_lock, lock, status)"
            " values ('default', %s, %s, %s, %s)",
            [task, lock, lock, status],
        )


def _jobs(where: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from procrastinate_jobs where {where}")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.django_db(transaction=True)
def test_what_a_dead_worker_had_in_hand_is_taken_up() -> None:
    """A job that is "being done" by nobody would keep its lock for ever."""
    _lost_job("alone")
    assert services.tend_jobs() == 1
    assert _jobs("status = 'todo' and lock = 'alone'") == 1
    assert services.tend_jobs() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_like_jobs_the_lost_one_goes() -> None:
    _lost_job("twin")
    _lost_job("twin", status="todo")
    services.tend_jobs()
    assert (_jobs("lock = 'twin'"), _jobs("lock = 'twin' and status = 'todo'")) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_what_a_living_worker_has_in_hand_is_left_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers default values returning id")
        _lost_job("busy")
        cursor.execute("update procrastinate_jobs set worker_id = (select max(id)"
                       " from procrastinate_workers) where lock = 'busy'")  # fmt: skip
        assert services.tend_jobs() == 0
        cursor.execute("update procrastinate_workers set last_heartbeat = now() - interval '1 h'")
    assert services.tend_jobs() == 1


@pytest.mark.django_db(transaction=True)
def test_failures_are_kept_for_two_weeks() -> None:
    with connection.cursor() as cursor:
        for lock in ("old", "new"):
            _lost_job(lock, status="todo")
            for status in ("doing", "failed"):
                cursor.execute(
                    "update procrastinate_jobs set status = %s where lock = %s", [status, lock]
                )
        cursor.execute(
            "update procrastinate_events set at = now() - interval '15 days' where job_id ="
            " (select id from procrastinate_jobs where lock = 'old')"
        )
    services.tend_jobs()
    assert (_jobs("lock = 'old'"), _jobs("lock = 'new'")) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_change_what_was_told() -> None:
    ring(1)
    with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
        Record.objects.all().delete()
    with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
        Record.objects.update(name="x")


@pytest.mark.django_db(transaction=True)
def test_one_wake_up_waits_for_many_events(heard: list[int]) -> None:
    for number in range(5):
        ring(number)
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_jobs where task_name = 'events.drain' "
            "and status = 'todo'"
        )
        row = cursor.fetchone()
    assert row == (1,)


@pytest.mark.django_db(transaction=True)
def test_a_screen_hears_at_once_and_catches_up_after_sleep() -> None:
    ring(1)
    before = selectors.head()
    ring(2)

    async def listen() -> list[int]:
        seen: list[int] = []
        stream = live.records(before, [BellRang.name])
        async for told in stream:
            if isinstance(told, Position):
                continue
            seen.append(told.payload["number"])
            if len(seen) == 1:
                await asyncio.to_thread(_ring_elsewhere, 3)
            if len(seen) == 2:
                await stream.aclose()  # type: ignore[attr-defined]
                break
        return seen

    assert asyncio.run(asyncio.wait_for(listen(), 10)) == [2, 3]


@pytest.mark.django_db(transaction=True)
def test_a_screen_hears_a_heartbeat_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)

    async def listen() -> Any:
        stream = live.records(None, [BellRang.name])
        first = await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        return first

    ring(1)
    place = asyncio.run(asyncio.wait_for(listen(), 10))
    assert isinstance(place, Position)
    assert place >= selectors.head(), "from there on, and not from further back"


def test_a_position_survives_being_written() -> None:
    assert Position.parse(str(Position(7, 12))) == Position(7, 12)
    with pytest.raises(ValueError, match="invalid literal"):
        Position.parse("yesterday")


def _ring_elsewhere(number: int) -> None:
    ring(number)
    connection.close()


def _parameters() -> dict[str, Any]:
    wanted = {"dbname", "user", "password", "host", "port"}
    return {k: v for k, v in connection.get_connection_params().items() if k in wanted}
