"""What somebody looks at: which rows, in which order, which columns, or groups of them. Pure.

A look becomes one question with parameters: values of readers never stand in its text, and a column
is named only if it is one that they see.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from types import MappingProxyType

from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.tables.rules.sql import words_type
from dothi.datastore.viewer.choices import Bucket, How, Measure
from dothi.lib import text_vi

TIMES = frozenset({Type.DATE, Type.MOMENT})
NUMBERS = frozenset({Type.INTEGER, Type.NUMBER})
ORDERED = NUMBERS | TIMES
MOST_FILTERS, MOST_GROUPS = 20, 2
ROW = "_id"  # The number of a row within its version, as CKAN has it.
_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_SIGNS = {How.AT_LEAST: ">=", How.AT_MOST: "<=", How.MORE: ">", How.LESS: "<"}


class NotUnderstood(Exception):
    """`what` of a look is not there, or is not what it should be."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A condition on one column. Several values mean any of them."""

    column: str
    how: How
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Box:
    """Part of the ground in degrees, and the columns that say where a row is."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, kw_only=True)
class Look:
    """See the module."""

    words: str = ""
    filters: tuple[Filter, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()  # Column, and whether downwards.
    columns: tuple[str, ...] = ()  # Empty: all.
    groups: tuple[tuple[str, Bucket], ...] = ()
    measures: tuple[tuple[Measure, str], ...] = ((Measure.COUNT, ""),)
    distinct: bool = False
    box: Box | None = None
    places: tuple[str, ...] = ()  # Longitude and latitude, or the column of shapes.


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question with its parameters, and the heads of its answer."""

    text: str
    parameters: list[object] = field(default_factory=list)
    heads: tuple[str, ...] = ()


