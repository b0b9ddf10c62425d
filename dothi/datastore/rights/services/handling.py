"""The office acknowledges, asks for time, does what was asked, or says why not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.core.access.services import opened
from dothi.core.clocks import selectors as clocks
from dothi.core.clocks import services as timing
from dothi.core.clocks.choices import Kind
from dothi.core.crypto.services import keyed_hash
from dothi.datastore.catalogue import selectors as catalogue
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


class LookedAtElse(Refused):
    """Rows came or went between the look and the yes."""

    @property
    def message(self) -> str:
        return _("What would go has changed meanwhile. Please look at it again.")


class BasisMissing(Refused):
    @property
    def message(self) -> str:
        return _("Please write by which article each dataset that stays is kept.")


class StillThere(Refused):
    """Files of some tables could not be cleared: there is no paper yet."""

    def __init__(self, tables: Sequence[str]) -> None:
        super().__init__(", ".join(tables))
        self.tables = tables

    @property
    def message(self) -> str:
        return _("Some files of “%(code)s” could not be cleared. Please erase again.") % {
            "code": ", ".join(self.tables)
        }


class NothingGoes(Refused):
    """Then it is no erasure, but a refusal."""

    @property
    def message(self) -> str:
        return _("Everything would stay. Please refuse the request, and say why.")


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


@transaction.atomic
def lift(*, asked: RightsRequest, reason: str, by: User, at: datetime) -> None:
    """Show the rows again that this request held back: the person wants it, or says the office why
    the ground is gone. The person hears of it.

    Raises:
        AnswerMissing: the office gave no reason.
        NotAllowedNow: nothing is held back, or only the person may lift it.
    """
    own = by.pk == asked.person_id
    if not own and Right(asked.right) not in rules.LIFTED_BY_OFFICE:
        raise NotAllowedNow(asked.code)
    if not own and not reason.strip():
        raise AnswerMissing(asked.code)
    if not sharing.lift(matter=asked.subject, by=by.actor, at=at):
        raise NotAllowedNow(asked.code)
    if not own:
        said = _("The restriction was lifted:")
        asked.answer = f"{asked.answer}\n\n{said} {text_vi.nfc(reason.strip())}"[:4000]
        asked.save(update_fields=["answer"])
    tell(asked, was=asked.state, by=by.actor, at=at, lifted=True)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A dataset in which the person stands, what would go, and why it might have to stay."""

    place: tables.Place
    standing: tables.Standing
    basis: str  # The legal basis on which the dataset is kept, as the catalogue says it.


def look_up(*, asked: RightsRequest, by: User, at: datetime) -> tuple[list[Found], str]:
    """What an erasure would find, and a mark of exactly that. The look is written down.

    Raises:
        NotAllowedNow: it is answered, or asks for something else.
    """
    places = _places(asked)
    bases = dict(
        catalogue.every_dataset()
        .filter(code__in=[one.table for one in places])
        .values_list("code", "legal_basis")
    )
    with transaction.atomic():
        for place in places:
            opened(
                record=f"tables.table:{place.table}", by=by.actor, purpose="erase a person",
                fields=[place.column], at=at,
            )  # fmt: skip
    found = [
        Found(
            place=one, basis=bases.get(one.table, ""),
            standing=tables.standing(one.table, one.column, one.values, at=at),
        )
        for one in places
    ]  # fmt: skip
    return found, _mark(places)


def erase_rows(
    *, asked: RightsRequest, looked_at: str, stays: Mapping[str, str], by: User, at: datetime
) -> tables.Erased:
    """Take the person out of the store wherever they stand; one proof a table, one paper for the
    person. `stays` names the datasets that the law has the office keep, each with its article.
    Not within a transaction.

    Raises:
        NotAllowedNow: it is answered, or asks for something else.
        LookedAtElse, BasisMissing, NothingGoes: see there.
    """
    places = _places(asked)
    if _mark(places) != looked_at:
        raise LookedAtElse(asked.code)
    if not all(basis.strip() for basis in stays.values()):
        raise BasisMissing(asked.code)
    going = [one for one in places if one.table not in stays]
    if not going:
        raise NothingGoes(asked.code)
    kept = [
        tables.Stays(title=one.title, basis=text_vi.tidy(stays[one.table])[:300])
        for one in places
        if one.table in stays
    ]
    return tables.erase_person(
        going, stays=kept, unit=asked.unit, reason=asked.code, by=by, at=at
    )  # fmt: skip


def _places(asked: RightsRequest) -> list[tables.Place]:
    if asked.right != Right.ERASE or asked.state != State.OPEN:
        raise NotAllowedNow(asked.code)
    found = sharing.everywhere(selectors.names_of(asked.person))
    return [one for one in found if asked.dataset is None or one.table == asked.dataset.code]


def _mark(places: Sequence[tables.Place]) -> str:
    """Tables, columns and values as a keyed hash: no value stands in it."""
    said = [[one.table, one.column, sorted(one.values)] for one in places]
    return keyed_hash(json.dumps(said), purpose="rights.erasure.look")


def _decide(asked: RightsRequest, to: State, answer: str, *, by: User, at: datetime) -> None:
    if not answer.strip():
        raise AnswerMissing
    hold(asked)
    end_clocks(asked, at=at, met=True)
    asked.state, asked.decided_by, asked.decided_at = to, by.actor, at
    asked.answer = text_vi.nfc(answer.strip())[:4000]
    asked.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    tell(asked, was=State.OPEN, by=by.actor, at=at)
