"""The boundaries of one date, ready to take what was counted on those of any other day."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from dothi.lib.geo import Point
from dothi.units import rules
from dothi.units.choices import AliasKind
from dothi.units.models import Unit, UnitAlias
from dothi.units.rules import Count, Restated, Restatement
from dothi.units.selectors import ground, tree
from dothi.units.selectors.counts import history

UNKNOWN = 0  # Stands for a unit that nobody knows: what it counts is nowhere, and not lost.


class Boundaries:
    """The units in force on one date. Units, codes and successions are read once, then kept.

    For rows of any table: `unit` finds who had a code on a day, `splits` says whether the place of
    a row matters, `restate` puts counts on these boundaries, `rolled_up` adds them up the tree.
    """

    def __init__(self, on: date) -> None:
        self.on = on
        self._history = history()
        self._parents: dict[int, int | None] = dict(
            tree.in_force(on=on).values_list("id", "parent_id")
        )
        self._codes = _Codes()

    @property
    def units(self) -> frozenset[int]:
        return frozenset(self._parents)

    def unit(self, code: str, day: date) -> int:
        """The unit of that code on that day; else the one that had it last before, or first after.

        `UNKNOWN` where nobody ever had it.
        """
        return self._codes.unit(code, day)

    def splits(self, unit: int) -> bool:
        """Whether what was counted there lies in several units now, so that the place decides."""
        return len(self._history.shares(unit, on=self.on)) > 1

    def restate(self, counts: Iterable[Count]) -> Restatement:
        """Counts on these boundaries; sums over units equal the total. See `rules.restate`."""
        return rules.restate(counts, on=self.on, history=self._history, holders=self._holders)

    def rolled_up(self, by_unit: Mapping[int, Restated]) -> dict[int, Restated]:
        """For each unit what it and all units below it have together."""
        found: dict[int, Restated] = {}
        for unit, row in by_unit.items():
            above: int | None = unit
            while above is not None and above in self._parents:
                was = found.get(above, Restated())
                found[above] = Restated(
                    amount=was.amount + row.amount, estimated=was.estimated + row.estimated
                )
                above = self._parents[above]
        return found

    def _holders(self, point: Point) -> list[int]:
        return [unit.pk for unit in ground.units_at(point, on=self.on)]


def split_among(units: Iterable[int], *, on: date) -> frozenset[int]:
    """Those of the units whose counts lie in several units on a date, so that the place decides."""
    known = history()
    return frozenset(unit for unit in units if len(known.shares(unit, on=on)) > 1)


def plain(amount: Fraction) -> int | float:
    """A whole number where it is one."""
    return amount.numerator if amount.denominator == 1 else float(amount)


def known_codes() -> frozenset[str]:
    """Every code that a unit ever had, here or on another list."""
    return frozenset(_Codes().codes)


def lives_of_codes() -> dict[str, list[tuple[date, int]]]:
    """For each code, who had it: the first day of each unit and the unit, in order."""
    return _Codes().lives


class _Codes:
    """Who had a code when: a code is given again to another unit."""

    def __init__(self) -> None:
        begins: dict[int, date] = {}
        own: dict[str, list[tuple[date, int]]] = {}
        for key, code, begin in Unit.objects.values_list("id", "code", "valid_from"):
            begins[key] = begin
            own.setdefault(code, []).append((begin, key))
        aliases = UnitAlias.objects.filter(kind=AliasKind.CODE).values_list("alias", "unit_id")
        other: dict[str, list[tuple[date, int]]] = {}
        for alias, key in aliases:
            other.setdefault(alias, []).append((begins[key], key))
        self.lives = {code: sorted(lives) for code, lives in {**other, **own}.items()}

    @property
    def codes(self) -> Iterable[str]:
        return self.lives

    def unit(self, code: str, day: date) -> int:
        lives = self.lives.get(code)
        if lives is None:
            return UNKNOWN
        place = bisect_right([begin for begin, _key in lives], day)
        return lives[max(place - 1, 0)][1]
