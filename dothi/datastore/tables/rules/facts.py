"""What a commit says of itself in the log of a table: enough to write its row again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

ALGORITHM = 1


def spelled(digest: int) -> str:
    """The checksum of rows, from the sum of their digests; begins with how it was made."""
    return f"{ALGORITHM}:{digest % 2**128:032x}"


def digest(checksum: str) -> int:
    return int(checksum.partition(":")[2], 16)


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
