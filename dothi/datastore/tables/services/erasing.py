"""Erase a person from a table: from every state of it that remains readable, with proof."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from dothi.core.audit.services import record
from dothi.core.crypto.services import keyed_hash
from dothi.datastore.tables import selectors
from dothi.datastore.tables.choices import Origin
from dothi.datastore.tables.models import Erasure, Pin, Serving, Table, Version
from dothi.datastore.tables.ports import engine, places
from dothi.datastore.tables.ports.engine import Connection
from dothi.datastore.tables.registry import Wanted, reaches
from dothi.datastore.tables.rules import sql
from dothi.datastore.tables.rules.columns import sql_type
from dothi.datastore.tables.rules.facts import Facts
from dothi.datastore.tables.rules.roles import Role, from_dict
from dothi.datastore.tables.services.accounting import removing_files, writing
from dothi.datastore.tables.services.keeping import again, close, vacuum
from dothi.datastore.tables.services.serving import NAME, forget_serving, serve
from dothi.datastore.tables.services.writing import commit, content_of, described, without

GONE = "gone"  # The values, as a table in DuckDB.
TEXT = "string"
CLEAN, CLOSED, REWRITTEN = "clean", "closed", "rewritten"


class ColumnUnknown(Exception):
    """The table has no such column."""


class StillThere(Exception):
    """Files that are left hold a value; `files` names them. Erase again."""

    def __init__(self, files: Sequence[str]) -> None:
        super().__init__(", ".join(files))
        self.files = tuple(files)


@dataclass
class Found:
    """A version that was searched: rows with a value before, what became of it, its checksums."""

    version: Version
    before: int
    fate: str = CLEAN
    after: int = 0
    checksum_before: str = field(init=False)
    roles: list[Role] = field(init=False)

    def __post_init__(self) -> None:
        self.checksum_before = self.version.checksum
        self.roles = [from_dict(row.role) for row in self.version.serving.all()]

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": self.version.number,
            "before": self.before,
            "after": self.after,
            "fate": self.fate,
            "checksum_before": self.checksum_before,
            "checksum_after": "" if self.fate == CLOSED else self.version.checksum,
        }


def erase(
    table: str, column: str, values: Collection[str], *, reason: str, by: str, at: datetime
) -> Erasure:
    """Delete the rows that hold one of the values in a column, and every file that held them.

    The newest state becomes a new version. A version that a release pins loses the rows and keeps
    its number; its checksum is another one then. Every other version that held them is closed.
    After a kill, erase again. Not within a transaction.

    What signed up in `registry.reaches` is cleared, too: received files, quarantine, copies.
    Backups are not reached: the proof is of this house's store.

    Raises:
        Table.DoesNotExist, ColumnUnknown: see there.
        StillThere: see there.
    """
    held = Table.objects.get(code=table)
    kind = _type_of(held, column)
    proof = _begin(held, column, values, reason=reason, by=by, at=at)
    # Looked up before anything goes: after a kill the rows must still lead to their copies.
    _versions, rows = _looked_up(held, column, kind, values)
    wanted = Wanted(
        table=table, column=column, values=frozenset(values), rows=rows, reason=reason, by=by, at=at
    )
    reached = _reached(wanted, first=True)
    with removing_files(wait=True), writing(held), selectors.connect() as connection:
        _name(connection, column, kind, values)
        found = list(_searched(connection, held, column))
        hit = [one for one in found if one.before]
        _scrub(connection, held, column, hit, proof)
        serving_gone = forget_serving(held)
        files_gone = vacuum(held)
        told = {
            "versions": [one.as_dict() for one in found],
            "files_gone": files_gone,
            "serving_gone": serving_gone,
            **_left(connection, held, column),
        }
    _build_serving(held, hit, at=at)
    told["reached"] = {**reached, **_reached(wanted, first=False)}
    return _complete(proof, told, at=at)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What an erasure would find: rows by version, and what the other places say."""

    versions: dict[int, int]
    reached: dict[str, dict[str, Any]]

    @property
    def newest(self) -> int:
        return self.versions[max(self.versions)] if self.versions else 0

    @property
    def nothing(self) -> bool:
        return not any(self.versions.values()) and not any(
            any(told.values()) for told in self.reached.values()
        )


