"""How parts become values: sums over units first, the division last; and why a value moved."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from dothi.datastore.indicators.choices import Scale
from dothi.lib.geo import Point

NOWHERE = 0  # Instead of the id of a unit: rows whose unit the house does not know.
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one unit contributes. Parts of several units add up; shares of them would not."""

    unit_id: int
    numerator: float
    denominator: float = 1.0
    place: Point | None = None  # Where it lies, if that was asked.


@dataclass(frozen=True, kw_only=True)
class Value:
    """One figure. `value` is None where nothing was there to be measured."""

    value: float | None
    numerator: float
    denominator: float


def total(parts: Iterable[Part], scale: Scale) -> Value:
    """Add the parts, then divide once.

    A count has no denominator. A share or mean of nothing is None, not 0 and not 100: a wall that
    shows 100 % because nobody asked anything would praise an empty house.
    """
    kept = list(parts)
    numerator = sum(part.numerator for part in kept)
    if scale == Scale.COUNT:
        return Value(value=numerator, numerator=numerator, denominator=1.0)
    denominator = sum(part.denominator for part in kept)
    if not denominator:
        return Value(value=None, numerator=numerator, denominator=0.0)
    return Value(
        value=_factor(scale) * numerator / denominator,
        numerator=numerator,
        denominator=denominator,
    )


def _factor(scale: Scale) -> int:
    return 100 if scale == Scale.PERCENT else 1


Number = float | Fraction
Pair = tuple[Number, Number]  # Numerator and denominator.
NOTHING: Pair = (0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Contribution(Generic[K]):
    """How much of a change one group made."""

    group: K
    before: Value
    after: Value
    share: Fraction  # Of the change, in the unit of the value. Shares of all groups sum to it.


def moved(
    before: Mapping[K, Pair], after: Mapping[K, Pair], scale: Scale
) -> list[Contribution[K]] | None:
    """Take the change of a value apart by groups; largest first. None where there was no value.

    A count: what the group counts more. For N / D, with d for the change of something and the bar
    for the mean of before and after:  d(N/D) = sum over groups of (dn - bar(N/D) * dd) / bar(D).
    So a group raises a share by having more in it, and lowers it by being asked more often.
    """
    groups = list(dict.fromkeys([*before, *after]))
    exact = {
        group: tuple(
            Fraction(number) for number in (*before.get(group, NOTHING), *after.get(group, NOTHING))
        )
        for group in groups
    }
    if scale == Scale.COUNT:
        shares = {group: n1 - n0 for group, (n0, _d0, n1, _d1) in exact.items()}
    else:
        sums = [sum((row[i] for row in exact.values()), Fraction(0)) for i in range(4)]
        all_n0, all_d0, all_n1, all_d1 = sums
        if not all_d0 or not all_d1:
            return None
        ratio = (all_n0 / all_d0 + all_n1 / all_d1) / 2
        size = (all_d0 + all_d1) / 2
        shares = {
            group: _factor(scale) * ((n1 - n0) - ratio * (d1 - d0)) / size
            for group, (n0, d0, n1, d1) in exact.items()
        }
    made = [
        Contribution(
            group=group,
            before=_value(before.get(group, NOTHING), scale),
            after=_value(after.get(group, NOTHING), scale),
            share=shares[group],
        )
        for group in groups
    ]
    return sorted(made, key=lambda one: -abs(one.share))


def _value(pair: Pair, scale: Scale) -> Value:
    above, below = float(pair[0]), float(pair[1])
    return total([Part(unit_id=NOWHERE, numerator=above, denominator=below)], scale)
