"""Mend what was put aside: one line, all lines with one fault, or leave them out for good."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from dothi.core.audit.services import record
from dothi.core.events.services import publish as tell
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import events
from dothi.datastore.ingestion.choices import AsideState, RunState
from dothi.datastore.ingestion.engine import Checked, Engine
from dothi.datastore.ingestion.models import Aside, Run
from dothi.datastore.ingestion.rules.checking import LINE, SPAN
from dothi.datastore.ingestion.rules.ledger import Fault, Ledger, moved_in
from dothi.datastore.ingestion.services import parts
from dothi.datastore.ingestion.services.publishing import publish
from dothi.datastore.ingestion.services.reading import count
from dothi.lib.codes import public_code

AT_ONCE = 20_000


class StillFaulty(Exception):
    """The contract has something against the corrected cells, too."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(*(fault.code for fault in faults))
        self.faults = tuple(faults)


class NotHere(Exception):
    """The line was settled meanwhile, or its run is not one whose lines can be mended."""


def correct(
    aside: Aside, contract: Contract, *, cells: Mapping[str, str], by: str, at: datetime
) -> Aside:
    """Keep corrected cells that the contract has nothing against. `take_corrected` takes them in.

    Args:
        cells: head of the contract → text.

    Raises:
        StillFaulty: nothing was kept.
        NotHere: the line is settled.
    """
    kept = {one.head: cells.get(one.head, "") for one in contract.fields}
    checked = _check(contract, [kept])
    if checked.wrong:
        raise StillFaulty(checked.wrong[0].faults)
    with transaction.atomic():
        aside = _waiting(aside)
        aside.cells, aside.corrected = json.dumps(kept, ensure_ascii=False), True
        aside.save(update_fields=["cells", "corrected"])
        record(
            "datastore.correct", subject=aside.run.subject, by=by, at=at,
            line=aside.line, fault=aside.fault,
        )  # fmt: skip
    return aside


def correct_all(
    run: Run, contract: Contract, *, fault: Fault, put: Mapping[str, str], by: str, at: datetime
) -> tuple[int, int]:
    """Put one text for another in the column of a fault, in every line that waits for it.

    Args:
        put: text as it stands → text that is meant; "" stands for an empty cell.

    Returns:
        How many lines the contract now has nothing against, and how many it still has.
    """
    head = contract.by_name()[fault.column].head
    done = left = last = 0
    waiting = Aside.objects.filter(
        run=run, state=AsideState.WAITING, corrected=False, fault=fault.code
    ).exclude(cells="")
    while rows := list(waiting.filter(line__gt=last).order_by("line")[:AT_ONCE]):
        last = rows[-1].line
        sound, faulty = _put(rows, contract, head, put)
        with transaction.atomic():
            Aside.objects.bulk_update(sound, ["cells", "corrected"], batch_size=1000)
        done, left = done + len(sound), left + faulty
    record_all(run, fault, done, by, at)
    return done, left


def record_all(run: Run, fault: Fault, done: int, by: str, at: datetime) -> None:
    with transaction.atomic():
        record(
            "datastore.correct_all", subject=run.subject, by=by, at=at, fault=fault.code, rows=done
        )


def _put(
    rows: Sequence[Aside], contract: Contract, head: str, put: Mapping[str, str]
) -> tuple[list[Aside], int]:
    touched, cells = [], []
    for row in rows:
        known = {name: text or "" for name, text in json.loads(row.cells).items()}
        if known.get(head, "").strip() in put:
            known[head] = put[known.get(head, "").strip()]
            touched.append(row)
            cells.append(known)
    if not touched:
        return [], 0
    faulty = {one.line for one in _check(contract, cells).wrong}
    sound = []
    for number, (row, known) in enumerate(zip(touched, cells, strict=True)):
        if number not in faulty:
            row.cells, row.corrected = json.dumps(known, ensure_ascii=False), True
            sound.append(row)
    return sound, len(faulty)


