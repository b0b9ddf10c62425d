"""Somebody takes a number, and perhaps gives it back."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from dothi.cases import rules
from dothi.cases.choices import TurnAct
from dothi.cases.models import ServiceGroup, Turn, TurnSeries
from dothi.cases.selectors import counters
from dothi.cases.services.counters.refusals import NotOpen
from dothi.cases.services.counters.turning import step, tell
from dothi.cases.services.moving import Actor
from dothi.core.clock import local
from dothi.core.rows import append
from dothi.lib import codes

_TABLE = TurnSeries._meta.db_table
NEXT = f"""
    insert into {_TABLE} (group_id, day, last) values (%s, %s, 1)
    on conflict (group_id, day) do update set last = {_TABLE}.last + 1
    returning last
"""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A number, and the secret of its own page: shown once, on the slip."""

    turn: Turn
    secret: str


@transaction.atomic
def take_turn(
    *, group: ServiceGroup, by: Actor, at: datetime, priority: bool = False,
    slot_at: datetime | None = None,
) -> Taken:  # fmt: skip
    """The next number of a group. Nothing is asked of who takes it.

    Raises:
        NotOpen: it is not the hour.
    """
    opens_at = counters.opens_at(at)
    if opens_at > at:
        raise NotOpen(opens_at + rules.DOORS_OPEN_BEFORE)
    day, secret = local(at).date(), codes.secret()
    number = _next(group, day)
    turn = Turn(
        unit=group.unit, group=group, queue=group, day=day, number=number,
        label=f"{group.letter}{number:03d}", secret_hash=codes.hash_secret(secret),
        priority=priority, slot_at=slot_at, taken_at=at, waiting_since=at,
    )  # fmt: skip
    append(turn)
    tell(turn, TurnAct.TAKE, was="", by=by, at=at)
    return Taken(turn=turn, secret=secret)


@transaction.atomic
def give_back(*, turn: Turn, at: datetime) -> None:
    """Who holds a number leaves; the number is not given again.

    Raises:
        TurnMovedOn: it was served, or passed over.
    """
    step(turn, TurnAct.LEAVE, by="public", at=at, ended_at=at)


def _next(group: ServiceGroup, day: date) -> int:
    """The number belongs to the transaction: when that fails, the next person gets it."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [group.pk, day])
        found = cursor.fetchone()
    assert found is not None
    return int(found[0])
