"""Give a source its turn: settle what it brought, and fetch what is new when it is due.

One turn a source at a time, on every machine. What comes is a delivery like any other; the source
waits until that is published, refused or given up, so that deliveries follow one another in order.

A kill leaves a `Fetch` under way. Where its file had landed already, the next turn goes on from
there; else it is fetched anew from the same position. Nothing comes in by halves.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery

from dothi.core import locks
from dothi.core.events.services import publish as tell
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import selectors as deliveries
from dothi.datastore.ingestion import services as ingestion
from dothi.datastore.ingestion.choices import Refusal, RunState
from dothi.datastore.sources import events, rules
from dothi.datastore.sources.choices import Fault, Outcome, Publishing, State
from dothi.datastore.sources.models import Fetch, Source
from dothi.datastore.sources.ports import Fetched, NotFetched, Settled, Verdict, kinds
from dothi.datastore.sources.selectors import source_of
from dothi.datastore.sources.services import forgetting, telling, wording
from dothi.datastore.sources.services.asking import asked, fetched, workspace
from dothi.datastore.sources.services.managing import hold, is_fit, today
from dothi.datastore.sources.services.waking import FETCHERS
from dothi.datastore.sources.services.waking import TURN as TURN

logger = logging.getLogger(__name__)
SYSTEM = "system"
IDLE_KEPT = timedelta(days=14)
IN_SEARCH = (RunState.WAITING, RunState.READING)


def turn(code: str, *, at: datetime) -> Fetch | None:
    """Settle and fetch. The try that was made; None where none was due, or somebody else is at it.

    Not within a transaction.
    """
    source = source_of(code)
    with locks.tried(FETCHERS, source.pk) as ours:
        if not ours:
            return None
        source = source_of(code)
        if (left := source.fetches.filter(outcome=Outcome.UNDER_WAY).first()) is not None:
            _take_up(source, left, at)
        if source.run and not _settle(source, at):
            return None
        if source.state != State.RUNNING or source.next_at > at:
            return None
        return _try(source, at)


def _take_up(source: Source, row: Fetch, at: datetime) -> None:
    """Go on with a try whose process died."""
    if row.delivery:
        _deliver(source, row, at)
    else:
        row.outcome = Outcome.BROKEN_OFF
        row.save(update_fields=["outcome"])


def forget_idle(*, at: datetime) -> int:
    """Let go of tries that found nothing, save the newest of each source. How many went."""
    newest = Fetch.objects.filter(source=OuterRef("source")).order_by("-id").values("id")[:1]
    idle = Fetch.objects.filter(outcome=Outcome.NOTHING, at__lt=at - IDLE_KEPT)
    gone, _each = idle.exclude(pk=Subquery(newest)).delete()
    return gone


# --- What it brought ----------------------------------------------------------------------------


def _settle(source: Source, at: datetime) -> bool:
    """Whether the run of the source is over. Publishes it where that was said."""
    run = deliveries.run_of(source.run)
    if run.state in IN_SEARCH:
        return False
    if run.state == RunState.CHECKED:
        if source.state == State.HELD:
            return False
        contract = deliveries.contract_of(run)
        if not rules.publishes_itself(
            Publishing(source.publishing), taken=run.taken, aside=run.aside,
            faulty_at_most=contract.faulty_at_most,
        ):  # fmt: skip
            with transaction.atomic():
                telling.waits(source, at=at)
            return False
        try:
            ingestion.publish(run, contract, by=SYSTEM, at=at)
        except Exception as error:
            name = f"{type(error).__module__}.{type(error).__qualname__}"
            logger.error("what %s brought was not published: %s", source.code, name)
            return _unsettled(source, Fault.NOT_PUBLISHED, at, name=name)
    elif run.state == RunState.REFUSED:
        return _back(source, Fault.REFUSED, at, refusal=run.refusal, **run.facts)
    elif run.state != RunState.PUBLISHED:
        return _back(source, Fault.GIVEN_UP, at)
    with transaction.atomic():
        source.run = ""
        source.save(update_fields=["run"])
        telling.done(source)
    return True


def _unsettled(source: Source, fault: Fault, at: datetime, **facts: object) -> bool:
    """The run stays on its way, for a steward to look at."""
    with transaction.atomic():
        hold(source, fault, at=at, **facts)
    return False


def _back(source: Source, fault: Fault, at: datetime, **facts: object) -> bool:
    """Nothing of it came in: back to where the source was before, and held."""
    row = source.fetches.filter(run=source.run).order_by("-id").first()
    with transaction.atomic():
        source.run = ""
        if row is not None:
            source.position = row.before
        hold(source, fault, at=at, **facts)
    if row is not None:
        _tell_kind(source, row, Verdict.WITHDRAWN, at)
    return True


# --- What is new --------------------------------------------------------------------------------


def _try(source: Source, at: datetime) -> Fetch:
    row = Fetch.objects.create(source=source, at=at, before=source.position)
    began = time.monotonic()
    try:
        kind, contract = kinds.get(source.kind), source.dataset.agreed
        if kind is None or contract is None:
            raise NotFetched(Fault.NO_KIND if kind is None else Fault.NO_CONTRACT)
        if not is_fit(kind, Mode(contract.mode), source.settings):
            raise NotFetched(Fault.MODE)
        with workspace(source.code) as folder:
            found = fetched(source, asked(source, folder, at=at))
            row.took_ms = int(1000 * (time.monotonic() - began))
            if found is None:
                return _over(source, row, Outcome.NOTHING, at)
            _land(source, row, found, at)
        return _deliver(source, row, at)
    except NotFetched as error:
        row.took_ms = int(1000 * (time.monotonic() - began))
        return _failed(source, row, error, at)


def _land(source: Source, row: Fetch, found: Fetched, at: datetime) -> None:
    """Keep what came, and note it before anything is made of it."""
    try:
        delivery = ingestion.receive_file(
            found.path, dataset=source.dataset.code, name=found.name, by=SYSTEM, at=at
        )
    except ingestion.TooLarge as error:
        raise NotFetched(Fault.TOO_LARGE, size=error.size) from error
    except ingestion.HeldErased as error:
        forgetting.take_away(source, found.path, at=at)
        raise NotFetched(Fault.REFUSED, refusal=Refusal.ERASED.value) from error
    row.name, row.delivery, row.size = found.name[:200], delivery.code, delivery.size
    row.heads = None if found.heads is None else list(found.heads)
    row.rows, row.after, row.more = found.rows, dict(found.position), found.more
    row.save()


def _deliver(source: Source, row: Fetch, at: datetime) -> Fetch:
    """Begin a run with what landed, unless it is in already."""
    contract = source.dataset.agreed
    assert contract is not None, "what was agreed once stays agreed"
    delivery = deliveries.delivery_of(row.delivery)
    if deliveries.is_there(delivery, mode=Mode(contract.mode)):
        return _same(source, row, at)
    try:
        shape = None if row.heads is None else ingestion.shape_of_records(row.heads)
        run = ingestion.begin(delivery, contract, by=SYSTEM, at=at, shape=shape)
    except ingestion.OnItsWay:
        return _same(source, row, at)
    if run.state == RunState.REFUSED:
        row.run, row.outcome = run.code, Outcome.STOPPED
        _stopped(source, row, contract, at, refusal=run.refusal, **run.facts)
        _tell_kind(source, row, Verdict.REFUSED, at)
        return row
    row.run, source.run = run.code, run.code
    _over(source, row, Outcome.DELIVERED, at)
    _tell_kind(source, row, Verdict.TAKEN, at)
    return row


def _same(source: Source, row: Fetch, at: datetime) -> Fetch:
    """What landed is in already, or on its way: a kill came between, or nothing changed."""
    run = deliveries.open_run_of(row.delivery)
    row.run = source.run = run or ""
    _over(source, row, Outcome.DELIVERED if run else Outcome.SAME, at)
    _tell_kind(source, row, Verdict.TAKEN, at)
    return row


@transaction.atomic
def _over(source: Source, row: Fetch, outcome: Outcome, at: datetime) -> Fetch:
    """A try that went well, whether or not something was new."""
    row.outcome = outcome
    row.save()
    if outcome != Outcome.NOTHING:
        source.position = row.after
    source.tried_at = source.succeeded_at = at
    source.failures, source.fault, source.facts = 0, "", {}
    source.next_at = at if row.more else _next(source, at)
    source.save()
    if not source.run:
        telling.done(source)
    if outcome != Outcome.NOTHING:  # Every few minutes for years: no fact that anybody needs.
        _tell(source, row, at)
    return row


@transaction.atomic
def _failed(source: Source, row: Fetch, error: NotFetched, at: datetime) -> Fetch:
    """A try that brought nothing: again after a while, longer each time."""
    row.outcome, row.fault, row.facts = Outcome.FAULT, error.fault, error.facts
    row.save()
    source.tried_at, source.failures = at, source.failures + 1
    source.fault, source.facts = error.fault, error.facts
    source.next_at = at + rules.pause_after(source.failures)
    source.save()
    if rules.is_told(source.failures, error.fault):
        telling.told(source, at=at)
    _tell(source, row, at)
    return row


@transaction.atomic
def _stopped(source: Source, row: Fetch, contract: Contract, at: datetime, **facts: object) -> None:
    """The shape changed: nothing is in, the position stays, and a steward is told."""
    row.fault, row.facts = Fault.REFUSED, facts
    row.save()
    source.tried_at = at
    hold(source, Fault.REFUSED, at=at, **facts)
    _tell(source, row, at)


def _tell(source: Source, row: Fetch, at: datetime) -> None:
    tell(
        events.SourceTried(
            source=source.code, dataset=source.dataset.code, outcome=row.outcome,
            fault=row.fault, run=row.run, number=row.pk,
        ),
        at=at,
    )  # fmt: skip


def _tell_kind(source: Source, row: Fetch, verdict: Verdict, at: datetime) -> None:
    """Let the kind put its file away. A fault there is noted and no reason to stop."""
    kind = kinds.get(source.kind)
    if kind is None or kind.settle is None:
        return
    said = wording.fault(source.fault, source.facts) if verdict != Verdict.TAKEN else ""
    settled = Settled(name=row.name, delivery=row.delivery, verdict=verdict, reason=said)
    try:
        with workspace(source.code) as folder:
            kind.settle(asked(source, folder, at=at), settled)
    except OSError as error:
        logger.error("%s: its file was not put away: %s", source.code, type(error).__name__)


def _next(source: Source, at: datetime) -> datetime:
    return rules.next_after(today(at), every_minutes=source.every_minutes, daily_at=source.daily_at)
