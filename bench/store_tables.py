"""What the store's tables cost: publish, compare, merge, erase; boards from serving files.

    python -m bench.store_tables           five million rows; ROWS=500000 for fewer

The table is invented: citizen reports, the same on every machine. Raw DuckDB over the same Parquet
files is asked in the same run, turn by turn, so that a busy machine slows both.
"""

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from bench.house import Measured, said

ROWS = int(os.environ.get("ROWS") or 5_000_000)
TABLE = "bench_reports"
CHANGED = 10_000
TURNS = 15
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
# Code, subject and person of row i; hashes of DuckDB, so that any part can be written anew.
ROW = """
    'PA-' || lpad(i::varchar, 8, '0') as code,
    timestamptz '2024-01-01 00:00:00+07' + to_seconds(i * 13 % 63072000) as received_at,
    'w' || (hash(i) % 16) as unit,
    'c' || (hash(i * 7) % 40) as category,
    10.7 + (hash(i * 3) % 100000) / 1e6 as lat,
    106.6 + (hash(i * 5) % 100000) / 1e6 as lon,
    'Ổ gà trên đường ' || (hash(i * 11) % 9999) || ', phường ' || (hash(i) % 16) as text,
    ['new', 'open', 'done'][1 + (hash(i * 17) % 3)::int] as state,
    case when hash(i) % 3 = 0 then date '2024-01-01' + (i % 700)::int end as resolved_on,
    (hash(i * 19) % 5)::bigint as rating,
    'Nguyễn Văn ' || (hash(i * 23) % 200000) as person
"""
BOARD = {
    "by state": "select state, count(*) from {} group by 1",
    "by ward and state": "select unit, state, count(*) from {} group by 1, 2",
    # The month in the city. Not `date_trunc` of the moment itself, which asks the calendar of
    # every zone for every row: five times the cost, here as there.
    "by month": "select date_trunc('month', make_timestamp(epoch_us(received_at) + 25200000000)), "
    "count(*) from {} group by 1 order by 1",
    "ward, subject, rating": "select unit, category, avg(rating), count(resolved_on) from {} "
    "group by 1, 2",
    "late in a ward": "select category, count(*) from {} where unit = 'w7' and state <> 'done' "
    "and received_at < timestamptz '2025-01-01' group by 1 order by 2 desc",
    "people a ward": "select unit, count(distinct person) from {} group by 1",
}
READS = {
    "a row": "select * from {} where code = 'PA-00{:06}'",
    "a page of 100": "select * from {} order by code limit 100 offset {}",
    "filter and sort": "select * from {} where unit = 'w{}' and state = 'open' "
    "order by received_at desc limit 100",
}


def everything(house: Measured) -> Iterator[str]:
    from dothi.datastore.catalogue.choices import Mode
    from dothi.datastore.tables import selectors, services
    from dothi.datastore.tables.rules.roles import WHOLE

    yield f"{ROWS:,} rows; serving files in {house.home.store}"
    parts = written("first", f"select {ROW} from range({ROWS}) t(i)")
    size = sum(path.stat().st_size for path in parts) / 1e6
    with measuring() as taken:
        publish(parts, Mode.REPLACE, "first")
    yield f"publish, checksum and serving file: {taken()} ({size:.0f} MB of Parquet)"
    version = selectors.latest(TABLE)
    assert version is not None
    with measuring() as taken:
        assert selectors.counted(version) == (version.rows, version.checksum)
    yield f"  of it the checksum: {taken()}"
    yield from boards(version.number)
    changed = f"select * replace (rating + 1 as rating) from (select {ROW} from {{}} t(i))"
    some = written("some", changed.format(f"range({ROWS // 2}, {ROWS // 2 + CHANGED})"))
    with measuring() as taken:
        changes = selectors.preview(
            TABLE, some, mode=Mode.MERGE, schema=pq.read_schema(some[0]), key=["code"]
        )
    assert changes.changed == CHANGED
    yield f"preview of {CHANGED:,} changed rows: {taken()}"
    with measuring() as taken:
        publish(some, Mode.MERGE, "some", roles=())
    yield f"merge of {CHANGED:,} rows that stand together: {taken()}"
    step = ROWS // CHANGED
    spread = written(
        "spread", changed.format(f"(select i * {step} as i from range({CHANGED}) r(i))")
    )
    with measuring() as taken:
        publish(spread, Mode.MERGE, "spread", roles=())
    yield f"merge of {CHANGED:,} rows that lie in every file: {taken()}"
    with measuring() as taken:
        changes = selectors.difference(TABLE, 1, 3)
    assert CHANGED <= changes.changed <= 2 * CHANGED
    yield f"difference of versions 1 and 3 by key, files of both passed over: {taken()}"
    with measuring() as taken:
        proof = services.erase(
            TABLE, "person", ["Nguyễn Văn 77"], reason="bench", by="system", at=NOON
        )
    rows = max(one["before"] for one in proof.proof["versions"])
    yield f"erase a person ({rows} rows in every file, 3 versions) with proof: {taken()}"
    newest = selectors.latest(TABLE)
    assert newest is not None
    with measuring() as taken:
        services.serve(newest, WHOLE, at=NOON)
    yield f"serving file of the newest version: {taken()}"
    yield f"peak memory of this process: {_peak():,.0f} MB"


