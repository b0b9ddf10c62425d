"""Deliveries on the steward's page of a dataset."""

from typing import Any

from dothi.accounts.http import SignedInRequest
from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.ingestion import permissions, selectors
from dothi.datastore.ingestion.choices import RunState
from dothi.datastore.ingestion.views.runs import TONES

LAST = 5


def deliveries(request: SignedInRequest, code: str) -> dict[str, Any] | None:
    """The last ones, files that wait for a contract, and where to send the next."""
    on = clock.now().date()
    dataset = catalogue.datasets_kept_by(request.user, on=on).get(code=code)
    if not permissions.may_bring_in(request.user, dataset.unit_id, on=on):
        return None
    runs = selectors.runs_seen_by(request.user, on=on).filter(dataset=code)[:LAST]
    return {
        "code": code,
        "runs": [{"run": run, "tone": TONES[RunState(run.state)]} for run in runs],
        "unread": [] if dataset.registered else list(selectors.unread(code)[:LAST]),
        "may_send": not dataset.registered,
        "may_read": dataset.contract_id is not None,
        "may_propose": permissions.may_propose(request.user, dataset.unit_id, on=on),
    }
