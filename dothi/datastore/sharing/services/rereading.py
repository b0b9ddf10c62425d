"""The rows of a dataset counted by unit, on the boundaries of any date.

A row keeps the unit that it had on its day. Which units those are today is asked of `units`; the
place of a row is looked at only where a unit was split.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from django.utils import timezone

from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.sharing.services.exporting import places_of
from dothi.datastore.sharing.services.opening import Opening
from dothi.lib.geo import Point
from dothi.units import selectors as units
from dothi.units.rules import Count, Restatement

LOOKED_AT = 1000  # Rows in which a column of units is known by its words.
DAYS = (Type.DATE, Type.MOMENT)
SUMMED = (Type.INTEGER, Type.NUMBER)


@dataclass(frozen=True, kw_only=True)
class Axes:
    """By which columns the rows of an opening can be read again."""

    units: tuple[Field, ...]
    days: tuple[Field, ...]
    amounts: tuple[Field, ...]

    def __bool__(self) -> bool:
        return bool(self.units)


def axes_of(opening: Opening) -> Axes:
    """A text column is one of units where everything that stands in it is the code of a unit.

    None is offered where small numbers of persons are hidden: from the figures on two sets of
    boundaries a reader could take one from the other and find them.
    """
    if opening.at_least:
        return Axes(units=(), days=(), amounts=())
    open_ones = [one for one in opening.fields if not one.is_personal]
    texts = [one for one in open_ones if one.type == Type.TEXT]
    places = places_of(opening) or ()
    return Axes(
        units=tuple(_of_units(opening, texts)),
        days=tuple(one for one in open_ones if one.type in DAYS),
        amounts=tuple(one for one in open_ones if one.type in SUMMED and one.name not in places),
    )


def _of_units(opening: Opening, texts: Sequence[Field]) -> Iterator[Field]:
    if not texts:
        return
    asked = ", ".join(f"list(distinct {quoted(one.name)})" for one in texts)
    with opening.connect() as connection:
        found = connection.execute(
            f"select {asked} from (select * from data limit {LOOKED_AT})"
        ).fetchone()
    known = units.known_codes()
    for one, values in zip(texts, found or (), strict=False):
        said = set(values or ()) - {None}
        if said and said <= known:
            yield one


def by_unit(
    opening: Opening, boundaries: units.Boundaries, *, unit: str, day: str = "", amount: str = ""
) -> Restatement:
    """How many rows, or how much of `amount`, each unit of that date has; sums equal the total.

    Args:
        unit: the column with the code that a unit had on the day of the row.
        day: the column that says on which; without one the code is that of its latest unit.
        amount: a column of numbers to add up; rows are counted without one.
    """
    names = {one.name for one in opening.fields}
    assert {unit, day or unit, amount or unit} <= names, "a column that this reader does not see"
    ask = _Question(opening, boundaries, unit=unit, day=day, amount=amount)
    whole = ask.counts()
    split = {one.code for one in whole if boundaries.splits(one.count.unit)} if ask.places else ()
    kept = [one.count for one in whole if one.code not in split]
    placed = [one.count for one in ask.counts(only=sorted(split))] if split else []
    return boundaries.restate([*kept, *placed])


@dataclass(frozen=True, kw_only=True)
class _Coded:
    code: str
    count: Count


class _Question:
    """Sums of an opening by code, by stretch between two boundary days, and by place if asked."""

    def __init__(
        self, opening: Opening, boundaries: units.Boundaries, *, unit: str, day: str, amount: str
    ) -> None:
        self.opening, self.boundaries = opening, boundaries
        self.unit, self.day = quoted(unit), day
        self.amount = f"sum({quoted(amount)})" if amount else "count(*)"
        places = places_of(opening) or ()
        self.places = tuple(quoted(name) for name in places) if len(places) == 2 else ()
        self.days = units.boundaries()

    def counts(self, *, only: Sequence[str] | None = None) -> list[_Coded]:
        """All of it; of `only` some codes, a count for each place in them."""
        place = ", ".join(self.places) if only is not None else "null, null"
        where = f"where list_contains(?, {self.unit})" if only is not None else ""
        stretch, bounds = self._stretch()
        with self.opening.connect() as connection:
            rows = connection.execute(
                f"select {self.unit}, {stretch}, {place}, {self.amount} from data {where} "
                "group by all",
                [*bounds, *([list(only)] if only is not None else [])],
            ).fetchall()
        return list(self._counted(rows))

    def _stretch(self) -> tuple[str, list[Any]]:
        """How many boundary days lie before a row; its last argument where no day is known."""
        newest = str(len(self.days))
        if not self.day or not self.days:
            return newest, []
        field = next(one for one in self.opening.fields if one.name == self.day)
        column = quoted(self.day)
        steps = " + ".join([f"({column} >= ?)::int"] * len(self.days))
        begins = [_begin(one) for one in self.days] if field.type == Type.MOMENT else self.days
        return f"coalesce({steps}, {newest})", list(begins)

    def _counted(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[_Coded]:
        for code, stretch, lon, lat, amount in rows:
            day = self.days[max(stretch - 1, 0)] if self.days else self.boundaries.on
            point = None if lon is None or lat is None else Point(lon, lat)
            unit = self.boundaries.unit(code or "", day)
            yield _Coded(code=code or "", count=Count(
                unit=unit, amount=Fraction(amount or 0), place=point
            ))  # fmt: skip


def quoted(name: str) -> str:
    """A name of a contract holds no quote; one such as "group" must stand in some."""
    assert '"' not in name
    return f'"{name}"'


def _begin(day: date) -> datetime:
    """The first moment of a day in the city."""
    return timezone.make_aware(datetime.combine(day, time()))
