"""Publish the rows that a run has written, take rows out by key, go back to an earlier version."""

import shutil
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.tables import registry, selectors
from dothi.datastore.tables.choices import Origin
from dothi.datastore.tables.models import Table, Version
from dothi.datastore.tables.ports import engine, lake, places, shelf
from dothi.datastore.tables.ports.lake import File, Overtaken
from dothi.datastore.tables.rules import columns as rules
from dothi.datastore.tables.rules import sql
from dothi.datastore.tables.rules.columns import Columns, Fact, SchemaRefused
from dothi.datastore.tables.rules.facts import Digest, Facts
from dothi.datastore.tables.rules.roles import Role
from dothi.datastore.tables.services.accounting import account, catch_up, table_of, writing
from dothi.datastore.tables.services.serving import forget_serving, serve

TRIES = 5


class MovedOn(Exception):
    """A newer version came than the one that was looked at; `newest` is its number."""

    def __init__(self, newest: int) -> None:
        super().__init__(newest)
        self.newest = newest


@dataclass(frozen=True)
class Content:
    """What a table is to hold: files, what their columns are, rows and sum of digests."""

    files: tuple[File, ...]
    columns: Columns
    rows: int
    digest: Digest


NOTHING = Content((), (), 0, Digest(0))
Make = Callable[[engine.Connection, Path, Content], Content]


def workspace(table: str, run: str) -> Path:
    """The folder where a run writes its Parquet files; made when there is none.

    It lies on the file system of the table, and is gone after the run was published.
    """
    folder = places.work(table, run)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def publish(
    table: str,
    parts: Sequence[Path],
    *,
    mode: Mode,
    schema: pa.Schema,
    run: str,
    by: str,
    at: datetime,
    key: Sequence[str] = (),
    comment: str = "",
    roles: Collection[Role] | None = None,
) -> Version:
    """Make the Parquet files of a run the next version of a table, and build its serving files:
    for these roles, or for all that read it (`registry.readers`).

    The files come in as they are. The same run published twice is the same version: after a kill
    at any point, publish it again. Not within a transaction.

    Raises:
        SchemaRefused: columns are missing, narrower, or not as announced.
        KeyNotUnique: in a merge, two rows have one key, or a row has none.
        UnsafeTable: another program gave the table features that hide rows.
    """
    columns = lake.columns_of(schema)

    def make(connection: engine.Connection, location: Path, before: Content) -> Content:
        grown = rules.grown(before.columns, columns)
        new = _new(connection, location, parts, columns)
        if mode == Mode.REPLACE:
            return Content(new.files, grown, new.rows, new.digest)
        source = _source(location, new.files, grown)
        if mode == Mode.MERGE:
            selectors.require_key(connection, source, key)
        kept = _kept(connection, location, before, grown, source, key if mode == Mode.MERGE else ())
        return Content(
            kept.files + new.files, grown, kept.rows + new.rows, kept.digest + new.digest
        )

    version = _write(
        table, make, origin=Origin.DELIVERY, key=key, run=run, by=by, at=at, comment=comment
    )
    return _finished(version, roles, at=at)


def remove(
    table: str,
    keys: Sequence[Path],
    *,
    key: Sequence[str],
    run: str,
    by: str,
    at: datetime,
    comment: str = "",
    roles: Collection[Role] | None = None,
) -> Version:
    """Take the rows out whose keys stand in Parquet files. Earlier versions keep them: see `erase`.

    The same run twice is the same version. Not within a transaction.

    Raises:
        Version.DoesNotExist: the table has no rows yet.
    """
    if selectors.latest(table) is None:
        raise Version.DoesNotExist(table)

    def make(connection: engine.Connection, location: Path, before: Content) -> Content:
        named = [one for one in before.columns if one.name in key]
        source = sql.parquet([str(path) for path in keys], tuple(named))
        return _kept(connection, location, before, before.columns, source, key)

    version = _write(
        table, make, origin=Origin.REMOVAL, key=key, run=run, by=by, at=at, comment=comment
    )
    return _finished(version, roles, at=at)


