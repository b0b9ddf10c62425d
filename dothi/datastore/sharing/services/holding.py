"""Serving files kept open for a moment: opening one takes longer than reading a page of it.

The file of a version and a role never changes (`tables.selectors.serving_place`). One that was
removed, as by an erasure, is let go at the next look, at the latest when the moment is over.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dothi.datastore.tables import selectors as tables

MOST = 3  # Files at once; each may have as much memory as a connection.
MOMENT = 30.0  # Seconds that an unused file stays open.
MEMORY = "300MB"


@dataclass(frozen=True)
class Held:
    """An open file, with what would be asked of it again and again."""

    connection: duckdb.DuckDBPyConnection
    words: Mapping[str, frozenset[str]]


class Holding:
    """The open files of this process."""

    def __init__(self, *, moment: float = MOMENT) -> None:
        self._moment = moment
        self._lock = threading.Lock()
        self._held: dict[Path, tuple[Held, float]] = {}
        self._looks = False  # Whether a look is due when the moment is over.

    def connect(self, path: Path) -> duckdb.DuckDBPyConnection:
        """A connection that reads this file and can do nothing else. Close it as any other."""
        return self._hold(path).connection.cursor()

    def words(self, path: Path) -> Mapping[str, frozenset[str]]:
        """The words of each column that this file keeps as numbers of them."""
        return self._hold(path).words

    def _hold(self, path: Path) -> Held:
        with self._lock:
            self._let_go()
            known, _used = self._held.pop(path, (None, 0.0))
            if known is None:
                while len(self._held) >= MOST:
                    self._close(next(iter(self._held)))
                connection = _opened(path)
                known = Held(connection, tables.words_in(connection))
            # The least lately used stands first.
            self._held[path] = known, time.monotonic()
            self._look_later()
            return known

    @property
    def paths(self) -> list[Path]:
        with self._lock:
            return list(self._held)

    def _let_go(self) -> None:
        over = time.monotonic() - self._moment
        for path, (_held, used) in list(self._held.items()):
            if used <= over or not path.exists():
                self._close(path)

    def _close(self, path: Path) -> None:
        """Who reads it meanwhile goes on: the last to let go of it closes it. To close it here
        would end their connections."""
        del self._held[path]

    def _look_later(self) -> None:
        if not self._looks:
            self._looks = True
            timer = threading.Timer(self._moment, self._look)
            timer.daemon = True
            timer.start()

    def _look(self) -> None:
        with self._lock:
            self._looks = False
            self._let_go()
            if self._held:
                self._look_later()


def _opened(path: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        str(path),
        read_only=True,
        config={
            "memory_limit": MEMORY, "threads": 2, "enable_external_access": "false",
            "autoload_known_extensions": "false", "lock_configuration": "true",
        },
    )  # fmt: skip


_holding = Holding()
connect = _holding.connect
words = _holding.words
