"""Questions about deliveries: how far a run is, what stands aside and why."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from dothi.accounts.models import User
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion.choices import AsideState, RunState
from dothi.datastore.ingestion.models import Aside, Run
from dothi.datastore.ingestion.rules.ledger import Fault


def run_of(code: str) -> Run:
    """Raises Run.DoesNotExist."""
    return Run.objects.select_related("delivery").get(code=code)


def runs_seen_by(user: User, *, on: date) -> QuerySet[Run]:
    """The runs of the datasets that this person looks after, newest first."""
    own = catalogue.datasets_kept_by(user, on=on).order_by().values("code")
    return Run.objects.filter(dataset__in=own).select_related("delivery").order_by("-id")


def run_seen_by(user: User, code: str, *, on: date) -> Run:
    """Raises Run.DoesNotExist when there is none that this person may see."""
    return runs_seen_by(user, on=on).get(code=code)


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
