"""What the whole way into the store costs: receive, contract, quarantine, ledger, publish.

    python -m bench.store_ingest                 five million rows
    ROWS=50000000 python -m bench.store_ingest   does the peak stay flat, what do ten times cost

Raw DuckDB from CSV to Parquet, types known beforehand, is the limit: it is run in turns with ours,
so that a busy machine slows both. Each run is a process of its own with a peak of its own.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from bench.house import Measured, said
from bench.store_data import CATEGORIES, HEAD, STATES, TEXTS, UNITS, write_reports

ROWS = int(os.environ.get("ROWS") or 5_000_000)
ROUNDS = int(os.environ.get("ROUNDS") or (3 if ROWS <= 5_000_000 else 1))
FAULTS = 0.007  # Share of the spoilt rows, which stand at the end.
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PEAK = 1024  # MB, needed.
RATIO = 0.75
SOUND = """
    select 'PB-' || lpad(i::varchar, 8, '0') as code,
        strftime(timestamp '2021-01-01' + to_seconds(30 * i), '%Y-%m-%dT%H:%M:%SZ') as received_at,
        ['{units}'][1 + (hash(i) % 4)::int] as unit,
        ['{categories}'][1 + (hash(i * 7) % 8)::int] as category,
        printf('%.6f', 10.755 + (hash(i * 3) % 30000) / 1e6) as lat,
        printf('%.6f', 106.635 + (hash(i * 5) % 30000) / 1e6) as lon,
        [{texts}][1 + (if(hash(i * 23) % 25 = 0, 6 + hash(i) % 2, hash(i * 11) % 6))::int]
            || ' (' || hash(i * 13) % 1000 || ')' as text,
        ['{states}'][1 + (hash(i * 17) % 4)::int] as state,
        case when hash(i) % 5 > 0 then strftime(timestamp '2021-01-02' + to_seconds(30 * i),
            '%Y-%m-%dT%H:%M:%SZ') end as resolved_at,
        case when hash(i) % 4 = 0 then 1 + hash(i * 19) % 5 end as rating
    from range({rows}) t(i)
