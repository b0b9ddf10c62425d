"""DuckDB, as the store uses it: no network, no extensions, memory with a limit."""

import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dothi.datastore.tables.rules import digests, sql
from dothi.datastore.tables.rules.columns import Columns
from dothi.datastore.tables.rules.facts import ALGORITHM, Digest

Connection = duckdb.DuckDBPyConnection
# Between 16 and 64 MB: a change of one row rewrites one file.
FILE_SIZE = "40MB"
# A group that a filter made a little larger than the groups of a DuckDB file (122,880 rows) costs
# twice the time and size when such a file is built in order: see `keeps_order`.
ROW_GROUP, LARGEST_GROUP = 120_000, 122_880
_BATCH = 120_000  # Rows that are digested at a time by a thread.


def connect(*, memory: str, threads: int, spill: Path, at: Path | None = None) -> Connection:
    """A connection of its own, in memory or on the file `at`. Moments are read as UTC."""
    connection = duckdb.connect(
        str(at) if at else ":memory:",
        config={
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    connection.execute("set timezone = 'UTC'")
    return connection


def total(
    connection: Connection, source: str, columns: Columns, *, algorithm: int = ALGORITHM
) -> tuple[int, Digest]:
    """Rows and sum of digests of a table expression."""
    if algorithm == 1:
        found = connection.execute(sql.total(source, columns)).fetchone()
        assert found is not None
        return int(found[0]), Digest(int(found[1]), algorithm)
    question = f"select {sql.names([one.name for one in columns])} from {source}"
    threads = number(connection, "select current_setting('threads')")
    rows = digest = 0
    for counted, added in _by_several(
        digests.total, connection.execute(question).to_arrow_reader(_BATCH), threads
    ):
        rows, digest = rows + counted, digest + added
    return rows, Digest(digest)


def _by_several(
    work: Callable[[pa.RecordBatch], tuple[int, int]],
    batches: Iterable[pa.RecordBatch],
    threads: int,
) -> Iterator[tuple[int, int]]:
    """What threads make of batches; so few of these are held at a time."""
    waiting: deque[Future[tuple[int, int]]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="digest") as workers:
        for one in batches:
            waiting.append(workers.submit(work, one))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def number(connection: Connection, question: str) -> int:
    found = connection.execute(question).fetchone()
    assert found is not None
    return int(found[0])


def rows(connection: Connection, question: str) -> list[tuple[Any, ...]]:
    """The rows of an answer, by Arrow: moments come with their zone."""
    table = connection.execute(question).to_arrow_table()
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def write(connection: Connection, question: str, folder: Path) -> list[Path]:
    """Write rows into Parquet files of a new folder, in their order. None when there are no rows.

    The folder is whole or was not there: it may be gone after a kill, and is then swept.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(
        f"copy ({question}) to {sql.text(str(folder))} (format parquet, compression zstd, "
        f"file_size_bytes '{FILE_SIZE}', row_group_size {ROW_GROUP})"
    )
    if folder.is_file():  # Little enough for one.
        return [folder]
    return sorted(folder.iterdir(), key=lambda path: (len(path.name), path.name))


def keeps_order(connection: Connection, files: Sequence[str]) -> bool:
    """Whether a DuckDB file of these Parquet files can be built in their order at no cost."""
    if not files:
        return True
    listed = ", ".join(sql.text(path) for path in files)
    largest = number(
        connection, f"select max(row_group_num_rows) from parquet_metadata([{listed}])"
    )
    return largest <= LARGEST_GROUP


@contextmanager
def built(target: Path) -> Iterator[Path]:
    """A file that is there whole or not at all: written beside its place, then renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.{os.getpid()}.half")
    half.unlink(missing_ok=True)
    try:
        yield half
        sync(half)
        half.replace(target)
    finally:
        for left in (half, half.with_name(f"{half.name}.wal")):
            left.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Have the disk write a file or a folder now."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def paths(folder: Path, files: Sequence[str]) -> list[str]:
    return [str(folder / one) for one in files]
