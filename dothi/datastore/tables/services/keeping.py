"""Keep the store lean: few large files, versions as long as agreed, no file that nobody needs."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from dothi.core.audit.services import record
from dothi.core.events.services import publish
from dothi.datastore.tables import selectors
from dothi.datastore.tables.events import VersionsClosed
from dothi.datastore.tables.models import Table, Version
from dothi.datastore.tables.ports import engine, lake, places
from dothi.datastore.tables.rules import sql
from dothi.datastore.tables.rules.facts import Facts
from dothi.datastore.tables.services.accounting import removing_files, writing
from dothi.datastore.tables.services.serving import forget_serving
from dothi.datastore.tables.services.writing import (
    Content,
    commit,
    content_of,
    described,
    rewritten,
)

SMALL = 16 * 1024 * 1024
# Who looked up the files of a version may still be reading them.
GRACE = timedelta(hours=1)


class NotAsBefore(Exception):
    """Files that were written together do not hold the rows that they were made from."""


@dataclass(frozen=True, kw_only=True)
class Tidied:
    """Numbers of versions that were closed, and the names of files that are gone."""

    closed: list[int]
    files: list[str]


def compact(code: str, *, by: str, at: datetime) -> int:
    """Write the small files of a table's newest version together. Return how many there were.

    The version stays what it is: its checksum is counted over the new files before they count.
    Not within a transaction.

    Raises:
        NotAsBefore: see there; nothing was changed.
    """
    table = Table.objects.get(code=code)
    with writing(table):
        version = table.versions.select_related("table").filter(replaced_at=None).first()
        content = content_of(version)
        small = [one for one in content.files if one.size < SMALL]
        if version is None or len(small) < 2:
            return 0
        location = places.table(code)
        source = sql.parquet(engine.paths(location, [f.path for f in small]), content.columns)
        with selectors.connect() as connection:
            files = rewritten(connection, location, f"from {source}", content.columns)
            new = sql.parquet(engine.paths(location, [f.path for f in files]), content.columns)
            was = engine.total(connection, source, content.columns)
            if engine.total(connection, new, content.columns) != was:
                raise NotAsBefore(str(version))
        kept = tuple(one for one in content.files if one not in small)
        whole = Content(kept + files, content.columns, content.rows, content.digest)
        commit(table, whole, again(version, whole, by=by, at=at))
    return len(small)


def again(
    version: Version, content: Content, *, by: str, at: datetime, erased: bool = False
) -> Facts:
    """What a commit says that gives a known version other files."""
    return Facts(
        number=version.number,
        again=True,
        erased=erased,
        origin=version.origin,
        key=version.key,
        run=version.run,
        actor=by,
        comment="",
        at=at.isoformat(),
        **described(content),
    )


def keep(code: str, *, days: int | None, by: str, at: datetime) -> None:
    """Say how long versions of a table stay readable that no release pins; None: as the house says.

    A table that gets a version every few minutes should keep them for days, not months.
    """
    with transaction.atomic():
        table = Table.objects.select_for_update().get(code=code)
        record(
            "tables.keep", subject=f"tables.table:{code}", by=by, at=at,
            was=table.keep_days, now=days,
        )  # fmt: skip
        table.keep_days = days
        table.save(update_fields=["keep_days"])


def tidy(code: str, *, at: datetime) -> Tidied:
    """Close versions that were kept long enough, and remove every file that nobody needs.

    What a release pins stays, and the newest. While the store is being copied nothing is removed.
    """
    table = Table.objects.get(code=code)
    with removing_files() as may, writing(table):
        if not may:
            return Tidied(closed=[], files=[])
        closed = _close_old(table, at)
        gone = vacuum(table, grace_from=at - GRACE)
        gone += forget_serving(table)
        _sweep_work(table)
    return Tidied(closed=closed, files=gone)


def _close_old(table: Table, at: datetime) -> list[int]:
    days = settings.STORE_KEEP_DAYS if table.keep_days is None else table.keep_days
    old = table.versions.filter(closed_at=None, replaced_at__lt=at - timedelta(days=days))
    return close(table, old.exclude(selectors.needed()).values_list("pk", flat=True), at=at)


def close(table: Table, keys: Iterable[int], *, at: datetime) -> list[int]:
    """Let versions be read no more. Return their numbers."""
    with transaction.atomic(durable=True):
        # A release that is being made holds its rows; what it pinned is no longer ours to close.
        rows = list(Version.objects.select_for_update().filter(pk__in=list(keys)))
        free = Version.objects.filter(pk__in=[row.pk for row in rows], closed_at=None)
        numbers = []
        for version in free.exclude(selectors.needed()).order_by("number"):
            Version.objects.filter(pk=version.pk).update(closed_at=at)
            numbers.append(version.number)
        if numbers:
            publish(VersionsClosed(table=table.code, numbers=numbers), at=at)
    return numbers


def vacuum(table: Table, *, grace_from: datetime | None = None) -> list[str]:
    """Remove the files that no readable version needs. Needs `writing` and `removing_files`.

    Versions that were closed after `grace_from` keep theirs. Return the names of the files.
    """
    if table.delta < 0:  # Nothing was ever published.
        return []
    readable = table.versions.filter(closed_at=None)
    if grace_from is not None:
        readable |= table.versions.filter(closed_at__gt=grace_from)
    return lake.vacuum(
        places.table(table.code), keep=list(readable.values_list("delta", flat=True))
    )


def _sweep_work(table: Table) -> None:
    """Folders of runs that are published, and of rewrites: with the table held, nobody is at it."""
    for folder in _inside(places.work(table.code)):
        published = table.versions.filter(run=folder.name).exists()
        if published or folder.name.startswith("rewrite-"):
            shutil.rmtree(folder, ignore_errors=True)


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
