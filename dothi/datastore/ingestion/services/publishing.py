"""Make the sound rows of a run the version that readers see."""

from datetime import datetime

from django.db import transaction

from dothi.core.audit.services import record
from dothi.core.events.services import publish as tell
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import events
from dothi.datastore.ingestion.choices import RunState
from dothi.datastore.ingestion.engine import schema_of
from dothi.datastore.ingestion.models import Run
from dothi.datastore.ingestion.services import parts
from dothi.datastore.tables import selectors
from dothi.datastore.tables import services as tables
from dothi.datastore.tables.selectors import Changes


def preview(run: Run, contract: Contract) -> Changes:
    """What publishing a checked run would change. Writes nothing.

    Raises:
        SchemaRefused, KeyNotUnique: publishing would be refused.
    """
    return selectors.preview(
        run.dataset,
        parts.paths_of(run),
        mode=contract.mode,
        key=contract.key,
        schema=schema_of(contract),
    )


def publish(
    run: Run,
    contract: Contract,
    *,
    by: str,
    at: datetime,
    comment: str = "",
) -> Run:
    """Publish what a run has taken. The same run again changes nothing. Not within a transaction.

    Raises:
        Run.DoesNotExist: the run is not checked, or was given up.
        SchemaRefused, KeyNotUnique: as the table says.
    """
    run = Run.objects.get(pk=run.pk, state__in=[RunState.CHECKED, RunState.PUBLISHED])
    if run.state == RunState.PUBLISHED:
        return run
    version = tables.publish(
        run.dataset,
        parts.paths_of(run),
        mode=contract.mode,
        key=contract.key,
        schema=schema_of(contract),
        run=run.code,
        by=by,
        at=at,
        comment=comment,
    )
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.state == RunState.PUBLISHED:
            return run
        run.state, run.published = RunState.PUBLISHED, version.number
        run.save(update_fields=["state", "published"])
        record(
            "datastore.publish", subject=run.subject, by=by, at=at, reason=comment,
            dataset=run.dataset, version=version.number, rows=version.rows,
        )  # fmt: skip
        tell(
            events.DeliveryPublished(
                run=run.code, dataset=run.dataset, version=version.number, rows=version.rows
            ),
            at=at,
        )
    return run
