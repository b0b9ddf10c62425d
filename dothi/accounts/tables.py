"""What lies on the tables of officers: who has how much, and who can be given more.

The domains count their own matters; who holds which post, and in which order tables stand, is the
same for all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from django.db.models import Count, QuerySet

from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User, in_force
from dothi.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody at a post, with what lies on the table already."""

    user: User
    open: int


def colleagues_at(
    unit_id: int, role: str, *, on: date, open_rows: QuerySet[Any]
) -> list[Colleague]:
    """Who holds a post, the least burdened first, by `open_rows` with a `handling_person`."""
    posts = Post.objects.filter(in_force(on), unit=unit_id, role=role)
    people = list(User.objects.filter(pk__in=posts.values("user"), is_active=True))
    counted = dict(
        open_rows.filter(handling_person__in=people)
        .order_by()
        .values_list("handling_person")
        .annotate(n=Count("id"))
    )
    found = [Colleague(user=user, open=counted.get(user.pk, 0)) for user in people]
    return sorted(found, key=lambda one: (one.open, one.user.get_full_name()))


@dataclass(frozen=True, kw_only=True)
class Table:
    """What one officer has, or (without one) what nobody has taken yet at a post."""

    unit: Unit
    role: Role
    user: User | None
    open: int = 0
    late: int = 0
    near: int = 0
    waiting: int = 0


Kind = TypeVar("Kind", bound=Table)


def tables_of(
    kind: type[Kind],
    rows: Iterable[Mapping[str, Any]],
    *,
    roles: Sequence[Role],
    units: Mapping[int, Unit],
    on: date,
) -> list[Kind]:
    """The tables of units: those with something, and of everybody at a post of `roles`.

    Each row counts what is open at a `handling_unit`, `handling_role` and `handling_person` under
    the names of the fields of `kind`. By unit and post; there the untaken first, then the latest.
    """
    at_post = ("handling_unit", "handling_role", "handling_person")
    counted = {
        tuple(row[name] for name in at_post): {k: n for k, n in row.items() if k not in at_post}
        for row in rows
    }
    posts = Post.objects.filter(
        in_force(on), unit__in=units, role__in=roles, user__is_active=True
    ).values_list("unit_id", "role", "user_id")
    keys = {*counted, *posts}
    people = User.objects.in_bulk({person for _unit, _role, person in keys if person})
    found = [
        kind(
            unit=units[unit], role=Role(role), user=people.get(person or 0),
            **counted.get((unit, role, person), {}),
        )
        for unit, role, person in keys
        if unit in units
    ]  # fmt: skip
    return sorted(
        found,
        key=lambda one: (
            one.unit.name_vi,
            roles.index(one.role) if one.role in roles else len(roles),
            one.user is not None,
            -one.late,
            -one.open,
            one.user.get_full_name() if one.user else "",
        ),
    )


@dataclass(kw_only=True)
class Group(Generic[Kind]):
    """The tables of one unit, and what lies on them together."""

    unit: Unit
    tables: list[Kind] = field(default_factory=list)

    @property
    def open(self) -> int:
        return sum(table.open for table in self.tables)

    @property
    def late(self) -> int:
        return sum(table.late for table in self.tables)


def by_unit(tables: Iterable[Kind]) -> list[Group[Kind]]:
    """The tables in their order, unit by unit."""
    groups: dict[int, Group[Kind]] = {}
    for table in tables:
        groups.setdefault(table.unit.pk, Group(unit=table.unit)).tables.append(table)
    return list(groups.values())
