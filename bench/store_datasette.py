"""The doors to rows beside Datasette: the same rows, the same questions, over HTTP, in turns.

    DATASETTE=/path/to/bin/datasette python -m bench.store_datasette    ROWS=500000 for fewer

Datasette is no part of the product: it comes into a folder of its own by
`python -m venv FOLDER && FOLDER/bin/pip install datasette==0.65.5`. It reads an SQLite file with an
index for every column that the questions filter, group or sort by, opened as immutable, and may
take two minutes for a question. Ours go through public doors, with policy, limits and log: where
the viewer can group so, its CSV, else the SQL of CKAN, which starts a process for each question.
"""

import csv
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from bench.house import WEB, Measured, free_port, said
from bench.store_tables import ROWS
from bench.store_views import CODE, publish

TURNS = 3
AT_ONCE = 50_000
COLUMNS = (
    "code", "received_at", "unit", "category", "lat", "lon", "text", "state", "resolved_on",
    "rating", "person",
)  # fmt: skip
INDEXED = ("received_at", "unit", "category", "state", "person", "unit, state, received_at")
MONTH = "date_trunc('month', received_at)"  # The workbench reads moments in the time of the city.
LATE = (
    ("fc", "unit"), ("fo", "is"), ("fv", "w7"), ("fc", "state"), ("fo", "not"), ("fv", "done"),
    ("fc", "received_at"), ("fo", "lt"), ("fv", "2025-01-01"), ("g", "category"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of both; `view` where the viewer can be asked so, too."""

    name: str
    sql: str  # Ours and theirs, with the table and the month filled in.
    view: tuple[tuple[str, str], ...] = ()


QUESTIONS = (
    Question(
        name="by state", sql="select state, count(*) as n from {data} group by 1",
        view=(("g", "state"),),
    ),
    Question(
        name="by ward and state", view=(("g", "unit"), ("g", "state")),
        sql="select unit, state, count(*) as n from {data} group by 1, 2",
    ),
    Question(
        name="by month", sql="select {month} as m, count(*) as n from {data} group by 1",
        view=(("g", "received_at.month"),),
    ),
    Question(
        name="ward, subject, rating",
        sql="select unit, category, avg(rating) as r, count(resolved_on) as n from {data} "
        "group by 1, 2",
    ),
    Question(
        name="late in a ward", view=LATE,
        sql="select category, count(*) as n from {data} where unit = 'w7' and state <> 'done' "
        "and received_at < {year} group by 1",
    ),
    Question(
        name="people a ward",
        sql="select unit, count(distinct person) as n from {data} group by 1",
    ),
)  # fmt: skip
Rows = list[list[str]]


def everything(house: Measured) -> Iterator[str]:
    from bench import seeding

    program = os.environ.get("DATASETTE", "")
    if not program:
        raise SystemExit((__doc__ or "").partition("\n\n")[2])
    seeding.furnish()
    publish()
    begun = time.perf_counter()
    theirs = _sqlite(house.home.var.parent / "bench.db")
    yield (
        f"{ROWS:,} rows; SQLite of {theirs.stat().st_size / 1e6:,.0f} MB in "
        f"{time.perf_counter() - begun:.0f} s"
    )
    with house.open() as doors, _datasette(program, theirs) as peer:
        ours = f"http://127.0.0.1:{doors.port}"
        for _turn in range(4 * WEB):  # Each process loads its pages when it is first asked.
            _answer(f"{ours}/data/{CODE}/view?page=2")
            _answer(f"{ours}/data/{CODE}/view.csv?g=state")
        ratios = []
        for one in QUESTIONS:
            view, line = _asked(one, ours, peer)
            ratios.append(view)
            yield line
        yield f"six questions: geometric mean {statistics.geometric_mean(ratios):.1f} x"
        for name, mine, other in _pages(ours, peer):
            _ratio, line = _pair(name, mine, other, check=_same_size)
            yield line


def _asked(one: Question, ours: str, peer: str) -> tuple[float, str]:
    """By the viewer where it can be asked so, and by SQL always; the ratio of the first of them."""
    sql = one.sql.format(data=f'"{CODE}"', month=MONTH, year="timestamptz '2025-01-01 00:00:00+07'")
    other = one.sql.format(data="reports", month="substr(received_at, 1, 7)", year="'2025-01-01'")
    query = urlencode({"sql": other, "_shape": "arrays"})

    def by_sql() -> Rows:
        found = _json(f"{ours}/api/3/action/datastore_search_sql?{urlencode({'sql': sql})}")
        return [[str(value) for value in row.values()] for row in found["result"]["records"]]

    def by_view() -> Rows:
        return _csv(f"{ours}/data/{CODE}/view.csv?{urlencode(one.view)}")

    def by_them() -> Rows:
        return _arrays(f"{peer}/bench.json?{query}")

    if not one.view:
        return _pair(f"{one.name} (SQL)", by_sql, by_them, check=_same_numbers)
    ratio, line = _pair(f"{one.name} (viewer)", by_view, by_them, check=_same_numbers)
    alone = statistics.median(_timed(by_sql)[0] for _turn in range(TURNS))
    return ratio, f"{line}; by SQL {alone * 1000:,.0f} ms"


def _pages(ours: str, peer: str) -> Iterator[tuple[str, Callable[[], Rows], Callable[[], Rows]]]:
    """A page in the middle of all, and the newest of a ward: in CKAN's way and in Datasette's."""
    search = f"{ours}/api/3/action/datastore_search?resource_id={CODE}.csv&records_format=lists"
    search += "&limit=100&include_total=false"
    table = f"{peer}/bench/reports.json?_shape=arrays&_size=100&_nocount=1&_nofacet=1"
    half = ROWS // 2
    narrowed = urlencode({"filters": json.dumps({"unit": "w7", "state": "open"}),
                          "sort": "received_at desc"})  # fmt: skip

    def records(url: str) -> Rows:
        found: Rows = _json(url)["result"]["records"]
        return found

    yield (
        "a page of 100", lambda: records(f"{search}&offset={half}"),
        lambda: _arrays(f"{table}&_next=PA-{half:08}"),
    )  # fmt: skip
    yield (
        "filter and sort", lambda: records(f"{search}&{narrowed}"),
        lambda: _arrays(f"{table}&unit=w7&state=open&_sort_desc=received_at"),
    )  # fmt: skip


def _pair(
    name: str, ours: Callable[[], Rows], theirs: Callable[[], Rows],
    *, check: Callable[[Rows, Rows], bool],
) -> tuple[float, str]:  # fmt: skip
    """Ask both in turns; how many times as long theirs took. Both say the same, or it ends."""
    mine, others = [], []
    for _turn in range(TURNS):
        spent, rows = _timed(ours)
        mine.append(spent)
        spent, other = _timed(theirs)
        others.append(spent)
        assert check(rows, other), f"{name}: {rows[:3]} is not {other[:3]}"
    us, them = statistics.median(mine), statistics.median(others)
    return them / us, f"{name}: {us * 1000:,.0f} / {them * 1000:,.0f} ms, {them / us:.1f} x"


def _timed(ask: Callable[[], Rows]) -> tuple[float, Rows]:
    begun = time.perf_counter()
    rows = ask()
    return time.perf_counter() - begun, rows


def _same_numbers(one: Rows, other: Rows) -> bool:
    return _numbers(one) == _numbers(other) != []


def _numbers(rows: Rows) -> list[list[float]]:
    return sorted([round(float(v), 6) for v in row if _is_number(v)] for row in rows)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _same_size(one: Rows, other: Rows) -> bool:
    return len(one) == len(other) == 100


def _csv(url: str) -> Rows:
    return list(csv.reader(_answer(url).splitlines()))[1:]


def _arrays(url: str) -> Rows:
    found = _json(url)
    assert not found.get("truncated"), url
    return [[str(value) for value in row] for row in found["rows"]]


def _json(url: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_answer(url))
    return found


def _answer(url: str) -> str:
    try:
        with urlopen(url, timeout=180) as answer:
            return str(answer.read().decode())
    except HTTPError as error:
        raise RuntimeError(f"{url}: {error.code} {error.read()[:300]!r}") from error


def _sqlite(path: Path) -> Path:
    """The published rows in a table with indexes; moments as text in the time of the city."""
    from dothi.datastore.tables import selectors

    version = selectors.latest(CODE)
    assert version is not None
    moment = "strftime(make_timestamp(epoch_us(received_at) + 25200000000), '%Y-%m-%d %H:%M:%S')"
    shown = ", ".join(
        {"received_at": moment, "resolved_on": "resolved_on::varchar"}.get(one, one)
        for one in COLUMNS
    )
    with selectors.connect() as rows, sqlite3.connect(path) as base:
        base.execute("pragma journal_mode = off")
        base.execute("pragma synchronous = off")
        base.execute(
            "create table reports (code text primary key, received_at text, unit text, "
            "category text, lat real, lon real, text text, state text, resolved_on text, "
            "rating integer, person text) without rowid"
        )
        found = rows.execute(f"select {shown} from {selectors.rows_of(version)}")
        put = f"insert into reports values ({', '.join('?' * len(COLUMNS))})"
        while part := found.fetchmany(AT_ONCE):
            base.executemany(put, part)
        for number, columns in enumerate(INDEXED):
            base.execute(f"create index i{number} on reports ({columns})")
        base.execute("analyze")
    base.close()
    return path


@contextmanager
def _datasette(program: str, base: Path) -> Iterator[str]:
    port = free_port()
    settings = {
        "sql_time_limit_ms": 120_000, "max_returned_rows": 5000, "num_sql_threads": 2,
        "default_cache_ttl": 0,
    }  # fmt: skip
    options = [part for name, value in settings.items() for part in ("--setting", name, str(value))]
    command = [program, "serve", "-i", str(base), "--port", str(port), *options]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as child:
        try:
            _wait(f"http://127.0.0.1:{port}", child)
            yield f"http://127.0.0.1:{port}"
        finally:
            child.terminate()


def _wait(url: str, child: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with urlopen(f"{url}/-/versions.json", timeout=5):
                return
        except OSError:
            if child.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(said(everything))
