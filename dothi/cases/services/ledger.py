"""What a person does with lines of the ledger that a portal did not take."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from dothi.accounts.models import User
from dothi.cases.choices import STUCK, Sent
from dothi.cases.models import Arrival, Telling
from dothi.cases.services import moving
from dothi.core.audit.services import record

NOTE_LENGTH = 300


@transaction.atomic
def send_line_again(*, line: Telling, by: User, at: datetime) -> bool:
    """Send one line anew. False: it does not wait for anybody any more."""
    if not _again(Telling.objects.filter(pk=line.pk), at=at):
        return False
    _note("cases.send_line_again", line, by=by, at=at)
    return True


@transaction.atomic
def send_again(*, portal: str, by: str, at: datetime) -> int:
    """Send what a portal did not take, or could not be reached for. Return how many lines."""
    count = _again(Telling.objects.filter(portal=portal), at=at)
    record("cases.send_again", subject=f"cases.portal:{portal}", by=by, at=at, lines=count)
    return count


def _again(lines: QuerySet[Telling], *, at: datetime) -> int:
    stuck = lines.filter(state__in=STUCK)
    return stuck.update(state=Sent.WAITING, attempts=0, next_try_at=at)


@transaction.atomic
def let_line_go(*, line: Telling, reason: str, by: User, at: datetime) -> bool:
    """Tell the portal nothing of this change. False: it does not wait for anybody any more.

    Raises:
        BadText: it is not said why, or at too great length.
    """
    why = moving.words(reason, most=NOTE_LENGTH)
    stuck = Telling.objects.filter(pk=line.pk, state__in=STUCK)
    if not stuck.update(state=Sent.LEFT, note=why):
        return False
    _note("cases.let_line_go", line, by=by, at=at, reason=why)
    return True


@transaction.atomic
def forget_arrival(*, arrival: Arrival, reason: str, by: User, at: datetime) -> None:
    """Put away a dossier that could not be taken in; it comes back if the portal still names it.

    Raises:
        BadText: it is not said why, or at too great length.
    """
    why = moving.words(reason, most=NOTE_LENGTH)
    record(
        "cases.forget_arrival", subject=f"cases.portal:{arrival.portal}", by=by.actor, at=at,
        ref=arrival.ref, reason=why,
    )  # fmt: skip
    Arrival.objects.filter(pk=arrival.pk).delete()


def _note(act: str, line: Telling, *, by: User, at: datetime, **more: str) -> None:
    record(
        act, subject=line.dossier.subject, by=by.actor, at=at, portal=line.portal,
        service=line.service, move=line.move, **more,
    )  # fmt: skip
