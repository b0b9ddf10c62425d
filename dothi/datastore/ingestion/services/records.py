"""Take records that a program sends: a delivery like any other, read and published at once.

They land as a file of one line of JSON each, in the order of the contract's columns, so that the
same records are the same delivery.
"""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import readers, selectors
from dothi.datastore.ingestion.choices import Check, Method, RunState
from dothi.datastore.ingestion.engine import Engine
from dothi.datastore.ingestion.models import Delivery, Run
from dothi.datastore.ingestion.rules.ledger import Fault
from dothi.datastore.ingestion.services import publishing, reading, starting
from dothi.datastore.ingestion.services.landing import receive
from dothi.datastore.ingestion.services.looking import shape_of_records

Record = Mapping[str, Any]
PAUSE, PAUSES = 0.5, 60  # While a worker reads the same run.


class NotAsAsked(Exception):
    """Some rows are there already (insert), or are not (update). Nothing was published."""

    def __init__(self, rows: int) -> None:
        super().__init__(rows)
        self.rows = rows


@dataclass(frozen=True, kw_only=True)
class Written:
    """What became of records. `run` is None where they had come before and nothing was done."""

    delivery: Delivery
    run: Run | None


def receive_records(
    records: Sequence[Record], columns: Sequence[str], *, dataset: str, by: str, at: datetime
) -> Delivery:
    """Keep records as a file, each with these columns.

    Raises:
        HeldErased: a person who was erased stands in them.
        ValueError: a value is no JSON, such as NaN.
    """
    lines = [_line(record, columns) for record in records]
    return receive(dataset=dataset, chunks=lines, name="records.ndjson", by=by, at=at)


def _line(record: Record, columns: Sequence[str]) -> bytes:
    made = {name: record.get(name) for name in columns}
    return json.dumps(made, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def write_records(
    records: Sequence[Record],
    contract: Contract,
    *,
    method: Method,
    publish: bool,
    by: str,
    at: datetime,
) -> Written:
    """Take records in under a contract, and publish them where that is wanted and few enough stand
    aside; else the run waits for a steward. Not within a transaction.

    Args:
        records: by the heads of the contract.

    Raises:
        NotAsAsked: see there; the run was given up.
        HeldErased, ValueError: as `receive_records`.
    """
    heads = [one.head for one in contract.fields]
    delivery = receive_records(records, heads, dataset=contract.dataset, by=by, at=at)
    if selectors.is_there(delivery, mode=Mode(contract.mode)):
        open_run = selectors.open_run_of(delivery.code)
        return Written(delivery=delivery, run=selectors.run_of(open_run) if open_run else None)
    try:
        run = starting.begin(delivery, contract, by=by, at=at, shape=shape_of_records(heads))
    except starting.OnItsWay as error:
        return Written(delivery=delivery, run=selectors.run_of(error.run))
    run = _read(run, contract, at)
    if run.state != RunState.CHECKED:
        return Written(delivery=delivery, run=run)
    _settle(run, contract, method=method, publish=publish, by=by, at=at)
    return Written(delivery=delivery, run=selectors.run_of(run.code))


def _read(run: Run, contract: Contract, at: datetime) -> Run:
    """A worker may have taken it up a moment before: its word counts as well."""
    for _ in range(PAUSES):
        try:
            return reading.read(run, contract, at=at)
        except reading.Busy:
            time.sleep(PAUSE)
    return run


def _settle(
    run: Run, contract: Contract, *, method: Method, publish: bool, by: str, at: datetime
) -> None:
    if not run.taken:
        return
    changes = publishing.preview(run, contract)
    strange = 0
    if contract.mode == Mode.MERGE and method == Method.INSERT:
        strange = run.taken - changes.added
    elif method == Method.UPDATE:
        strange = changes.added
    if strange:
        starting.give_up(run, by=by, at=at, reason=f"{strange} rows do not fit {method}")
        raise NotAsAsked(strange)
    if run.aside == 0 and changes.nothing:
        starting.give_up(run, by=by, at=at, reason="the same rows are there already")
    elif publish and run.ledger.faulty_share <= contract.faulty_at_most:
        publishing.publish(run, contract, by=by, at=at)


def rehearse(records: Sequence[Record], contract: Contract) -> list[tuple[int, Fault]]:
    """What the contract has against records, by their number from 0. Nothing is kept.

    What only a delivery can tell is not asked: values that another dataset does not know, and which
    rows are there already.

    Raises:
        ValueError: a value is no JSON, such as NaN.
    """
    heads = [one.head for one in contract.fields]
    engine = Engine(contract, zone=settings.TIME_ZONE)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "records.ndjson"
            path.write_bytes(b"".join(_line(record, heads) for record in records))
            found = [
                (line - 1, fault)
                for batch in readers.read(path, shape_of_records(heads))
                for line, faults in _faulty(engine, batch)
                for fault in faults
            ]
    finally:
        engine.close()
    return sorted([*found, *_twice(records, contract)], key=lambda one: one[0])


def _faulty(engine: Engine, batch: readers.Batch) -> Iterator[tuple[int, tuple[Fault, ...]]]:
    yield from ((one.line, (Fault(check=one.reason.value),)) for one in batch.faulty)
    yield from ((one.line, one.faults) for one in engine.check(batch.rows).wrong)


def _twice(records: Sequence[Record], contract: Contract) -> Iterator[tuple[int, Fault]]:
    by_name = contract.by_name()
    seen: set[tuple[str, ...]] = set()
    for number, record in enumerate(records):
        key = tuple(str(record.get(by_name[name].head)).strip() for name in contract.key)
        if key in seen:
            yield number, Fault(check=Check.TWICE, column="+".join(contract.key))
        if key:
            seen.add(key)