def standing(table: str, column: str, values: Collection[str], *, at: datetime) -> Standing:
    """What `erase` would find, without a change.

    Raises:
        ColumnUnknown: see there.
    """
    held = Table.objects.filter(code=table).first()
    found, rows = _looked_up(held, column, _type_of(held, column), values) if held else ([], [])
    wanted = Wanted(
        table=table, column=column, values=frozenset(values), rows=rows, reason="", by="", at=at
    )
    return Standing(
        versions={one.version.number: one.before for one in found},
        reached={one.name: one.find(wanted) for one in reaches},
    )


def _looked_up(
    table: Table, column: str, kind: str, values: Collection[str]
) -> tuple[list[Found], list[dict[str, Any]]]:
    with selectors.connect() as connection:
        _name(connection, column, kind, values)
        found = list(_searched(connection, table, column))
        return found, _rows(connection, [one for one in found if one.before], column)


def _reached(wanted: Wanted, *, first: bool) -> dict[str, dict[str, Any]]:
    return {one.name: one.erase(wanted) for one in reaches if one.first == first}


def _rows(connection: Connection, hit: Sequence[Found], column: str) -> list[dict[str, Any]]:
    """The rows themselves, as every readable version held them: for who keeps copies by key."""
    found: dict[str, dict[str, Any]] = {}
    for one in hit:
        rows = connection.execute(
            f"select b.* from {selectors.rows_of(one.version)} b "
            f"semi join {GONE} g on {sql.same_key((column,), 'b', 'g')}"
        ).to_arrow_table()
        found |= {repr(row): row for row in rows.to_pylist()}
    return list(found.values())


def _name(connection: Connection, column: str, kind: str, values: Collection[str]) -> None:
    connection.execute(
        f"create temp table {GONE} as select distinct "
        f"try_cast(unnest(?::varchar[]) as {sql_type(kind)}) as {sql.name(column)}",
        [list(values)],
    )


def _type_of(table: Table, column: str) -> str:
    shapes = [version.shape for version in table.versions.order_by("-number")]
    for shape in shapes:
        for one in shape:
            if one.name == column:
                return one.type
    if not shapes:  # Nothing was published yet; files that came in may hold the person.
        return TEXT
    raise ColumnUnknown(column)


def _begin(
    table: Table, column: str, values: Collection[str], *, reason: str, by: str, at: datetime
) -> Erasure:
    hashes = sorted(keyed_hash(value, purpose="tables.erasure") for value in values)
    with transaction.atomic(durable=True):
        proof = Erasure.objects.create(
            table=table, column=column, value_hashes=hashes, reason=reason, actor=by, started_at=at
        )
        record(
            "tables.erase", subject=f"tables.table:{table.code}", by=by, at=at, reason=reason,
            column=column, erasure=proof.pk,
        )  # fmt: skip
    return proof


def _searched(connection: Connection, table: Table, column: str) -> Iterable[Found]:
    """Every readable version. A file that many of them share is read once."""
    versions = list(table.versions.select_related("table").filter(closed_at=None))
    files = {version: selectors.files(version) for version in versions}
    alike = defaultdict(set)
    for version in versions:
        if column in {one.name for one in version.shape}:
            alike[version.shape].update(files[version])
    hits: dict[str, int] = {}
    for paths in alike.values():
        hits |= _hits(connection, sorted(paths), column)
    for version in versions:
        yield Found(version, sum(hits.get(path, 0) for path in files[version]))


def _hits(connection: Connection, paths: Sequence[str], column: str) -> dict[str, int]:
    if not paths:
        return {}
    listed = ", ".join(sql.text(path) for path in paths)
    found = connection.execute(
        f"select b.filename, count(*) from read_parquet([{listed}], filename = true) b "
        f"semi join {GONE} g on {sql.same_key((column,), 'b', 'g')} group by 1"
    )
    return dict(found.fetchall())


