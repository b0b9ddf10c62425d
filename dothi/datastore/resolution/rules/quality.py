"""How good a resolution is, measured on lists whose truth is known."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Pairs of rows: put together rightly, wrongly, and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.right + self.missed, 1)


def measure(clusters: Iterable[Iterable[T]], truth: Mapping[T, str]) -> Quality:
    """Compare all pairs within clusters with all pairs of rows that are truly one."""
    right = together = 0
    for members in clusters:
        group = list(members)
        together += _pairs(len(group))
        right += sum(_pairs(n) for n in Counter(truth[one] for one in group).values())
    all_true = sum(_pairs(n) for n in Counter(truth.values()).values())
    return Quality(right=right, wrong=together - right, missed=all_true - right)


def _pairs(n: int) -> int:
    return n * (n - 1) // 2