def finish(table: str, *, at: datetime) -> Version | None:
    """Show the newest version, if a kill kept its files from being built. Return it if it did."""
    version = selectors.latest(table)
    if version is None or version.ready_at is not None:
        return None
    return _finished(version, None, at=at)


def made_by(table: str, run: str, *, at: datetime) -> Version | None:
    """The version that a run made, if it made one; after a kill it is written down and shown now.

    Not within a transaction.
    """
    held = Table.objects.filter(code=table).first()
    if held is None:
        return None
    with writing(held):
        version = selectors.version_of_run(table, run)
    if version is not None and version.ready_at is None:
        _finished(version, None, at=at)
    return version


def _readers(version: Version, at: datetime) -> list[Role]:
    return [role for of in registry.readers for role in of(version.table.code, version.shape, at)]


def _finished(version: Version, roles: Collection[Role] | None, *, at: datetime) -> Version:
    """Readers are shown it when their files stand: until then they have the one before."""
    for role in _readers(version, at) if roles is None else roles:
        serve(version, role, at=at)
    Version.objects.filter(pk=version.pk, ready_at=None).update(ready_at=at)
    # Who has just looked up the one before reads it in peace.
    forget_serving(version.table, but_last=2)
    shutil.rmtree(places.work(version.table.code, version.run), ignore_errors=True)
    return version


def roll_back(
    table: str, to: int, *, by: str, at: datetime, comment: str = "", run: str = "",
    roles: Collection[Role] | None = None, base: int | None = None,
) -> Version:  # fmt: skip
    """Make a new version that holds what version `to` held; nothing is overwritten.

    `base` is the newest version that whoever asks has looked at.

    Raises:
        VersionClosed: its files are gone.
        MovedOn: another version than `base` is the newest by now.
    """
    target = selectors.version(table, to)

    def make(connection: engine.Connection, location: Path, before: Content) -> Content:
        newest = selectors.latest(table)
        if base is not None and newest is not None and newest.number != base:
            raise MovedOn(newest.number)
        return content_of(selectors.readable(target))

    version = _write(
        table,
        make,
        origin=Origin.ROLL_BACK,
        key=target.key,
        run=run or f"roll-back-{to}-{uuid.uuid4().hex[:12]}",
        by=by,
        at=at,
        comment=comment,
    )
    return _finished(version, roles, at=at)


def content_of(version: Version | None) -> Content:
    if version is None:
        return NOTHING
    state = lake.state_at(places.table(version.table.code), version.delta)
    return Content(state.files, version.shape, version.rows, Digest.of(version.checksum))


def _write(
    code: str,
    make: Make,
    *,
    origin: Origin,
    key: Sequence[str],
    run: str,
    by: str,
    at: datetime,
    comment: str,
) -> Version:
    places.checked(run, places.RUN)
    table = table_of(code, at=at)
    with writing(table):
        for _ in range(TRIES):
            known = Version.objects.filter(table=table, run=run).select_related("table").first()
            if known is not None:
                return known
            latest = Version.objects.filter(table=table, replaced_at=None).first()
            with selectors.connect() as connection:
                content = make(connection, places.table(code), content_of(latest))
            facts = Facts(
                number=latest.number + 1 if latest else 1,
                origin=origin.value,
                key=list(key),
                run=run,
                actor=by,
                comment=comment,
                at=at.isoformat(),
                **described(content),
            )
            try:
                return commit(table, content, facts)
            except Overtaken:
                catch_up(table)
    raise Overtaken(code)


def described(content: Content) -> dict[str, Any]:
    """The facts that content has by itself."""
    return {
        "rows": content.rows,
        "bytes": sum(one.size for one in content.files),
        "files": len(content.files),
        "checksum": content.digest.spelled,
        "columns": rules.to_json(content.columns),
    }


def commit(table: Table, content: Content, facts: Facts) -> Version:
    """Make a table consist of `content`, and write it down. Needs `writing`.

    Raises:
        Overtaken: another program has written to the table.
    """
    location = places.table(table.code)
    assert sum(one.rows for one in content.files) == content.rows, "rows were lost or doubled"
    location.mkdir(parents=True, exist_ok=True, mode=0o700)
    base = lake.state(location)
    files = content.files
    if base.version >= 0 and base.columns != content.columns:
        files = shelf.anew(location, files)
    delta = lake.commit(
        location,
        base=base,
        files=files,
        columns=content.columns,
        facts=facts.as_dict(),
        at_ms=int(facts.moment.timestamp() * 1000),
    )
    return account(table, delta, facts)


