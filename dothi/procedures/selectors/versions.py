"""Versions: which one holds on a day."""

from datetime import date

from django.db.models import QuerySet

from dothi.accounts.models import in_force as period
from dothi.procedures.choices import State
from dothi.procedures.models import Area, Version


def in_force(on: date) -> QuerySet[Version]:
    """The published versions that hold on a day: at most one a procedure."""
    rows = Version.objects.filter(period(on), state=State.PUBLISHED)
    return rows.select_related("procedure__area")


def version_of(code: str, *, on: date) -> Version | None:
    """The version of a procedure that holds on a day."""
    return in_force(on).filter(procedure__code=code).first()


def areas(*, on: date) -> list[Area]:
    """The fields that have a procedure in force, in their order."""
    used = in_force(on).values("procedure__area")
    return list(Area.objects.filter(pk__in=used).order_by("order", "code"))
