"""A person is erased: received files that hold them go, and lines put aside are emptied.

A file is not rewritten: it would be another file than the one that was received, and no workbook
or archive can be written again as it was. It goes as a whole; its hash and size stay, so that
nobody brings the same bytes in again. What was published of it is in the table, where the rows of
all others stay. A run that is not published is given up: the source sends the file without them.
"""

import base64
import json
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.db.models import QuerySet

from dothi.core.audit.services import record
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import readers
from dothi.datastore.ingestion.choices import AsideState, RunState
from dothi.datastore.ingestion.models import Aside, Delivery, Run
from dothi.datastore.ingestion.readers import Shape, Unreadable
from dothi.datastore.ingestion.rules.fitting import folded
from dothi.datastore.ingestion.services.landing import place_of
from dothi.datastore.tables import services as tables
from dothi.datastore.tables.registry import Sought, Told, Wanted

OPEN = (RunState.WAITING, RunState.READING, RunState.CHECKED, RunState.FAILED)
BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class _Held:
    """A received file with the person in it."""

    delivery: Delivery
    rows: int


def find(wanted: Wanted) -> Told:
    """How many files and lines put aside hold the person. Writes nothing."""
    held = list(_files(wanted))
    hashes = [one.delivery.sha256 for one in held]
    return {
        "files": len(held),
        "rows_in_files": sum(one.rows for one in held),
        "open_runs": _open_runs(hashes).count(),
        "lines_aside": sum(1 for _row in _lines(wanted)),
    }


def erase(wanted: Wanted) -> Told:
    """Remove such files, give up what is not published of them, empty the lines put aside."""
    for left in Delivery.objects.filter(dataset=wanted.table).exclude(erased_at=None):
        place_of(left.sha256).unlink(missing_ok=True)  # A kill may have come between.
    files = [_removed(one, wanted) for one in _files(wanted)]
    emptied = 0
    for row in _lines(wanted):
        _emptied(row, wanted)
        emptied += 1
    return {"files": files, "lines_aside": emptied}


def holds(path: Path, wanted: Wanted) -> int:
    """In how many lines of a file of the dataset the person stands. For who keeps such files
    beside those that were received."""
    return _rows_in(path, None, catalogue.contract_now(wanted.table), wanted)


def spellings(sought: Sought) -> set[str]:
    """How the person is written in received files and in lines put aside."""
    found: set[str] = set()
    for delivery in Delivery.objects.filter(dataset=sought.table, erased_at=None).order_by("id"):
        if (path := place_of(delivery.sha256)).exists():
            found |= _spelled(path, delivery, sought)
    rows = Aside.objects.filter(run__dataset=sought.table).exclude(raw="", cells="")
    for row in rows.iterator(2000):
        cells = json.loads(row.cells) if row.cells else {}
        found |= sought.among((text or "").strip() for text in cells.values())
        found |= sought.within(base64.b64decode(row.raw))
    return found


def spellings_in(path: Path, sought: Sought) -> set[str]:
    """The same of one file of the dataset."""
    return _spelled(path, None, sought)


def _spelled(path: Path, delivery: Delivery | None, sought: Sought) -> set[str]:
    present = catalogue.contract_now(sought.table)
    found: set[str] = set()
    try:
        shape = _shape(path, delivery)
        for batch in readers.read(path, shape):
            for head in _heads(shape, present, sought.column):
                values = pc.unique(pc.utf8_trim_whitespace(batch.rows[head]))
                found |= sought.among(values.to_pylist())
            for one in batch.faulty:
                found |= sought.within(one.raw)
    except Unreadable:
        found |= {one for one in sought.names if _in_bytes(path, {one})}
    return found


def _open_runs(hashes: Collection[str]) -> QuerySet[Run]:
    return Run.objects.filter(delivery__sha256__in=hashes, state__in=OPEN)


