"""What the verbs of the protected channel share: refusals, the pair of holders, sealing, keys."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.core.crypto import sealed as boxes
from dothi.feedback import permissions, rules
from dothi.feedback.choices import Seat
from dothi.feedback.models import Holder, SealedMessage, SealedReport
from dothi.feedback.services.refusals import LinkDoesNotOpen, NotYours, Refused
from dothi.lib import codes


class ChannelClosed(Refused):
    """A seat is empty, so that nothing can be sealed to two people."""

    def __init__(self) -> None:
        super().__init__(
            _("The protected channel cannot take reports just now. Please try again later.")
        )


class SeatTaken(Refused):
    """Somebody sits or waits there already, the person holds a seat, or no successor waits."""


class WrongPassphrase(Refused):
    """A passphrase or recovery code does not open the seat's key."""

    def __init__(self) -> None:
        super().__init__(_("The passphrase or code does not open its key. Please type it again."))


class WeakPassphrase(Refused):
    """A passphrase is too short to keep anything, or known elsewhere."""


class SealedChanged(Refused):
    """What is stored does not open as it was sealed: somebody changed or moved it."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "What is stored here was changed after it was sealed, so it does not open. "
                "Please tell the other holder and the inspectorate."
            )
        )


class KeysChanged(Refused):
    """A holder's public key is not the one that was enrolled: somebody exchanged it."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The stored public key is not the one that belongs to this passphrase. Somebody "
                "may have exchanged it. Please stop, and tell the other holder."
            )
        )


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One message in clear, as long as the page is open."""

    number: int
    from_citizen: bool
    on: date
    text: str


def pair(*, on: date | None = None, lock: bool = False) -> tuple[Holder, Holder]:
    """The two who sit there. With a day: only if both are there and still hold the post.

    Raises:
        ChannelClosed: a seat is empty.
    """
    seated = Holder.objects.filter(seated_at__isnull=False, ended_at=None).select_related("user")
    if lock:
        seated = seated.select_for_update(of=("self",))
    by_seat = {
        holder.seat: holder
        for holder in seated
        if on is None
        or (holder.gone_at is None and permissions.may_open_sealed(holder.user, on=on))
    }
    if set(by_seat) != {Seat.FIRST, Seat.SECOND}:
        raise ChannelClosed
    return by_seat[Seat.FIRST], by_seat[Seat.SECOND]


def seal(report: SealedReport, text: str, *, number: int, from_citizen: bool, on: date) -> None:
    """Add a message, sealed to both holders and to the writer of the report."""
    place = context(report, number=number, from_citizen=from_citizen)
    SealedMessage(
        report=report,
        number=number,
        from_citizen=from_citizen,
        on=on,
        for_holders=boxes.seal(
            text,
            first=bytes(report.first.public),
            second=bytes(report.second.public),
            context=place,
        ),
        for_citizen=boxes.seal_to_one(text, public=bytes(report.citizen_key), context=place),
    ).save(force_insert=True)


def context(report: SealedReport, *, number: int, from_citizen: bool) -> str:
    """Where a message belongs. It opens nowhere else, under no other writer's key."""
    who = "citizen" if from_citizen else "holders"
    return f"{report.pk}.{number}.{who}.{bytes(report.citizen_key).hex()}"


def context_of(message: SealedMessage, report: SealedReport) -> str:
    return context(report, number=message.number, from_citizen=message.from_citizen)


def by_code(code: str, *, lock: bool = False) -> tuple[SealedReport, bytes]:
    """The report of a code, and the writer's private key.

    Raises:
        LinkDoesNotOpen: no report has this code. SealedChanged: the writer's key was exchanged.
    """
    rows = SealedReport.objects.select_related("first", "second")
    if lock:
        rows = rows.select_for_update(of=("self",))
    report = rows.filter(code_hash=codes.hash_secret(code)).first()
    if report is None:
        raise LinkDoesNotOpen
    private, public = boxes.key_from_code(rules.letters_of(code))
    if bytes(report.citizen_key) != public:
        raise SealedChanged
    return report, private


def held(report: SealedReport, by: User, *, at: datetime) -> SealedReport:
    """The report as it is now, locked, for one of its two holders.

    Raises:
        NotYours: somebody else asks, or the post is over.
    """
    row = (
        SealedReport.objects.select_related("first", "second")
        .select_for_update(of=("self",))
        .get(pk=report.pk)
    )
    check_holder(row, by, at=at)
    return row


def check_holder(report: SealedReport, by: User, *, at: datetime) -> None:
    if by.pk not in (report.first.user_id, report.second.user_id):
        raise NotYours
    if not permissions.may_open_sealed(by, on=local(at).date()):
        raise NotYours


def next_number(report: SealedReport) -> int:
    last = report.messages.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def clear(message: SealedMessage, text: str) -> Opened:
    return Opened(
        number=message.number, from_citizen=message.from_citizen, on=message.on, text=text
    )


def unlock(holder: Holder, secret: str, *, or_recovery: bool = False) -> bytes:
    """A holder's private key, by passphrase, or by the recovery code on paper.

    Raises:
        WrongPassphrase: it does not open. KeysChanged: it opens another key than the stored one.
    """
    private = _from_paper(holder, secret) if or_recovery else None
    if private is None:
        if holder.locked is None:
            raise WrongPassphrase
        try:
            private = boxes.unlock(bytes(holder.locked), secret)
        except boxes.WrongPassphrase as error:
            raise WrongPassphrase from error
    if boxes.public_of(private) != bytes(holder.public):
        raise KeysChanged
    return private


def _from_paper(holder: Holder, secret: str) -> bytes | None:
    letters = rules.letters_of(secret)
    if holder.escrow is None or len(letters) != codes.SECRET_LENGTH:
        return None
    paper, _public = boxes.key_from_code(letters)
    try:
        return bytes.fromhex(boxes.open_text(bytes(holder.escrow), private=paper))
    except boxes.CannotOpen:
        return None  # A passphrase may have as many letters.
