"""Offer a dataset to its readers, and take it back."""

from datetime import datetime

from django.db import transaction

from dothi.core.audit.services import record
from dothi.core.events.services import publish as tell
from dothi.datastore.catalogue import events
from dothi.datastore.catalogue.choices import State
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.services.describing import missing_in
from dothi.datastore.catalogue.services.refusals import NotAllowedNow, NotReady, ReasonMissing


@transaction.atomic
def publish(*, dataset: Dataset, by: str, at: datetime) -> None:
    """Let those find a dataset whom its class of sharing lets see it.

    Raises:
        NotReady: readers would miss something.
        NotAllowedNow: it is published already.
    """
    was = _locked_state(dataset)
    if was == State.PUBLISHED:
        raise NotAllowedNow(was)
    if missing := missing_in(dataset):
        raise NotReady(missing)
    dataset.state, dataset.changed_at = State.PUBLISHED, at
    dataset.published_at = dataset.published_at or at
    dataset.save(update_fields=["state", "changed_at", "published_at"])
    record(
        "catalogue.publish", subject=dataset.subject, by=by, at=at, unit=dataset.unit.code,
        was=was, share=dataset.share,
    )  # fmt: skip
    tell(
        events.DatasetPublished(
            code=dataset.code, unit_code=dataset.unit.code, share=dataset.share
        ),
        at=at,
    )


@transaction.atomic
def retire(*, dataset: Dataset, by: str, at: datetime, reason: str) -> None:
    """Stop offering a dataset. Its contracts and versions stay.

    Raises:
        ReasonMissing: others have to understand it.
        NotAllowedNow: it is not published.
    """
    if not reason.strip():
        raise ReasonMissing
    was = _locked_state(dataset)
    if was != State.PUBLISHED:
        raise NotAllowedNow(was)
    dataset.state, dataset.changed_at = State.RETIRED, at
    dataset.save(update_fields=["state", "changed_at"])
    record(
        "catalogue.retire", subject=dataset.subject, by=by, at=at, unit=dataset.unit.code,
        reason=reason.strip(),
    )  # fmt: skip
    tell(events.DatasetRetired(code=dataset.code, unit_code=dataset.unit.code), at=at)


def _locked_state(dataset: Dataset) -> State:
    """Where it is now, whoever else is at it."""
    row = Dataset.objects.select_for_update().values_list("state").get(pk=dataset.pk)
    return State(row[0])
