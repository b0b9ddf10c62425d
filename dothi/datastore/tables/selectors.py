"""Questions about the store's tables: versions, rows, differences, files to read from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
from django.conf import settings
from django.db.models import Q, QuerySet
from ibis.expr.types import Table as Expression

from dothi.core import rows
from dothi.core.papers.models import Paper
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.tables.models import Erasure, Pin, Release, Table
from dothi.datastore.tables.models import Version as Version
from dothi.datastore.tables.ports import engine, engines, lake, places
from dothi.datastore.tables.ports.engines import EngineAway as EngineAway
from dothi.datastore.tables.rules import columns as column_rules
from dothi.datastore.tables.rules import comparing, facts, sql
from dothi.datastore.tables.rules.columns import Column, Columns
from dothi.datastore.tables.rules.comparing import Changes as Changes
from dothi.datastore.tables.rules.roles import Role


class VersionClosed(Exception):
    """A version whose files are gone; `version` says which, and since when."""

    def __init__(self, version: Version) -> None:
        super().__init__(str(version))
        self.version = version


class KeyNotUnique(Exception):
    """A delivery whose key does not tell its rows apart."""

    def __init__(self, key: Sequence[str], *, twice: int, empty: int) -> None:
        super().__init__(f"{', '.join(key)}: {twice} twice, {empty} empty")
        self.key = tuple(key)
        self.twice = twice  # Keys that more than one row has.
        self.empty = empty  # Rows without a key.


def codes() -> list[str]:
    """All tables."""
    return list(Table.objects.order_by("code").values_list("code", flat=True))


def versions(table: str) -> QuerySet[Version]:
    """All versions of a table, newest first, also those that are closed."""
    found = Version.objects.filter(table__code=table).select_related("table")
    return found.order_by("-number")


def version(table: str, number: int) -> Version:
    """One version.

    Raises:
        Version.DoesNotExist: there is none.
    """
    return Version.objects.select_related("table").get(table__code=table, number=number)


def latest(table: str) -> Version | None:
    return versions(table).filter(replaced_at=None).first()


def shown(table: str) -> Version | None:
    """The newest version whose serving files stand: what readers get, and none waits for it."""
    found = rows.first(_shown(), [table], (Version, ()), (Table, ()))
    if found is None:
        return None
    version: Version = found[0]
    version.table = found[1]
    return version


@cache
def _shown() -> str:
    """Asked with each page of rows: written once, since composing it costs more than answering."""
    version, held = rows.columns(Version, "version"), rows.columns(Table, "held")
    return (
        f"select {version}, {held} from {Version._meta.db_table} version "
        f"join {Table._meta.db_table} held on held.id = version.table_id "
        "where held.code = %s and version.ready_at is not null "
        "order by version.number desc limit 1"
    )


def newest(tables: Sequence[str]) -> dict[str, Version]:
    """The newest version of each of these tables that has one, by code."""
    found = Version.objects.filter(table__code__in=tables, replaced_at=None)
    return {one.table.code: one for one in found.select_related("table")}


def version_at(table: str, moment: datetime) -> Version | None:
    """What readers saw at a moment of system time; None before the first version."""
    return versions(table).filter(at__lte=moment).first()


def version_of_run(table: str, run: str) -> Version | None:
    return versions(table).filter(run=run).first()


def pinned(release: str) -> QuerySet[Pin]:
    """The versions of a release, by the code of their table."""
    found = Pin.objects.filter(release__code=release).select_related("version__table")
    return found.order_by("table__code")


def releases() -> QuerySet[Release]:
    """Newest first."""
    return Release.objects.order_by("-at", "-id")


def release_of(code: str) -> Release:
    """Raises Release.DoesNotExist."""
    return Release.objects.get(code=code)


def erasures(table: str) -> QuerySet[Erasure]:
    """The proofs of a table, oldest first."""
    return Erasure.objects.filter(table__code=table).select_related("table").order_by("id")


def all_erasures(tables: Sequence[str]) -> QuerySet[Erasure]:
    """The proofs of several tables, newest first."""
    return Erasure.objects.filter(table__code__in=tables).select_related("table").order_by("-id")


def proofs_for(reason: str) -> QuerySet[Erasure]:
    """The proofs of one matter, oldest first."""
    return Erasure.objects.filter(reason=reason).select_related("table").order_by("id")


def papers_on(proofs: Iterable[Erasure]) -> QuerySet[Paper]:
    """The papers that say what these proofs prove. One paper may speak of several tables that were
    erased together: it is about the first of them."""
    subjects = {
        one.subject
        for proof in proofs
        for one in Erasure.objects.filter(
            reason=proof.reason, actor=proof.actor, started_at=proof.started_at
        )
    }
    return Paper.objects.filter(subject__in=subjects).order_by("id")


def needed() -> Q:
    """Versions that must stay readable: the newest, and what a release pins."""
    return Q(replaced_at=None) | Q(
        pk__in=Pin.objects.filter(release__lifted_at=None).values("version")
    )


def readable(version: Version) -> Version:
    """The version, if it can be read.

    Raises:
        VersionClosed: see there.
    """
    if version.closed_at is not None:
        raise VersionClosed(version)
    return version


# --- Rows ---------------------------------------------------------------------------------------


def connect(*, at: Path | None = None) -> duckdb.DuckDBPyConnection:
    """DuckDB with the memory and the processors that the house gives to one question."""
    return engine.connect(
        memory=settings.STORE_MEMORY, threads=settings.STORE_THREADS, spill=places.spill(), at=at
    )


def files(version: Version) -> list[str]:
    """The Parquet files of a version. Each has all columns of the version, and no others.

    Raises:
        VersionClosed: they are gone.
    """
    location = places.table(readable(version).table.code)
    return engine.paths(
        location, [one.path for one in lake.state_at(location, version.delta).files]
    )


def rows_of(version: Version) -> str:
    """The rows of a version, as a table expression of DuckDB in brackets."""
    return sql.parquet(files(version), version.shape)


def relation(connection: duckdb.DuckDBPyConnection, version: Version) -> duckdb.DuckDBPyRelation:
    """The rows of a version in a connection."""
    return connection.sql(f"from {rows_of(version)}")


def answer(
    expression: Expression,
    versions: Mapping[str, Version],
    *,
    rows: Mapping[str, pa.Table] | None = None,
) -> pa.Table:
    """The answer to an Ibis expression over unbound tables, by the engine of the house.

    `versions` says which version each table of the expression stands for, `rows` gives a few rows
    outright, such as the moment of an indicator. The answer has the columns and the types that the
    expression announces, in no order but the one it asks for, and is the same by any engine.

    Raises:
        EngineAway: STORE_ENGINE names a cluster that gives no answer.
        VersionClosed: the files of a version are gone.
        SchemaRefused: a version lacks a column that the expression reads.
    """
    sources = {name: engines.Source(tuple(files(one)), one.shape) for name, one in versions.items()}
    return engines.answer(chosen_engine(), expression, sources, rows or {})


def chosen_engine() -> engines.Engine:
    return engines.Engine(
        address=settings.STORE_ENGINE,
        memory=settings.STORE_MEMORY,
        threads=settings.STORE_THREADS,
        spill=places.spill(),
        seconds=settings.STORE_ENGINE_SECONDS,
    )


def open_release(release: str) -> duckdb.DuckDBPyConnection:
    """A connection with a view for each table of a release, under the table's code."""
    connection = connect()
    for pin in pinned(release):
        view = sql.name(pin.version.table.code)
        connection.execute(f"create view {view} as from {rows_of(pin.version)}")
    return connection


