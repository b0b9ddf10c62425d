"""Versions: which one holds on a day."""

from datetime import date
from functools import lru_cache

from django.db import connection
from django.db.models import Prefetch, QuerySet

from dothi.accounts.models import in_force as period
from dothi.procedures.choices import State
from dothi.procedures.models import Area, Procedure, Version
from dothi.procedures.rules.definition import Definition

_KEY = f"""
    select version.id from {Version._meta.db_table} version
    join {Procedure._meta.db_table} procedure on procedure.id = version.procedure_id
    where procedure.code = %s and version.state = %s and version.valid_from <= %s
        and (version.valid_to is null or version.valid_to > %s)
"""


def in_force(on: date) -> QuerySet[Version]:
    """The published versions that hold on a day: at most one a procedure."""
    rows = Version.objects.filter(period(on), state=State.PUBLISHED)
    return rows.select_related("procedure__area")


def version_of(code: str, *, on: date) -> Version | None:
    """The version of a procedure that holds on a day."""
    return in_force(on).filter(procedure__code=code).first()


def key_of(code: str, *, on: date) -> int | None:
    """The id of the version that holds on a day, by which `content_of` says the rest."""
    with connection.cursor() as cursor:
        cursor.execute(_KEY, [code, State.PUBLISHED.value, on, on])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def areas(*, on: date) -> list[Area]:
    """The fields that have a procedure in force, in their order."""
    used = in_force(on).values("procedure__area")
    return list(Area.objects.filter(pk__in=used).order_by("order", "code"))


def all_areas() -> list[Area]:
    """Every field of administration, in their order."""
    return list(Area.objects.order_by("order", "code"))


def designs() -> list[Procedure]:
    """Every procedure with its versions, the newest first: what the designer lists."""
    newest = Prefetch("versions", Version.objects.order_by("-number").defer("search"))
    rows = Procedure.objects.select_related("area").order_by("area__order", "code")
    return list(rows.prefetch_related(newest))


def versions_of(code: str) -> list[Version]:
    """All versions of a procedure, the newest first."""
    rows = Version.objects.filter(procedure__code=code).select_related("procedure__area")
    return list(rows.order_by("-number"))


@lru_cache(maxsize=2000)
def content_of(version_id: int) -> Definition:
    """What a published version says; it never changes, so each process reads it once.

    Raises:
        Version.DoesNotExist: there is no published version of this id.
    """
    return Version.objects.get(pk=version_id, state=State.PUBLISHED).content
