"""A person is erased: their rows go from every project."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from dothi.core.audit.services import record
from dothi.datastore.resolution.models import ProjectList, Record
from dothi.datastore.tables.registry import Told, Wanted


def find(wanted: Wanted) -> Told:
    """How many records of projects are copies of the erased rows. Writes nothing."""
    return {"records": _records(wanted).count()}


def reach(wanted: Wanted) -> Told:
    """Forget every row that the table lost, in every project that had read it."""
    keys = set(_records(wanted).values_list("key", flat=True))
    for key in keys:
        forget(dataset=wanted.table, key=key, by=wanted.by, at=wanted.at, reason=wanted.reason)
    return {"records": len(keys)}


def _records(wanted: Wanted) -> QuerySet[Record]:
    """By the column that each list of a project tells its rows apart by."""
    columns = set(ProjectList.objects.filter(dataset=wanted.table).values_list("key", flat=True))
    keys = {str(row[column]) for row in wanted.rows for column in columns if column in row}
    if wanted.column in columns:
        keys |= wanted.values
    return Record.objects.filter(dataset=wanted.table, key__in=keys)


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