def _new(
    connection: engine.Connection, location: Path, parts: Sequence[Path], columns: Columns
) -> Content:
    files = shelf.take(location, parts, columns=columns)
    rows, digest = engine.total(connection, _source(location, files, columns), columns)
    return Content(files, columns, rows, digest)


def _source(location: Path, files: Sequence[File], columns: Columns) -> str:
    return sql.parquet(engine.paths(location, [one.path for one in files]), columns)


def _kept(
    connection: engine.Connection,
    location: Path,
    before: Content,
    columns: Columns,
    replaced: str,
    key: Sequence[str],
) -> Content:
    """What stays of the rows before, when those with a key of `replaced` go.

    Only files that hold such a row are written anew; all of them when the columns have changed.
    """
    if before.columns == columns:
        touched = _touched(connection, location, before.files, replaced, key)
    else:
        _require_exact(connection, location, before, columns)
        touched = before.files
    if not touched:
        return _as_counted_now(connection, location, before)
    old = _source(location, touched, before.columns)
    goes = f"semi join {replaced} r on {sql.same_key(key, 'b', 'r')}" if key else "where false"
    stays = f"anti join {replaced} r on {sql.same_key(key, 'b', 'r')}" if key else ""
    gone = engine.total(connection, f"(select b.* from {old} b {goes})", before.columns)
    wide = sql.as_columns(f"(select b.* from {old} b {stays})", columns, has=before.columns)
    files = rewritten(connection, location, f"select * from {wide}", columns)
    left = tuple(one for one in before.files if one not in touched) + files
    if before.columns == columns and before.digest.is_current:
        return Content(left, columns, before.rows - gone[0], before.digest - gone[1])
    return Content(
        left, columns, *engine.total(connection, _source(location, left, columns), columns)
    )


def _as_counted_now(connection: engine.Connection, location: Path, content: Content) -> Content:
    """The same with a digest of today: one of another algorithm cannot be carried on."""
    if content.digest.is_current:
        return content
    source = _source(location, content.files, content.columns)
    return replace(content, digest=engine.total(connection, source, content.columns)[1])


def without(
    connection: engine.Connection, table: str, content: Content, gone: str, key: Sequence[str]
) -> Content:
    """The same content without the rows whose key stands in the table expression `gone`."""
    return _kept(connection, places.table(table), content, content.columns, gone, key)


def rewritten(
    connection: engine.Connection, location: Path, question: str, columns: Columns
) -> tuple[File, ...]:
    """Write rows into new files of a table."""
    folder = places.work(location.name, f"rewrite-{uuid.uuid4().hex}")
    try:
        return shelf.take(location, engine.write(connection, question, folder), columns=columns)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _touched(
    connection: engine.Connection,
    location: Path,
    files: Sequence[File],
    replaced: str,
    key: Sequence[str],
) -> tuple[File, ...]:
    if not key or not files:
        return ()
    listed = ", ".join(sql.text(path) for path in engine.paths(location, [f.path for f in files]))
    found = connection.execute(
        f"select distinct b.filename from read_parquet([{listed}], filename = true) b "
        f"semi join {replaced} r on {sql.same_key(key, 'b', 'r')}"
    ).fetchall()
    hit = {Path(row[0]).name for row in found}
    return tuple(one for one in files if one.path in hit)


def _require_exact(
    connection: engine.Connection, location: Path, before: Content, columns: Columns
) -> None:
    source = _source(location, before.files, before.columns)
    facts = [
        Fact(code="inexact", column=one, was="long", now="double")
        for one in rules.inexact(before.columns, columns)
        if engine.number(
            connection,
            f"select count(*) from {source} where abs({sql.name(one)}::hugeint) > {rules.EXACT}",
        )
    ]
    if facts:
        raise SchemaRefused(facts)
