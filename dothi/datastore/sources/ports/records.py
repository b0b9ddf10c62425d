"""Records of any client as lines of JSON: written as they come, nothing held in memory.

Numbers keep their digits, moments their zone; what is nested stays nested and becomes JSON text
when it is read.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports.kinds import NotFetched
from dothi.lib import text_vi

MOST_BYTES = 20 * 1024**3


class RecordFile:
    """A file of records that grows by `add`.

    Args:
        take: what to take of each record, as `name`, `path.to.name` or `path.to.name = head`;
            empty: everything.
        most_rows: where to stop; `full` says so then.
    """

    def __init__(
        self,
        path: Path,
        *,
        take: Sequence[str] = (),
        most_rows: int | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.path = path
        self.rows = self.size = 0
        self._most_rows, self._most_bytes = most_rows, most_bytes
        self._take = [_split(line) for line in take]
        self._heads: dict[str, str] = {}  # As written in the file → name in the record.
        self._file = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def heads(self) -> tuple[str, ...]:
        """The names of all records so far, in the order in which they were first met."""
        return tuple(self._heads)

    @property
    def full(self) -> bool:
        return self._most_rows is not None and self.rows >= self._most_rows

    def expect(self, names: Sequence[str]) -> None:
        """Names that records have even where none has a value."""
        for name in names:
            self._head(name)

    def add(self, record: Mapping[str, Any]) -> None:
        """Raises NotFetched when the file grows too large, or two names are the same."""
        if self.full:
            return
        values = {head: value for head, value in self._picked(record)} if self._take else record
        made = {self._head(name): _plain(value) for name, value in values.items()}
        line = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self.size += len(line)
        if self.size > self._most_bytes:
            raise NotFetched(Fault.TOO_LARGE, size=self._most_bytes)
        self._file.write(line)
        self.rows += 1

    def _picked(self, record: Mapping[str, Any]) -> list[tuple[str, Any]]:
        found = []
        for path, head in self._take:
            there, value = pick(record, path)
            if there:
                found.append((head, value))
        return found

    def _head(self, name: str) -> str:
        head = text_vi.tidy(name)
        if not head or self._heads.setdefault(head, name) != name:
            raise NotFetched(Fault.BROKEN, what=f"“{name[:60]}”")
        return head


def lines(text: str) -> list[str]:
    """A setting of several lines, without the empty ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def pick(record: Any, path: str) -> tuple[bool, Any]:
    """Whether something is at a path of a record, and what. A name with dots of its own counts."""
    if not path:
        return True, record
    if isinstance(record, Mapping):
        if path in record:
            return True, record[path]
        first, _dot, rest = path.partition(".")
        if rest and first in record:
            return pick(record[first], rest)
    if isinstance(record, list):
        first, _dot, rest = path.partition(".")
        if first.isdigit() and int(first) < len(record):
            return pick(record[int(first)], rest)
    return False, None


def _split(line: str) -> tuple[str, str]:
    path, equals, head = line.partition("=")
    return path.strip(), head.strip() if equals else path.strip()


def _plain(value: Any) -> Any:
    """A value as JSON has it, without a digit lost."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return str(value)
