"""What the two holders do: open together, reply, close.

Opening has two steps in one sitting. The first holder's passphrase takes off the outer box of each
message; what is left opens only for the second holder, only this report, and goes through the page
between the two steps, signed and good for ten minutes. No passphrase and no private key does.
"""

from base64 import b64decode, b64encode
from datetime import datetime, timedelta

from django.db import transaction

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core.access.services import opened
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.crypto import sealed as boxes
from dothi.core.crypto import services as crypto
from dothi.core.crypto.rules import Unreadable
from dothi.feedback import rules
from dothi.feedback.models import Holder, SealedReport
from dothi.feedback.services import moving
from dothi.feedback.services.refusals import LinkDoesNotOpen
from dothi.feedback.services.sealed import inside
from dothi.feedback.services.sealed.inside import Opened, SealedChanged

SITTING = timedelta(minutes=10)
HALF = "feedback.sealed.half"


def half_open_sealed(
    *, report: SealedReport, passphrase: str, by: User, purpose: str, at: datetime
) -> str:
    """The first step: the first holder's passphrase. Return what the second step needs.

    The try is logged before anything opens.

    Raises:
        NotYours: not one of the two holders asks. WrongPassphrase, KeysChanged, SealedChanged.
    """
    inside.check_holder(report, by, at=at)
    why = moving.words(purpose, most=200)
    _log(report, by, why, "first key", at=at)
    private = inside.unlock(report.first, passphrase)
    try:
        halves = {
            str(message.number): b64encode(
                boxes.half_open(bytes(message.for_holders), first_private=private)
            ).decode()
            for message in report.messages.order_by("number")
        }
    except boxes.CannotOpen as error:
        raise SealedChanged from error
    payload = {"report": str(report.pk), "pair": _pair_of(report), "why": why, "halves": halves}
    return crypto.sign(payload, purpose=HALF, expires=at + SITTING)


def open_half_sealed(
    *, report: SealedReport, half: str, passphrase: str, by: User, at: datetime
) -> list[Opened]:
    """The second step: the second holder's passphrase, and the text is there to read.

    Raises:
        NotYours: not one of the two holders asks. LinkDoesNotOpen: the first step is too long ago
        or was of another report. WrongPassphrase, KeysChanged, SealedChanged.
    """
    inside.check_holder(report, by, at=at)
    try:
        first_step = crypto.unsign(half, purpose=HALF, at=at)
    except Unreadable as error:
        raise LinkDoesNotOpen from error
    if (first_step["report"], first_step["pair"]) != (str(report.pk), _pair_of(report)):
        raise LinkDoesNotOpen
    _log(report, by, first_step["why"], "text", at=at)
    private = inside.unlock(report.second, passphrase)
    halves = first_step["halves"]
    found = []
    for message in report.messages.order_by("number"):
        if str(message.number) not in halves:
            continue  # It came between the two steps: it waits for the next opening.
        try:
            text = boxes.open_half(
                bytes(message.for_holders),
                b64decode(halves[str(message.number)]),
                second_private=private,
                context=inside.context_of(message, report),
            )
        except boxes.CannotOpen as error:
            raise SealedChanged from error
        found.append(inside.clear(message, text))
    return found


def open_sealed(
    *,
    report: SealedReport,
    first_passphrase: str,
    second_passphrase: str,
    by: User,
    purpose: str,
    at: datetime,
) -> list[Opened]:
    """Both steps at once: both passphrases, one purpose, and a trace that is written before."""
    half = half_open_sealed(
        report=report, passphrase=first_passphrase, by=by, purpose=purpose, at=at
    )
    return open_half_sealed(report=report, half=half, passphrase=second_passphrase, by=by, at=at)


@transaction.atomic
def reply_sealed(
    *, report: SealedReport, text: str, passphrase: str, by: User, at: datetime
) -> None:
    """Write to whoever sent the report; only the code and the two holders open it.

    The own passphrase shows that a holder writes, and not somebody who took over the account.

    Raises:
        NotYours, WrongPassphrase, KeysChanged: see there. BadText: empty or too long.
    """
    words = moving.words(text, most=rules.SEALED_LENGTH)
    held = inside.held(report, by, at=at)
    inside.unlock(_own(held, by), passphrase)
    number = inside.next_number(held)
    inside.seal(held, words, number=number, from_citizen=False, on=local(at).date())
    record("feedback.reply_sealed", subject=report.subject, by=by.actor, at=at)


@transaction.atomic
def close_sealed(*, report: SealedReport, by: User, at: datetime) -> None:
    """The matter is settled or was passed on; the writer may still add to it."""
    held = inside.held(report, by, at=at)
    SealedReport.objects.filter(pk=held.pk).update(closed_on=local(at).date())
    record("feedback.close_sealed", subject=report.subject, by=by.actor, at=at)


def _own(report: SealedReport, by: User) -> Holder:
    return report.first if report.first.user_id == by.pk else report.second


def _pair_of(report: SealedReport) -> list[int]:
    return [report.first_id, report.second_id]


def _log(report: SealedReport, by: User, purpose: str, what: str, *, at: datetime) -> None:
    opened(
        record=report.subject,
        by=by.actor,
        at=at,
        purpose=purpose,
        fields=[what],
        post=str(Role.HOLDER),
    )
