"""The two seats: enrol, hand over, leave.

When a holder leaves: the successor enrols with own keys; then leaver and staying holder together
(each by passphrase, or by the recovery code that lies on paper outside the house) seal all reports
anew to the new pair, and the leaver's keys are wiped. Until then the channel takes no new report
to the empty seat. Passphrase and recovery code of one seat both lost: nobody can ever read those.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.crypto import sealed as boxes
from dothi.feedback import permissions, rules
from dothi.feedback.choices import Seat
from dothi.feedback.models import Holder, SealedMessage, SealedReport
from dothi.feedback.services.refusals import NotYours
from dothi.feedback.services.sealed import inside
from dothi.feedback.services.sealed.inside import SealedChanged, SeatTaken, WeakPassphrase
from dothi.lib import codes


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """A new holder, and the recovery code: shown once, printed, kept outside the house."""

    holder: Holder
    recovery_code: str
    fingerprint: str


@transaction.atomic
def enrol_holder(*, user: User, seat: Seat, passphrase: str, by: User, at: datetime) -> Enrolled:
    """Make keys for a holder, who types the passphrase alone. An empty seat is taken at once.

    On a taken seat the person waits as successor until `hand_over_seat`.

    Raises:
        NotYours: not the person's own act, or no post of a holder.
        SeatTaken: a successor waits there already, or the person holds a seat.
        WeakPassphrase: too short, too plain, or the one of sign-in.
    """
    if by.pk != user.pk or not permissions.may_open_sealed(user, on=local(at).date()):
        raise NotYours
    mine = Holder.objects.filter(user=user, ended_at=None).exists()
    waiting = Holder.objects.filter(seat=seat, seated_at=None, ended_at=None).exists()
    if mine or waiting:
        raise SeatTaken(_("Somebody waits for this seat already, or you hold a seat."))
    key, private = _new_key(user, passphrase)
    recovery = codes.secret()
    _private, paper_key = boxes.key_from_code(rules.letters_of(recovery))
    taken = Holder.objects.filter(seat=seat, seated_at__isnull=False, ended_at=None).exists()
    holder = Holder(
        seat=seat,
        user=user,
        public=key.public,
        locked=key.locked,
        escrow=boxes.seal_to_one(private.hex(), public=paper_key),
        enrolled_at=at,
        seated_at=None if taken else at,
    )
    holder.save(force_insert=True)
    fingerprint = boxes.fingerprint(key.public)
    record(
        "feedback.enrol_holder", subject=f"feedback.seat:{seat}", by=by.actor, at=at,
        successor=taken, fingerprint=fingerprint,
    )  # fmt: skip
    return Enrolled(holder=holder, recovery_code=recovery, fingerprint=fingerprint)


def _new_key(user: User, passphrase: str) -> tuple[boxes.HolderKey, bytes]:
    # The house knows a hash of the password of sign-in, and may set it anew.
    if user.has_usable_password() and user.check_password(passphrase):
        raise WeakPassphrase(_("Please do not use the password with which you sign in."))
    try:
        return boxes.new_holder_key(passphrase)
    except ValueError as error:
        raise WeakPassphrase(
            _("Please use several words: at least %(least)d characters, not all alike.")
            % {"least": boxes.MINIMUM_PASSPHRASE}
        ) from error


@transaction.atomic
def hand_over_seat(
    *, seat: Seat, leaving_secret: str, staying_secret: str, by: User, at: datetime
) -> int:
    """Seal all reports anew to the successor and the one who stays; wipe the leaver's keys.

    Each secret is the passphrase of that seat, or its recovery code where nobody can type it any
    more. Returns how many messages were sealed anew.

    Raises:
        SeatTaken: no successor has enrolled. WrongPassphrase: a secret does not open.
    """
    first, second = inside.pair(lock=True)
    leaving, staying = (first, second) if seat == Seat.FIRST else (second, first)
    successor = (
        Holder.objects.filter(seat=seat, seated_at=None, ended_at=None)
        .select_related("user")
        .first()
    )
    if successor is None:
        raise SeatTaken(_("No successor has enrolled for this seat yet."))
    on = local(at).date()
    if by.pk not in (leaving.user_id, staying.user_id, successor.user_id):
        raise NotYours
    if not permissions.may_open_sealed(successor.user, on=on):
        raise NotYours
    secrets = {leaving.pk: leaving_secret, staying.pk: staying_secret}
    keys = (
        inside.unlock(first, secrets[first.pk], or_recovery=True),
        inside.unlock(second, secrets[second.pk], or_recovery=True),
    )
    Holder.objects.filter(pk=leaving.pk).update(locked=None, escrow=None, ended_at=at)
    Holder.objects.filter(pk=successor.pk).update(seated_at=at)
    pair = (successor, staying) if seat == Seat.FIRST else (staying, successor)
    reports = SealedReport.objects.filter(first=first, second=second).select_for_update()
    held = [report.pk for report in reports]
    messages = SealedMessage.objects.filter(report__in=held).select_related("report")
    sealed_anew = _seal_anew(messages.iterator(chunk_size=200), keys, pair)
    SealedReport.objects.filter(pk__in=held).update(first=pair[0], second=pair[1])
    record(
        "feedback.hand_over_seat", subject=f"feedback.seat:{seat}", by=by.actor, at=at,
        messages=sealed_anew,
    )  # fmt: skip
    return sealed_anew


@transaction.atomic
def withdraw_successor(*, seat: Seat, by: User, at: datetime) -> None:
    """Who waits for a seat waits no longer: by the own wish, or that of who sits there.

    Raises:
        SeatTaken: nobody waits. NotYours: it is somebody else's business.
    """
    waiting = Holder.objects.filter(seat=seat, seated_at=None, ended_at=None).first()
    if waiting is None:
        raise SeatTaken(_("No successor has enrolled for this seat yet."))
    sits = Holder.objects.filter(user=by, seated_at__isnull=False, ended_at=None, gone_at=None)
    if by.pk != waiting.user_id and not sits.exists():
        raise NotYours
    Holder.objects.filter(pk=waiting.pk).update(locked=None, escrow=None, ended_at=at)
    record(
        "feedback.withdraw_successor", subject=f"feedback.seat:{seat}", by=by.actor, at=at
    )  # fmt: skip


@transaction.atomic
def holder_left(*, user_id: int, at: datetime) -> None:
    """A holder left the house: nothing new is sealed to that seat until a successor sits there."""
    gone = Holder.objects.filter(user_id=user_id, ended_at=None, gone_at=None)
    for holder in gone:
        if holder.seated_at is None:  # A successor who never sat: nothing is sealed to them.
            Holder.objects.filter(pk=holder.pk).update(locked=None, escrow=None, ended_at=at)
        else:
            Holder.objects.filter(pk=holder.pk).update(gone_at=at)
        record("feedback.holder_left", subject=f"feedback.seat:{holder.seat}", by="system", at=at)


def _seal_anew(
    messages: Iterable[SealedMessage], keys: tuple[bytes, bytes], pair: tuple[Holder, Holder]
) -> int:
    count = 0
    for message in messages:
        place = inside.context_of(message, message.report)
        try:
            text = boxes.open_sealed(
                bytes(message.for_holders),
                first_private=keys[0],
                second_private=keys[1],
                context=place,
            )
        except boxes.CannotOpen as error:
            raise SealedChanged from error
        message.for_holders = boxes.seal(
            text, first=bytes(pair[0].public), second=bytes(pair[1].public), context=place
        )
        message.save(update_fields=["for_holders"])
        count += 1
    return count