def counted(version: Version) -> tuple[int, str]:
    """Rows and checksum, counted anew from the files by the algorithm that the version names: what
    it says of itself is true when they are equal."""
    algorithm = facts.Digest.of(version.checksum).algorithm
    with connect() as connection:
        rows, digest = engine.total(
            connection, rows_of(version), version.shape, algorithm=algorithm
        )
    return rows, digest.spelled


def holding(version: Version, column: str, values: Collection[str]) -> list[str]:
    """Which of these texts stand in a column of a version.

    Raises:
        VersionClosed: see there.
    """
    with connect() as connection:
        found = connection.execute(
            f"select distinct {sql.name(column)} from {rows_of(version)} "
            f"semi join (select unnest(?::varchar[]) as value) on value = {sql.name(column)} "
            "order by 1",
            [list(values)],
        ).fetchall()
    return [one for (one,) in found]


# --- Serving files ------------------------------------------------------------------------------


def serving_place(version: Version, role: Role) -> Path:
    """Where the file of a role is or would be. Other rows or another role: another place."""
    name = f"{serving_mark(version)}{role.fingerprint}.duckdb"
    return places.serving() / version.table.code / name


def serving_mark(version: Version) -> str:
    """How the names of a version's serving files begin, as long as its rows are these."""
    return f"{version.number}-{version.checksum[-12:]}-"


