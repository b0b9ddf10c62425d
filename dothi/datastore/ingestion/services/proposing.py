"""A contract proposed from a file that was received, for a steward to change and agree."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from dothi.accounts.models import User
from dothi.core.access.services import opened
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.catalogue.rules.difference import Departure
from dothi.datastore.ingestion import readers
from dothi.datastore.ingestion.models import Delivery
from dothi.datastore.ingestion.readers import ColumnProfile, Shape
from dothi.datastore.ingestion.services.landing import place_of


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What was seen in a file, and a contract that it fits."""

    contract: Contract
    shape: Shape
    profiles: tuple[ColumnProfile, ...]
    # How the file departs from the contract that holds now; nothing where there is none.
    departures: tuple[Departure, ...]


def propose(
    delivery: Delivery, present: Contract | None, *, by: User, at: datetime, steward: str = ""
) -> Proposal:
    """Look at a file and make a contract of it; what was agreed before is carried on.

    Whoever proposes sees some of the values, so the look is written down first.

    Raises:
        Unreadable: the file cannot be read.
    """
    path = place_of(delivery.sha256)
    shape = readers.sniff(path)
    with transaction.atomic():
        opened(
            record=f"datastore.delivery:{delivery.code}", by=by.actor,
            purpose="propose a contract", fields=list(shape.heads), at=at,
        )  # fmt: skip
    profiles = tuple(readers.profile(readers.read(path, shape)))
    seen = readers.propose(shape, profiles, delivery.dataset, steward=steward)
    if present is None:
        return Proposal(contract=seen, shape=shape, profiles=profiles, departures=())
    found = readers.departing(present, shape, list(profiles))
    carried = readers.carried_on(present, seen, found)
    return Proposal(contract=carried, shape=shape, profiles=profiles, departures=found)
