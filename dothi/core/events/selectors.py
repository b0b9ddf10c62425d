"""Questions about the log. It is read here only: in commit order, and what is final."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from django.db import connection
from django.db.models import QuerySet

from dothi.core.events import registry
from dothi.core.events.choices import Fate
from dothi.core.events.models import DeadLetter, Record, Subscription
from dothi.core.numbering import HORIZON
from dothi.core.rows import columns, every

LAST = 2**63 - 1


@dataclass(frozen=True, order=True)
class Position:
    """A place in the log: number of the transaction and id. Written `xid-id` (`Last-Event-ID`)."""

    xid: int = 0
    id: int = 0

    def __str__(self) -> str:
        return f"{self.xid}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Read `xid-id`.

        Raises:
            ValueError: it is no position.
        """
        xid, _, number = text.partition("-")
        return cls(int(xid), int(number))

    @classmethod
    def of(cls, record: Record) -> "Position":
        return cls(record.xid, record.pk)


def horizon() -> int:
    """Every transaction below this number is over: no row can still appear before it."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {HORIZON}")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def head() -> Position:
    """The place after everything that is final now."""
    return Position(horizon() - 1, LAST)


def after(
    position: Position,
    *,
    names: Collection[str] | None = None,
    limit: int = 500,
    below: int | None = None,
) -> list[Record]:
    """Final records after a place, in commit order; `below` is an earlier reading of `horizon`."""
    edge = horizon() if below is None else below
    wanted = None if names is None else list(names)
    return every(_after(wanted is None), [position.xid, position.id, edge, wanted, limit], Record)


@cache
def _after(of_any_name: bool) -> str:
    named = "%s::text[] is null" if of_any_name else "told.name = any(%s)"
    return (
        f"select {columns(Record, 'told')} from {Record._meta.db_table} told"
        f" where (told.xid, told.id) > (%s, %s) and told.xid < %s and {named}"
        " order by told.xid, told.id limit %s"
    )


def count_after(position: Position, *, names: Collection[str], below: int) -> int:
    """How many final records `after` would give."""
    rows = Record.objects.extra(where=["(xid, id) > (%s, %s)"], params=[position.xid, position.id])
    return rows.filter(xid__lt=below, name__in=names).count()


_WAITING = f"""
    with edge as (select {HORIZON} as xid),
    wanted as (select * from unnest(%s::text[], %s::text[]) as w (name, event))
    select known.name, exists (
        select 1 from core_events_record told
        where (told.xid, told.id) > (known.xid, known.last_id) and told.xid < edge.xid
            and told.name in (select event from wanted where wanted.name = known.name)
    )
    from core_events_subscription known, edge
"""


def waiting() -> list[str]:
    """The subscriptions that have something final to read, or were never drained: one question."""
    pairs = [(own.name, name) for own in registry.subscriptions.values() for name in own.names]
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [[own for own, _ in pairs], [name for _, name in pairs]])
        known: dict[str, bool] = dict(cursor.fetchall())
    return [name for name in registry.subscriptions if known.get(name, True)]


def newest(names: Collection[str], *, limit: int) -> list[Record]:
    """The last final records of some kinds, newest first."""
    rows = Record.objects.filter(name__in=names, xid__lt=horizon())
    return list(rows.order_by("-xid", "-id")[:limit])


def can_follow(position: Position, *, names: Collection[str], at_most: int) -> bool:
    """Whether a reader that left there can go on from there, by reading no more than that.

    It cannot when the place lies beyond the end or in the gap that a restored backup left, before
    the beginning (it was trimmed since), or too far behind.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select {HORIZON}, %s <= core_log_shift() and %s > coalesce(
                    (select max(xid) from core_events_record where xid <= core_log_shift()), 0),
                (select row(xid, id) > row(%s, %s) from core_events_record
                    order by xid, id limit 1),
                (select count(*) from (
                    select 1 from core_events_record
                    where (xid, id) > (%s, %s) and name = any(%s) limit %s
                ) missed)
            """,
            [position.xid, position.xid, *([position.xid, position.id] * 2), list(names),
             at_most + 1],
        )  # fmt: skip
        row = cursor.fetchone()
    assert row is not None
    edge, in_the_gap, began_later, missed = row
    return position.xid < edge and not in_the_gap and not began_later and missed <= at_most


@dataclass(frozen=True, kw_only=True)
class Lag:
    """How far one handler is behind, and what waits for a person."""

    subscription: str
    waiting: int


def lag() -> list[Lag]:
    """How many final events each handler has not read yet."""
    places = {row.name: Position(row.xid, row.last_id) for row in Subscription.objects.all()}
    edge = horizon()
    found = []
    for name, subscription in sorted(registry.subscriptions.items()):
        place = places.get(name, Position() if subscription.from_start else head())
        waiting = count_after(place, names=subscription.names, below=edge)
        found.append(Lag(subscription=name, waiting=waiting))
    return found


@dataclass(frozen=True, kw_only=True)
class HeldBack:
    """Events that are committed and that nobody may read yet, because of an older transaction.

    `seconds` is the age of the oldest transaction of ours that has written something.
    """

    events: int
    seconds: float


def held_back() -> HeldBack:
    """What waits behind somebody's long transaction: normally nothing, for some milliseconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select
                (select count(*) from core_events_record where xid >= {HORIZON}),
                (select coalesce(extract(epoch from now() - min(xact_start)), 0)
                 from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid())
            """
        )
        row = cursor.fetchone()
    assert row is not None
    return HeldBack(events=row[0], seconds=float(row[1]))


def dead_letters() -> QuerySet[DeadLetter]:
    """What waits for a person, newest first."""
    return DeadLetter.objects.filter(fate=Fate.OPEN).select_related("record").order_by("-last_at")
