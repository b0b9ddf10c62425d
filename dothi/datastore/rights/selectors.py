"""Questions about requests, and about who read what of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.core.access.models import Look
from dothi.core.access.selectors import looks_at
from dothi.datastore.rights import registry
from dothi.datastore.rights.choices import Power, State
from dothi.datastore.rights.models import Confirmed, RightsRequest
from dothi.datastore.tables.choices import PersonBy

MOST = 200


def requests_of(user: User) -> QuerySet[RightsRequest]:
    """What this person asked for, newest first."""
    rows = RightsRequest.objects.filter(person=user).select_related("dataset", "unit")
    return rows.order_by("-asked_at", "-id")


def objected(user: User) -> set[int]:
    """The numbers of the readings to which this person has objected, and waits for the answer."""
    rows = requests_of(user).filter(state=State.OPEN, look__isnull=False)
    return {look for look in rows.values_list("look", flat=True) if look is not None}


def look_of(asked: RightsRequest) -> Look | None:
    """The reading that is objected to."""
    return Look.objects.filter(pk=asked.look).first() if asked.look else None


def requests_seen_by(user: User, *, on: date) -> QuerySet[RightsRequest]:
    """The requests to units whose data this person answers for, the oldest first."""
    units = accounts.standing(user, on=on).units_for(Power.SEE)
    rows = RightsRequest.objects.filter(unit_id__in=units)
    return rows.select_related("dataset", "unit", "person").order_by("asked_at", "id")


def names_of(user: User) -> list[tuple[PersonBy, str]]:
    """By which proved values rows of the store speak of this person."""
    return [one for ask in registry.names for one in ask(user)]


def confirmed_of(user: User) -> QuerySet[Confirmed]:
    """What officers saw of this person on paper, and nobody took back."""
    rows = Confirmed.objects.filter(person=user, taken_back_at=None)
    return rows.select_related("request__unit").order_by("id")


@dataclass(frozen=True, kw_only=True)
class Read:
    """A reading of a dataset in which a person stands."""

    look: Look
    dataset: str


def reads_about(records: dict[str, str]) -> Sequence[Read]:
    """The newest readings of these records (as `core.access` names them)."""
    return [Read(look=one, dataset=records[one.record]) for one in looks_at(records)[:MOST]]
