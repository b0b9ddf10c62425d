"""Carry the domains' own tables into the store, along the event log.

A run takes a stretch of the log that is final. It is named and its stretch is kept before anything
is written, so a kill is answered by doing the same stretch again under the same name, which the
table knows. Current tables ask the owner for the rows that were touched, as they are now; histories
make their rows from the facts alone.
"""

import logging
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import transaction

from dothi.core import locks, queueing
from dothi.core.events import registry as log
from dothi.core.events import selectors as events
from dothi.core.events.models import Record
from dothi.core.events.selectors import LAST, Position
from dothi.datastore.catalogue.choices import Mode, Rhythm
from dothi.datastore.catalogue.registry import Current, DomainDataset, datasets
from dothi.datastore.ingestion.engine import schema_of
from dothi.datastore.ingestion.models import Feed
from dothi.datastore.ingestion.rules.plain import kind_of
from dothi.datastore.ingestion.services import parts
from dothi.datastore.ingestion.services.noting import note_fault
from dothi.datastore.tables import selectors as stored
from dothi.datastore.tables import services as tables
from dothi.lib.codes import public_code

logger = logging.getLogger(__name__)
SYSTEM = "system"
FEEDERS = 7_317  # Space of advisory locks: one feeder a table, on every machine.
STRETCH = 50_000  # Events that a run takes at most.
AT_ONCE = 20_000  # Rows in memory.
# A table that no event moves is read whole, this often at most.
EVERY = {
    Rhythm.CONTINUOUS: timedelta(minutes=10),
    Rhythm.HOURLY: timedelta(hours=1),
    Rhythm.DAILY: timedelta(days=1),
}
SELDOM = timedelta(days=1)

FEED = "ingestion.feed"  # Name of the job.

Rows = Iterable[Mapping[str, Any]]


def ask_to_feed() -> None:
    """Have a worker do it at once, not when its time comes round."""
    queueing.once(FEED, lock=FEED, queue="store", timestamp=0)


def feed_all(*, at: datetime) -> dict[str, int]:
    """Bring every table of the domains up to date. Return how many rows each was given.

    One that cannot be fed is noted with its fault and does not keep back the others. Not within a
    transaction.
    """
    given = {}
    for code in sorted(datasets):
        try:
            given[code] = feed(datasets[code], at=at)
        except Exception as error:
            logger.exception("%s could not be fed", code)
            name = f"{type(error).__module__}.{type(error).__qualname__}"
            note_fault(code, name[:200], at=at)
    return given


def feed(definition: DomainDataset, *, at: datetime) -> int:
    """Carry over what is new of one table. Return how many rows were given; 0 when none is new,
    or when somebody else feeds it now."""
    with locks.tried(FEEDERS, zlib.crc32(definition.code.encode()) >> 1) as ours:
        if not ours:
            return 0
        row, _new = Feed.objects.get_or_create(dataset=definition.code)
        if not _begin(row, definition, at):
            if definition.events:
                _keep_place(row, at)
            return 0
        rows = _carry(row, definition, at)
        row.run, row.contract = "", definition.contract.version
        _keep_place(row, at)
    return rows


def _keep_place(row: Feed, at: datetime) -> None:
    """The table holds everything up to the end of the stretch."""
    row.fed_at, row.failed_at, row.failure = at, None, ""
    row.xid, row.last_id = row.until_xid, row.until_id
    row.save()


@transaction.atomic
def _begin(row: Feed, definition: DomainDataset, at: datetime) -> bool:
    """Name a run and keep its stretch of the log. False when there is nothing to carry."""
    if row.run:
        return True
    edge = events.horizon()
    until = Position(edge - 1, LAST)
    if definition.events and not _is_first(row, definition):
        names = [event.name for event in definition.events]
        place = Position(row.xid, row.last_id)
        found = events.after(place, names=names, limit=STRETCH, below=edge)
        if len(found) == STRETCH:
            until = Position.of(found[-1])
        row.until_xid, row.until_id = until.xid, until.id
        if not found:
            return False
    else:
        row.until_xid, row.until_id = until.xid, until.id
        if not definition.events and not _is_time(row, definition, at):
            return False
    row.run = public_code("DF", at)
    row.save()
    return True


def _is_first(row: Feed, definition: DomainDataset) -> bool:
    """Whether a current table is read whole: never filled, or under another contract."""
    return isinstance(definition.feed, Current) and row.contract != definition.contract.version


def _is_time(row: Feed, definition: DomainDataset, at: datetime) -> bool:
    every = EVERY.get(definition.contract.rhythm, SELDOM)
    return row.fed_at is None or row.contract == 0 or at - row.fed_at >= every


