"""Questions about files that were taken in, and their rows that wait."""

import json
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from dothi.feedback.choices import Aside
from dothi.feedback.models import ImportRun, Quarantined


@dataclass(frozen=True, kw_only=True)
class FaultCount:
    """How many rows wait for one reason."""

    kind: str
    fault: str
    rows: int


# What a list shows of a row: not what it says. That is opened one by one, with a trace.
_SHOWN = (
    "id", "kind", "external_id", "line", "fault", "reason", "state", "put_at", "settled_at",
    "settled_by", "note", "run__name", "run__kind", "ticket__code",
)  # fmt: skip


def rows_aside(
    *, kind: str = "", fault: str = "", state: str = Aside.WAITING, run: int | None = None
) -> QuerySet[Quarantined]:
    """Rows that were put aside, the oldest first, without what they say."""
    rows = Quarantined.objects.select_related("run", "ticket").only(*_SHOWN)
    for name, value in (("kind", kind), ("fault", fault), ("state", state), ("run_id", run)):
        if value:
            rows = rows.filter(**{name: value})
    return rows.order_by("id")


def row_aside(pk: int) -> Quarantined:
    """One row. Raises Quarantined.DoesNotExist. Its words are opened by `open_row`."""
    return rows_aside(state="").get(pk=pk)


def faults() -> list[FaultCount]:
    """How many wait for which reason, the most frequent first."""
    rows = (
        Quarantined.objects.filter(state=Aside.WAITING)
        .values("kind", "fault")
        .annotate(rows=Count("id"))
        .order_by("-rows", "kind", "fault")
    )
    return [FaultCount(**row) for row in rows]


def runs(*, kind: str = "", limit: int = 20) -> list[ImportRun]:
    """The last files that were taken in, the newest first."""
    rows = ImportRun.objects.order_by("-started_at", "-id")
    return list((rows.filter(kind=kind) if kind else rows)[:limit])


def fields_of(row: Quarantined) -> dict[str, str]:
    """The values of a row by the names of its columns."""
    found: dict[str, str] = json.loads(row.fields)
    return found
