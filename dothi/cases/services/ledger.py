"""What a person does with lines of the ledger that a portal did not take."""

from datetime import datetime

from django.db import transaction

from dothi.accounts.models import User
from dothi.cases.choices import Sent
from dothi.cases.models import Arrival, Telling
from dothi.cases.services import moving
from dothi.core.audit.services import record

STUCK = (Sent.REFUSED, Sent.FAILED)
NOTE_LENGTH = 300


@transaction.atomic
def send_line_again(*, line: Telling, by: User, at: datetime) -> bool:
    """Send one line anew. False: it does not wait for anybody any more."""
    again = {"state": Sent.WAITING, "attempts": 0, "next_try_at": at}
    if not Telling.objects.filter(pk=line.pk, state__in=STUCK).update(**again):
        return False
    _note("cases.send_line_again", line, by=by, at=at)
    return True


@transaction.atomic
def let_line_go(*, line: Telling, reason: str, by: User, at: datetime) -> bool:
    """Tell the portal nothing of this change. False: it does not wait for anybody any more.

    Raises:
        BadText: it is not said why, or at too great length.
    """
    why = moving.words(reason, most=NOTE_LENGTH)
    gone = {"state": Sent.LEFT, "note": why}
    if not Telling.objects.filter(pk=line.pk, state__in=STUCK).update(**gone):
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