def _scrub(
    connection: Connection, table: Table, column: str, hit: Sequence[Found], proof: Erasure
) -> None:
    """Pinned versions first, the newest state last: it is what the log ends with."""
    by, at = proof.actor, proof.started_at
    pinned = set(
        Pin.objects.filter(table=table, release__lifted_at=None).values_list("version", flat=True)
    )
    newest = next((one.version for one in hit if one.version.replaced_at is None), None)
    made = None if newest is None else content_of(newest)
    for one in hit:
        one.fate = REWRITTEN if one.version.pk in pinned else CLOSED
        if one.fate == REWRITTEN:
            content = without(connection, table.code, content_of(one.version), GONE, (column,))
            facts = again(one.version, content, by=by, at=at, erased=True)
            one.version = commit(table, content, facts)
    if newest is not None and made is not None:
        content = without(connection, table.code, made, GONE, (column,))
        facts = Facts(
            number=newest.number + 1, origin=Origin.ERASURE.value, key=newest.key,
            run=f"erasure-{proof.pk}", actor=by, comment="", at=at.isoformat(),
            **described(content),
        )  # fmt: skip
        commit(table, content, facts)
    close(table, [one.version.pk for one in hit if one.fate == CLOSED], at=at)


def _left(connection: Connection, table: Table, column: str) -> dict[str, Any]:
    """Search every file that is left on the disk, named by a version or not.

    Raises:
        StillThere: see there.
    """
    searched, still = 0, []
    for path in sorted(places.table(table.code).rglob("*.parquet")):
        if "_delta_log" not in path.parts:
            searched += 1
            still += [path.name] if _in_file(connection, path, column) else []
    for row in Serving.objects.filter(version__table=table):
        path = places.serving() / row.path
        searched += path.exists()
        still += [row.path] if path.exists() and _in_serving(connection, path, column) else []
    if still:
        raise StillThere(still)
    waiting = sorted(places.work(table.code).rglob("*.parquet"))
    pending = {
        str(path.relative_to(places.work(table.code))): count
        for path in waiting
        if (count := _in_file(connection, path, column))
    }
    return {"files_searched": searched, "found_after": 0, "pending": pending}


def _in_file(connection: Connection, path: Path, column: str) -> int:
    return _in_rows(connection, f"read_parquet({sql.text(str(path))})", column)


def _in_serving(connection: Connection, path: Path, column: str) -> int:
    connection.execute(f"attach {sql.text(str(path))} as served (read_only)")
    try:
        return _in_rows(connection, f"served.{NAME}", column)
    finally:
        connection.execute("detach served")


def _in_rows(connection: Connection, source: str, column: str) -> int:
    named = connection.execute(f"describe from {source}").fetchall()
    if column not in {row[0] for row in named}:
        return 0
    # As text: masks and tokens of the column have another type than it had.
    name = sql.name(column)
    return engine.number(
        connection,
        f"select count(*) from {source} where {name}::varchar in "
        f"(select {name}::varchar from {GONE})",
    )


def _build_serving(table: Table, hit: Sequence[Found], *, at: datetime) -> None:
    """Files for the roles that had one, of what came in the place of their versions."""
    if not hit:
        return
    newest = table.versions.select_related("table").get(replaced_at=None)
    for one in hit:
        for role in one.roles:
            if one.fate == REWRITTEN:
                serve(one.version, role, at=at)
            if one.version.number == newest.number - 1:
                serve(newest, role, at=at)


def _complete(proof: Erasure, told: dict[str, Any], *, at: datetime) -> Erasure:
    with transaction.atomic(durable=True):
        proof.proof, proof.completed_at = told, at
        proof.save(update_fields=["proof", "completed_at"])
        record(
            "tables.erased", subject=f"tables.table:{proof.table.code}", by=proof.actor, at=at,
            erasure=proof.pk, files_gone=len(told["files_gone"]),
        )  # fmt: skip
    return proof
