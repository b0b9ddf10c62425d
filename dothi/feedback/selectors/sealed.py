"""Questions about the protected channel: never about its words."""

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.core.crypto import sealed as boxes
from dothi.feedback.choices import Power, Seat
from dothi.feedback.models import Holder, SealedMessage, SealedReport


def holders() -> QuerySet[Holder]:
    """Who sits on the seats or waits to."""
    return Holder.objects.filter(ended_at=None).select_related("user").order_by("seat", "id")


@dataclass(frozen=True, kw_only=True)
class Place:
    """One of the two seats: who sits there, who waits, and whether anything can be sealed to it."""

    seat: Seat
    holder: Holder | None
    successor: Holder | None
    gone: bool  # Left the house, or holds the post no longer.

    @property
    def is_open(self) -> bool:
        return self.holder is not None and not self.gone

    @property
    def fingerprint(self) -> str:
        return boxes.fingerprint(bytes(self.holder.public)) if self.holder else ""


def seats(*, on: date) -> list[Place]:
    """Both seats, the first one first."""
    known = list(holders())
    return [_place(seat, [one for one in known if one.seat == seat], on=on) for seat in Seat]


def _place(seat: Seat, there: list[Holder], *, on: date) -> Place:
    holder = next((one for one in there if one.seated_at is not None), None)
    return Place(
        seat=seat,
        holder=holder,
        successor=next((one for one in there if one.seated_at is None), None),
        gone=holder is not None and (holder.gone_at is not None or not _holds_post(holder, on=on)),
    )


def _holds_post(holder: Holder, *, on: date) -> bool:
    return accounts.may(holder.user, Power.SEALED, None, on=on)


def channel_is_open(*, on: date) -> bool:
    """Whether two holders are there to seal to."""
    return all(place.is_open for place in seats(on=on))


def sealed_seen_by(user: User) -> QuerySet[SealedReport]:
    """The only way in for the holders' pages: nobody else sees even that there is one.

    Each comes with `last_from_citizen`, whether the public wrote last.
    """
    last = SealedMessage.objects.filter(report=OuterRef("pk")).order_by("-number")
    return (
        SealedReport.objects.filter(Q(first__user=user) | Q(second__user=user))
        .annotate(last_from_citizen=Subquery(last.values("from_citizen")[:1]))
        .select_related("first__user", "second__user")
        .order_by("closed_on", "received_on", "id")
    )


def waiting() -> QuerySet[SealedReport]:
    """Open reports in which the public wrote last."""
    last = SealedMessage.objects.filter(report=OuterRef("pk")).order_by("-number")
    return SealedReport.objects.annotate(
        last_from_citizen=Subquery(last.values("from_citizen")[:1])
    ).filter(closed_on=None, last_from_citizen=True)