def _removed(held: _Held, wanted: Wanted) -> Told:
    sha256 = held.delivery.sha256
    with transaction.atomic():
        runs = list(_open_runs([sha256]).select_for_update(of=("self",)))
        for run in runs:
            run.state, run.ended_at = RunState.DROPPED, wanted.at
            run.save(update_fields=["state", "ended_at"])
        Delivery.objects.filter(sha256=sha256).update(erased_at=wanted.at)
        record(
            "datastore.erase", subject=f"datastore.delivery:{held.delivery.code}", by=wanted.by,
            at=wanted.at, reason=wanted.reason, sha256=sha256, rows=held.rows,
            given_up=[run.code for run in runs],
        )  # fmt: skip
    for run in runs:
        shutil.rmtree(tables.workspace(run.dataset, run.code), ignore_errors=True)
    place_of(sha256).unlink(missing_ok=True)
    return {
        "delivery": held.delivery.code, "sha256": sha256, "size": held.delivery.size,
        "rows": held.rows, "given_up": [run.code for run in runs],
    }  # fmt: skip


def _emptied(row: Aside, wanted: Wanted) -> None:
    row.raw = row.cells = ""
    row.corrected = False
    if row.state == AsideState.WAITING:
        row.state, row.settled_at, row.settled_by = AsideState.DROPPED, wanted.at, wanted.by
    row.save()


# --- Looking ------------------------------------------------------------------------------------


def _files(wanted: Wanted) -> Iterator[_Held]:
    """Received files of the dataset in which a value stands."""
    present = catalogue.contract_now(wanted.table)
    for delivery in Delivery.objects.filter(dataset=wanted.table, erased_at=None).order_by("id"):
        path = place_of(delivery.sha256)
        if path.exists() and (rows := _rows_in(path, delivery, present, wanted)):
            yield _Held(delivery=delivery, rows=rows)


def _rows_in(
    path: Path, delivery: Delivery | None, present: Contract | None, wanted: Wanted
) -> int:
    try:
        shape = _shape(path, delivery)
        return sum(
            _in_batch(batch, _heads(shape, present, wanted.column), wanted)
            for batch in readers.read(path, shape)
        )
    except Unreadable:
        return int(_in_bytes(path, wanted.values))


def _shape(path: Path, delivery: Delivery | None) -> Shape:
    runs = delivery.runs if delivery is not None else Run.objects.none()
    run = runs.exclude(shape={}).order_by("-id").first()
    return Shape.from_dict(run.shape) if run is not None else readers.sniff(path)


def _heads(shape: Shape, contract: Contract | None, column: str) -> list[str]:
    """Where to look: the column by its head; in every one where the file does not know it."""
    field = contract.by_name().get(column) if contract else None
    found = [one for one in shape.heads if field and folded(one) == folded(field.head)]
    return found or list(shape.heads)


def _in_batch(batch: readers.Batch, heads: Collection[str], wanted: Wanted) -> int:
    values = pa.array(sorted(wanted.values), pa.string())
    hit = None
    for head in heads:
        there = pc.is_in(pc.utf8_trim_whitespace(batch.rows[head]), value_set=values)
        hit = there if hit is None else pc.or_(hit, there)
    rows = pc.sum(hit).as_py() or 0 if hit is not None else 0
    return rows + sum(_says(one.raw, wanted.values) for one in batch.faulty)


def _says(raw: bytes, values: Collection[str]) -> bool:
    return any(value.encode() in raw for value in values)


def _in_bytes(path: Path, values: Collection[str]) -> bool:
    """A value in a file that cannot be read as a table, also across two blocks."""
    longest = max(len(value.encode()) for value in values)
    before = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if _says(before + block, values):
                return True
            before = block[-longest:]
    return False


def _lines(wanted: Wanted) -> Iterator[Aside]:
    """Lines put aside in which a value stands: in its cells, or in the bytes of what is no row."""
    rows = Aside.objects.filter(run__dataset=wanted.table).exclude(raw="", cells="")
    for row in rows.select_related("run").iterator(2000):
        cells = json.loads(row.cells) if row.cells else {}
        said = {(text or "").strip() for text in cells.values()}
        if said & wanted.values or _says(base64.b64decode(row.raw), wanted.values):
            yield row
