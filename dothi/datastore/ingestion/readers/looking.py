"""A first look at a file, before a row of it is taken: does it hold what was agreed?"""

from dataclasses import replace
from pathlib import Path

from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.catalogue.rules.difference import Departure, departures, holds
from dothi.datastore.ingestion.readers.kinds import BY_CODE
from dothi.datastore.ingestion.readers.profiling import ColumnProfile
from dothi.datastore.ingestion.readers.proposing import SURE, free_name
from dothi.datastore.ingestion.readers.shape import Shape
from dothi.datastore.ingestion.rules.fitting import folded, known_as

ROWS = 2000
ENOUGH = 20  # Fewer values say nothing of a column; the rows are asked one by one in any case.
# A workbook is a full grid in memory: of a large one the rows alone decide.
WORKBOOK_AT_MOST = 8 * 1024**2


def worth_a_look(path: Path, shape: Shape) -> bool:
    return not shape.format.is_workbook or path.stat().st_size <= WORKBOOK_AT_MOST


def departing(
    contract: Contract, shape: Shape, profiles: list[ColumnProfile]
) -> tuple[Departure, ...]:
    """Why a file of this shape stops at the door, with the likely mistake; nothing if it fits.

    A column is of another type only where nearly all that was seen is plainly something else: texts
    and dirty values are asked row by row, and stand aside with their reason.
    """
    called = known_as(contract, shape.heads)
    wanted = contract.by_head()
    types = {}
    for one in profiles:
        field = wanted.get(called.get(one.head, one.head))
        seen = _plainly_else(field, one) if field else None
        if field is not None and seen is not None:
            types[field.head] = seen
    return departures(contract, [called.get(head, head) for head in shape.heads], types)


def _plainly_else(field: Field, seen: ColumnProfile) -> Type | None:
    kinds = [BY_CODE[code].type for code, share in seen.kinds.items() if share >= SURE]
    if seen.filled < ENOUGH or not kinds or field.allowed:
        return None
    # A day without an hour is a moment, too.
    may_be = {*kinds, Type.MOMENT} if Type.DATE in kinds else {*kinds}
    return None if any(holds(field.type, kind) for kind in may_be) else kinds[0]


def carried_on(old: Contract, seen: Contract, found: tuple[Departure, ...]) -> Contract:
    """What was agreed, as far as a changed file still bears it; the rest as it was seen.

    A head that looks like a missing one takes its column over, with all that was agreed on it.
    """
    fields = []
    by_head = {folded(one.head): one for one in old.fields}
    renamed = {folded(one.like): one.head for one in found if one.code == "missing" and one.like}
    retyped = {folded(one.head) for one in found if one.code == "type"}
    taken = {one.name for one in old.fields}
    for one in seen.fields:
        key = folded(one.head)
        was = by_head.get(folded(renamed.get(key, one.head)))
        if was is None:
            fields.append(replace(one, name=free_name(one.name, taken), unique=False))
            taken.add(fields[-1].name)
        elif key in retyped:
            fields.append(replace(
                was, head=one.head, type=one.type, notation=one.notation, minimum="", maximum="",
                date_format=one.date_format, pattern="", allowed=(), max_length=None,
            ))  # fmt: skip
        else:
            fields.append(replace(was, head=one.head))
    there = {one.name for one in fields}
    key_stays = set(old.key) <= there
    return replace(
        old, fields=tuple(fields), key=old.key if key_stays else (),
        mode=old.mode if key_stays else seen.mode,
        compares=tuple(one for one in old.compares if {one.left, one.right} <= there),
    )  # fmt: skip
