"""What the pages of deliveries share: the run that somebody may see, and who may do what to it."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404

from dothi.accounts.http import SignedInRequest
from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import permissions, selectors
from dothi.datastore.ingestion.models import Run


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A run before somebody who may see it. `unit` is the one that looks after the dataset."""

    run: Run
    contract: Contract
    title: str
    unit: int
    newest: int  # Number of the contract that holds now.
    at: datetime


def seen(request: SignedInRequest, code: str) -> Seen:
    at = clock.now()
    on = at.date()
    try:
        run = selectors.run_seen_by(request.user, code, on=on)
    except Run.DoesNotExist as error:
        raise Http404 from error
    dataset = catalogue.datasets_kept_by(request.user, on=on).get(code=run.dataset)
    return Seen(
        run=run, contract=selectors.contract_of(run), title=dataset.title,
        unit=dataset.unit_id, at=at, newest=dataset.contract.number if dataset.contract else 0,
    )  # fmt: skip


def bringing_in(request: SignedInRequest, code: str) -> Seen:
    """The same for somebody who may bring data into it."""
    found = seen(request, code)
    if not permissions.may_bring_in(request.user, found.unit, on=found.at.date()):
        raise PermissionDenied
    return found