def serving(version: Version, role: Role) -> Path | None:
    """The file in which a role reads a version; None until `services.serve` has built it."""
    place = serving_place(readable(version), role)
    return place if place.exists() else None


# --- Differences --------------------------------------------------------------------------------


def difference(table: str, a: int, b: int) -> Changes:
    """What became of the rows of a table from version `a` to version `b`.

    By the key of `b`; without one, rows are counted as they are.

    Raises:
        VersionClosed, KeyNotUnique: see there.
    """
    one, two = version(table, a), version(table, b)
    old, new = files(one), files(two)
    # A file of both holds the same rows in both, and all of it may be passed over.
    shared = {*old} & {*new} if one.shape == two.shape else set()
    before = sql.parquet([path for path in old if path not in shared], one.shape)
    after = sql.parquet([path for path in new if path not in shared], two.shape)
    with connect() as connection:
        changes = _compared(connection, before, one.shape, after, two.shape, key=two.key)
    return comparing.among(changes, others=one.rows - changes.before)


def difference_as_seen(one: Path, two: Path, *, key: Sequence[str] = ()) -> Changes:
    """The same between two serving files: what their role sees, and nothing else.

    Raises:
        KeyNotUnique: see there.
    """
    with connect() as connection:
        for path, alias in ((one, "older"), (two, "newer")):
            connection.execute(f"attach {sql.text(str(path))} as {alias} (read_only)")
        had, has = _columns_in(connection, "older"), _columns_in(connection, "newer")
        old = sql.as_columns("older.data", had, has=had)
        new = sql.as_columns("newer.data", has, has=has)
        return _compared(connection, old, had, new, has, key=key)


def _columns_in(connection: duckdb.DuckDBPyConnection, alias: str) -> Columns:
    """The columns of a serving file; what is kept there as numbers of words is text."""
    found = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = ? "
        "and table_name = 'data' order by column_index",
        [alias],
    ).fetchall()
    return tuple(
        Column(name, "varchar" if kind.startswith("ENUM") else kind) for name, kind in found
    )


