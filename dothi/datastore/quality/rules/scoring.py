"""One figure for the quality of a version, and how it comes about.

Each check has a mark: the share of rows that pass, or all or nothing where it is not about rows.
The mark of a dimension is the mean of its checks, in which a serious one counts three times and one
to be looked at twice. The score is the mean of the dimensions in which anything was asked, in
percent. What could not be asked counts for nothing: it is shown, and says nothing of the data.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor

from dothi.datastore.quality.choices import Dimension, Severity

WEIGHTS = {Severity.STOP: 3, Severity.WARN: 2, Severity.NOTE: 1}


@dataclass(frozen=True, kw_only=True)
class Marked:
    """One answer: what it is about, how much it counts, and its mark from 0 to 1."""

    dimension: Dimension
    severity: Severity
    mark: float


def mark(failing: int, among: int) -> float:
    """The share of rows that pass; 1 where there was no row to ask."""
    return 1.0 if not among else max(0.0, 1 - failing / among)


def by_dimension(answers: Iterable[Marked]) -> dict[Dimension, float]:
    """The mark of each dimension in which anything was asked, in percent."""
    sums: dict[Dimension, tuple[float, int]] = {}
    for one in answers:
        total, weights = sums.get(one.dimension, (0.0, 0))
        weight = WEIGHTS[one.severity]
        sums[one.dimension] = (total + weight * one.mark, weights + weight)
    return {
        dimension: percent(sums[dimension][0] / sums[dimension][1])
        for dimension in Dimension
        if dimension in sums
    }


def score(dimensions: Mapping[Dimension, float]) -> float | None:
    """The mean of the dimensions; None where nothing was asked."""
    if not dimensions:
        return None
    return percent(sum(dimensions.values()) / len(dimensions) / 100)


def percent(share: float) -> float:
    """In tenths, downwards: 100 is said of what is whole, and of nothing else."""
    # The tiny amount is what sums of fractions lose: 0.7 + 0.1 + 0.2 is whole.
    return floor(share * 1000 + 1e-9) / 10