def take_corrected(run: Run, contract: Contract, *, by: str, at: datetime) -> int:
    """Take all corrected lines in: into the run while it is not published, else by a run of mends.

    Returns how many lines were taken. Not within a transaction.

    Raises:
        NotHere: the run was refused or given up: its delivery is read anew instead.
    """
    run.refresh_from_db()
    if run.state not in (RunState.CHECKED, RunState.PUBLISHED):
        raise NotHere(run.state)
    rows = list(
        Aside.objects.filter(run=run, state=AsideState.WAITING, corrected=True).order_by("line")
    )
    if not rows:
        return 0
    target = run if run.state == RunState.CHECKED else _run_of_mends(run, rows, by, at)
    checked = _check(contract, [json.loads(row.cells) for row in rows])
    assert not checked.wrong, "corrected lines were sound when they were kept"
    lines = pa.table({
        LINE: pa.array([row.line for row in rows], pa.int64()),
        SPAN: pa.array([row.span for row in rows], pa.int32()),
    })  # fmt: skip
    part = parts.write(target, f"mend-{len(target.parts):05d}", checked.taken, lines, skip=None)
    _move_in(run, target, rows, part.as_dict(), by, at)
    if target is not run:
        publish(target, _by_rows(contract), by=by, at=at)
    return len(rows)


def _by_rows(contract: Contract) -> Contract:
    """Mended rows come beside those that are there, or take their place by key."""
    return replace(contract, mode=Mode.MERGE if contract.key else Mode.APPEND)


def _run_of_mends(run: Run, rows: Sequence[Aside], by: str, at: datetime) -> Run:
    return Run(
        code=public_code("DR", at),
        dataset=run.dataset,
        delivery=run.delivery,
        of=run,
        contract=run.contract,
        shape=run.shape,
        state=RunState.CHECKED,
        actor=by,
        begun_at=at,
        ended_at=at,
    )


@transaction.atomic
def _move_in(
    run: Run, target: Run, rows: Sequence[Aside], part: dict[str, object], by: str, at: datetime
) -> None:
    spans = sum(row.span for row in rows)
    if target is run:
        moved = moved_in(run.ledger, rows=len(rows), lines=spans)
        run.taken, run.taken_lines = moved.taken, moved.taken_lines
        run.aside, run.aside_lines = moved.aside, moved.aside_lines
    else:
        count(target, Ledger(lines=spans, taken_lines=spans, taken=len(rows)))
        tell(events.DeliveryBegun(run=target.code, dataset=target.dataset), at=at)
    target.parts = [*target.parts, part]
    target.save()
    Aside.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=AsideState.TAKEN, settled_at=at, settled_by=by
    )
    record("datastore.take_corrected", subject=run.subject, by=by, at=at, rows=len(rows))


def leave_out(
    run: Run,
    *,
    lines: Sequence[int] | None = None,
    fault: str = "",
    by: str,
    at: datetime,
    reason: str,
) -> int:
    """Leave lines out for good: some by number, or all that wait with a fault.

    They stay to be read. Returns how many there were.
    """
    waiting = Aside.objects.filter(run=run, state=AsideState.WAITING)
    if lines is not None:
        waiting = waiting.filter(line__in=lines)
    if fault:
        waiting = waiting.filter(fault=fault)
    with transaction.atomic():
        gone = waiting.update(state=AsideState.DROPPED, settled_at=at, settled_by=by, reason=reason)
        record(
            "datastore.leave_out", subject=run.subject, by=by, at=at, reason=reason,
            rows=gone, fault=fault,
        )  # fmt: skip
    return gone


def _waiting(aside: Aside) -> Aside:
    found = (
        Aside.objects.select_for_update(of=("self",))
        .select_related("run")
        .filter(pk=aside.pk, state=AsideState.WAITING)
        .first()
    )
    if found is None:
        raise NotHere(aside.pk)
    return found


def _check(contract: Contract, cells: Sequence[Mapping[str, str | None]]) -> Checked:
    """The contract's word on rows of cells; their numbers stand in `LINE`."""
    columns = {
        one.head: pa.array([row.get(one.head) or None for row in cells], pa.string())
        for one in contract.fields
    }
    numbers = pa.array(range(len(cells)), pa.int64())
    engine = Engine(contract, zone=settings.TIME_ZONE)
    try:
        return engine.check(
            pa.table({**columns, LINE: numbers, SPAN: pa.array([1] * len(cells), pa.int32())})
        )
    finally:
        engine.close()
