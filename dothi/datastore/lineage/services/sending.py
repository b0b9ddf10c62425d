"""Send the runs of the house to the address of the setting, along the event log.

What was sent is noted after each fact, so that a kill sends the events of one fact again: they
carry the same run and the same time. Nothing is sent from within a transaction, and nobody waits
for it.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError

from dothi.core import locks, queueing
from dothi.core.events import selectors as log
from dothi.core.events.models import Record
from dothi.core.events.selectors import LAST, Position
from dothi.datastore.lineage import ports, selectors
from dothi.datastore.lineage.choices import Fault
from dothi.datastore.lineage.models import Sending
from dothi.datastore.lineage.ports import NotSent, NotTaken, Send

SEND = "lineage.send"  # Name of the job.
SENDERS = 7_434  # Space of advisory locks: one sends at a time, on every machine.
AT_ONCE, AT_MOST_SECONDS = 500, 40.0  # Facts in one go, and how long it may take.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
logger = logging.getLogger(__name__)


def ask_to_send() -> None:
    """Have a worker do it, where runs are sent at all."""
    if settings.OPENLINEAGE_URL:
        queueing.once(SEND, lock=SEND, timestamp=0)


def send(*, at: datetime) -> int:
    """Send what happened since the last time. Return how many events went out.

    The first time begins with what happens from then on. Not within a transaction.
    """
    address = settings.OPENLINEAGE_URL
    if not address:
        return 0
    with locks.tried(SENDERS, 0) as ours:
        if not ours:
            return 0
        row = _row(address, at)
        if row.next_at is not None and row.next_at > at:
            return 0
        before = row.sent
        try:
            _send_on(row, at)
        except NotSent as error:
            _failed(row, error, at)
        return row.sent - before


def _row(address: str, at: datetime) -> Sending:
    place = log.head()
    row, _new = Sending.objects.get_or_create(
        address=address, defaults={"xid": place.xid, "last_id": place.id, "since": at}
    )
    return row


def _send_on(row: Sending, at: datetime) -> None:
    edge = log.horizon()
    place = Position(row.xid, row.last_id)
    facts = log.after(place, names=selectors.NAMES, limit=AT_ONCE, below=edge)
    if facts and not _send_all(row, facts, at) or len(facts) == AT_ONCE:
        ask_to_send()
        return
    reached = max(Position(row.xid, row.last_id), Position(edge - 1, LAST))
    row.xid, row.last_id = reached.xid, reached.id
    row.save(update_fields=["xid", "last_id"])


def _send_all(row: Sending, facts: Sequence[Record], at: datetime) -> bool:
    """Whether all went out; a slow server does not keep a worker for itself."""
    way = ports.ways.get(urlsplit(row.address).scheme)
    if way is None:
        raise NotSent(Fault.NO_DOOR)
    until = time.monotonic() + AT_MOST_SECONDS
    with way(row.address, at) as send_one:
        for fact in facts:
            if time.monotonic() > until:
                return False
            _send_fact(row, fact, send_one, at)
    return True


def _send_fact(row: Sending, fact: Record, send_one: Send, at: datetime) -> None:
    for event in _events(row, fact, at):
        try:
            send_one(event)
        except NotTaken as error:
            logger.error("%s was not taken (%s)", fact, error.status)
            row.not_taken += 1
            row.fault, row.status, row.failed_at = Fault.NOT_TAKEN, error.status, at
        else:
            row.sent += 1
            row.sent_at = at
    row.xid, row.last_id = fact.xid, fact.pk
    row.failures, row.next_at = 0, None
    row.save()


def _events(row: Sending, fact: Record, at: datetime) -> list[dict[str, Any]]:
    """One fact that cannot be told keeps no other one back."""
    try:
        return selectors.told(fact)
    except (OperationalError, InterfaceError):
        raise  # The database is in trouble, not the fact.
    except Exception:
        logger.exception("%s cannot be told", fact)
        row.not_taken += 1
        row.fault, row.status, row.failed_at = Fault.NOT_TOLD, 0, at
        return []


def _failed(row: Sending, error: NotSent, at: datetime) -> None:
    """Again after a while, longer each time, from the fact on that did not go out."""
    row.failures += 1
    row.fault, row.status, row.failed_at = error.fault, error.status, at
    row.next_at = at + min(FIRST_PAUSE * 2 ** min(row.failures - 1, 20), LONGEST_PAUSE)
    row.save()
