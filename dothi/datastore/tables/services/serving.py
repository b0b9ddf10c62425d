"""Build the files that boards, pages and the workbench read: one of a version for a role."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db.models import Max, Q

from dothi.core.crypto.services import keyed_hash
from dothi.datastore.tables import selectors
from dothi.datastore.tables.choices import How, PersonBy, Rule
from dothi.datastore.tables.models import Serving, Table, Version
from dothi.datastore.tables.ports import engine, places
from dothi.datastore.tables.rules import sql
from dothi.datastore.tables.rules.persons import hashed
from dothi.datastore.tables.rules.roles import Role, from_dict, see_the_same, seen
from dothi.datastore.tables.services.accounting import building, building_one

NAME = "data"  # Of the table in the file.
# From so many rows on, a text column of so few words is kept as numbers of them.
MANY, FEW_WORDS = 100_000, 200
# A look at so many rows tells which columns it may be.
LOOK = 100_000


def serve(version: Version, role: Role, *, at: datetime) -> Path:
    """The file in which a role reads a version; built when there is none.

    It appears whole or not at all. The rows are the table `data` in it.

    Raises:
        VersionClosed: its files are gone.
        RoleRefused: the role sees no column, or has tokens without a purpose.
    """
    # A file that is there is known: its row was written before it got its name.
    if (there := selectors.serving(version, role)) is not None:
        return there
    with building(version.table):
        version.refresh_from_db()  # An erasure may have been faster.
        target = selectors.serving_place(selectors.readable(version), role)
        with building_one(target.name):
            if not target.exists():
                with engine.built(target) as half:
                    _take_or_build(version, role, half)
                    _note(version, role, target, size=half.stat().st_size, at=at)
    return target


def _note(version: Version, role: Role, target: Path, *, size: int, at: datetime) -> None:
    Serving.objects.update_or_create(
        version=version,
        fingerprint=role.fingerprint,
        defaults={
            "role": role.as_dict(),
            "path": str(target.relative_to(places.serving())),
            "bytes": size,
            "built_at": at,
        },
    )


def _take_or_build(version: Version, role: Role, half: Path) -> None:
    """Another role may see the very same: its file is this one's, too."""
    for row in version.serving.all():
        there = places.serving() / row.path
        if see_the_same(from_dict(row.role), role, version.shape) and there.exists():
            os.link(there, half)
            return
    _build(version, role, half)


def _build(version: Version, role: Role, path: Path) -> None:
    shown = list(seen(role, version.shape))
    source = selectors.rows_of(version)
    if role.where:
        source = f"(select * from {source} where {sql.where(role.where, version.shape)})"
    with selectors.connect(at=path) as connection:
        if any(one.how == How.NOT_PERSON for one in role.where):
            connection.execute("set variable person_key = ?", [person_key()])
        if any(rule == Rule.TOKEN for _, rule in shown):
            key = keyed_hash(role.purpose, purpose="tables.token")
            connection.execute("set variable token_key = ?", [key])
        if not engine.keeps_order(connection, selectors.files(version)):
            connection.execute("set preserve_insertion_order = false")
        # What DuckDB chooses for text in any case, without a trial of all others first.
        connection.execute("set force_compression = 'fsst'")
        # Of what the role sees as it is, only: the list of words of a column is in the file.
        texts = [one.name for one, rule in shown if rule == Rule.KEEP and one.type == "string"]
        listed = _list_words(connection, source, texts) if version.rows >= MANY else set()
        columns = ", ".join(
            f"{sql.name(one.name)}::{_words(one.name)} as {sql.name(one.name)}"
            if one.name in listed
            else sql.seen_as(one, rule)
            for one, rule in shown
        )
        connection.execute(f"create table {NAME} as select {columns} from {source}")


def person_key() -> str:
    """The key under which persons are hashed, of which the value itself is never kept."""
    return keyed_hash("person", purpose="tables.person")


def person_hash(by: PersonBy, value: str) -> str:
    """What `rules.sql.person` makes of a value."""
    return hashed(by, value, key=person_key())


def _list_words(connection: engine.Connection, source: str, texts: Sequence[str]) -> set[str]:
    """Make a type of the words of each column that has few: boards then group by numbers.

    In their order, so that sorting by such a column is sorting by its words. To readers they are
    text in every comparison and function.
    """
    if not texts:
        return set()
    counts = ", ".join(f"approx_count_distinct({sql.name(one)})" for one in texts)
    looked = connection.execute(f"select {counts} from (from {source} limit {LOOK})").fetchone()
    # The count is a guess, so that a few more may be fewer.
    likely = [one for one, few in zip(texts, looked or (), strict=True) if few <= 2 * FEW_WORDS]
    listed = {one: _words_in(connection, source, one) for one in likely}
    for one, words in listed.items():
        if words:
            kind = ", ".join(sql.text(word) for word in words)
            connection.execute(f"create type {_words(one)} as enum ({kind})")
    return {one for one, words in listed.items() if words}


def _words_in(connection: engine.Connection, source: str, column: str) -> list[str]:
    """The words of a column in their order; none where they are many."""
    name = sql.name(column)
    question = f"select distinct {name} from {source} where {name} is not null"
    found = connection.execute(f"{question} limit {FEW_WORDS + 1}").fetchall()
    return sorted(word for (word,) in found) if len(found) <= FEW_WORDS else []


def _words(column: str) -> str:
    return sql.name(sql.words_type(column))


def serve_again(*, at: datetime) -> int:
    """Build the serving files that were there and are not any more. Return how many."""
    rows = Serving.objects.select_related("version__table").filter(version__closed_at=None)
    lost = [row for row in rows if not (places.serving() / row.path).exists()]
    for row in lost:
        serve(row.version, from_dict(row.role), at=at)
    return len(lost)


def forget_role(name: str) -> int:
    """Remove the files of a role that nobody has any more. Return how many there were.

    Who reads one goes on; no opening finds it again.
    """
    rows = list(Serving.objects.select_related("version__table").filter(role__name=name))
    for row in rows:
        with building(row.version.table, none=True):
            (places.serving() / row.path).unlink(missing_ok=True)
            row.delete()
    return len(rows)


def forget_serving(table: Table, *, but_last: int = 1) -> list[str]:
    """Remove the serving files of versions that no release pins, but for the last ones, and of rows
    that were erased; return their places.

    Who reads one goes on: the file is gone when he lets go of it.
    """
    shown = table.versions.filter(ready_at__isnull=False)
    newest = shown.aggregate(number=Max("number"))["number"] or 0
    wanted = table.versions.filter(selectors.needed() | Q(number__gt=newest - but_last))
    marks = tuple(selectors.serving_mark(one) for one in wanted.filter(closed_at=None))
    folder = places.serving() / table.code
    with building(table, none=True):
        # What is half built was left so by a kill: nobody builds now.
        gone = [
            path
            for path in (sorted(folder.iterdir()) if folder.is_dir() else [])
            if not path.name.startswith(marks) or path.suffix != ".duckdb"
        ]
        for path in gone:
            path.unlink(missing_ok=True)
        names = [str(path.relative_to(places.serving())) for path in gone]
        Serving.objects.filter(version__table=table, path__in=names).delete()
    return names
