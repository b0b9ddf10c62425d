"""One writer a table, and rows in PostgreSQL for every commit in its log.

The commit in the log comes first and holds all facts; the row follows. After a kill between the
two, the next writer writes the row from the log.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from dothi.core import locks
from dothi.core.audit.services import record
from dothi.core.events.services import publish
from dothi.datastore.tables.choices import Origin
from dothi.datastore.tables.events import VersionPublished, VersionRewritten
from dothi.datastore.tables.models import Table, Version
from dothi.datastore.tables.ports import lake, places
from dothi.datastore.tables.rules.facts import Facts

WRITERS, BUILDERS = 7204, 7205  # Advisory locks; the second number is the table, 0 the store.
FILES = 7207  # The second number is made of the name of a serving file.
ALL = 0


class LogLost(Exception):
    """The log of a table ends before what is known of it: its folder was lost or put back."""

    def __init__(self, table: str, known: int, found: int) -> None:
        super().__init__(f"{table}: version {known} is known, the log ends at {found}")
        self.table = table
        self.known = known
        self.found = found


def table_of(code: str, *, at: datetime) -> Table:
    """The table of this code; made when there is none.

    Raises:
        BadName: the code cannot be the name of a folder.
        RuntimeError: within a transaction, which would hold all others up while files are written.
    """
    places.table(code)
    with transaction.atomic(durable=True):
        return Table.objects.get_or_create(code=code, defaults={"created_at": at})[0]


@contextmanager
def writing(table: Table) -> Iterator[None]:
    """Be the only writer of a table, on every machine; wait for the others."""
    with locks.held(WRITERS, table.pk):
        table.refresh_from_db()
        catch_up(table)
        yield


@contextmanager
def building(table: Table, *, none: bool = False) -> Iterator[None]:
    """Build a serving file. With `none`, nobody does: what is forgotten then does not come back."""
    with locks.held(BUILDERS, table.pk, shared=not none):
        yield


@contextmanager
def building_one(name: str) -> Iterator[None]:
    """Be the only one who builds the serving file of this name; who waited finds it there."""
    with locks.held(FILES, zlib.crc32(name.encode()) - 2**31):
        yield


@contextmanager
def copying() -> Iterator[None]:
    """No file is removed from the store meanwhile; publishing goes on."""
    with locks.held(WRITERS, ALL, shared=True):
        yield


@contextmanager
def removing_files(*, wait: bool = False) -> Iterator[bool]:
    """Whether files may be removed now: not while `copying` runs. Or wait until they may."""
    if wait:
        with locks.held(WRITERS, ALL):
            yield True
        return
    with locks.tried(WRITERS, ALL) as got:
        yield got


def catch_up(table: Table) -> None:
    """Write the rows of commits that a kill left without. Needs `writing`.

    What others than this house committed is no version, and goes with the next one.

    Raises:
        LogLost: see there.
    """
    location = places.table(table.code)
    newest = lake.newest(location)
    if newest < table.delta:
        raise LogLost(table.code, table.delta, newest)
    if newest == table.delta:
        return
    for delta, facts in lake.facts_since(location, table.delta):
        account(table, delta, Facts.of(facts))
    table.delta = newest
    table.save(update_fields=["delta"])


def account(table: Table, delta: int, facts: Facts) -> Version:
    """Write down a commit of the log: row, audit, event. Needs `writing`."""
    with transaction.atomic(durable=True):
        Table.objects.filter(pk=table.pk).update(delta=delta)
        version = _again(table, delta, facts) if facts.again else _new(table, delta, facts)
    table.delta = delta
    return version


def _new(table: Table, delta: int, facts: Facts) -> Version:
    at = facts.moment
    Version.objects.filter(table=table, replaced_at=None).update(replaced_at=at)
    version = Version.objects.create(
        table=table,
        number=facts.number,
        delta=delta,
        origin=facts.origin,
        rows=facts.rows,
        bytes=facts.bytes,
        files=facts.files,
        checksum=facts.checksum,
        columns=facts.columns,
        key=facts.key,
        run=facts.run,
        actor=facts.actor,
        comment=facts.comment,
        at=at,
        # The rows of a person who is erased are not shown while files are built.
        ready_at=at if facts.origin == Origin.ERASURE else None,
    )
    record(
        "tables.publish",
        subject=f"tables.version:{table.code}@{version.number}",
        by=facts.actor,
        at=at,
        origin=facts.origin,
        rows=facts.rows,
        run=facts.run,
        checksum=facts.checksum,
    )
    publish(
        VersionPublished(
            table=table.code,
            number=version.number,
            origin=facts.origin,
            rows=facts.rows,
            checksum=facts.checksum,
            run=facts.run,
            published_at=at,
        ),
        at=at,
    )
    return version


def _again(table: Table, delta: int, facts: Facts) -> Version:
    version = Version.objects.get(table=table, number=facts.number)
    version.delta, version.files, version.bytes = delta, facts.files, facts.bytes
    if facts.erased:
        version.rows, version.checksum = facts.rows, facts.checksum
        version.erased_at = facts.moment
    version.save()
    if facts.erased:
        told = VersionRewritten(
            table=table.code, number=version.number, rows=version.rows, checksum=version.checksum
        )
        publish(told, at=facts.moment)
    return version
