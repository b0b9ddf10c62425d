"""A person is erased: their rows go from every project."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from dothi.core import locks
from dothi.core.audit.services import record
from dothi.datastore.resolution import selectors
from dothi.datastore.resolution.choices import WorkFault
from dothi.datastore.resolution.models import GoldenTable, Membership, ProjectList, Record
from dothi.datastore.resolution.rules.golden_table import ENTITY
from dothi.datastore.resolution.services import golden_tables, golden_works
from dothi.datastore.resolution.services.golden_publishing import PUBLISHERS
from dothi.datastore.tables.registry import Told, Wanted


def find(wanted: Wanted) -> Told:
    """How many records of projects are copies of the erased rows, and how many golden records were
    made of them. Writes nothing."""
    return {
        "records": _records(wanted).count(),
        "golden": sum(len(codes) for _table, codes in _golden(wanted)),
    }


def reach(wanted: Wanted) -> Told:
    """Forget every row that the table lost, in every project that had read it.

    Golden records made of it go first, from every version: while the records are there they lead to
    them, also after a kill.
    """
    with ExitStack() as stack:
        for table in _touched(wanted):
            # Rows that are being made may hold the person: they are made anew, without.
            golden_works.break_off(table, WorkFault.ERASED, at=wanted.at)
            stack.enter_context(locks.held(PUBLISHERS, table.pk))
        return _reach(wanted)


def _touched(wanted: Wanted) -> list[GoldenTable]:
    """By number: who holds several locks takes them in one order."""
    projects = _records(wanted).values("project")
    return list(selectors.kept_tables().filter(project__in=projects).order_by("pk"))


def _reach(wanted: Wanted) -> Told:
    golden = 0
    for table, codes in _golden(wanted):
        golden_tables.erase_entities(table, codes, reason=wanted.reason, by=wanted.by, at=wanted.at)
        golden += len(codes)
    places = set(_records(wanted).values_list("dataset", "key"))
    for dataset, key in places:
        forget(dataset=dataset, key=key, by=wanted.by, at=wanted.at, reason=wanted.reason)
    return {"records": len(places), "golden": golden}


def _records(wanted: Wanted) -> QuerySet[Record]:
    """By the column that each list of a project tells its rows apart by; of a table of golden
    records those that its erased rows were made of, so that they do not come back."""
    columns = set(ProjectList.objects.filter(dataset=wanted.table).values_list("key", flat=True))
    keys = {str(row[column]) for row in wanted.rows for column in columns if column in row}
    if wanted.column in columns:
        keys |= wanted.values
    copies = Q(dataset=wanted.table, key__in=keys)
    # Taken out by its code, a golden record alone is meant, not the rows behind it.
    if wanted.column != ENTITY:
        codes = {row[ENTITY] for row in wanted.rows if ENTITY in row}
        copies |= Q(
            pk__in=Membership.objects.filter(
                entity__code__in=codes, entity__project__golden_tables__dataset=wanted.table
            ).values("record")
        )
    return Record.objects.filter(copies)


def _golden(wanted: Wanted) -> Iterator[tuple[GoldenTable, list[str]]]:
    """Tables with the codes of entities to which an erased row belongs or ever belonged."""
    records = _records(wanted)
    for table in selectors.kept_tables().exclude(dataset=wanted.table):
        mine = Membership.objects.filter(record__in=records, entity__project=table.project)
        if codes := sorted(set(mine.values_list("entity__code", flat=True))):
            yield table, codes


@transaction.atomic
def forget(*, dataset: str, key: str, by: str, at: datetime, reason: str) -> int:
    """Remove a row with its pairs, decisions and memberships. Return from how many projects.

    The audit keeps the act and no key: a key may be a personal number.
    """
    rows = Record.objects.filter(dataset=dataset, key=key).select_related("project__unit")
    found = list(rows)
    for row in found:
        record(
            "resolution.forget",
            subject=f"resolution.project:{row.project}",
            by=by,
            at=at,
            unit=row.project.unit.code,
            reason=reason,
            dataset=dataset,
        )
    rows.delete()
    return len(found)