"""
TYPES = {
    "code": "varchar", "received_at": "timestamptz", "unit": "varchar", "category": "varchar",
    "lat": "double", "lon": "double", "text": "varchar", "state": "varchar",
    "resolved_at": "timestamptz", "rating": "bigint",
}  # fmt: skip


def everything(house: Measured) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="dothi-bench-", dir=house.home.var) as folder:
        path, bare = Path(folder) / "reports.csv", Path(folder) / "sound.csv"
        sound, spoilt = written(path, bare)
        size = path.stat().st_size / 1e6
        yield f"{sound + spoilt:,} rows, {spoilt:,} of them spoilt, {size:.0f} MB"
        raw, ours = [], []
        for turn in range(ROUNDS):
            raw.append(timed("raw", bare, str(Path(folder) / f"raw-{turn}.parquet")))
            one = timed("ours", path, f"bench_{turn}")
            assert one["taken"] == sound, f"{one['taken']:,} taken of {sound:,}"
            assert one["aside"] == spoilt, f"{one['aside']:,} aside of {spoilt:,}"
            ours.append(one)
        limit, best = min(raw, key=_wall), min(ours, key=_wall)
        yield (
            f"raw DuckDB, the sound rows: {limit['wall']:.1f} s, CPU {limit['cpu']:.1f} s, "
            f"peak {limit['peak']} MB"
        )
        steps = ", ".join(f"{name} {best[name]:.1f} s" for name in ("receive", "read", "publish"))
        yield f"ours: {steps}; CPU {best['cpu']:.1f} s, peak {best['peak']} MB (needed {PEAK})"
        rate = limit["wall"] / (best["receive"] + best["read"])
        yield f"received and read {rate:.2f} of raw DuckDB (needed {RATIO})"
        yield f"with publish and serving file {limit['wall'] / best['wall']:.2f}"


def _wall(one: dict[str, Any]) -> float:
    return float(one["wall"])


def written(path: Path, bare: Path) -> tuple[int, int]:
    """The file, and how many of its rows are sound and spoilt; `bare` has the sound ones only.

    A reader that loses nothing has no setting under which DuckDB reads the spoilt ones.
    """
    question = SOUND.format(
        rows=int(ROWS * (1 - FAULTS)),
        units="', '".join(UNITS),
        categories="', '".join(CATEGORIES),
        states="', '".join(STATES),
        texts=", ".join("'" + text.replace("'", "''") + "'" for text in TEXTS),
    )
    with duckdb.connect() as connection:
        connection.execute(f"copy ({question}) to '{bare}' (format csv, header)")
    shutil.copyfile(bare, path)
    tail = path.with_name("tail.csv")
    planted = len(write_reports(tail, int(ROWS * FAULTS), 1_000_000))
    with path.open("ab") as whole, tail.open("rb") as more:
        more.readline()
        while block := more.read(1 << 20):
            whole.write(block)
    return int(ROWS * (1 - FAULTS)), planted


def timed(what: str, path: Path, target: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.store_ingest", what, str(path), target],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def alone(what: str, path: str, target: str) -> None:
    """In a process of its own: do it, and say what it took."""
    begun, before = time.perf_counter(), os.times()
    said = ours(Path(path), target) if what == "ours" else raw(path, target)
    after = os.times()
    # Not `ru_maxrss`: a child begins with that of whoever started it.
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("utf-8"))
    assert peak is not None
    cpu = after.user + after.system - before.user - before.system
    cpu += after.children_user + after.children_system
    wall = time.perf_counter() - begun
    print(json.dumps({**said, "wall": wall, "cpu": cpu, "peak": int(peak[1]) // 1024}))


def raw(path: str, target: str) -> dict[str, float]:
    """As quick as can be: types known, nothing asked, nothing kept but the rows."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'; set preserve_insertion_order = false")
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
        connection.execute(
            f"copy (from read_csv('{path}', header = true, columns = {{{types}}})) "
            f"to '{target}' (format parquet, compression zstd)"
        )
    return {}


def ours(path: Path, dataset: str) -> dict[str, float]:
    import django

    django.setup()
    from dothi.datastore.ingestion import services

    started = time.perf_counter()
    delivery = services.receive_file(
        path, dataset=dataset, name=path.name, by="system", at=NOON, at_most=1 << 40
    )
    received = time.perf_counter()
    asked = contract(dataset)
    run = services.begin(delivery, asked, by="system", at=NOON)
    run = services.read(run, asked, at=NOON)
    read = time.perf_counter()
    services.publish(run, asked, by="system", at=NOON)
    return {
        "taken": run.taken,
        "aside": run.aside,
        "receive": received - started,
        "read": read - received,
        "publish": time.perf_counter() - read,
    }


def contract(dataset: str) -> Any:
    """What a steward would ask of such a file."""
    from dothi.datastore.catalogue.choices import Mode, Type
    from dothi.datastore.catalogue.rules.contract import Contract, Field

    more: dict[str, dict[str, Any]] = {
        "code": {"required": True, "pattern": "P[AB]-[0-9]{8}"},
        "received_at": {"type": Type.MOMENT, "required": True},
        "unit": {"allowed": UNITS},
        "category": {"allowed": CATEGORIES},
        "lat": {"type": Type.NUMBER, "minimum": "8", "maximum": "24"},
        "lon": {"type": Type.NUMBER, "minimum": "102", "maximum": "110"},
        "text": {"required": True},
        "state": {"allowed": STATES},
        "resolved_at": {"type": Type.MOMENT},
        "rating": {"type": Type.INTEGER, "minimum": "1", "maximum": "5"},
    }
    fields = tuple(
        Field(name=name, head=name, title_vi=name, **{"type": Type.TEXT, **more[name]})
        for name in HEAD
    )
    return Contract(dataset=dataset, version=1, fields=fields, key=("code",), mode=Mode.REPLACE)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        alone(*sys.argv[1:])
    else:
        sys.exit(said(everything))
