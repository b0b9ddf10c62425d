"""One step of a number: the row, its audit entry and its event, compared and set."""

from datetime import datetime
from typing import Any

from dothi.cases import events, rules
from dothi.cases.choices import TurnAct
from dothi.cases.models import Counter, Turn
from dothi.cases.services.counters.refusals import TurnMovedOn
from dothi.cases.services.moving import Actor, actor_of
from dothi.core.audit.services import record
from dothi.core.events.services import publish
from dothi.core.rows import change


def step(
    turn: Turn, act: TurnAct, *, by: Actor, at: datetime, at_counter: Counter | None = None,
    **new: Any,
) -> None:  # fmt: skip
    """Inside a verb: do this to a number, if it still is as it was read.

    Raises:
        TurnMovedOn: it is not, or the act does not fit its state.
    """
    sources, to = rules.TURNS[act]
    was = turn.state
    values = {"state": to.value, **new}
    seen = {"state": was, "calls": turn.calls, "queue": turn.queue}
    if was not in sources or not change(turn, values, seen=seen):
        raise TurnMovedOn(turn.label, Turn.objects.values_list("state", flat=True).get(pk=turn.pk))
    for name, value in values.items():
        setattr(turn, name, value)
    tell(turn, act, was=was, by=by, at=at, counter=at_counter)


def tell(
    turn: Turn, act: TurnAct, *, was: str, by: Actor, at: datetime, counter: Counter | None = None
) -> None:
    """Write down what was done with a number, and tell the screens."""
    record(
        f"cases.turn_{act.value}", subject=turn.subject, by=actor_of(by), at=at,
        unit=turn.unit.code, number=turn.label,
    )  # fmt: skip
    publish(
        events.TurnMoved(
            unit_code=turn.unit.code, number=turn.label, group=turn.queue.letter, act=act.value,
            was=was, now=turn.state, counter=counter.number if counter else 0,
            taken_at=turn.taken_at, waiting_since=turn.waiting_since, called_at=turn.called_at,
            ended_at=turn.ended_at,
        ),
        at=at,
    )  # fmt: skip
