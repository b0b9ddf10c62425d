"""The rows of the table of golden records, as the project and its lists say them now."""

import hashlib
import shutil
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dothi.core.access.services import opened
from dothi.datastore.catalogue.choices import Mode, Type
from dothi.datastore.resolution import ports, selectors
from dothi.datastore.resolution.choices import GoldenPart
from dothi.datastore.resolution.models import GoldenTable, Project
from dothi.datastore.resolution.rules import golden_table as rules
from dothi.datastore.resolution.rules.golden import golden
from dothi.datastore.resolution.services.refusals import ListUnfit
from dothi.datastore.sharing.services import record_of_table
from dothi.datastore.tables import selectors as stored
from dothi.datastore.tables import services as tables
from dothi.datastore.tables.selectors import Changes

MACHINE = "machine:resolution"
GROUP = 100_000  # Rows: larger groups make serving files slow (see `tables`).
KINDS = {
    Type.TEXT: pa.string(), Type.INTEGER: pa.int64(), Type.MOMENT: pa.timestamp("us", tz="UTC"),
}  # fmt: skip
KEY = (rules.ENTITY,)
BATCH = 5_000  # Rows that are made at once.
TOLD_EVERY = 500  # Entities.
Tell = Callable[[str, float], None]  # Which stage, and how much of it is done.


def silent(_stage: str, _share: float) -> None:
    """Nobody asks how far it is."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What a publication would bring. `mark` names exactly this change of this version."""

    mark: str
    changes: Changes


def still_there(project: Project, *, at: datetime) -> dict[str, set[str]]:
    """The keys of the rows that each list holds today; not of those whose use was restricted.

    Raises:
        ListUnfit: a list is no longer there, or lacks its key.
    """
    found = {}
    for one in selectors.lists_of(project):
        opened(
            record=record_of_table(one.dataset), by=MACHINE, at=at, purpose=project.purpose[:200],
            fields=[one.key], post=f"{project.code} · {project.legal_basis}"[:200],
        )  # fmt: skip
        try:
            rows, _version = ports.lists().read(one.dataset, [one.key])
        except ports.ListMissing as error:
            raise ListUnfit(one.dataset) from error
        found[one.dataset] = set(rows.column(one.key).cast(pa.string()).to_pylist())
    return found


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What a table is to hold, some at a time: there may be more than memory holds."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]


def rows_of(table: GoldenTable, *, at: datetime, tell: Tell = silent) -> Rows:
    """One row for each entity of two or more rows that are still in their lists, by code.

    Raises:
        ListUnfit: see there.
    """
    project = table.project
    columns = selectors.golden_columns(project)
    tell("read", 0.0)
    there = still_there(project, at=at)
    opened(
        record=f"resolution.project:{project.code}", by=MACHINE, at=at,
        purpose=table.purpose[:200], fields=[one.name for one in columns if one.role],
        post=f"{project.code} · {project.legal_basis}"[:200],
    )  # fmt: skip
    schema = pa.schema([(one.name, KINDS[one.type]) for one in columns])
    rows = _rows(project, there, tell)
    return Rows(schema=schema, batches=_batches(rows, schema))


def _batches(rows: Iterator[dict[str, Any]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while some := list(islice(rows, BATCH)):
        yield pa.RecordBatch.from_pylist(some, schema=schema)


def _rows(project: Project, there: dict[str, set[str]], tell: Tell) -> Iterator[dict[str, Any]]:
    roles = selectors.golden_roles(project)
    former: dict[str, list[str]] = defaultdict(list)
    for code, heir in selectors.successors(project).items():
        former[heir].append(code)
    since = selectors.unchanged_since(project)
    alive = selectors.live_entities(project)
    trust = selectors.trust_of(project)
    for number, (code, records) in enumerate(selectors.members_by_entity(project)):
        if number % TOLD_EVERY == 0:
            tell("choose", min(1.0, number / max(1, alive)))
        left = [one for one in records if one.key in there.get(one.dataset, ())]
        if len(left) < 2:
            continue
        row: dict[str, Any] = {
            rules.ENTITY: code,
            rules.FORMER: rules.BETWEEN.join(sorted(former[code])) or None,
            rules.RECORDS: len(left),
            rules.SINCE: since[code],
        }
        for value in golden(selectors.sources_of(left, trust), roles):
            row |= {
                value.role: value.value,
                rules.beside(value.role, GoldenPart.LIST): value.dataset,
                rules.beside(value.role, GoldenPart.KEY): value.key,
                rules.beside(value.role, GoldenPart.RULE): value.rule.value,
            }
        yield row


@contextmanager
def written(
    dataset: str, rows: Rows, *, tell: Tell = silent
) -> Iterator[tuple[Path, str, Changes]]:
    """The rows as a file of a run, the name of the run, and what publishing it would change.

    The name tells the rows and the version that they come upon: the same publication done again is
    the same version, and rows that come back after others are another one.
    """
    folder = tables.workspace(dataset, f"golden-{uuid.uuid4().hex}")
    path = folder / "part.parquet"
    try:
        digest = _write(path, rows)
        tell("compare", 0.0)
        newest = stored.latest(dataset)
        changes = stored.preview(
            dataset, [path], mode=Mode.REPLACE, key=KEY, schema=rows.schema
        )  # fmt: skip
        tell("compare", 1.0)
        yield path, f"golden-{newest.number if newest else 0}-{digest}", changes
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, rows: Rows) -> str:
    """Write the rows, and return what they say in short."""
    made = hashlib.sha256(rows.schema.serialize())
    with pq.ParquetWriter(path, rows.schema, compression="zstd", compression_level=1) as file:
        for group in _groups(rows.batches):
            for one in group:
                made.update(one.serialize())
            file.write_table(pa.Table.from_batches(group), row_group_size=GROUP)
    return made.hexdigest()[:24]


def _groups(batches: Iterator[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    while group := list(islice(batches, GROUP // BATCH)):
        yield group


def prepare(table: GoldenTable, *, at: datetime, tell: Tell = silent) -> Prepared:
    """What publishing now would change; nothing is written, no value is shown but by number.

    Raises:
        ListUnfit: see there.
    """
    rows = rows_of(table, at=at, tell=tell)
    with written(table.dataset, rows, tell=tell) as (_path, run, changes):
        return Prepared(mark=run, changes=changes)
