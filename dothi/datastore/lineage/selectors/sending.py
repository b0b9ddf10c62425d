"""How far runs are sent to another program."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.core.events import selectors as log
from dothi.core.events.selectors import Position
from dothi.datastore.catalogue.choices import Power
from dothi.datastore.lineage.models import Sending
from dothi.datastore.lineage.selectors.runs import FACTS

NAMES = frozenset(fact.name for fact in FACTS)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Where runs are sent, how many facts still wait, and the last fault."""

    address: str
    since: datetime | None  # None: nothing was sent yet.
    sent: int
    sent_at: datetime | None
    waiting: int
    not_taken: int
    fault: str
    status: int
    failed_at: datetime | None
    next_at: datetime | None


def sending_seen_by(user: User | AnonymousUser, *, on: date) -> Sent | None:
    """For who looks after data, where a setting says that runs are sent."""
    address = settings.OPENLINEAGE_URL
    if not address or not accounts.standing(user, on=on).may(Power.SEE):
        return None
    row = Sending.objects.filter(pk=address).first()
    if row is None:
        return Sent(
            address=address, since=None, sent=0, sent_at=None, waiting=0, not_taken=0, fault="",
            status=0, failed_at=None, next_at=None,
        )  # fmt: skip
    place = Position(row.xid, row.last_id)
    return Sent(
        address=address, since=row.since, sent=row.sent, sent_at=row.sent_at,
        waiting=log.count_after(place, names=NAMES, below=log.horizon()),
        not_taken=row.not_taken, fault=row.fault, status=row.status, failed_at=row.failed_at,
        next_at=row.next_at,
    )  # fmt: skip
