"""Some rows of a file, and what could not be read between them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dothi.datastore.ingestion.readers.shape import Reason

LINE, SPAN = "_line", "_span"
MOST_RAW = 64 * 1024  # Bytes that are kept of what could not be read.


@dataclass(frozen=True, kw_only=True)
class Faulty:
    """Lines that are no row. `detail` holds the facts for the sentence that says why."""

    line: int
    span: int = 1
    raw: bytes  # As in the file; the first `MOST_RAW` bytes.
    reason: Reason
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Rows as they are written, every line of the file accounted for.

    Raises:
        AssertionError: lines are missing in the account; never silently.
    """

    rows: pa.Table  # Text columns; null is an empty cell. `_line` int64, `_span` int32.
    faulty: list[Faulty]
    head: int
    blank: int
    lines: int
    position: int  # Hand it to `read` as `skip`, and it goes on behind this batch.
    raw_of: Callable[[int], bytes]

    def __post_init__(self) -> None:
        accounted = (
            self.head
            + self.blank
            + (pc.sum(self.rows[SPAN]).as_py() or 0)
            + sum(one.span for one in self.faulty)
        )
        assert accounted == self.lines, f"{self.lines} lines, {accounted} accounted for"

    def raw(self, line: int) -> bytes:
        """The bytes of the accepted row that begins at this line, as in the file."""
        return self.raw_of(line)


def table(
    heads: Sequence[str],
    columns: Sequence[Sequence[str | None]],
    lines: Sequence[int],
    spans: Sequence[int] | None = None,
) -> pa.Table:
    """Rows that were read one by one, as a batch holds them."""
    arrays = [pa.array(column, pa.string()) for column in columns]
    arrays.append(pa.array(lines, pa.int64()))
    arrays.append(pa.array(spans if spans is not None else [1] * len(lines), pa.int32()))
    return pa.Table.from_arrays(arrays, names=[*heads, LINE, SPAN])
