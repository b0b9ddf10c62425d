"""What a commit says of itself in the log of a table: enough to write its row again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

# How the digest of a row is made: 1 `sql.row_digest`, 2 `digests`. A version keeps its own.
ALGORITHM = 2


@dataclass(frozen=True)
class Digest:
    """The sum of the digests of rows, all made by one algorithm."""

    sum: int
    algorithm: int = ALGORITHM

    def __add__(self, other: Self) -> Self:
        assert self.algorithm == other.algorithm, "digests of two kinds"
        return type(self)(self.sum + other.sum, self.algorithm)

    def __sub__(self, other: Self) -> Self:
        return self + type(self)(-other.sum, other.algorithm)

    @property
    def is_current(self) -> bool:
        return self.algorithm == ALGORITHM

    @property
    def spelled(self) -> str:
        """The checksum of the rows; begins with how it was made."""
        return f"{self.algorithm}:{self.sum % 2**128:032x}"

    @classmethod
    def of(cls, checksum: str) -> Self:
        algorithm, _colon, found = checksum.partition(":")
        return cls(int(found, 16), int(algorithm))


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A state of a table. `again`: an earlier number has other files now (compaction, erasure)."""

    number: int
    again: bool = False
    erased: bool = False
    origin: str
    rows: int
    bytes: int
    files: int
    checksum: str
    columns: list[list[str]]
    key: list[str]
    run: str
    actor: str
    comment: str
    at: str  # ISO 8601.

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        return cls(**given)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)
