"""Who works on reports: colleagues to give one to, posts to send one to, and who has how many."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User, in_force
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
class Colleague:
    """Somebody at a post, with what lies on the table already."""

    user: User
    open: int


@dataclass(frozen=True, kw_only=True)
class TableLoad:
    """What lies on the table of one officer, or (without one) of a post that waits for takers."""

    unit: Unit
    role: Role
    user: User | None
    open: int
    late: int
    near: int
    waiting: int
    unread: int


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
    people = list(
        User.objects.filter(
            pk__in=Post.objects.filter(
                in_force(on), unit=ticket.handling_unit_id, role=ticket.handling_role
            ).values("user"),
            is_active=True,
        )
    )
    counted = dict(
        Ticket.objects.filter(closed_at=None, handling_person__in=people)
        .order_by()
        .values_list("handling_person")
        .annotate(n=Count("id"))
    )
    found = [Colleague(user=user, open=counted.get(user.pk, 0)) for user in people]
    return sorted(found, key=lambda one: (one.open, one.user.get_full_name()))


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
    counted = {
        (row["handling_unit"], row["handling_role"], row["handling_person"]): row for row in rows
    }
    posts = Post.objects.filter(
        in_force(on), unit__in=where, role__in=HANDLING, user__is_active=True
    ).values_list("unit_id", "role", "user_id")
    keys = set(counted) | {(unit, role, person) for unit, role, person in posts}
    people = User.objects.in_bulk({person for _unit, _role, person in keys if person})
    units = catalogue.current().units
    found = [
        _table(units[unit], role, people.get(person or 0), counted.get((unit, role, person), {}))
        for unit, role, person in keys
        if unit in units
    ]
    # Leaders and operators who have nothing and need nothing are no news.
    shown = [one for one in found if one.open or one.role in (Role.SPECIALIST, Role.COUNTER)]
    return sorted(
        shown,
        key=lambda one: (
            one.unit.name_vi,
            HANDLING.index(one.role) if one.role in HANDLING else 9,
            one.user is not None,
            -one.late,
            -one.open,
            one.user.get_full_name() if one.user else "",
        ),
    )


def _table(unit: Unit, role: str, user: User | None, row: dict[str, int]) -> TableLoad:
    figures = defaultdict(int, row)
    return TableLoad(
        unit=unit,
        role=Role(role),
        user=user,
        open=figures["open"],
        late=figures["late"],
        near=figures["near"],
        waiting=figures["waiting"],
        unread=figures["unread"],
    )


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """The names of officers by how audit and history call them (`user:12`)."""
    keys = {int(actor[5:]) for actor in actors if actor.startswith("user:") and actor[5:].isdigit()}
    people = User.objects.in_bulk(keys) if keys else {}
    return {f"user:{key}": user.get_full_name() for key, user in people.items()}