def _carry(row: Feed, definition: DomainDataset, at: datetime) -> int:
    """Write what the stretch brought and publish it."""
    kind = definition.feed
    if not isinstance(kind, Current):
        rows = (
            {**made, kind.number: record.pk} if kind.number else made
            for record in _records(row, definition)
            for made in kind.rows(_event(record), record.published_at)
        )
        return _publish(row, definition, rows, Mode.APPEND, at)
    if _is_first(row, definition) or not definition.events:
        return _whole(row, definition, kind, at)
    keys = sorted(
        {key for record in _records(row, definition) for key in kind.touched(_event(record))}
    )
    return _touched(row, definition, kind, keys, at)


def _whole(row: Feed, definition: DomainDataset, kind: Current, at: datetime) -> int:
    """All rows; a version only where something differs from the one before."""
    paths, count = _write(row, definition, kind.rows(None))
    options: dict[str, Any] = {
        "mode": Mode.REPLACE, "key": definition.contract.key,
        "schema": schema_of(definition.contract),
    }  # fmt: skip
    if stored.latest(definition.code) is not None and stored.version_of_run(
        definition.code, row.run
    ) is None and stored.preview(definition.code, paths, **options).nothing:  # fmt: skip
        return 0
    tables.publish(definition.code, paths, run=row.run, by=SYSTEM, at=at, **options)
    return count


def _touched(
    row: Feed, definition: DomainDataset, kind: Current, keys: Sequence[str], at: datetime
) -> int:
    """The rows of these keys as they are now; a key without a row is gone."""
    [name] = definition.contract.key
    there: set[str] = set()

    def noted() -> Iterator[Mapping[str, Any]]:
        for chunk in _chunks(keys, AT_ONCE):
            for made in kind.rows(chunk):
                there.add(str(made[name]))
                yield made

    count = _publish(row, definition, noted(), Mode.MERGE, at)
    gone = [key for key in keys if key not in there]
    if gone and stored.latest(definition.code) is not None:
        _remove(row, definition, name, gone, at)
    return count + len(gone)


def _publish(row: Feed, definition: DomainDataset, rows: Rows, mode: Mode, at: datetime) -> int:
    paths, count = _write(row, definition, rows)
    if count:
        tables.publish(
            definition.code, paths, mode=mode, key=definition.contract.key,
            schema=schema_of(definition.contract), run=row.run, by=SYSTEM, at=at,
        )  # fmt: skip
    return count


def _remove(
    row: Feed, definition: DomainDataset, name: str, keys: Sequence[str], at: datetime
) -> None:
    run = f"{row.run}-gone"
    column = pa.array(keys, pa.string()).cast(kind_of(definition.contract.by_name()[name]))
    path = tables.workspace(definition.code, run) / "keys.parquet"
    parts.write_file(pa.table({name: column}), path)
    tables.remove(definition.code, [path], key=(name,), run=run, by=SYSTEM, at=at)


def _write(row: Feed, definition: DomainDataset, rows: Rows) -> tuple[list[Path], int]:
    """Rows into Parquet files of the run; an older try of the same run is replaced."""
    folder = tables.workspace(definition.code, row.run)
    schema = schema_of(definition.contract)
    paths: list[Path] = []
    count = 0
    waiting = iter(rows)
    while chunk := list(islice(waiting, AT_ONCE)):
        path = folder / f"part-{len(paths):05d}.parquet"
        made = [{name: _plain(one.get(name)) for name in schema.names} for one in chunk]
        parts.write_file(pa.Table.from_pylist(made, schema=schema), path)
        paths.append(path)
        count += len(chunk)
    return paths, count


def _plain(value: Any) -> Any:
    """A value as a column holds it: exact decimals of the database are numbers in the store."""
    return float(value) if isinstance(value, Decimal) else value


def _records(row: Feed, definition: DomainDataset) -> Iterator[Record]:
    """The facts of the stretch, in commit order."""
    names = [event.name for event in definition.events]
    place, until = Position(row.xid, row.last_id), Position(row.until_xid, row.until_id)
    while True:
        found = events.after(place, names=names, limit=AT_ONCE, below=until.xid + 1)
        for record in found:
            if Position.of(record) > until:
                return
            yield record
        if len(found) < AT_ONCE:
            return
        place = Position.of(found[-1])


def _event(record: Record) -> log.Event:
    return log.events[record.name].model_validate(record.payload)


def _chunks(keys: Sequence[str], size: int) -> Iterator[Collection[str]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