class Writer:
    """Writes the questions of one look about the columns that somebody sees."""

    def __init__(
        self, look: Look, fields: Sequence[Field], zone: tzinfo,
        words: Mapping[str, Collection[str]] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self.look = look
        self.fields: Mapping[str, Field] = {one.name: one for one in fields}
        self.zone = zone
        self.words = words  # Of each column that is kept as numbers of its words.

    def page(self, *, limit: int | None, offset: int = 0, with_row: bool = False) -> Asked:
        """Rows, or groups, from `offset` on."""
        columns, heads = self._columns(with_row=with_row)
        where, parameters = self._where()
        distinct = "distinct " if self.look.distinct else ""
        rest = f"{where}{self._group()}{self._order(heads)}"
        if limit is not None and not rest and not distinct:
            # All rows as they lie: those before need not be read, as an offset has them read.
            place = f"rowid >= {int(offset)} and rowid < {int(offset) + int(limit)}"
            return Asked(text=f"select {columns} from data where {place}", heads=tuple(heads))
        text = f"select {distinct}{columns} from data{rest}"
        if limit is not None:
            text += f" limit {int(limit)} offset {int(offset)}"
        return Asked(text=text, parameters=parameters, heads=tuple(heads))

    def total(self) -> Asked:
        """How many rows or groups there are in all."""
        where, parameters = self._where()
        if not self.look.groups and not self.look.distinct:
            return Asked(text=f"select count(*) from data{where}", parameters=parameters)
        columns, _heads = self._columns()
        distinct = "distinct " if self.look.distinct else ""
        inner = f"select {distinct}{columns} from data{where}{self._group()}"
        return Asked(text=f"select count(*) from ({inner})", parameters=parameters)

    # --- What is shown ----------------------------------------------------------------------------

    def _columns(self, *, with_row: bool = False) -> tuple[str, list[str]]:
        if not self.look.groups:
            names = list(self.look.columns or self.fields)
            shown = [_name(self._known(name).name) for name in names]
            if with_row:
                return ", ".join([f"rowid + 1 as {ROW}", *shown]), [ROW, *names]
            return ", ".join(shown), names
        if len(self.look.groups) > MOST_GROUPS:
            raise NotUnderstood("groups")
        parts = [self._grouped(name, bucket) for name, bucket in self.look.groups]
        heads = [name for name, _bucket in self.look.groups]
        for measure, name in self.look.measures:
            parts.append(self._measured(measure, name))
            heads.append(f"{measure}.{name}" if name else str(measure.value))
        parts.append("count(*)")  # What small numbers are judged by.
        heads.append(ROW)
        return ", ".join(f"{part} as {_name(f'c{i}')}" for i, part in enumerate(parts)), heads

    def _grouped(self, name: str, bucket: Bucket) -> str:
        one = self._known(name)
        if bucket == Bucket.WHOLE:
            return _name(name)
        if one.type not in TIMES:
            raise NotUnderstood(name)
        value = f"{self._local(one)}::date"
        return value if bucket == Bucket.DAY else f"date_trunc('{bucket.value}', {value})::date"

    def _local(self, one: Field) -> str:
        """A moment as the clocks of the city show it. Its zone has one offset: asking the calendar
        for every row would take five times as long."""
        if one.type != Type.MOMENT:
            return _name(one.name)
        offset = datetime(2026, 1, 1, tzinfo=self.zone).utcoffset()
        seconds = int(offset.total_seconds()) if offset else 0
        return f"make_timestamp(epoch_us({_name(one.name)}) + {seconds * 1_000_000})"

    def _measured(self, measure: Measure, name: str) -> str:
        if measure == Measure.COUNT:
            return "count(*)"
        one = self._known(name)
        ordered = measure in {Measure.MINIMUM, Measure.MAXIMUM}
        if one.type not in (ORDERED if ordered else NUMBERS):
            raise NotUnderstood(name)
        return f"{measure.value}({_name(name)})"

    def _group(self) -> str:
        if not self.look.groups:
            return ""
        return " group by " + ", ".join(str(n + 1) for n in range(len(self.look.groups)))

    def _order(self, heads: Sequence[str]) -> str:
        order = []
        for name, down in self.look.sort:
            if self.look.groups:
                if name not in heads:
                    raise NotUnderstood(name)
                part = str(heads.index(name) + 1)
            else:
                part = "rowid" if name == ROW else _name(self._known(name).name)
            order.append(f"{part}{' desc' if down else ''} nulls last")
        if not order and self.look.groups:
            order = [str(n + 1) for n in range(len(self.look.groups))]
        return f" order by {', '.join(order)}" if order else ""

    # --- Which rows -------------------------------------------------------------------------------

    def _where(self) -> tuple[str, list[object]]:
        if len(self.look.filters) > MOST_FILTERS:
            raise NotUnderstood("filters")
        parts: list[str] = []
        parameters: list[object] = []
        for word in text_vi.tokens(self.look.words):
            parts.append(self._anywhere())
            parameters.append(word)
        for one in self.look.filters:
            part, values = self._filter(one)
            parts.append(part)
            parameters += values
        if self.look.box is not None:
            part, values = self._within(self.look.box)
            parts.append(part)
            parameters += values
        return (" where " + " and ".join(parts) if parts else ""), parameters

    def _anywhere(self) -> str:
        texts = [name for name, one in self.fields.items() if one.type == Type.TEXT]
        if not texts:
            return "?::varchar is null"
        joined = ", ".join(_name(one) for one in texts)
        return f"contains({_folded(f'concat_ws(chr(10), {joined})')}, ?)"

    def _filter(self, one: Filter) -> tuple[str, list[object]]:
        column = self._known(one.column)
        name = _name(column.name)
        match one.how:
            case How.EMPTY:
                return f"{name} is null", []
            case How.FULL:
                return f"{name} is not null", []
            case How.HAS:
                needle = text_vi.fold(one.values[0]) if one.values else ""
                if column.name in self.words:
                    found = [w for w in self.words[column.name] if needle in text_vi.fold(w)]
                    return self._among(column, found)
                return f"contains({_folded(f'{name}::varchar')}, ?)", [needle]
            case How.IS | How.IS_NOT:
                return self._equal(column, one)
        if column.type not in ORDERED or not one.values:
            raise NotUnderstood(one.column)
        value = self._value(column, one.values[0])
        if isinstance(value, date) and not isinstance(value, datetime):
            name = f"{self._local(column)}::date"
        return f"{name} {_SIGNS[one.how]} ?", [value]

    def _equal(self, column: Field, one: Filter) -> tuple[str, list[object]]:
        if not one.values:
            raise NotUnderstood(one.column)
        values = [self._value(column, text) for text in one.values]
        name = _name(column.name)
        if any(isinstance(v, date) and not isinstance(v, datetime) for v in values):
            name = f"{self._local(column)}::date"
        test, found = self._among(column, values, name)
        return (test if one.how == How.IS else f"({name} is null or not {test})"), found

    def _among(
        self, column: Field, values: Sequence[object], name: str = ""
    ) -> tuple[str, list[object]]:
        """A column that has one of these values. Words are compared as the numbers they are kept
        as: as text, each row would be spelled first, at three times the cost."""
        mark = "?"
        if column.name in self.words:
            mark = f"?::{_name(words_type(column.name))}"
            values = [one for one in values if one in self.words[column.name]]
        if not values:
            return "false", []
        marks = ", ".join(mark for _value in values)
        return f"({name or _name(column.name)} in ({marks}))", [*values]

    def _value(self, column: Field, text: str) -> object:
        try:
            match column.type:
                case Type.INTEGER | Type.NUMBER:
                    number = float(text.replace(",", ".")) if "." not in text else float(text)
                    if not math.isfinite(number):
                        raise ValueError(text)
                    return int(number) if number == int(number) and abs(number) < 2**53 else number
                case Type.BOOLEAN:
                    return {"true": True, "1": True, "false": False, "0": False}[text.lower()]
                case Type.DATE:
                    return date.fromisoformat(text[:10])
                case Type.MOMENT:
                    return self._moment(text)
        except (ValueError, KeyError, OverflowError) as error:
            raise NotUnderstood(f"{column.name}: {text}") from error
        if "\0" in text:
            raise NotUnderstood(column.name)
        return text_vi.nfc(text)

    def _moment(self, text: str) -> date | datetime:
        if len(text) == 10:
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=self.zone)

    def _within(self, box: Box) -> tuple[str, list[object]]:
        values: list[object] = [box.west, box.east, box.south, box.north]
        if len(self.look.places) == 2:
            east, north = (_name(self._known(name).name) for name in self.look.places)
            return f"({east} between ? and ? and {north} between ? and ?)", values
        if not self.look.places:
            raise NotUnderstood("bbox")
        # The corners of a GeoJSON text: its numbers are, in turn, longitudes and latitudes.
        shape = _name(self._known(self.look.places[0]).name)
        found = f"regexp_extract_all({shape}, '{_NUMBER}')::double[]"
        return (
            f"(list_max(({found})[1:-1:2]) >= ? and list_min(({found})[1:-1:2]) <= ? and "
            f"list_max(({found})[2:-1:2]) >= ? and list_min(({found})[2:-1:2]) <= ?)"
        ), values

    def _known(self, name: str) -> Field:
        if name not in self.fields:
            raise NotUnderstood(name)
        return self.fields[name]


def _name(of: str) -> str:
    return '"' + of.replace('"', '""') + '"'


def _folded(value: str) -> str:
    """A text as search compares it; `text_vi.fold` does the same to what was typed."""
    return f"replace(strip_accents(lower({value})), 'đ', 'd')"
