"""Runs as events of OpenLineage: of one dataset for who asks, of each fact of the log to send."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import translation

from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.core.events import registry as log
from dothi.core.events.models import Record
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.indicators.events import ReleaseMeasured
from dothi.datastore.ingestion import events as ingestion
from dothi.datastore.ingestion import selectors as deliveries
from dothi.datastore.ingestion.choices import Refusal, RunState
from dothi.datastore.lineage.rules import openlineage
from dothi.datastore.lineage.rules.graph import Link
from dothi.datastore.lineage.rules.openlineage import Data, State, Told
from dothi.datastore.lineage.selectors.links import links_into, links_seen_by
from dothi.datastore.quality import selectors as quality
from dothi.datastore.quality.choices import Outcome
from dothi.datastore.quality.events import VersionInspected
from dothi.datastore.resolution import events as resolution
from dothi.datastore.resolution import selectors as projects
from dothi.datastore.sources import selectors as sources
from dothi.datastore.sources.choices import Outcome as Tried
from dothi.datastore.sources.events import SourceTried
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables.choices import Origin
from dothi.datastore.tables.events import VersionPublished

if TYPE_CHECKING:
    from dothi.datastore.ingestion.models import Run
    from dothi.datastore.tables.models import Version

Event = dict[str, Any]
# Of these facts of the log something is told.
FACTS: tuple[type[log.Event], ...] = (
    ingestion.DeliveryBegun, ingestion.DeliveryChecked, ingestion.DeliveryRefused,
    ingestion.DeliveryGivenUp, ingestion.FeedBrokeOff, VersionPublished, VersionInspected,
    SourceTried, resolution.RunBegan, resolution.RunFailed, resolution.RunFinished,
    ReleaseMeasured,
)  # fmt: skip


# --- Of one dataset ------------------------------------------------------------------------------


def events_seen_by(
    user: User | AnonymousUser, dataset: str, *, since: datetime | None, limit: int, on: date
) -> list[Event] | None:
    """The runs of a dataset as run events, the newest first; None where this person finds no such
    dataset. Publishes for whoever finds it; how deliveries began and ended for who looks after it.
    The way of the columns is the one that is known today."""
    if not catalogue.datasets_seen_by(user, on=on).filter(code=dataset).exists():
        return None
    versions = tables.versions(dataset)
    if since is not None:
        versions = versions.filter(at__gte=since)
    links = links_seen_by(user, on=on)
    found = [openlineage.complete(_published(one), links) for one in versions[:limit]]
    if isinstance(user, User):
        runs = deliveries.runs_seen_by(user, on=on).filter(dataset=dataset)
        if since is not None:
            runs = runs.filter(begun_at__gte=since)
        found += [openlineage.event(one) for run in runs[:limit] for one in _of_run(run)]
    # Of the same moment the end comes first, as the newest does.
    order = [State.START, State.RUNNING, State.COMPLETE, State.FAIL, State.ABORT]
    found.sort(key=lambda one: (one["eventTime"], order.index(one["eventType"])), reverse=True)
    return found[:limit]


def _of_run(run: "Run") -> Iterator[Told]:
    """How a delivery began, and how it ended where it became no version."""
    yield _delivery(run, State.START, run.begun_at)
    if run.state == RunState.REFUSED and run.ended_at:
        yield _delivery(run, State.FAIL, run.ended_at)
    if run.state == RunState.DROPPED and run.ended_at:
        yield _delivery(run, State.ABORT, run.ended_at)


# --- Of each fact of the log ---------------------------------------------------------------------


def told(record: Record) -> list[Event]:
    """What a fact of the log says of a run; nothing where its rows are gone."""
    fact = log.events[record.name].model_validate(record.payload)
    return [
        one if isinstance(one, dict) else openlineage.event(one)
        for one in _told(fact, record.published_at)
    ]


def _told(fact: log.Event, at: datetime) -> Iterable[Told | Event]:
    match fact:
        case ingestion.DeliveryBegun():
            return _of_delivery(fact.run, State.START, at)
        case ingestion.DeliveryChecked():
            return _of_delivery(fact.run, State.RUNNING, at)
        case ingestion.DeliveryRefused():
            return _of_delivery(fact.run, State.FAIL, at)
        case ingestion.DeliveryGivenUp():
            return _of_delivery(fact.run, State.ABORT, at)
        case ingestion.FeedBrokeOff():
            return _of_feed(fact, at)
        case VersionPublished():
            return _of_version(fact, at)
        case VersionInspected():
            return _of_inspection(fact, at)
        case SourceTried():
            return _of_source(fact, at)
        case resolution.RunBegan() | resolution.RunFailed() | resolution.RunFinished():
            return _of_project(fact, at)
        case ReleaseMeasured():
            return _of_release(fact, at)
    return ()


def _of_delivery(code: str, state: State, at: datetime) -> Iterator[Told]:
    run = deliveries.run_named(code)
    if run is not None:
        yield _delivery(run, state, at)


def _delivery(run: "Run", state: State, at: datetime) -> Told:
    counted = state not in (State.START, State.ABORT) and run.lines
    size = run.delivery.size
    source = Data(
        name=f"source:{run.dataset}",
        of_run=openlineage.metrics(rows=run.taken + run.aside, bytes=size) if counted else {},
    )
    contract = deliveries.contract_of(run)
    return Told(
        house=settings.PUBLIC_URL, run=f"{run.dataset}/{run.code}",
        job=f"{run.dataset}.{Origin.DELIVERY}", kind="DELIVERY", state=state, at=local(at),
        inputs=[source], outputs=[Data(name=run.dataset, facets=_agreed(contract))],
        fault=_refused(run) if state == State.FAIL else "",
    )  # fmt: skip


def _agreed(contract: Contract) -> dict[str, Any]:
    return openlineage.schema((one.name, one.type) for one in contract.fields)


def _refused(run: "Run") -> str:
    with translation.override("en"):
        return str(Refusal(run.refusal).label)


def _of_feed(fact: ingestion.FeedBrokeOff, at: datetime) -> Iterator[Told]:
    """A try that broke off. The next one goes on under the name of the run."""
    for state in (State.START, State.FAIL):
        yield Told(
            house=settings.PUBLIC_URL, run=f"{fact.dataset}/{fact.run}@{at.isoformat()}",
            job=f"{fact.dataset}.{Origin.DELIVERY}", kind="DELIVERY", state=state, at=local(at),
            outputs=[Data(name=fact.dataset)], fault=fact.fault if state == State.FAIL else "",
        )  # fmt: skip


def _of_version(fact: VersionPublished, at: datetime) -> Iterator[Told | Event]:
    version = tables.versions(fact.table).filter(number=fact.number).first()
    if version is None:
        return
    links = links_into(fact.table)
    of = _published(version, at)
    if deliveries.run_named(fact.run) is None:
        # Nothing told of its beginning: it takes seconds.
        yield _begun(of, links, version.at)
    yield openlineage.complete(of, links)


def _begun(of: openlineage.Published, links: Sequence[Link], at: datetime) -> Told:
    run, job = openlineage.names(of)
    return Told(
        house=of.house, run=run, job=job, kind=of.origin.upper(), state=State.START,
        at=local(at), inputs=openlineage.read_by(of, links),
        outputs=[Data(name=of.dataset, facets=openlineage.schema(of.columns))],
    )  # fmt: skip


def _published(one: "Version", at: datetime | None = None) -> openlineage.Published:
    return openlineage.Published(
        house=settings.PUBLIC_URL, dataset=one.table.code, run=one.run, number=one.number,
        origin=one.origin, rows=one.rows, bytes=one.bytes, at=local(at or one.at),
        columns=[(column.name, column.type) for column in one.shape],
        assertions=_asked(one.table.code, one.number),
    )  # fmt: skip


def _asked(dataset: str, number: int) -> list[openlineage.Assertion]:
    return [
        openlineage.Assertion(
            name=result.code, column=result.column, success=result.outcome == Outcome.PASSED
        )
        for result in quality.answers_of(dataset, number)
        if result.outcome != Outcome.UNASKED
    ]


def _of_inspection(fact: VersionInspected, at: datetime) -> Iterator[Told]:
    """Checks are asked after the run is over: more is known of the same run."""
    version = tables.versions(fact.dataset).filter(number=fact.version).first()
    asked = _asked(fact.dataset, fact.version)
    if version is None or not asked:
        return
    run, job = openlineage.names(_published(version))
    facets = {
        "version": {"datasetVersion": str(version.number)}, **openlineage.assertions(asked),
    }  # fmt: skip
    yield Told(
        house=settings.PUBLIC_URL, run=run, job=job, kind=version.origin.upper(),
        state=State.OTHER, at=local(at), outputs=[Data(name=fact.dataset, facets=facets)],
    )  # fmt: skip


def _of_source(fact: SourceTried, at: datetime) -> Iterator[Told]:
    """A try to fetch; what it brought is a run of its own."""
    begun = sources.began(fact.number) or at
    failed = fact.outcome in (Tried.FAULT, Tried.STOPPED)
    ends = ((State.START, begun), (State.FAIL if failed else State.COMPLETE, at))
    for state, moment in ends:
        yield Told(
            house=settings.PUBLIC_URL, run=f"source/{fact.source}/{fact.number or at.isoformat()}",
            job=f"source.{fact.source}", kind="SOURCE", state=state, at=local(moment),
            outputs=[Data(name=f"source:{fact.dataset}")],
            fault=fact.fault if state == State.FAIL else "",
        )  # fmt: skip


def _of_project(
    fact: resolution.RunBegan | resolution.RunFailed | resolution.RunFinished, at: datetime
) -> Iterator[Told]:
    """Lists that were compared, by name and version; which rows are one is nobody's else."""
    run = projects.run_numbered(fact.code, fact.run)
    if run is None:
        return
    state = {
        resolution.RunBegan: State.START, resolution.RunFailed: State.FAIL,
        resolution.RunFinished: State.COMPLETE,
    }[type(fact)]  # fmt: skip
    yield Told(
        house=settings.PUBLIC_URL, run=f"resolution/{fact.code}/{fact.run}",
        job=f"resolution.{fact.code}", kind="RESOLUTION", state=state, at=local(at),
        inputs=[
            Data(name=one.dataset, facets=_at_version(run.versions.get(one.dataset)))
            for one in projects.lists_of(run.project)
        ],
        outputs=[Data(name=f"resolution:{fact.code}")],
        fault=run.fault.partition(":")[0] if state == State.FAIL else "",
    )  # fmt: skip


def _at_version(number: object) -> dict[str, Any]:
    return {"version": {"datasetVersion": str(number)}} if number else {}


def _of_release(fact: ReleaseMeasured, at: datetime) -> Iterator[Told]:
    """All indicators over the versions that a release pins."""
    for state in (State.START, State.COMPLETE):
        yield Told(
            house=settings.PUBLIC_URL, run=f"indicators/{fact.release}",
            job="indicators.release", kind="INDICATORS", state=state, at=local(at),
            inputs=[
                Data(name=pin.table.code, facets=_at_version(pin.version.number))
                for pin in tables.pinned(fact.release)
            ],
            outputs=[Data(name=f"indicator:{code}") for code in fact.indicators],
        )  # fmt: skip
