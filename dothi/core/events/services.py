"""Publish events, and hand them to those who listen."""

import json
import logging
import math
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from dothi.core.events import registry, selectors
from dothi.core.events.choices import Fate
from dothi.core.events.models import DeadLetter, Record, Subscription
from dothi.core.events.registry import CHANNEL
from dothi.core.events.selectors import LAST, Position
from dothi.core.numbering import HORIZON

logger = logging.getLogger(__name__)
WAKE_UP = "events.drain"
# A drain is one transaction, and while it is open nobody may read past it: keep it short.
BATCH = 200
BATCH_SECONDS = 0.25
MOVE_ON_SECONDS = 2.0
WORKER_SILENT = timedelta(seconds=45)
FAILURES_KEPT = timedelta(days=14)
_TABLE = Subscription._meta.db_table
HOLD = f"""
    select xid, last_id, {HORIZON} from {_TABLE} where name = %s for update of {_TABLE} skip locked
"""
MOVE_ON = f"update {_TABLE} set xid = %s, last_id = %s, handled = handled + %s where name = %s"


def publish(event: registry.Event, *, at: datetime) -> None:
    """Keep the event in the same transaction as the change that it tells of.

    Raises:
        RuntimeError: there is no transaction, so change and event could part.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish() belongs inside the transaction of the change")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with told as (
                insert into core_events_record (name, payload, published_at)
                values (%s, %s, %s) returning 1
            )
            select pg_notify(%s, '') from told
            """,
            [event.name, event.model_dump_json(), at, CHANNEL],
        )
    if registry.is_heard(event.name):
        _wake_up_after_commit()


def publish_all(events: Sequence[registry.Event], *, at: datetime) -> None:
    """Keep many events of one transaction in one statement, in their order.

    Raises:
        RuntimeError: see `publish`.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish_all() belongs inside the transaction of the change")
    if not events:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with told as (
                insert into core_events_record (name, payload, published_at)
                select name, payload::jsonb, %s
                from unnest(%s::text[], %s::text[]) with ordinality as told (name, payload, place)
                order by place returning 1
            )
            select pg_notify(%s, '') from told limit 1
            """,
            [at, [one.name for one in events], [one.model_dump_json() for one in events], CHANNEL],
        )
    if any(registry.is_heard(one.name) for one in events):
        _wake_up_after_commit()


def _wake_up_after_commit() -> None:
    """Ask once a transaction for a drain. A lost wake-up is covered by the poll."""
    if not any(_wake_up in waiting for waiting in connection.run_on_commit):
        transaction.on_commit(_wake_up)


def _wake_up() -> None:
    # A job that waits will see what we committed; one that runs may not, and holds no lock.
    with connection.cursor() as cursor:
        cursor.execute(
            "select 1 from procrastinate_jobs where queueing_lock = %s and status = 'todo'",
            [WAKE_UP],
        )
        if cursor.fetchone():
            return
    # Outside of any transaction: being second is no harm here.
    with suppress(AlreadyEnqueued):
        app.configure_task(WAKE_UP, queue="events", queueing_lock=WAKE_UP).defer()


_moved_on = -math.inf  # When this process last drained those, too, that had nothing to read.


def drain_all() -> int:
    """Drain the subscriptions that have something to read, until all are quiet. Return how many
    events were handled.

    Now and then all are drained: they move on past what is not for them, and nobody looks at that
    again.
    """
    global _moved_on
    total = 0
    while True:
        everybody = time.monotonic() - _moved_on > MOVE_ON_SECONDS
        names = list(registry.subscriptions) if everybody else selectors.waiting()
        done = sum(drain(name) for name in names)
        total += done
        if everybody:
            _moved_on = time.monotonic()
        elif not done:
            return total


def drain(name: str, *, limit: int = BATCH) -> int:
    """Hand the next events to one handler, in commit order. Return how many it was handed.

    One transaction holds the handler's rows and its new position: a kill repeats and loses
    nothing. Returns 0 at once when somebody else is draining this subscription.
    """
    subscription = registry.subscriptions[name]
    with transaction.atomic():
        held = _hold(subscription)
        if held is None:
            return 0
        place, edge = held
        records = selectors.after(place, names=subscription.names, limit=limit, below=edge)
        handled = _hand_over(subscription, records)
        if handled == len(records) < limit:
            reached = max(place, Position(edge - 1, LAST))
        else:
            reached = Position.of(records[handled - 1])
        if handled or reached > place:
            with connection.cursor() as cursor:
                cursor.execute(MOVE_ON, [reached.xid, reached.id, handled, name])
    return handled


