"""The office acknowledges, asks for time, does what was asked, or says why not."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.core.clocks import selectors as clocks
from dothi.core.clocks import services as timing
from dothi.core.clocks.choices import Kind
from dothi.datastore.rights import rules, selectors
from dothi.datastore.rights.choices import Right, State
from dothi.datastore.rights.models import RightsRequest
from dothi.datastore.rights.services.moving import (
    ACKNOWLEDGE,
    ACT,
    AnswerMissing,
    NotAllowedNow,
    Refused,
    end_clocks,
    hold,
    tell,
)
from dothi.datastore.sharing import services as sharing
from dothi.datastore.tables import services as tables
from dothi.lib import text_vi


class NotInTime(Refused):
    """Longer than the law allows, or for the second time."""

    @property
    def message(self) -> str:
        return _("The law allows one extension of at most 15 days, before the day is over.")


@transaction.atomic
def acknowledge(*, asked: RightsRequest, third_party: bool, by: User, at: datetime) -> None:
    """Say that it is being handled. Where a third party has to act, the law gives more days,
    counted from the same request.

    Raises:
        NotAllowedNow: it was acknowledged or answered.
    """
    hold(asked)
    clock = clocks.open_clock(asked.subject, ACKNOWLEDGE)
    if asked.acknowledged_at is not None or clock is None:
        raise NotAllowedNow(asked.code)
    timing.meet(clock, at=at)
    if third_party and (running := clocks.open_clock(asked.subject, ACT)) is not None:
        timing.stop(running, at=at, reason="a third party has to act")
        timing.start(
            subject=asked.subject, kind=Kind.STATUTORY, name=ACT, at=asked.asked_at,
            spec=rules.to_act(Right(asked.right), third_party=True), unit_code=asked.unit.code,
        )  # fmt: skip
    asked.acknowledged_at, asked.third_party = at, third_party
    asked.save(update_fields=["acknowledged_at", "third_party"])
    tell(asked, was=State.OPEN, by=by.actor, at=at, third_party=third_party)


@transaction.atomic
def extend(*, asked: RightsRequest, days: int, by: User, at: datetime, reason: str) -> None:
    """Take more time, once, and say why.

    Raises:
        AnswerMissing, NotInTime, NotAllowedNow: see there.
    """
    if not reason.strip():
        raise AnswerMissing
    hold(asked)
    clock = clocks.open_clock(asked.subject, ACT)
    if clock is None:
        raise NotAllowedNow(asked.code)
    try:
        timing.extend(clock, amount=days, at=at, reason=text_vi.tidy(reason)[:200])
    except timing.ExtensionRefused as error:
        raise NotInTime from error
    tell(asked, was=State.OPEN, by=by.actor, at=at, days=days)


@transaction.atomic
def done(*, asked: RightsRequest, answer: str, by: User, at: datetime) -> None:
    """What was asked for is done. Where its use is to end, the rows of the person are shown to
    nobody from now on but who keeps the data.

    Raises:
        AnswerMissing, NotAllowedNow: see there.
    """
    if Right(asked.right) in rules.HOLDS_BACK:
        sharing.restrict(
            names=selectors.names_of(asked.person), dataset=asked.dataset, matter=asked.subject,
            by=by.actor, at=at,
        )  # fmt: skip
    _decide(asked, State.DONE, answer, by=by, at=at)


@transaction.atomic
def refuse(*, asked: RightsRequest, answer: str, by: User, at: datetime) -> None:
    """Say no, and on which article that rests.

    Raises:
        AnswerMissing, NotAllowedNow: see there.
    """
    _decide(asked, State.REFUSED, answer, by=by, at=at)


def erase_rows(*, asked: RightsRequest, by: User, at: datetime) -> int:
    """Take the rows that speak of the person out of every version of the store that is readable;
    each table keeps its proof. Return out of how many tables. Not within a transaction.

    Raises:
        NotAllowedNow: it is answered, or asks for something else.
    """
    if asked.right != Right.ERASE or asked.state != State.OPEN:
        raise NotAllowedNow(asked.code)
    found = sharing.datasets_with(selectors.names_of(asked.person))
    for code, (column, values) in found.items():
        tables.erase(code, column, values, reason=asked.code, by=by.actor, at=at)
    return len(found)


def _decide(asked: RightsRequest, to: State, answer: str, *, by: User, at: datetime) -> None:
    if not answer.strip():
        raise AnswerMissing
    hold(asked)
    end_clocks(asked, at=at, met=True)
    asked.state, asked.decided_by, asked.decided_at = to, by.actor, at
    asked.answer = text_vi.nfc(answer.strip())[:4000]
    asked.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    tell(asked, was=State.OPEN, by=by.actor, at=at)
