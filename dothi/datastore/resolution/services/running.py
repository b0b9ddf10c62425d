"""A run compares all lists of a project and writes down what it found."""

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from dothi.accounts.models import User
from dothi.core import locks, queueing
from dothi.core.access.services import opened
from dothi.core.audit.services import record
from dothi.core.events.services import publish
from dothi.datastore.resolution import events, permissions, ports, selectors
from dothi.datastore.resolution.choices import Band, ChangeKind, RunState, Verdict
from dothi.datastore.resolution.models import (
    Change,
    Decision,
    Pair,
    Project,
    Record,
    Run,
)
from dothi.datastore.resolution.rules.clusters import clusters
from dothi.datastore.resolution.selectors import matching
from dothi.datastore.resolution.selectors.matching import List, Matches
from dothi.datastore.resolution.services import clustering, duties
from dothi.datastore.resolution.services.asking import subject_of
from dothi.datastore.resolution.services.refusals import NotOpen, RunsAlready
from dothi.datastore.sharing.services import record_of_table

TASK = "dothi.datastore.resolution.jobs.compare"
RUNNERS = 7208  # Advisory lock; the second number is the run.
BATCH = 5_000
MACHINE = "machine:resolution"


@transaction.atomic
def start(*, project: Project, by: User, at: datetime) -> Run:
    """Put a run into the queue of the worker.

    Raises:
        NotOpen: the project has no steward's yes, or has expired.
        RunsAlready: one is waiting or running.
    """
    if not permissions.is_open(project, on=at.date()):
        raise NotOpen(project.expires_on, project.state)
    last = selectors.last_run(project)
    try:
        with transaction.atomic():
            run = Run.objects.create(
                project=project,
                number=(last.number if last else 0) + 1,
                asked_by=by.actor,
                asked_at=at,
            )
    except IntegrityError as error:
        raise RunsAlready from error
    record(
        "resolution.run", subject=subject_of(project), by=by.actor, at=at, unit=project.unit.code,
        run=run.number,
    )  # fmt: skip
    queue(run)
    return run


def queue(run: Run) -> None:
    """Ask the worker for a run; asked twice, it waits once."""
    queueing.once(TASK, lock=f"resolution:{run.pk}", run=run.pk)


def carry_out(run: Run, *, at: datetime) -> None:
    """Do the run. Not within a transaction: it takes minutes. Done again it does no harm.

    What goes wrong with a list ends the run with its fault; a killed worker leaves it running, and
    the next one begins it anew. Where another worker is at it, nothing is done.
    """
    with locks.tried(RUNNERS, run.pk) as ours:
        if ours:
            run.refresh_from_db(fields=["state"])
            _carry_out(run, at=at)


def _carry_out(run: Run, *, at: datetime) -> None:
    project = run.project
    if run.state not in selectors.OPEN_RUNS:
        return
    if not permissions.is_open(project, on=at.date()):
        _fail(run, "not_open", at)
        return
    _begin(run, at)
    try:
        lists, dates, versions = _read(project, at)
    except ports.ListMissing as error:
        _fail(run, f"list_missing: {error}"[:300], at)
        return
    found = matching.match(
        selectors.model_of(project),
        lists,
        wards=selectors.ward_names(on=at.date()),
        within=project.within,
        review_at=project.review_at,
        progress=_teller(run),
    )
    _write(run, lists, dates, versions, found, at=at)


@transaction.atomic
def _begin(run: Run, at: datetime) -> None:
    """Told once: a run that is taken up after a kill is running already."""
    if Run.objects.filter(pk=run.pk, state=RunState.QUEUED).update(state=RunState.RUNNING):
        publish(events.RunBegan(**_named(run)), at=at)


@transaction.atomic
def _fail(run: Run, fault: str, at: datetime) -> None:
    _begin(run, at)
    Run.objects.filter(pk=run.pk).update(state=RunState.FAILED, fault=fault, finished_at=at)
    publish(events.RunFailed(**_named(run)), at=at)


def _named(run: Run) -> dict[str, Any]:
    project = run.project
    return {"code": project.code, "unit_code": project.unit.code, "run": run.number}


def _read(project: Project, at: datetime) -> tuple[list[List], dict[str, str], dict[str, str]]:
    """The lists, the columns with the dates of their rows, and which versions were read."""
    lists, dates, versions = [], {}, {}
    for one in selectors.lists_of(project):
        columns = sorted({one.key, *one.roles.values(), *filter(None, [one.as_of])})
        opened(
            record=record_of_table(one.dataset), by=MACHINE, at=at, purpose=project.purpose[:200],
            fields=sorted(one.roles), post=f"{project.code} · {project.legal_basis}"[:200],
        )  # fmt: skip
        rows, versions[one.dataset] = ports.lists().read(one.dataset, columns)
        lists.append(List(dataset=one.dataset, rows=rows, key=one.key, roles=dict(one.roles)))
        dates[one.dataset] = one.as_of
    return lists, dates, versions


def _teller(run: Run) -> Callable[[str, float], None]:
    """Write how far the run is, at most once a second."""
    told: dict[str, float] = {}

    def tell(stage: str, share: float) -> None:
        now = time.monotonic()
        if now - told.get(stage, -math.inf) > 1:
            told[stage] = now
            Run.objects.filter(pk=run.pk).update(stage=stage, share=share)

    return tell


# --- Writing down ---------------------------------------------------------------------------------


