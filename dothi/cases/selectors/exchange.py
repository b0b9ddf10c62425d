"""The ledger of portals: what waits for a person, and how far they were told."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.cases.choices import STUCK, Power, Sent
from dothi.cases.models import Arrival, Telling
from dothi.units import selectors as units


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a portal was told: lines by state, the last one sent, the oldest that waits."""

    portal: str
    waiting: int
    stuck: int
    sent: int
    sent_at: datetime | None
    waits_since: datetime | None


def tellings_seen_by(user: User, *, on: date) -> QuerySet[Telling]:
    """Lines about dossiers of the units that the person keeps."""
    where = accounts.standing(user, on=on).units_for(Power.MANAGE)
    return Telling.objects.filter(dossier__unit__in=where).select_related("dossier")


def stuck_seen_by(user: User, *, on: date) -> QuerySet[Telling]:
    """Lines that a portal did not take, or that could not be brought there."""
    return tellings_seen_by(user, on=on).filter(state__in=STUCK)


def standings_seen_by(user: User, *, on: date) -> list[Standing]:
    """How far each portal was told of the dossiers that the person keeps."""
    waits, stuck = Q(state=Sent.WAITING), Q(state__in=STUCK)
    rows = tellings_seen_by(user, on=on).values("portal").order_by("portal")
    return [
        Standing(**row)
        for row in rows.annotate(
            waiting=Count("pk", filter=waits), stuck=Count("pk", filter=stuck),
            sent=Count("pk", filter=Q(state=Sent.SENT)), sent_at=Max("sent_at"),
            waits_since=Min("next_try_at", filter=waits),
        )
    ]  # fmt: skip


def arrivals_seen_by(user: User, *, on: date) -> QuerySet[Arrival]:
    """What could not be taken in. It is of no unit yet: for who keeps the whole house."""
    rows = Arrival.objects.order_by("-last_at", "-id")
    return rows if keeps_the_house(user, on=on) else rows.none()


def keeps_the_house(user: User, *, on: date) -> bool:
    """Whether the person keeps dossiers of the root, whose settings hold everywhere."""
    return accounts.may(user, Power.MANAGE, units.root(on=on), on=on)
