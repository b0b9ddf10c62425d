"""Questions about what a worker does for tables of golden records."""

from django.conf import settings
from django.db.models import QuerySet

from dothi.datastore.resolution.choices import Aim, WorkState
from dothi.datastore.resolution.models import GoldenTable, GoldenWork, Membership, Project
from dothi.datastore.tables import selectors as tables

OPEN = (WorkState.QUEUED, WorkState.RUNNING, WorkState.WRITING)


def are_many(project: Project) -> bool:
    """Whether so many rows stand behind the golden records that nobody should wait for them."""
    limit = settings.GOLDEN_AT_ONCE
    now = Membership.objects.filter(entity__project=project, until=None)
    return now[: limit + 1].count() > limit


def last_of(table: GoldenTable) -> GoldenWork | None:
    return table.works.order_by("-pk").first()


def of_table(table: GoldenTable) -> QuerySet[GoldenWork]:
    """What waits or is being done for it."""
    return _whole().filter(table=table, state__in=OPEN)


def unfinished() -> list[GoldenWork]:
    """What nobody has done to the end, the oldest first."""
    return list(_whole().filter(state__in=OPEN).order_by("pk"))


def numbered(number: int) -> GoldenWork:
    return _whole().get(pk=number)


def newest(table: GoldenTable) -> int:
    """The number of the newest version; 0 before the first."""
    version = tables.latest(table.dataset)
    return version.number if version is not None else 0


def last_change(project: Project) -> int | None:
    """What was found or decided last."""
    return project.changes.order_by("-pk").values_list("pk", flat=True).first()


def still_holds(work: GoldenWork) -> bool:
    """Whether what it found is what publishing would change today, as far as decisions tell: rows
    that left their lists are found when it is published."""
    return (
        work.aim == Aim.LOOK
        and work.state == WorkState.DONE
        and work.upon == newest(work.table)
        and work.change_id == last_change(work.table.project)
    )


def _whole() -> QuerySet[GoldenWork]:
    return GoldenWork.objects.select_related("table__project__unit")
