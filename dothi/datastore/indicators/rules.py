"""How parts become values: sums over units first, the division last."""

from collections.abc import Iterable
from dataclasses import dataclass

from dothi.datastore.indicators.choices import Scale


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one unit contributes. Parts of several units add up; shares of them would not."""

    unit_id: int
    numerator: float
    denominator: float = 1.0


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
    factor = 100.0 if scale == Scale.PERCENT else 1.0
    return Value(
        value=factor * numerator / denominator, numerator=numerator, denominator=denominator
    )
