"""The tree of units on a day, and what became of a unit."""

from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from dothi.units.choices import AliasKind
from dothi.units.models import Unit, UnitAlias

_BELOW = """
    with recursive below (id) as (
        select id from units_unit where parent_id = %s
            and valid_from <= %s and (valid_to is null or valid_to > %s)
        union
        select u.id from units_unit u join below on u.parent_id = below.id
        where u.valid_from <= %s and (u.valid_to is null or u.valid_to > %s)
    ) select id from below
"""
_ABOVE = """
    with recursive above (id, parent_id) as (
        select id, parent_id from units_unit where id = %s
        union
        select u.id, u.parent_id from units_unit u join above on u.id = above.parent_id
    ) select id from above
"""
# Along the successions until a unit that is in force on the day; `{from}` and `{to}` set the way.
_ALONG = """
    with recursive along (id, ended) as (
        select id, not (valid_from <= %s and (valid_to is null or valid_to > %s))
        from units_unit where id = %s
        union
        select u.id, not (u.valid_from <= %s and (u.valid_to is null or u.valid_to > %s))
        from along join units_succession s on s.{here}_id = along.id and s.{used} > 0
        join units_unit u on u.id = s.{there}_id where along.ended
    ) select id from along where not ended
"""


def in_force(*, on: date) -> QuerySet[Unit]:
    return Unit.objects.filter(valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gt=on))


def unit_of(code: str, *, on: date) -> Unit:
    """The unit of that code on that day; a code of another list counts where none has it.

    Raises Unit.DoesNotExist.
    """
    found = in_force(on=on).filter(code=code).first()
    if found is None:
        known = UnitAlias.objects.filter(kind=AliasKind.CODE, alias=code).values("unit_id")
        found = in_force(on=on).filter(pk__in=known).order_by("id").first()
    if found is None:
        raise Unit.DoesNotExist(f"no unit {code} on {on}")
    return found


def root(*, on: date) -> Unit:
    """The one unit above all others on that day. Raises Unit.DoesNotExist in an empty house."""
    found = in_force(on=on).filter(parent=None).order_by("id").first()
    if found is None:
        raise Unit.DoesNotExist(f"no root unit on {on}")
    return found


def children(unit: Unit, *, on: date) -> QuerySet[Unit]:
    return in_force(on=on).filter(parent=unit).order_by("code")


def descendants(unit: Unit, *, on: date, include_self: bool = False) -> QuerySet[Unit]:
    """All units below, at any depth, that are in force on that day."""
    found = Q(pk__in=RawSQL(_BELOW, (unit.pk, on, on, on, on)))
    return Unit.objects.filter(found | Q(pk=unit.pk) if include_self else found)


def ancestors(unit: Unit, *, include_self: bool = False) -> QuerySet[Unit]:
    """All units above, up to the root."""
    found = Unit.objects.filter(pk__in=RawSQL(_ABOVE, (unit.pk,)))
    return found if include_self else found.exclude(pk=unit.pk)


def boundaries() -> list[date]:
    """The days on which some unit began or ended, oldest first."""
    begins = Unit.objects.values_list("valid_from", flat=True)
    ends = Unit.objects.exclude(valid_to=None).values_list("valid_to", flat=True)
    return sorted({day for day in [*begins, *ends] if day is not None})


def successors_on(unit: Unit, *, on: date) -> QuerySet[Unit]:
    """What is in force on that later day on the ground of the unit: itself or what followed."""
    sql = _ALONG.format(here="predecessor", there="successor", used="share")
    return Unit.objects.filter(pk__in=RawSQL(sql, (on, on, unit.pk, on, on))).order_by("code")


def origins_on(unit: Unit, *, on: date) -> QuerySet[Unit]:
    """What was in force on that earlier day on the ground of the unit."""
    sql = _ALONG.format(here="successor", there="predecessor", used="back_share")
    return Unit.objects.filter(pk__in=RawSQL(sql, (on, on, unit.pk, on, on))).order_by("code")
