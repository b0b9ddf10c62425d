"""A figure by unit at every level, on the boundaries of any date."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dothi.datastore.indicators.choices import Scale
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.rules import NOWHERE, Pair, Part, Value, total
from dothi.datastore.indicators.selectors import guarding
from dothi.datastore.indicators.selectors.guarding import Guard
from dothi.units import selectors as units
from dothi.units.models import Unit
from dothi.units.rules import Count, Restated, Restatement

HIDDEN = Value(value=None, numerator=0.0, denominator=0.0)


@dataclass(frozen=True, kw_only=True)
class Exact:
    """Parts on other boundaries, as exact numbers: sums stay what they were."""

    numerator: Fraction = Fraction(0)
    denominator: Fraction = Fraction(0)
    estimated: Fraction = Fraction(0)  # Of the numerator; it stands on assumed shares.

    def __add__(self, other: "Exact") -> "Exact":
        return Exact(
            numerator=self.numerator + other.numerator,
            denominator=self.denominator + other.denominator,
            estimated=self.estimated + other.estimated,
        )

    def value(self, scale: Scale) -> Value:
        part = Part(
            unit_id=NOWHERE, numerator=float(self.numerator), denominator=float(self.denominator)
        )
        return total([part], scale)

    @property
    def share_estimated(self) -> float:
        return float(self.estimated / self.numerator) if self.numerator else 0.0


@dataclass(frozen=True, kw_only=True)
class UnitFigure:
    """A unit with all below it. `depth` is 0 for what stands on top. One that is `hidden` has no
    value: it speaks of too few persons, or would give away one that does."""

    unit: Unit
    depth: int
    value: Value
    share_estimated: float
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class ByUnit:
    """The tree of a date with its figures. What belongs to no unit of that date stands apart."""

    on: date
    rows: tuple[UnitFigure, ...]
    nowhere: Value | None
    nowhere_hidden: bool = False

    def of(self, code: str) -> UnitFigure | None:
        return next((row for row in self.rows if row.unit.code == code), None)


def on_boundaries(
    parts: Iterable[Part], *, on: date, there: Collection[int] = ()
) -> dict[int, Exact]:
    """The parts by unit of a date (`NOWHERE`: by none). Their sums are those of what came in.

    Of units that are known to be `there` on that date, nobody is asked.
    """
    found: dict[int, Exact] = {}
    gone = []
    for part in parts:
        if part.unit_id in there or part.unit_id == NOWHERE:
            found[part.unit_id] = found.get(part.unit_id, Exact()) + Exact(
                numerator=Fraction(part.numerator), denominator=Fraction(part.denominator)
            )
        else:
            gone.append(part)
    if gone:
        above = units.restate([_count(one, one.numerator) for one in gone], on=on)
        below = units.restate([_count(one, one.denominator) for one in gone], on=on)
        for key in dict.fromkeys([*above.by_unit, *below.by_unit, NOWHERE]):
            more = _exact(_of(above, key), _of(below, key))
            found[key] = found.get(key, Exact()) + more
    if found.get(NOWHERE) == Exact():
        del found[NOWHERE]
    return found


def _count(part: Part, amount: float) -> Count:
    return Count(unit=part.unit_id, amount=Fraction(amount), place=part.place)


def _of(restated: Restatement, key: int) -> Restated:
    return restated.nowhere if key == NOWHERE else restated.by_unit.get(key, Restated())


def _exact(above: Restated, below: Restated) -> Exact:
    return Exact(numerator=above.amount, denominator=below.amount, estimated=above.estimated)


def by_unit(
    parts: Iterable[Part], indicator: Indicator, *, on: date, guard: Guard = guarding.OPEN
) -> ByUnit:
    """One row for each unit in force on the date: its own parts and those of all below it."""
    scale = indicator.scale
    there = {unit.pk: unit for unit in units.in_force(on=on)}
    exact = on_boundaries(parts, on=on, there=there)
    gone = hidden_units(exact, there, indicator, guard)
    sums: dict[int, Exact] = {}
    for key, amount in exact.items():
        for unit in _and_above(key, there):
            sums[unit] = sums.get(unit, Exact()) + amount
    rows = [
        UnitFigure(
            unit=unit,
            depth=depth,
            value=HIDDEN if unit.pk in gone else sums.get(unit.pk, Exact()).value(scale),
            share_estimated=0.0 if unit.pk in gone else sums.get(unit.pk, Exact()).share_estimated,
            hidden=unit.pk in gone,
        )
        for unit, depth in _in_order(there)
    ]
    apart = [amount for key, amount in exact.items() if key not in there]
    nowhere = sum(apart, Exact()).value(scale) if apart else None
    is_gone = NOWHERE in gone
    return ByUnit(
        on=on, rows=tuple(rows), nowhere=HIDDEN if is_gone else nowhere, nowhere_hidden=is_gone
    )


def hidden_units(
    exact: Mapping[int, Exact], there: Mapping[int, Unit], indicator: Indicator, guard: Guard
) -> set[int]:
    """The units of a date that are not shown; `NOWHERE` where what belongs to none is not."""
    own: dict[int, Pair] = {}
    for key, amount in exact.items():
        place = key if key in there else NOWHERE
        n, d = own.get(place, (Fraction(0), Fraction(0)))
        own[place] = (n + amount.numerator, d + amount.denominator)
    above = {
        key: unit.parent_id if unit.parent_id in there else None for key, unit in there.items()
    }
    if NOWHERE in own:
        above[NOWHERE] = None
    return guarding.hidden(own, above, indicator=indicator, guard=guard)


def _and_above(key: int, there: Mapping[int, Unit]) -> list[int]:
    """The unit and those above it on that date."""
    found: list[int] = []
    unit = there.get(key)
    while unit is not None and unit.pk not in found:
        found.append(unit.pk)
        unit = there.get(unit.parent_id) if unit.parent_id else None
    return found


def _in_order(there: Mapping[int, Unit]) -> list[tuple[Unit, int]]:
    """The tree from the top, units of one parent by their code."""
    below: dict[int | None, list[Unit]] = {}
    for unit in sorted(there.values(), key=lambda one: (one.code, one.pk)):
        below.setdefault(unit.parent_id if unit.parent_id in there else None, []).append(unit)
    found: list[tuple[Unit, int]] = []

    def walk(parent: int | None, depth: int) -> None:
        for unit in below.get(parent, []):
            found.append((unit, depth))
            walk(unit.pk, depth + 1)

    walk(None, 0)
    return found


def with_all_below(rows: Iterable[UnitFigure], top: UnitFigure) -> list[UnitFigure]:
    """A row and those that stand below it in the tree."""
    kept = list(rows)
    place = kept.index(top)
    found = [top]
    for row in kept[place + 1 :]:
        if row.depth <= top.depth:
            break
        found.append(row)
    return found
