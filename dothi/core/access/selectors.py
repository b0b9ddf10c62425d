"""Questions about who looked at whose data."""

from collections.abc import Collection

from django.db.models import QuerySet

from dothi.core.access.models import Look


def looks_at(records: Collection[str]) -> QuerySet[Look]:
    """Every opening of these records, newest first: what their citizen is shown."""
    return Look.objects.filter(record__in=records).order_by("-at", "-id")