@transaction.atomic
def _write(
    run: Run,
    lists: list[List],
    dates: dict[str, str],
    versions: dict[str, str],
    found: Matches,
    *,
    at: datetime,
) -> None:
    project = run.project
    ids = _records(project, lists, dates, found)
    linked, to_review = _pairs(run, found, ids)
    change = Change.objects.create(
        project=project, kind=ChangeKind.RUN, run=run, by=run.asked_by, at=at
    )
    groups = _groups(project, found, ids)
    clustering.write(project, groups, change)
    Run.objects.filter(pk=run.pk).update(
        state=RunState.DONE,
        finished_at=at,
        stage="",
        share=1.0,
        rows=found.rows.num_rows,
        compared=found.compared,
        linked=linked,
        to_review=to_review,
        clusters=len(groups),
        learned=asdict(found.learned),
        versions=versions,
    )
    publish(
        events.RunFinished(
            code=project.code, unit_code=project.unit.code, kind=project.kind, run=run.number,
            rows=found.rows.num_rows, linked=linked, to_review=to_review, clusters=len(groups),
        ),
        at=at,
    )  # fmt: skip
    record(
        "resolution.run_done", subject=subject_of(project), by=MACHINE, at=at,
        unit=project.unit.code, run=run.number, versions=versions,
    )  # fmt: skip
    duties.lay(project, at=at)


def _records(
    project: Project, lists: list[List], dates: dict[str, str], found: Matches
) -> dict[int, int]:
    """Keep the rows that stand in a pair; those that no longer do lose their values."""
    numbers = sorted({*found.pairs["left"].to_pylist(), *found.pairs["right"].to_pylist()})
    Record.objects.filter(project=project).update(values="")
    names = found.rows.take(pa.array(numbers, pa.int64())).to_pylist()
    says = _values(lists, dates, numbers)
    fresh: Iterator[Record] = (
        Record(project=project, dataset=name["dataset"], key=name["key"], values=text, as_of=as_of)
        for name, (text, as_of) in zip(names, says, strict=True)
    )
    Record.objects.bulk_create(
        fresh,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["project", "dataset", "key"],
        update_fields=["values", "as_of"],
    )
    rows = Record.objects.filter(project=project).values_list("dataset", "key", "pk")
    known = {(dataset, key): pk for dataset, key, pk in rows.iterator(chunk_size=50_000)}
    return {
        number: known[name["dataset"], name["key"]]
        for number, name in zip(numbers, names, strict=True)
    }


def _values(
    lists: list[List], dates: dict[str, str], numbers: list[int]
) -> Iterator[tuple[str, date | None]]:
    """What rows of these numbers (in order) say, as JSON, and as of when."""
    first = 0
    rest = numbers
    for one in lists:
        end = first + one.rows.num_rows
        mine = [number - first for number in rest if number < end]
        rest = rest[len(mine) :]
        for batch in matching.in_batches(one.rows.take(pa.array(mine, pa.int64()))):
            for row in batch:
                said = {
                    role: str(row[column])
                    for role, column in one.roles.items()
                    if row[column] is not None
                }
                yield json.dumps(said, ensure_ascii=False), _as_of(row, dates[one.dataset])
        first = end


def _as_of(row: dict[str, Any], column: str) -> date | None:
    value = row[column] if column else None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _pairs(run: Run, found: Matches, ids: dict[int, int]) -> tuple[int, int]:
    """Write the pairs; what people decided stays. Returns how many are linked and to review."""
    project = run.project
    mine = Pair.objects.filter(project=project)
    decided = Exists(Decision.objects.filter(pair=OuterRef("pk")))
    mine.filter(~decided).delete()
    mine.update(run=None, weight=None, evidence={}, band="")
    for batch in matching.in_batches(found.pairs):
        Pair.objects.bulk_create(
            (_pair(run, row, ids) for row in batch),
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["left", "right"],
            update_fields=["run", "weight", "evidence", "band"],
        )
    counts = selectors.counts(project)
    return counts.linked, counts.waiting


def _pair(run: Run, row: dict[str, Any], ids: dict[int, int]) -> Pair:
    left, right = sorted((ids[row["left"]], ids[row["right"]]))
    model = selectors.model_of(run.project)
    return Pair(
        project=run.project,
        left_id=left,
        right_id=right,
        run=run,
        weight=row["weight"],
        evidence={
            one.code: [
                matching.level_code(one, row[f"level_{one.code}"]),
                round(row[f"bits_{one.code}"], 4),
            ]
            for one in model.comparisons
        },
        band=Band.LINK if row["weight"] >= run.project.link_at else Band.REVIEW,
    )


def _groups(project: Project, found: Matches, ids: dict[int, int]) -> list[set[int]]:
    """Clusters of what was found and decided; rows that left their lists are in none."""
    decided = list(
        Pair.objects.filter(project=project, verdict__in=[Verdict.SAME, Verdict.DIFFERENT])
        .select_related("left", "right")
    )  # fmt: skip
    there = _still_there(found, (row for pair in decided for row in (pair.left, pair.right)))
    kept = [pair for pair in decided if {pair.left_id, pair.right_id} <= there]
    columns = (found.pairs[name].to_pylist() for name in ("left", "right", "weight"))
    return clusters(
        ((ids[left], ids[right], weight) for left, right, weight in zip(*columns, strict=True)),
        link_at=project.link_at,
        same=[(p.left_id, p.right_id) for p in kept if p.verdict == Verdict.SAME],
        different=[(p.left_id, p.right_id) for p in kept if p.verdict == Verdict.DIFFERENT],
    )


def _still_there(found: Matches, records: Iterable[Record]) -> set[int]:
    wanted = {(one.dataset, one.key): one.pk for one in records}
    if not wanted:
        return set()
    names = zip(found.rows["dataset"].to_pylist(), found.rows["key"].to_pylist(), strict=True)
    return {wanted[name] for name in names if name in wanted}
