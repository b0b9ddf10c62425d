"""The rows of the table of golden records, as the project and its lists say them now."""

import hashlib
import shutil
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
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


def rows_of(table: GoldenTable, *, at: datetime) -> pa.Table:
    """One row for each entity of two or more rows that are still in their lists, by code.

    Raises:
        ListUnfit: see there.
    """
    project = table.project
    columns = selectors.golden_columns(project)
    there = still_there(project, at=at)
    opened(
        record=f"resolution.project:{project.code}", by=MACHINE, at=at,
        purpose=table.purpose[:200], fields=[one.name for one in columns if one.role],
        post=f"{project.code} · {project.legal_basis}"[:200],
    )  # fmt: skip
    schema = pa.schema([(one.name, KINDS[one.type]) for one in columns])
    return pa.Table.from_pylist(list(_rows(project, there)), schema=schema)


def _rows(project: Project, there: dict[str, set[str]]) -> Iterator[dict[str, Any]]:
    roles = selectors.golden_roles(project)
    former: dict[str, list[str]] = defaultdict(list)
    for code, heir in selectors.successors(project).items():
        former[heir].append(code)
    since = selectors.unchanged_since(project)
    for code, records in selectors.members_by_entity(project):
        left = [one for one in records if one.key in there.get(one.dataset, ())]
        if len(left) < 2:
            continue
        row: dict[str, Any] = {
            rules.ENTITY: code,
            rules.FORMER: rules.BETWEEN.join(sorted(former[code])) or None,
            rules.RECORDS: len(left),
            rules.SINCE: since[code],
        }
        for value in golden(selectors.sources_of(project, left), roles):
            row |= {
                value.role: value.value,
                rules.beside(value.role, GoldenPart.LIST): value.dataset,
                rules.beside(value.role, GoldenPart.KEY): value.key,
                rules.beside(value.role, GoldenPart.RULE): value.rule.value,
            }
        yield row


@contextmanager
def written(dataset: str, rows: pa.Table) -> Iterator[tuple[Path, str, Changes]]:
    """The rows as a file of a run, the name of the run, and what publishing it would change.

    The name tells the rows and the version that they come upon: the same publication done again is
    the same version, and rows that come back after others are another one.
    """
    newest = stored.latest(dataset)
    run = f"golden-{newest.number if newest else 0}-{_digest(rows)}"
    folder = tables.workspace(dataset, f"{run}-{uuid.uuid4().hex[:8]}")
    path = folder / "part.parquet"
    try:
        pq.write_table(rows, path, compression="zstd", compression_level=1, row_group_size=GROUP)
        changes = stored.preview(
            dataset, [path], mode=Mode.REPLACE, key=KEY, schema=rows.schema
        )  # fmt: skip
        yield path, run, changes
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def prepare(table: GoldenTable, *, at: datetime) -> Prepared:
    """What publishing now would change; nothing is written, no value is shown but by number.

    Raises:
        ListUnfit: see there.
    """
    with written(table.dataset, rows_of(table, at=at)) as (_path, run, changes):
        return Prepared(mark=run, changes=changes)


def _digest(rows: pa.Table) -> str:
    made = hashlib.sha256()
    for batch in rows.combine_chunks().to_batches():
        made.update(batch.serialize())
    return made.hexdigest()[:24]
