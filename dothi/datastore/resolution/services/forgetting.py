"""A person is erased: their rows go from every project."""

from datetime import datetime

from django.db import transaction

from dothi.core.audit.services import record
from dothi.datastore.resolution.models import Record


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
