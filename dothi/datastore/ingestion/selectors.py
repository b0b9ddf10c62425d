"""Questions about deliveries: how far a run is, what stands aside and why."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from dothi.accounts.models import User
from dothi.core.events import selectors as events
from dothi.core.events.selectors import Position
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.catalogue.registry import datasets as registered
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion.choices import AsideState, RunState
from dothi.datastore.ingestion.models import Aside, Delivery, Feed, Run
from dothi.datastore.ingestion.rules.ledger import Fault
from dothi.datastore.tables import selectors as tables

IN = (RunState.WAITING, RunState.READING, RunState.CHECKED, RunState.PUBLISHED)


def run_of(code: str) -> Run:
    """Raises Run.DoesNotExist."""
    return Run.objects.select_related("delivery").get(code=code)


def run_named(code: str) -> Run | None:
    """The run of that code, with its delivery; None where there is none: a feed has no delivery."""
    return Run.objects.select_related("delivery").filter(code=code).first()


def is_there(delivery: Delivery, *, mode: Mode) -> bool:
    """Whether what a delivery holds is in already, or on its way: the same again changes nothing.

    Rows that are only ever added must not come twice, however long ago they came. Where a delivery
    stands for the whole, an older one may come back.
    """
    came = Run.objects.filter(dataset=delivery.dataset, of=None, state__in=IN)
    if mode == Mode.APPEND:
        return came.filter(delivery=delivery).exists()
    newest = came.order_by("-id").values_list("delivery_id", flat=True).first()
    return newest == delivery.pk


def delivery_of(code: str) -> Delivery:
    """Raises Delivery.DoesNotExist."""
    return Delivery.objects.get(code=code)


def open_run_of(delivery: str) -> str | None:
    """The code of the run of a delivery that is on its way; None where there is none."""
    found = Run.objects.filter(delivery__code=delivery, of=None, state__in=IN[:3])
    return found.values_list("code", flat=True).first()


def runs_seen_by(user: User, *, on: date) -> QuerySet[Run]:
    """The runs of the datasets that this person looks after, newest first."""
    own = catalogue.datasets_kept_by(user, on=on).order_by().values("code")
    return Run.objects.filter(dataset__in=own).select_related("delivery").order_by("-id")


def run_seen_by(user: User, code: str, *, on: date) -> Run:
    """Raises Run.DoesNotExist when there is none that this person may see."""
    return runs_seen_by(user, on=on).get(code=code)


def deliveries_seen_by(user: User, *, on: date) -> QuerySet[Delivery]:
    """The files of the datasets that this person looks after, newest first."""
    own = catalogue.datasets_kept_by(user, on=on).order_by().values("code")
    return Delivery.objects.filter(dataset__in=own).order_by("-id")


def delivery_seen_by(user: User, code: str, *, on: date) -> Delivery:
    """Raises Delivery.DoesNotExist when there is none that this person may see, or its file went
    because a person was erased."""
    return deliveries_seen_by(user, on=on).get(code=code, erased_at=None)


def unread(dataset: str) -> QuerySet[Delivery]:
    """Files that nobody read, or that were refused or given up every time, newest first."""
    held = [RunState.WAITING, RunState.READING, RunState.CHECKED, RunState.PUBLISHED]
    came_in = Run.objects.filter(dataset=dataset, state__in=held).values("delivery")
    there = Delivery.objects.filter(dataset=dataset, erased_at=None)
    return there.exclude(pk__in=came_in).order_by("-id")


def last_accepted(run: Run) -> Run | None:
    """The run before this one whose rows became a version."""
    before = Run.objects.filter(dataset=run.dataset, of=None, state=RunState.PUBLISHED)
    return before.filter(pk__lt=run.pk).select_related("delivery").order_by("-id").first()


def unfinished() -> list[Run]:
    """Runs that nobody has read to the end, the oldest first."""
    return list(Run.objects.filter(state__in=[RunState.WAITING, RunState.READING]).order_by("id"))


def contract_of(run: Run) -> Contract:
    """The contract that the run began with, whatever was agreed since."""
    return catalogue.contract_numbered(run.dataset, run.contract)


@dataclass(frozen=True, kw_only=True)
class FaultCount:
    fault: Fault
    waiting: int
    corrected: int
    settled: int


def faults_of(run: Run) -> list[FaultCount]:
    """What is wrong with the lines put aside, the most frequent first."""
    waits = Q(state=AsideState.WAITING)
    rows = (
        Aside.objects.filter(run=run)
        .order_by()
        .values("fault")
        .annotate(
            waiting=Count("id", filter=waits & Q(corrected=False)),
            corrected=Count("id", filter=waits & Q(corrected=True)),
            settled=Count("id", filter=~waits),
        )
    )
    found = [
        FaultCount(
            fault=Fault.of(row["fault"]),
            waiting=row["waiting"],
            corrected=row["corrected"],
            settled=row["settled"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.waiting, -one.corrected, one.fault.code))


def lines_aside(run: Run, *, fault: str = "", state: str = "") -> QuerySet[Aside]:
    """Lines put aside, in the order of the file. What they say is opened one by one."""
    rows = Aside.objects.filter(run=run).defer("raw", "cells").order_by("line")
    if fault:
        rows = rows.filter(fault=fault)
    return rows.filter(state=state) if state else rows


def line_aside(run: Run, line: int) -> Aside:
    """Raises Aside.DoesNotExist."""
    return Aside.objects.select_related("run").get(run=run, line=line)


def next_waiting(run: Run, *, after: int) -> int | None:
    """The next line that waits to be corrected; the first one when none follows."""
    lines = Aside.objects.filter(run=run, state=AsideState.WAITING, corrected=False)
    following = lines.filter(line__gt=after).order_by("line").values_list("line", flat=True)
    return following.first() or lines.order_by("line").values_list("line", flat=True).first()


@dataclass(frozen=True, kw_only=True)
class Fed:
    """A table of a domain in the store: its rows, since when, and what it does not hold yet."""

    dataset: str
    rows: int
    version: int | None
    fed_at: datetime | None
    waiting: int  # Facts in the log that it does not hold yet.
    failure: str


def fed_at(dataset: str) -> datetime | None:
    """When a table of a domain was last found to be up to date."""
    return Feed.objects.filter(pk=dataset).values_list("fed_at", flat=True).first()


def feeds() -> list[Fed]:
    """All tables of the domains, by code."""
    rows = {row.dataset: row for row in Feed.objects.all()}
    edge = events.horizon()
    found = []
    for code, definition in sorted(registered.items()):
        row = rows.get(code) or Feed(dataset=code)
        version = tables.latest(code)
        names = [event.name for event in definition.events]
        found.append(
            Fed(
                dataset=code,
                rows=version.rows if version else 0,
                version=version.number if version else None,
                fed_at=row.fed_at,
                waiting=events.count_after(
                    Position(row.xid, row.last_id), names=names, below=edge
                ) if names else 0,
                failure=row.failure,
            )
        )  # fmt: skip
    return found