def written(run: str, question: str) -> list[Path]:
    """Ready parts of a run, as the pipeline writes them."""
    from dothi.datastore.tables import selectors, services
    from dothi.datastore.tables.ports import engine

    folder = services.workspace(TABLE, run) / "parts"
    with selectors.connect() as connection:
        return engine.write(connection, question, folder)


def publish(parts: list[Path], mode: str, run: str, **more: object) -> None:
    from dothi.datastore.catalogue.choices import Mode
    from dothi.datastore.tables import services
    from dothi.datastore.tables.rules.roles import WHOLE

    services.publish(
        TABLE, parts, mode=Mode(mode), schema=pq.read_schema(parts[0]), key=["code"], run=run,
        by="system", at=NOON, **{"roles": (WHOLE,), **more},  # type: ignore[arg-type]
    )  # fmt: skip


def boards(number: int) -> Iterator[str]:
    """The same questions to the serving file, as its readers open it, and to the Parquet files."""
    from dothi.datastore.tables import selectors
    from dothi.datastore.tables.rules.roles import WHOLE

    version = selectors.version(TABLE, number)
    place = selectors.serving(version, WHOLE)
    assert place is not None
    with (
        duckdb.connect(str(place), read_only=True) as serving,
        duckdb.connect() as raw,
    ):
        for connection in (serving, raw):
            connection.execute("set timezone = 'UTC'")
        sources = ((serving, "data"), (raw, selectors.rows_of(version)))
        shares = []
        for name, question in BOARD.items():
            ours, theirs = medians(sources, question)
            shares.append(ours / theirs)
            yield f"board, {name}: {ours:.1f} ms, raw Parquet {theirs:.1f} ms"
        yield (
            f"board: geometric mean {statistics.geometric_mean(shares):.2f} of raw Parquet, "
            f"worst {max(shares):.2f}"
        )
        for name, question in READS.items():
            ours, theirs = medians(sources, question)
            yield f"{name}: {ours:.1f} ms, raw Parquet {theirs:.1f} ms"


def medians(
    sources: tuple[tuple[duckdb.DuckDBPyConnection, str], ...], question: str
) -> tuple[float, ...]:
    """Milliseconds until the whole answer is there, asked in turns; the first does not count."""
    times: list[list[float]] = [[] for _ in sources]
    for turn in range(TURNS + 1):
        for (connection, source), taken in zip(sources, times, strict=True):
            asked = question.format(source, 1 + turn * 2 % 14)
            started = time.perf_counter()
            connection.execute(asked).to_arrow_table()
            taken.append((time.perf_counter() - started) * 1000)
    return tuple(statistics.median(taken[1:]) for taken in times)


@contextmanager
def measuring() -> Iterator[Callable[[], str]]:
    """Wall and processor seconds of a block, and what else ran on the machine meanwhile."""
    started, used = time.perf_counter(), _cpu()
    ended: list[float] = []
    yield lambda: f"{ended[0]:.2f} s, {ended[1]:.2f} s of processor (load {os.getloadavg()[0]:.1f})"
    ended += [time.perf_counter() - started, _cpu() - used]


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(said(everything))
