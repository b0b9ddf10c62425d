"""One dossier, or one row that every verb asks for, by statements that are written once."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model

from dothi.accounts.models import User
from dothi.cases.models import Agency, Consultation, Dossier, Proposal, Setting
from dothi.core.clocks.models import Clock
from dothi.core.rows import columns, every, first
from dothi.units.models import Unit

UNITS = ("receiving_unit", "unit", "handling_unit")
CLOCKS = ("clock", "step_clock", "reply_clock")
ALWAYS = len(UNITS)
HANGS_ON = (*((name, Unit) for name in UNITS), ("handling_person", User),
            *((name, Clock) for name in CLOCKS))  # fmt: skip
BY_ID, BY_CODE = "d.id = %s", "d.code = %s"
SEEN = (
    "d.code = %s and (d.unit_id = any(%s) or d.receiving_unit_id = any(%s)"
    " or d.handling_unit_id = any(%s))"
)
_HOLDS = "valid_from <= %s and (valid_to is null or valid_to > %s)"
_WAITS = f"""
    select exists (select 1 from {Consultation._meta.db_table}
                   where dossier_id = %s and answered_at is null),
           exists (select 1 from {Proposal._meta.db_table}
                   where dossier_id = %s and answered_at is null)
"""
_SET = f"""
    select value from {Setting._meta.db_table}
    where parameter = %s and {_HOLDS} order by valid_from desc limit 1
"""


def one_dossier(condition: str, values: Sequence[Any]) -> Dossier | None:
    """One dossier with what verbs and pages need of it; `condition` is one of this module's."""
    found = first(_dossier(condition), values, (Dossier, ()), *((one, ()) for _, one in HANGS_ON))
    if found is None:
        return None
    dossier: Dossier = found[0]
    for (name, _model), row in zip(HANGS_ON, found[1:], strict=True):
        setattr(dossier, name, row)
    return dossier


def dossier_by_id(pk: int) -> Dossier:
    """The dossier of this id.

    Raises:
        Dossier.DoesNotExist: there is none.
    """
    found = one_dossier(BY_ID, [pk])
    if found is None:
        raise Dossier.DoesNotExist
    return found


def dossiers_of(keys: Sequence[int]) -> list[Dossier]:
    """Dossiers of these ids, in this order, with what pages need of them.

    What hangs on them is asked for apart: a page of fifty joins seven tables otherwise, and each
    row brings its unit anew.
    """
    found = {row.pk: row for row in every(_by_keys(Dossier), [list(keys)], Dossier)}
    rows = [found[key] for key in keys if key in found]
    for names, model in ((UNITS, Unit), (("handling_person",), User), (CLOCKS, Clock)):
        _hang_on(rows, names, model)
    return rows


def _hang_on(rows: Sequence[Dossier], names: Sequence[str], model: type[Model]) -> None:
    keys = {getattr(row, f"{name}_id") for row in rows for name in names} - {None}
    known = {one.pk: one for one in every(_by_keys(model), [list(keys)], model)} if keys else {}
    for row in rows:
        for name in names:
            setattr(row, name, known.get(getattr(row, f"{name}_id")))


@cache
def _by_keys(model: type[Model]) -> str:
    return f"select {columns(model, 't')} from {model._meta.db_table} t where id = any(%s)"


@cache
def _dossier(condition: str) -> str:
    parts = [columns(Dossier, "d"), *(columns(model, f"of_{name}") for name, model in HANGS_ON)]
    joins = [
        f"{'join' if number < ALWAYS else 'left join'} {model._meta.db_table} of_{name}"
        f" on of_{name}.id = d.{name}_id"
        for number, (name, model) in enumerate(HANGS_ON)
    ]
    table = Dossier._meta.db_table
    return f"select {', '.join(parts)} from {table} d {' '.join(joins)} where {condition}"


def agency_of(unit: Unit, *, on: date) -> Agency | None:
    """The agency as which a unit receives dossiers on a day."""
    found = first(_agency(), [unit.pk, on, on], (Agency, ()), (Unit, ()))
    if found is None:
        return None
    agency: Agency = found[0]
    agency.unit = found[1]
    return agency


@cache
def _agency() -> str:
    return (
        f"select {columns(Agency, 'a')}, {columns(Unit, 'u')} from {Agency._meta.db_table} a"
        f" join {Unit._meta.db_table} u on u.id = a.unit_id"
        " where a.unit_id = %s and a.valid_from <= %s and (a.valid_to is null or a.valid_to > %s)"
    )


def value_set(parameter: str, *, on: date) -> int | None:
    """What the office has set, and holds on a day."""
    with connection.cursor() as cursor:
        cursor.execute(_SET, [parameter, on, on])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def waits_for(dossier: Dossier) -> tuple[bool, bool]:
    """Whether an agency, and the applicant, was asked and has not answered."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, [dossier.pk] * 2)
        row = cursor.fetchone()
    assert row is not None
    return bool(row[0]), bool(row[1])
