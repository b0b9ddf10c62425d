"""A data contract: what a dataset promises to its readers and asks of its sources.

Written down as Open Data Contract Standard 3.2 (`odcs`). Pure; a contract never changes, a new one
takes its place.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dothi.datastore.catalogue.choices import (
    Classification,
    Comparison,
    Mode,
    Notation,
    Rhythm,
    Type,
)

CODE = r"^[a-z0-9]+([-_][a-z0-9]+)*$"  # Of a dataset.
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# Columns that the store itself writes beside those of the contract begin so.
OWN = "_"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column: what it is called, what it may hold, how it is guarded."""

    name: str  # In the store: `NAME`.
    head: str  # In the source: as it stands in the head of the file.
    type: Type
    title_vi: str
    title_en: str = ""
    help_vi: str = ""
    help_en: str = ""
    required: bool = False
    unique: bool = False
    classification: Classification = Classification.PUBLIC
    unit: str = ""  # Of measure: "m2", "VND", "%".
    # How the source writes it: for dates such as "%d/%m/%Y", empty means ISO 8601.
    date_format: str = ""
    notation: Notation = Notation.PLAIN
    minimum: str = ""  # Written plainly: 0, 2.5, 2026-01-31. Empty: no bound.
    maximum: str = ""
    pattern: str = ""  # A regular expression (RE2) for the whole text.
    allowed: tuple[str, ...] = ()
    max_length: int | None = None
    reference: str = ""  # "dataset.column" that must hold the value.

    @property
    def is_personal(self) -> bool:
        return self.classification != Classification.PUBLIC


@dataclass(frozen=True, kw_only=True)
class Compare:
    """A rule on two columns of a row; where one of them is empty it holds."""

    left: str
    how: Comparison
    right: str


@dataclass(frozen=True, kw_only=True)
class Contract:
    """All that is agreed on a dataset's rows."""

    dataset: str  # Code of the dataset.
    version: int
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()  # Names of the columns that tell rows apart.
    mode: Mode = Mode.REPLACE
    compares: tuple[Compare, ...] = ()
    rhythm: Rhythm = Rhythm.IRREGULAR
    retention_days: int | None = None  # None: kept for ever.
    # A delivery with a greater share of faulty rows is not offered for publishing by itself.
    faulty_at_most: float = 0.05
    steward: str = ""  # Post that answers for it: "unit:role".
    purpose: str = ""  # What personal columns may be used for.
    legal_basis: str = ""
    notes: tuple[tuple[str, str], ...] = field(default=())

    def by_name(self) -> dict[str, Field]:
        return {one.name: one for one in self.fields}

    def by_head(self) -> dict[str, Field]:
        return {one.head: one for one in self.fields}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields)


# What columns that say where a row is are called, where it has no column of shapes.
LONGITUDE, LATITUDE = ("longitude", "lon", "lng", "kinh_do"), ("latitude", "lat", "vi_do")


def places_in(fields: Iterable[Field]) -> tuple[str, ...] | None:
    """The column of shapes, or those of longitude and latitude; None without either."""
    kinds = {one.name: one.type for one in fields}
    shape = next((name for name, kind in kinds.items() if kind == Type.GEOMETRY), None)
    if shape is not None:
        return (shape,)
    east = next((name for name in LONGITUDE if name in kinds), None)
    north = next((name for name in LATITUDE if name in kinds), None)
    return (east, north) if east and north else None


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a contract itself. `code` names the sentence, `where` the column."""

    code: str
    where: str = ""
    what: str = ""


def faults(contract: Contract) -> list[Fault]:
    """Everything that keeps a contract from being used; empty for a sound one."""
    return [*_of_columns(contract), *_of_key(contract), *_of_compares(contract)]


def _of_columns(contract: Contract) -> Iterator[Fault]:
    if not contract.fields:
        yield Fault(code="no_columns")
    names: set[str] = set()
    heads: set[str] = set()
    for one in contract.fields:
        if not NAME.fullmatch(one.name):
            yield Fault(code="bad_name", where=one.name or one.head)
        if one.name in names:
            yield Fault(code="name_twice", where=one.name)
        if one.head in heads:
            yield Fault(code="head_twice", where=one.head)
        names.add(one.name)
        heads.add(one.head)
        yield from _of_column(one)


def _of_column(one: Field) -> Iterator[Fault]:
    if one.pattern:
        if one.type != Type.TEXT:
            yield Fault(code="pattern_needs_text", where=one.name)
        try:
            re.compile(one.pattern)
        except re.error as error:
            yield Fault(code="bad_pattern", where=one.name, what=str(error))
    if (one.minimum or one.maximum) and one.type not in BOUNDED:
        yield Fault(code="bounds_need_numbers", where=one.name)
    if one.reference and one.reference.count(".") != 1:
        yield Fault(code="bad_reference", where=one.name, what=one.reference)


BOUNDED = frozenset({Type.INTEGER, Type.NUMBER, Type.DATE, Type.MOMENT})


def _of_key(contract: Contract) -> Iterator[Fault]:
    known = contract.by_name()
    for name in contract.key:
        if name not in known:
            yield Fault(code="unknown_key", where=name)
        elif not known[name].required:
            yield Fault(code="key_not_required", where=name)
    if contract.mode == Mode.MERGE and not contract.key:
        yield Fault(code="merge_needs_key")


def _of_compares(contract: Contract) -> Iterator[Fault]:
    known = contract.by_name()
    for rule in contract.compares:
        for name in (rule.left, rule.right):
            if name not in known:
                yield Fault(code="unknown_column", where=name)
        if {rule.left, rule.right} <= known.keys():
            left, right = known[rule.left].type, known[rule.right].type
            if left != right and {left, right} != {Type.INTEGER, Type.NUMBER}:
                yield Fault(code="unlike_columns", where=rule.left, what=rule.right)
