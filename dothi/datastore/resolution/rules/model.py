"""What a way of matching is made of, as data: comparisons with their levels, and blocks.

The conditions are SQL of the DuckDB dialect over prepared columns, `…_l` and `…_r` for the two
rows of a pair. `m` is the share of true pairs that reach a level, `u` that of untrue ones. What
stands here comes from the invented town; lists that are long enough learn their own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dothi.datastore.resolution.choices import Kind

# What a row says before it is prepared: role → text.
Row = Mapping[str, str]
Wards = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Level:
    """One degree of likeness. Levels are tried in order; the first that holds counts."""

    code: str
    when: str
    m: float
    u: float
    # `u` is not counted in the lists: numbers that name one person, whatever chance shows.
    known: bool = False
    # A rare value that agrees says more than a common one: frequencies of this column weigh in.
    rarity_of: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What one thing says about a pair. Where it is missing it says nothing."""

    code: str
    missing: str
    levels: tuple[Level, ...]
    otherwise: float  # m of "none of the levels".

    @property
    def codes(self) -> tuple[str, ...]:
        return (*(level.code for level in self.levels), OTHERWISE)


OTHERWISE = "otherwise"


@dataclass(frozen=True, kw_only=True)
class Model:
    """How one kind of thing is matched."""

    kind: Kind
    roles: tuple[str, ...]  # What columns of a list can be; the first is needed.
    columns: tuple[str, ...]  # What `prepare` gives.
    prepare: Callable[[Row, Wards], tuple[str | None, ...]]
    comparisons: tuple[Comparison, ...]
    # Pairs that share all columns of a block are compared, others never.
    blocks: tuple[tuple[str, ...], ...]
    # A number on more rows than this names nobody: a placeholder, or the office's own phone.
    shared_at_most: Mapping[str, int]
    # Pairs that share these are nearly surely true, and are this share of all true ones.
    sure: tuple[tuple[str, ...], ...]
    sure_share: float
    # Blocks on which probabilities are learned: each leaves out what it blocks on.
    learn_on: tuple[tuple[str, ...], ...]
    # In bits of evidence (log2 of the odds): from here on linked; looked at by people.
    link_at: float
    review_at: float

    def comparison(self, code: str) -> Comparison:
        return next(one for one in self.comparisons if one.code == code)
