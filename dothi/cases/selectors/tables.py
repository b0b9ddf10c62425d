"""Who has how much: counts above the worklist, tables of officers, steps."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, OuterRef, Q, Subquery

from dothi.accounts import selectors as accounts
from dothi.accounts import tables as posts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tables import Colleague as Colleague
from dothi.cases.choices import Power, Status
from dothi.cases.models import Dossier, Move
from dothi.cases.rules import WAITING
from dothi.procedures import selectors as procedures
from dothi.procedures import wording
from dothi.procedures.rules import steps as graph
from dothi.units.models import Unit

WORKING = (Role.COUNTER, Role.SPECIALIST, Role.LEADER)
MEASURED = timedelta(days=90)  # How far back steps are measured.


@dataclass(frozen=True, kw_only=True)
class Load:
    """What lies on the tables of the person's units."""

    open: int
    new: int
    overdue: int
    step_overdue: int
    mine: int
    nobody: int
    waiting: int
    to_give: int


def load_of(user: User, *, on: date, at: datetime) -> Load:
    """The counts above the worklist, in one question."""
    where = accounts.standing(user, on=on).units_for(Power.SEE)
    counted = Dossier.objects.filter(closed_at=None, handling_unit__in=where).aggregate(
        open=Count("id"),
        new=Count("id", filter=Q(status=Status.NEW)),
        overdue=Count("id", filter=Q(due_at__lt=at, paused=False, done_at=None)),
        step_overdue=Count("id", filter=Q(step_due_at__lt=at, paused=False)),
        mine=Count("id", filter=Q(handling_person=user)),
        nobody=Count("id", filter=Q(handling_person=None)),
        waiting=Count("id", filter=Q(status__in=WAITING)),
        to_give=Count("id", filter=Q(status=Status.DONE)),
    )
    return Load(**counted)


# --- Tables of officers --------------------------------------------------------------------------


def colleagues_of(dossier: Dossier, *, on: date) -> list[Colleague]:
    """Who is at the post that has a dossier, the least burdened first."""
    return colleagues_at(dossier.handling_unit_id, dossier.handling_role, on=on)


def colleagues_at(unit_id: int, role: str, *, on: date) -> list[Colleague]:
    """Who holds a post, the least burdened first."""
    return posts.colleagues_at(
        unit_id, role, on=on, open_rows=Dossier.objects.filter(closed_at=None)
    )


@dataclass(frozen=True, kw_only=True)
class Table(posts.Table):
    step_late: int = 0


def tables_seen_by(user: User, *, on: date, at: datetime, near: datetime) -> list[Table]:
    """The tables of the units where this person leads: those with nothing, too."""
    where = accounts.standing(user, on=on).units_for(Power.LEAD)
    if not where:
        return []
    running = Q(paused=False, done_at=None)
    rows = (
        Dossier.objects.filter(closed_at=None, handling_unit__in=where)
        .order_by()
        .values("handling_unit", "handling_role", "handling_person")
        .annotate(
            open=Count("id"),
            late=Count("id", filter=running & Q(due_at__lt=at)),
            step_late=Count("id", filter=Q(paused=False, step_due_at__lt=at)),
            near=Count("id", filter=running & Q(due_at__gte=at, due_at__lt=near)),
            waiting=Count("id", filter=Q(status__in=WAITING)),
        )
    )
    units = Unit.objects.in_bulk(where)
    return posts.tables_of(Table, rows, roles=WORKING, units=units, on=on)


# --- Steps ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class StepLoad:
    """How one step of a procedure goes: what lies there, and how long it took lately."""

    procedure: str
    name: str
    step: str
    step_name: str
    open: int
    late: int
    left: int  # How often it was left in the days that are measured.
    left_late: int
    hours: float | None  # By the clock on the wall, nights and waits among them.


def steps_seen_by(user: User, *, on: date, at: datetime) -> list[StepLoad]:
    """Each step on which a dossier of the led units lies or lately lay, the latest first."""
    where = accounts.standing(user, on=on).units_for(Power.LEAD)
    if not where:
        return []
    lying = {
        (row["version"], row["step"]): row
        for row in Dossier.objects.filter(closed_at=None, handling_unit__in=where)
        .exclude(step="")
        .order_by()
        .values("version", "step")
        .annotate(open=Count("id"), late=Count("id", filter=Q(paused=False, step_due_at__lt=at)))
    }
    left = _left(where, since=at - MEASURED)
    found = [
        _step_load(version, step, lying.get((version, step), {}), left.get((version, step), {}))
        for version, step in {*lying, *left}
    ]
    return sorted(found, key=lambda one: (-one.late, -one.open, one.name, one.step))


def _left(where: Collection[int], *, since: datetime) -> dict[tuple[int, str], dict[str, Any]]:
    """How often steps were left since a moment, how often late, and after how long."""
    codes = Unit.objects.filter(pk__in=where).values_list("code", flat=True)
    came = Move.objects.filter(
        dossier=OuterRef("dossier"), to_step=OuterRef("from_step"), id__lt=OuterRef("id")
    ).exclude(from_step=OuterRef("from_step"))
    rows = (
        Move.objects.filter(at__gte=since, from_unit__in=list(codes))
        .exclude(from_step="")
        .exclude(from_step=F("to_step"))
        .annotate(took=F("at") - Subquery(came.order_by("-id").values("at")[:1]))
        .order_by()
        .values("dossier__version", "from_step")
        .annotate(
            left=Count("id"), late=Count("id", filter=Q(at__gt=F("step_due_at"))), mean=Avg("took")
        )
    )
    return {(row["dossier__version"], row["from_step"]): row for row in rows}


def _step_load(
    version: int, step: str, lying: Mapping[str, Any], left: Mapping[str, Any]
) -> StepLoad:
    definition = procedures.content_of(version)
    mean = left.get("mean")
    return StepLoad(
        procedure=definition.code,
        name=wording.said(definition.name),
        step=step,
        step_name=wording.said(graph.step_of(definition.steps, step).name),
        open=lying.get("open", 0),
        late=lying.get("late", 0),
        left=left.get("left", 0),
        left_late=left.get("late", 0),
        hours=round(mean.total_seconds() / 3600, 1) if mean else None,
    )