def words_in(connection: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """The words of each column that a serving file keeps as numbers of them."""
    found = connection.execute(
        "select type_name, labels from duckdb_types() where logical_type = 'ENUM' and not internal"
    ).fetchall()
    words = {kind: frozenset(labels) for kind, labels in found}
    columns = connection.execute(
        "select column_name from duckdb_columns() where table_name = 'data'"
    ).fetchall()
    return {name: words[kind] for (name,) in columns if (kind := sql.words_type(name)) in words}


def preview(
    table: str,
    parts: Sequence[Path],
    *,
    mode: Mode,
    schema: pa.Schema,
    key: Sequence[str] = (),
) -> Changes:
    """What publishing these files would change, against the newest version. Writes nothing.

    Raises:
        SchemaRefused, KeyNotUnique: publishing would be refused.
    """
    columns = lake.columns_of(schema)
    current = latest(table)
    before = current.shape if current else ()
    column_rules.grown(before, columns)
    for path in parts:
        lake.part(path, columns)
    old = rows_of(current) if current else sql.parquet((), columns)
    new = sql.parquet([str(path) for path in parts], columns)
    with connect() as connection:
        if mode == Mode.REPLACE:
            return _compared(connection, old, before or columns, new, columns, key=key)
        if mode == Mode.APPEND:
            met, key = sql.parquet((), columns), ()
        else:
            require_key(connection, new, key)
            met = f"(select b.* from {old} b semi join {new} r on {sql.same_key(key, 'b', 'r')})"
        changes = _compared(connection, met, before or columns, new, columns, key=key)
    others = (current.rows if current else 0) - changes.before
    return comparing.among(changes, others=others)


def require_key(connection: duckdb.DuckDBPyConnection, source: str, key: Sequence[str]) -> None:
    """Refuse rows that their key does not tell apart.

    Raises:
        KeyNotUnique: see there.
    """
    names = sql.names(key)
    empty = " or ".join(f"{sql.name(one)} is null" for one in key)
    twice = engine.number(
        connection,
        f"select count(*) from (select {names} from {source} group by all having count(*) > 1)",
    )
    without = engine.number(connection, f"select count(*) from {source} where {empty}")
    if twice or without:
        raise KeyNotUnique(key, twice=twice, empty=without)


def _compared(
    connection: duckdb.DuckDBPyConnection,
    old: str,
    had: Columns,
    new: str,
    has: Columns,
    *,
    key: Sequence[str],
) -> Changes:
    known = {one.name for one in had}
    # Rows are compared in the columns and types of the later state.
    before = sql.as_columns(old, has, has=had)
    if key:
        require_key(connection, new, key)
        require_key(connection, before, key)
        connection.execute(comparing.fates_by_key(before, new, key, has))
        question = "select fate, count(*) from fates group by fate"
    else:
        connection.execute(comparing.fates_by_row(before, new, has))
        question = "select fate, sum(times)::bigint from fates group by fate"
    fates = dict(connection.execute(question).fetchall())
    rows = engine.number(connection, f"select count(*) from {old}")
    changed, removed = fates.get("changed", 0), fates.get("removed", 0)
    return Changes(
        before=rows,
        after=engine.number(connection, f"select count(*) from {new}"),
        added=fates.get("added", 0),
        changed=changed,
        removed=removed,
        unchanged=rows - changed - removed,
        columns=_differing(connection, before, new, key, has) if changed else {},
        new_columns=tuple(one.name for one in has if one.name not in known),
        samples=_samples(connection, before, new, key, has),
    )


def _differing(
    connection: duckdb.DuckDBPyConnection, old: str, new: str, key: Sequence[str], columns: Columns
) -> dict[str, int]:
    counts = connection.execute(comparing.differing(old, new, key, columns)).fetchone() or ()
    others = [one.name for one in columns if one.name not in key]
    return {name: count for name, count in zip(others, counts, strict=False) if count}


def _samples(
    connection: duckdb.DuckDBPyConnection, old: str, new: str, key: Sequence[str], columns: Columns
) -> dict[str, list[dict[str, object]]]:
    names = [one.name for one in columns]
    found: dict[str, list[dict[str, object]]] = {}
    for fate, source in (("added", new), ("removed", old)):
        question = (
            comparing.sample_by_key(source, key, columns, fate)
            if key
            else comparing.sample_by_row(source, columns, fate)
        )
        found[fate] = [
            dict(zip(names, row, strict=True)) for row in engine.rows(connection, question)
        ]
    if key:
        rows = engine.rows(connection, comparing.changed_sample(old, new, key, columns))
        found["changed"] = [
            {
                name: was if was == now else [was, now]
                for name, was, now in zip(names, row[::2], row[1::2], strict=True)
            }
            for row in rows
        ]
    return found
