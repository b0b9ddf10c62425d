"""Who works on reports: colleagues to give one to, posts to send one to, and who has how many."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from dothi.accounts import selectors as accounts
from dothi.accounts import tables
from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User, in_force
from dothi.accounts.tables import Colleague as Colleague
from dothi.feedback.choices import Power, State
from dothi.feedback.models import Ticket
from dothi.feedback.selectors import catalogue
from dothi.units.models import Unit

# Posts that can be given a report.
HANDLING = (Role.SPECIALIST, Role.COUNTER, Role.DISPATCHER, Role.LEADER)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A post that reports can be sent to, and how many people hold it today."""

    unit: Unit
    role: Role
    people: int

    @property
    def value(self) -> str:
        return f"{self.unit.code}:{self.role.value}"


@dataclass(frozen=True, kw_only=True)
class TableLoad(tables.Table):
    unread: int = 0


def desks(*, on: date) -> list[Desk]:
    """The posts that somebody holds today and that can handle a report, by unit."""
    rows = (
        Post.objects.filter(in_force(on), role__in=HANDLING, user__is_active=True)
        .values("unit_id", "role")
        .annotate(people=Count("user", distinct=True))
    )
    known = catalogue.current().units
    found = [
        Desk(unit=known[row["unit_id"]], role=Role(row["role"]), people=row["people"])
        for row in rows
        if row["unit_id"] in known
    ]
    return sorted(found, key=lambda desk: (desk.unit.name_vi, HANDLING.index(desk.role)))


def colleagues_of(ticket: Ticket, *, on: date) -> list[Colleague]:
    """Who is at the post that handles a report, the least burdened first."""
    return tables.colleagues_at(
        ticket.handling_unit_id, ticket.handling_role, on=on,
        open_rows=Ticket.objects.filter(closed_at=None),
    )  # fmt: skip


def loads_seen_by(user: User, *, on: date, at: datetime, near: datetime) -> list[TableLoad]:
    """What lies on each table of the units where this person gives work to others.

    People of these posts who have nothing are in the list as well: work can go to them.
    """
    where = accounts.standing(user, on=on).units_for(Power.ASSIGN)
    if not where:
        return []
    running = Q(paused=False)
    rows = (
        Ticket.objects.filter(closed_at=None, handling_unit__in=where)
        .order_by()
        .values("handling_unit", "handling_role", "handling_person")
        .annotate(
            open=Count("id"),
            late=Count("id", filter=running & Q(due_at__lt=at)),
            near=Count("id", filter=running & Q(due_at__gte=at, due_at__lt=near)),
            waiting=Count("id", filter=Q(state=State.NEEDS_INFO)),
            unread=Count("id", filter=Q(unread_since__isnull=False)),
        )
    )
    units = {key: unit for key, unit in catalogue.current().units.items() if key in where}
    found = tables.tables_of(TableLoad, rows, roles=HANDLING, units=units, on=on)
    # Leaders and operators who have nothing and need nothing are no news.
    return [one for one in found if one.open or one.role in (Role.SPECIALIST, Role.COUNTER)]