def _hold(subscription: registry.Subscription) -> tuple[Position, int] | None:
    """Where the handler stands, and up to where may be read; None: somebody else has it."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [subscription.name])
        row = cursor.fetchone()
        if row is None and not Subscription.objects.filter(pk=subscription.name).exists():
            start = Position() if subscription.from_start else selectors.head()
            Subscription.objects.bulk_create(
                [Subscription(name=subscription.name, xid=start.xid, last_id=start.id)],
                ignore_conflicts=True,
            )
            cursor.execute(HOLD, [subscription.name])
            row = cursor.fetchone()
    return (Position(row[0], row[1]), row[2]) if row else None


def _hand_over(subscription: registry.Subscription, records: list[Record]) -> int:
    """All at once, since nearly all can be taken; one by one when one of them cannot."""
    try:
        with transaction.atomic():
            return _take(subscription, records)
    except (OperationalError, InterfaceError):
        raise  # The database is in trouble, not the event.
    except Exception:
        return _take(subscription, records, apart=True)


def _take(
    subscription: registry.Subscription, records: list[Record], *, apart: bool = False
) -> int:
    if subscription.together and not apart:
        if records:
            subscription.handler([_event(record) for record in records])
        return len(records)
    until = time.monotonic() + BATCH_SECONDS
    for count, record in enumerate(records, start=1):
        if apart:
            _take_or_bury(subscription, record)
        else:
            _call(subscription, record)
        if time.monotonic() > until:
            return count
    return len(records)


def _take_or_bury(subscription: registry.Subscription, record: Record) -> None:
    try:
        with transaction.atomic():
            _call(subscription, record)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("%s could not take event %s", subscription.name, record)
        _bury(subscription, record, error)


def _call(subscription: registry.Subscription, record: Record) -> None:
    event = _event(record)
    subscription.handler([event] if subscription.together else event)


def _event(record: Record) -> registry.Event:
    payload = record.payload if isinstance(record.payload, dict) else json.loads(record.payload)
    return registry.events[record.name].model_validate(payload)


def _bury(subscription: registry.Subscription, record: Record, error: Exception) -> None:
    DeadLetter.objects.bulk_create(
        [
            DeadLetter(
                subscription=subscription.name,
                record=record,
                # The message may quote what was in a row; the class says enough here.
                error=f"{type(error).__module__}.{type(error).__qualname__}",
                first_at=record.published_at,
                last_at=record.published_at,
            )
        ],
        ignore_conflicts=True,
    )


def tend_jobs() -> int:
    """Take up what a worker had in hand when it died, and forget old failures. Return how many.

    All our jobs may run twice. One whose like waits already is not needed any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select job.id from procrastinate_jobs job
            left join procrastinate_workers worker on worker.id = job.worker_id
            where job.status = 'doing' and (
                worker.id is null or worker.last_heartbeat < now() - make_interval(secs => %s)
            )
            """,
            [WORKER_SILENT.total_seconds()],
        )
        lost = [row[0] for row in cursor.fetchall()]
        for job in lost:
            _take_up(job)
        cursor.execute(
            """
            delete from procrastinate_jobs where status in ('failed', 'cancelled', 'aborted')
            and not exists (
                select 1 from procrastinate_events told
                where told.job_id = procrastinate_jobs.id
                and told.at > now() - make_interval(secs => %s)
            )
            """,
            [FAILURES_KEPT.total_seconds()],
        )
    return len(lost)


def _take_up(job: int) -> None:
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(
                    "select procrastinate_retry_job_v2(%s, now(), null, null, null)", [job]
                )
        except IntegrityError:
            cursor.execute("select procrastinate_finish_job_v1(%s, 'failed', true)", [job])


def retry(letter: DeadLetter, *, at: datetime) -> bool:
    """Try a dead letter once more. Return whether it was taken."""
    with transaction.atomic():
        held = DeadLetter.objects.select_for_update().select_related("record").get(pk=letter.pk)
        if held.fate != Fate.OPEN:
            return held.fate == Fate.TAKEN
        try:
            with transaction.atomic():
                _call(registry.subscriptions[held.subscription], held.record)
            held.fate = Fate.TAKEN
        except Exception as error:
            logger.exception("%s still cannot take %s", held.subscription, held.record)
            held.error = f"{type(error).__module__}.{type(error).__qualname__}"
        held.attempts += 1
        held.last_at = at
        held.save()
    return held.fate == Fate.TAKEN


def give_up(letter: DeadLetter, *, at: datetime) -> bool:
    """Put a dead letter away for good: what it asked for was done by hand, or need not be done.

    Return whether it was still open.
    """
    letters = DeadLetter.objects.filter(pk=letter.pk, fate=Fate.OPEN)
    return bool(letters.update(fate=Fate.GIVEN_UP, last_at=at))
