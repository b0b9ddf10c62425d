"""Build the files that boards, pages and the workbench read: one of a version for a role."""

from datetime import datetime
from pathlib import Path

from django.db.models import Max, Q

from dothi.core.crypto.services import keyed_hash
from dothi.datastore.tables import selectors
from dothi.datastore.tables.choices import Rule
from dothi.datastore.tables.models import Serving, Table, Version
from dothi.datastore.tables.ports import engine, places
from dothi.datastore.tables.rules import sql
from dothi.datastore.tables.rules.roles import Role, from_dict, seen
from dothi.datastore.tables.services.accounting import building

NAME = "data"  # Of the table in the file.


def serve(version: Version, role: Role, *, at: datetime) -> Path:
    """The file in which a role reads a version; built when there is none.

    It appears whole or not at all. The rows are the table `data` in it.

    Raises:
        VersionClosed: its files are gone.
        RoleRefused: the role sees no column, or has tokens without a purpose.
    """
    with building(version.table):
        version.refresh_from_db()  # An erasure may have been faster.
        target = selectors.serving_place(selectors.readable(version), role)
        if not target.exists():
            with engine.built(target) as half:
                _build(version, role, half)
        Serving.objects.update_or_create(
            version=version,
            fingerprint=role.fingerprint,
            defaults={
                "role": role.as_dict(),
                "path": str(target.relative_to(places.serving())),
                "bytes": target.stat().st_size,
                "built_at": at,
            },
        )
    return target


def _build(version: Version, role: Role, path: Path) -> None:
    shown = list(seen(role, version.shape))
    columns = ", ".join(sql.seen_as(one, rule) for one, rule in shown)
    with selectors.connect(at=path) as connection:
        if any(rule == Rule.TOKEN for _, rule in shown):
            key = keyed_hash(role.purpose, purpose="tables.token")
            connection.execute("set variable token_key = ?", [key])
        if not engine.keeps_order(connection, selectors.files(version)):
            connection.execute("set preserve_insertion_order = false")
        connection.execute(
            f"create table {NAME} as select {columns} from {selectors.rows_of(version)}"
        )


def serve_again(*, at: datetime) -> int:
    """Build the serving files that were there and are not any more. Return how many."""
    rows = Serving.objects.select_related("version__table").filter(version__closed_at=None)
    lost = [row for row in rows if not (places.serving() / row.path).exists()]
    for row in lost:
        serve(row.version, from_dict(row.role), at=at)
    return len(lost)


def forget_serving(table: Table, *, but_last: int = 1) -> list[str]:
    """Remove the serving files of versions that no release pins, but for the last ones, and of rows
    that were erased; return their places.

    Who reads one goes on: the file is gone when he lets go of it.
    """
    newest = table.versions.aggregate(number=Max("number"))["number"] or 0
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
