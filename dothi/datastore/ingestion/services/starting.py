"""Begin a run, or refuse the delivery at the door; give a run up."""

import shutil
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from dothi.core import queueing
from dothi.core.audit.services import record
from dothi.core.events.services import publish as tell
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.catalogue.rules.difference import Departure
from dothi.datastore.ingestion import events, readers
from dothi.datastore.ingestion.choices import Refusal, RunState
from dothi.datastore.ingestion.models import Delivery, Run
from dothi.datastore.ingestion.readers import Shape, Unreadable, sniff
from dothi.datastore.ingestion.services.landing import place_of
from dothi.datastore.tables import services as tables
from dothi.lib.codes import public_code

READ = "ingestion.read"  # Name of the job.
OPEN = (RunState.WAITING, RunState.READING, RunState.CHECKED)


class OnItsWay(Exception):
    """The delivery is being read already, or waits to be published. `run` is its code."""

    def __init__(self, run: str) -> None:
        super().__init__(run)
        self.run = run


def begin(
    delivery: Delivery,
    contract: Contract,
    *,
    by: str,
    at: datetime,
    shape: Shape | None = None,
) -> Run:
    """Make a run of a delivery, to be read by `read`. A shape that does not fit is refused whole.

    Args:
        shape: how the file is built, where somebody knows better than `sniff`.

    Raises:
        OnItsWay: another run of this delivery is open.
    """
    run = Run(
        code=public_code("DR", at),
        dataset=delivery.dataset,
        delivery=delivery,
        contract=contract.version,
        actor=by,
        begun_at=at,
    )
    try:
        path = place_of(delivery.sha256)
        found = shape or sniff(path)
        run.shape = found.as_dict()
        if departures := _departures(contract, path, found):
            _refuse(run, Refusal.SHAPE, at, departures=[asdict(one) for one in departures])
    except Unreadable as error:
        _refuse(run, Refusal.UNREADABLE, at, reason=error.reason.value, **error.detail)
    return _kept(run)


def _departures(contract: Contract, path: Path, shape: Shape) -> tuple[Departure, ...]:
    """Heads first; rows are looked at only of a file that has them all."""
    if found := readers.departing(contract, shape, []):
        return found
    if not readers.worth_a_look(path, shape):
        return ()
    seen = readers.profile(readers.read(path, shape), at_most=readers.ROWS)
    return readers.departing(contract, shape, seen)


def _refuse(run: Run, refusal: Refusal, at: datetime, **facts: object) -> None:
    run.state, run.refusal, run.facts, run.ended_at = RunState.REFUSED, refusal, facts, at


@transaction.atomic
def _kept(run: Run) -> Run:
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as error:
        other = Run.objects.filter(delivery=run.delivery, of=None, state__in=OPEN).first()
        if other is None:
            raise
        raise OnItsWay(other.code) from error
    record(
        "datastore.begin", subject=run.subject, by=run.actor, at=run.begun_at,
        dataset=run.dataset, delivery=run.delivery.code, state=run.state, refusal=run.refusal,
    )  # fmt: skip
    tell(events.DeliveryBegun(run=run.code, dataset=run.dataset), at=run.begun_at)
    if run.state == RunState.WAITING:
        transaction.on_commit(lambda: ask_to_read(run))
    if run.state == RunState.REFUSED:
        tell(events.DeliveryRefused(
            run=run.code, dataset=run.dataset, refusal=run.refusal
        ), at=run.begun_at)  # fmt: skip
    return run


def ask_to_read(run: Run) -> None:
    """Have a worker read it."""
    queueing.once(READ, lock=f"{READ}:{run.code}", queue="store", run=run.code)


def give_up(run: Run, *, by: str, at: datetime, reason: str) -> Run:
    """Leave a run that is not published. Its lines stay to be seen; the delivery can be read anew.

    Raises:
        Run.DoesNotExist: it is published, refused or given up already.
    """
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run.pk, state__in=(*OPEN, RunState.FAILED))
        run.state, run.ended_at = RunState.DROPPED, at
        run.save(update_fields=["state", "ended_at"])
        record("datastore.give_up", subject=run.subject, by=by, at=at, reason=reason)
        tell(events.DeliveryGivenUp(run=run.code, dataset=run.dataset), at=at)
    shutil.rmtree(tables.workspace(run.dataset, run.code), ignore_errors=True)
    return run
