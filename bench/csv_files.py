"""What it costs to read a large CSV file strictly, beside the quickest reader there is."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.house import Measured
from bench.store_data import write_reports

ROWS = int(os.environ.get("N") or 1_000_000) * 5
FAULTS = 7000  # In a million lines, in the second file.
ROUNDS = 3

# Each in a process of its own, so that its peak is its own.
_OURS = """
from pathlib import Path
from dothi.datastore.ingestion.readers import read, sniff
path = Path(sys.argv[1])
shape = sniff(path)
batches = ((one.rows.num_rows, len(one.faulty)) for one in read(path, shape))
rows, faulty = map(sum, zip(*batches))
"""
_BARE = """
import duckdb
connection = duckdb.connect()
connection.execute("set threads = 2; set enable_progress_bar = false")
asked = connection.execute("from read_csv(?, all_varchar = true)", [sys.argv[1]])
rows, faulty = sum(one.num_rows for one in asked.to_arrow_reader(100_000)), 0
"""
_TIMED = r"""
import os, re, sys, time
begun, before = time.perf_counter(), os.times()
{code}
after = os.times()
cpu = after.user + after.system - before.user - before.system
# Not `ru_maxrss`: a child begins with that of whoever started it.
peak = int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1]) // 1024
print(rows, faulty, time.perf_counter() - begun, cpu, peak)
"""


def csv_files(house: Measured) -> Iterator[str]:
    """Read reports of citizens: sound ones by both readers, then spoilt ones by ours."""
    with tempfile.TemporaryDirectory(prefix="dothi-bench-") as folder:
        path = Path(folder) / "reports.csv"
        write_reports(path, ROWS)
        size = path.stat().st_size / 1e6
        # In turns, so that what else the machine does falls on both.
        rounds = [(_timed(_BARE, path), _timed(_OURS, path)) for _ in range(ROUNDS)]
        bare, ours = [one for one, _ in rounds], [one for _, one in rounds]
        yield f"{ROWS:,} rows, {size:.0f} MB: {_best(ours)}; bare DuckDB {_best(bare)}"
        yield f"rate {min(o[2] for o in bare) / min(o[2] for o in ours):.2f} of bare DuckDB"
        planted = write_reports(path, ROWS // 5, FAULTS)
        spoilt = _timed(_OURS, path)
        assert spoilt[:2] == (ROWS // 5 - len(planted), len(planted)), "a fault was not seen"
        yield f"{ROWS // 5:,} rows, {len(planted):,} of them spoilt: {_best([spoilt])}"


Figures = tuple[float, float, float, float, float]


def _timed(code: str, path: Path) -> Figures:
    done = subprocess.run(
        [sys.executable, "-c", _TIMED.format(code=code), str(path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows, faulty, wall, cpu, peak = map(float, done.stdout.split())
    return rows, faulty, wall, cpu, peak


def _best(taken: list[Figures]) -> str:
    rows, _faulty, wall, cpu, peak = min(taken, key=lambda one: one[2])
    return f"{wall:.1f} s ({rows / wall / 1e6:.2f} M rows/s), CPU {cpu:.1f} s, {peak:.0f} MB"
