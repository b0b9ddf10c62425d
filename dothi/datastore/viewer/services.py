"""Look at the rows of a dataset that was opened: a page of them, their number, all of them."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
from django.conf import settings

from dothi.datastore.sharing.services import Opening, hide_small
from dothi.datastore.viewer.rules.look import Asked, Look, NotUnderstood, Writer

__all__ = ["NotUnderstood", "Seen", "TooSlow", "every", "seen", "total"]

SECONDS = 8
LOOK = 0.5  # Seconds between two looks at what takes too long.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
AT_ONCE = 5_000
MOST_GROUPS = 5_000  # Of a personal dataset: all are needed to judge which are too small.


class TooSlow(Exception):
    """The look took longer than it may."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Rows as plain values, in the order of the heads. `hidden` groups are too small to show."""

    heads: tuple[str, ...]
    rows: list[list[Any]]
    more: bool
    hidden: int = 0


def seen(
    opening: Opening, look: Look, *, limit: int, offset: int = 0, with_row: bool = False
) -> Seen:
    """Rows from `offset` on, at most `limit`.

    Groups of a dataset about persons are shown only where they are large enough, and so that others
    do not give them away.

    Raises:
        NotUnderstood: it names what is not there.
        TooSlow: see there.
    """
    writer = _writer(opening, look)
    if look.groups and opening.at_least:
        return _guarded(opening, writer, limit=limit, offset=offset)
    asked = writer.page(limit=limit + 1, offset=offset, with_row=with_row)
    rows = _rows(opening, asked)
    if look.groups:  # Without the count that small numbers are judged by.
        rows = [row[:-1] for row in rows]
        asked = Asked(text="", heads=asked.heads[:-1])
    return Seen(heads=asked.heads, rows=rows[:limit], more=len(rows) > limit)


def _guarded(opening: Opening, writer: Writer, *, limit: int, offset: int) -> Seen:
    asked = writer.page(limit=MOST_GROUPS + 1)
    rows = _rows(opening, asked)
    if len(rows) > MOST_GROUPS:
        raise NotUnderstood("groups")
    two = len(writer.look.groups) == 2
    cells = {(repr(row[0]), repr(row[1]) if two else ""): int(row[-1]) for row in rows}
    shown = hide_small(cells, at_least=opening.at_least)
    kept = [
        row[:-1] for row in rows if shown[repr(row[0]), repr(row[1]) if two else ""] is not None
    ]
    part = kept[offset : offset + limit]
    return Seen(
        heads=asked.heads[:-1], rows=part, more=len(kept) > offset + limit,
        hidden=len(rows) - len(kept),
    )  # fmt: skip


def total(opening: Opening, look: Look) -> int:
    """How many rows or groups there are in all."""
    narrowed = look.filters or look.words or look.box or look.groups or look.distinct
    if not narrowed:
        return opening.rows
    return int(_rows(opening, _writer(opening, look).total())[0][0])


def every(opening: Opening, look: Look) -> Iterator[list[Any]]:
    """All rows of a look, as they come; groups are a page of their own (`seen`).

    Raises NotUnderstood at once, before the first row is asked for.
    """
    return _flowing(opening, _writer(opening, look).page(limit=None))


def _flowing(opening: Opening, asked: Asked) -> Iterator[list[Any]]:
    with opening.connect() as connection:
        for batch in connection.execute(asked.text, asked.parameters).to_arrow_reader(AT_ONCE):
            yield from _lists(batch.columns)


def _writer(opening: Opening, look: Look) -> Writer:
    return Writer(look, opening.fields, ZoneInfo(settings.TIME_ZONE), opening.words)


def _rows(opening: Opening, asked: Asked) -> list[list[Any]]:
    with opening.connect() as connection, _watch.over(connection):
        try:
            table = connection.execute(asked.text, asked.parameters).to_arrow_table()
        except duckdb.InterruptException as error:
            raise TooSlow from error
        except duckdb.ConversionException as error:
            raise NotUnderstood(str(error)[:80]) from error
    return list(_lists(table.columns))


def _lists(columns: Sequence[Any]) -> Iterator[list[Any]]:
    return (list(row) for row in zip(*map(_values, columns), strict=True))


def _values(column: Any) -> list[Any]:
    """The same as `to_pylist`, which takes ten times as long for words that are kept as numbers,
    and five times for moments."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    elif pa.types.is_timestamp(kind) and kind.unit == "us":
        since = BEGINNING if kind.tz else BEGINNING.replace(tzinfo=None)
        numbers = column.cast(pa.int64()).to_pylist()
        return [None if n is None else since + timedelta(microseconds=n) for n in numbers]
    found: list[Any] = column.to_pylist()
    return found


class _Watch:
    """Ends questions that take too long: one thread for all, which is gone when none was asked for
    a while. To start one for each costs more than many a question."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[int, tuple[float, duckdb.DuckDBPyConnection]] = {}
        self._looks = False
        self._used = False

    @contextmanager
    def over(self, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Interrupt this connection after `SECONDS`."""
        mark = id(connection)
        with self._lock:
            self._until[mark] = (time.monotonic() + SECONDS, connection)
            self._used = True
            if not self._looks:
                self._looks = True
                threading.Thread(target=self._look, name="viewer-watch", daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._until.pop(mark, None)

    def _look(self) -> None:
        while True:
            time.sleep(LOOK)
            with self._lock:
                now = time.monotonic()
                # Under the lock: a connection that is done is not interrupted in its next question.
                for until, connection in self._until.values():
                    if until <= now:
                        connection.interrupt()
                if not self._used and not self._until:
                    self._looks = False
                    return
                self._used = False


_watch = _Watch()
