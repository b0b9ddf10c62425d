"""Golden records become the next version of their table."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from dothi.accounts.models import User
from dothi.core import locks
from dothi.core.audit.services import record
from dothi.core.events.services import publish as announce
from dothi.datastore.catalogue import services as describing
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.catalogue.choices import State as Offered
from dothi.datastore.resolution import events, permissions
from dothi.datastore.resolution.choices import State
from dothi.datastore.resolution.models import GoldenTable
from dothi.datastore.resolution.services import golden_described, golden_rows
from dothi.datastore.resolution.services.asking import subject_of
from dothi.datastore.resolution.services.golden_rows import Tell, silent
from dothi.datastore.resolution.services.refusals import NotAllowedNow, NothingNew, NotOpen
from dothi.datastore.tables import selectors as stored
from dothi.datastore.tables import services as tables
from dothi.datastore.tables.selectors import Version

PUBLISHERS = 7209  # Advisory lock; the second number is the table.


def publish_table(*, table: GoldenTable, seen: str, by: User, at: datetime) -> Version:
    """Make the golden records as they are now the next version. Not within a transaction.

    `seen` is the mark of the change that was looked at (`golden_rows.prepare`). Contract and class
    follow the lists: what became stricter there is stricter here before a row comes.

    Raises:
        NotOpen: the purpose no longer holds.
        NotAllowedNow: the table is not approved, or something else would change than was seen.
        NothingNew: the newest version holds these rows.
        ListUnfit: see there.
    """
    with locks.held(PUBLISHERS, table.pk):
        version = published(table, seen=seen, by=by.actor, at=at)
        write_down(table, version, by=by.actor, at=at)
    return version


def published(
    table: GoldenTable,
    *,
    seen: str,
    by: str,
    at: datetime,
    tell: Tell = silent,
    begin: Callable[[], None] = lambda: None,
) -> Version:
    """The same for who holds the lock `PUBLISHERS`; audit and event are written by the caller.

    `begin` is called when all is ready and before anything is written.
    """
    table = open_table(table, at)
    dataset = golden_described.kept_strict(table, by=by, at=at)
    rows = golden_rows.rows_of(table, at=at, tell=tell)
    with golden_rows.written(table.dataset, rows, tell=tell) as (path, run, changes):
        if run != seen:
            raise NotAllowedNow
        if changes.nothing and stored.latest(table.dataset) is not None:
            raise NothingNew
        begin()
        # It may have ended while rows were made.
        open_table(table, at)
        if dataset.state == Offered.DRAFT:
            describing.publish(dataset=dataset, by=by, at=at)
        return tables.publish(
            table.dataset, [path], mode=Mode.REPLACE, key=golden_rows.KEY, schema=rows.schema,
            run=run, by=by, at=at, comment=table.project.code,
        )  # fmt: skip


def open_table(table: GoldenTable, at: datetime) -> GoldenTable:
    """As it stands now, if rows may come into it.

    Raises:
        NotOpen, NotAllowedNow: see there.
    """
    found = GoldenTable.objects.select_related("project__unit").get(pk=table.pk)
    if not permissions.is_open(found.project, on=at.date()):
        raise NotOpen(found.project.expires_on, found.project.state)
    if found.state != State.APPROVED:
        raise NotAllowedNow
    return found


@transaction.atomic
def write_down(table: GoldenTable, version: Version, *, by: str, at: datetime) -> None:
    """That it was published: audit and event."""
    project = table.project
    record(
        "resolution.publish", subject=subject_of(project), by=by, at=at, unit=project.unit.code,
        dataset=table.dataset, version=version.number, rows=version.rows,
    )  # fmt: skip
    announce(
        events.GoldenPublished(
            code=project.code, unit_code=project.unit.code, dataset=table.dataset,
            version=version.number, rows=version.rows,
        ),
        at=at,
    )  # fmt: skip
