"""A Delta table on disk, by deltalake: its states are lists of Parquet files.

Every change of the house is "the table now consists of these files": one commit that adds and
removes what differs, on top of the state that was looked at, or none at all. The log carries no
minima and maxima of columns: they would be personal values that no erasure finds.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

from dothi.datastore.tables.rules.columns import Column, Columns, Fact, SchemaRefused

# Under this name a commit says what it is to the house.
FACTS = "dothi"
UNSAFE = frozenset({"deletionVectors", "columnMapping"})
CONFIGURATION = {
    # Releases cite versions for years: the log is kept.
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.dataSkippingNumIndexedCols": "0",
}


class Overtaken(Exception):
    """Somebody else committed since the state was looked at; nothing was changed."""


class UnsafeTable(Exception):
    """The table uses features of Delta under which a list of files is not its rows."""

    def __init__(self, location: str, features: Collection[str]) -> None:
        super().__init__(f"{location}: {', '.join(sorted(features))}")
        self.features = tuple(sorted(features))


@dataclass(frozen=True)
class File:
    """A Parquet file of a table: `path` below its folder, bytes, rows."""

    path: str
    size: int
    rows: int


@dataclass(frozen=True)
class State:
    """A table at one version of its log."""

    version: int
    files: tuple[File, ...]
    columns: Columns


NO_STATE = State(-1, (), ())


def state(location: Path) -> State:
    """The newest state; `NO_STATE` where there is no table yet.

    Raises:
        UnsafeTable: see there.
    """
    try:
        table = DeltaTable(str(location))
    except TableNotFoundError:
        return NO_STATE
    return _state(location, table)


@lru_cache(maxsize=512)
def state_at(location: Path, version: int) -> State:
    """The state at a version of the log. A version never changes, so it is read once."""
    return _state(location, DeltaTable(str(location), version=version))


def _state(location: Path, table: DeltaTable) -> State:
    _refuse_unsafe(location, table)
    listed = pa.table(table.get_add_actions())
    rows = listed.select(["path", "size_bytes", "num_records"]).to_pylist()
    files = (File(row["path"], row["size_bytes"], row["num_records"]) for row in rows)
    return State(
        table.version(),
        tuple(sorted(files, key=lambda one: one.path)),
        _columns(json.loads(table.schema().to_json())),
    )


def _refuse_unsafe(location: Path, table: DeltaTable) -> None:
    protocol, settings = table.protocol(), table.metadata().configuration
    features = {*(protocol.reader_features or ()), *(protocol.writer_features or ())} & UNSAFE
    if settings.get("delta.enableDeletionVectors") == "true":
        features.add("deletionVectors")
    if settings.get("delta.columnMapping.mode", "none") != "none":
        features.add("columnMapping")
    if features:
        raise UnsafeTable(str(location), features)


def _columns(schema: Mapping[str, Any]) -> Columns:
    # A type of several parts (list, struct) is an object here; rules refuse its name.
    return tuple(
        Column(one["name"], one["type"] if isinstance(one["type"], str) else one["type"]["type"])
        for one in schema["fields"]
    )


def columns_of(schema: pa.Schema) -> Columns:
    """The columns of an Arrow schema as Delta knows them.

    Raises:
        SchemaRefused: Delta has no such type.
    """
    found: list[Column] = []
    facts: list[Fact] = []
    for one in schema:
        try:
            found.extend(_columns(json.loads(Schema.from_arrow(pa.schema([one])).to_json())))
        except Exception:
            facts.append(Fact(code="unknown_type", column=one.name, now=str(one.type)))
    if facts:
        raise SchemaRefused(facts)
    return tuple(found)


def part(path: Path, columns: Columns) -> File:
    """Look at the footer of a Parquet file that is to come into a table.

    Raises:
        SchemaRefused: its columns are not those that were announced.
    """
    footer = pq.read_metadata(path)
    has = {one.name: one.type for one in columns_of(footer.schema.to_arrow_schema())}
    wanted = {one.name: one.type for one in columns}
    facts = [
        Fact(code="part_differs", column=one, was=wanted.get(one, ""), now=has.get(one, ""))
        for one in sorted({*has, *wanted})
        if has.get(one) != wanted.get(one)
    ]
    if facts:
        raise SchemaRefused(facts)
    return File(path.name, path.stat().st_size, footer.num_rows)


def commit(
    location: Path,
    *,
    base: State,
    files: Sequence[File],
    columns: Columns,
    facts: Mapping[str, Any],
    at_ms: int,
) -> int:
    """Make the table consist of these files, on top of `base`. Return the version of the log.

    With other columns than those of `base`, no file may be among both: see `shelf.anew`.

    Raises:
        Overtaken: there is another version than `base` by now.
    """
    properties = CommitProperties(custom_metadata={FACTS: json.dumps(facts)}, max_commit_retries=0)
    schema = _schema(columns)
    if base.version < 0:
        _create(location, schema, [_add(one, at_ms) for one in files], properties)
        return 0
    table = DeltaTable(str(location), version=base.version)
    actions, mode = _difference(base, files, columns, at_ms)
    try:
        table.create_write_transaction(actions, mode, schema, commit_properties=properties)
    except CommitFailedError as error:
        raise Overtaken(str(location)) from error
    return base.version + 1


def _create(
    location: Path, schema: Schema, actions: list[AddAction], properties: CommitProperties
) -> None:
    try:
        create_table_with_add_actions(
            str(location),
            schema,
            actions,
            mode="error",
            configuration=CONFIGURATION,
            commit_properties=properties,
        )
    except DeltaError as error:
        if newest(location) < 0:
            raise
        raise Overtaken(str(location)) from error


def _difference(
    base: State, files: Sequence[File], columns: Columns, at_ms: int
) -> tuple[list[AddAction | RemoveAction], str]:
    known, wanted = {one.path for one in base.files}, {one.path for one in files}
    added = [_add(one, at_ms) for one in files if one.path not in known]
    if columns != base.columns:
        # Only an overwrite changes the columns, and it may not add again what it removes.
        assert len(added) == len(files), "files of other columns go under new names"
        return [*added], "overwrite"
    removed = [one for one in base.files if one.path not in wanted]
    return [
        *added,
        *(RemoveAction(one.path, True, at_ms, size=one.size) for one in removed),
    ], "append"


def _add(file: File, at_ms: int) -> AddAction:
    stats = json.dumps({"numRecords": file.rows})
    return AddAction(file.path, file.size, {}, at_ms, True, stats)


def _schema(columns: Columns) -> Schema:
    fields = [
        {"name": one.name, "type": one.type, "nullable": True, "metadata": {}} for one in columns
    ]
    return Schema.from_json(json.dumps({"type": "struct", "fields": fields}))


def facts_since(location: Path, version: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """What commits of the house after a version of the log say of themselves, oldest first."""
    table = DeltaTable(str(location))
    for entry in reversed(table.history(table.version() - version)):
        if FACTS in entry:
            yield int(entry["version"]), json.loads(entry[FACTS])


def newest(location: Path) -> int:
    """The newest version of the log; -1 where there is none."""
    try:
        return int(DeltaTable(str(location)).version())
    except TableNotFoundError:
        return -1


def vacuum(location: Path, *, keep: Sequence[int]) -> list[str]:
    """Remove every file that no version of the log in `keep` (nor the newest) needs."""
    table = DeltaTable(str(location))
    clean = partial(
        table.vacuum,
        retention_hours=0,
        enforce_retention_duration=False,
        full=True,
        keep_versions=list(keep),
    )
    # To look first costs little, and spares the log two commits where nothing is to be done.
    if not clean(dry_run=True):
        return []
    return sorted(clean(dry_run=False))
