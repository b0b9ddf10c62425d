"""A table that many processes write to at once, each its own lines, so that every sum is known.

    python -m tests.scale.ledgers append|merge|remove|insert|keep|deliver STEPS

`keep` compacts and tidies until the file STOP is there; `deliver` publishes one large run and says
on standard output when it begins.
"""

import os
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

TABLE = "ledger"
SCHEMA = pa.schema([("id", pa.int64()), ("amount", pa.int64()), ("writer", pa.string())])
# Where the lines of each writer begin.
MERGED, REMOVED, APPENDED, INSERTED, DELIVERED = 0, 10_000, 20_000, 30_000, 1_000_000
EACH, BATCH, DELIVERY = 1_000, 20, 200_000


def lines(ids: range, *, amount: int, writer: str, run: str, schema: pa.Schema = SCHEMA) -> Path:
    """Write lines as a part of a run."""
    from dothi.datastore.tables import services

    columns = {"id": list(ids), "amount": [amount] * len(ids), "writer": [writer] * len(ids)}
    path = services.workspace(TABLE, run) / f"{ids.start}.parquet"
    coming = path.with_suffix(f".{os.getpid()}")  # Another writer of this run may be reading it.
    pq.write_table(pa.table({name: columns[name] for name in schema.names}, schema=schema), coming)
    os.replace(coming, path)
    return path


def publish(parts: list[Path], mode: str, run: str) -> None:
    from dothi.core import clock
    from dothi.datastore.catalogue.choices import Mode
    from dothi.datastore.tables import services

    services.publish(
        TABLE, parts, mode=Mode(mode), key=["id"] if mode == "merge" else [], schema=SCHEMA,
        run=run, by="machine:test", at=clock.now(), roles=(),
    )  # fmt: skip


def begin() -> None:
    """What is there before: the lines that are then changed or taken out."""
    parts = [
        lines(range(start, start + EACH), amount=0, writer="begin", run="begin")
        for start in (MERGED, REMOVED)
    ]
    publish(parts, "replace", "begin")


def append(step: int) -> None:
    start, run = APPENDED + step * BATCH, f"append-{step}"
    publish([lines(range(start, start + BATCH), amount=1, writer="a", run=run)], "append", run)


def merge(step: int) -> None:
    """Every line of its own, in turn, is set to the number of the step."""
    start, run = MERGED + step * BATCH % EACH, f"merge-{step}"
    part = lines(range(start, start + BATCH), amount=step + 1, writer="m", run=run)
    publish([part], "merge", run)


def insert(step: int) -> None:
    """Half of the lines are known from the step before, half are new."""
    start, run = INSERTED + step * BATCH // 2, f"insert-{step}"
    part = lines(range(start, start + BATCH), amount=step + 1, writer="i", run=run)
    publish([part], "merge", run)


def remove(step: int) -> None:
    from dothi.core import clock
    from dothi.datastore.tables import services

    start, run = REMOVED + step * BATCH, f"remove-{step}"
    schema = pa.schema([SCHEMA.field("id")])
    part = lines(range(start, start + BATCH), amount=0, writer="", run=run, schema=schema)
    services.remove(TABLE, [part], key=["id"], run=run, by="machine:test", at=clock.now(), roles=())


def check(*, at_least: int) -> None:
    """Refuse versions that do not hold what they say of themselves."""
    from dothi.datastore.tables import selectors
    from dothi.datastore.tables.rules.roles import WHOLE

    versions = selectors.versions(TABLE).filter(closed_at=None)
    assert len(versions) >= at_least, f"{len(versions)} versions"
    for version in versions:
        assert selectors.counted(version) == (version.rows, version.checksum), version
    for pin in selectors.pinned("cited"):
        if pin.version.table.code == TABLE:
            assert selectors.serving(pin.version, WHOLE), "who reads it would find nothing"


def keep() -> int:
    """Compact and tidy; nothing is kept that need not be. Return how many files went."""
    from dothi.core import clock
    from dothi.datastore.tables import services

    compacted = services.compact(TABLE, by="system", at=clock.now())
    return compacted + len(services.tidy(TABLE, at=clock.now()).files)


def deliver(number: int) -> None:
    """One large run of a new whole number of lines."""
    from dothi.datastore.tables import selectors

    start, run = DELIVERED + number * DELIVERY, f"deliver-{number}"
    try:
        part = lines(range(start, start + DELIVERY), amount=1, writer="d", run=run)
    except FileNotFoundError:  # Another one has published this run, and tidied up after it.
        if not selectors.versions(TABLE).filter(run=run).exists():
            raise
        return
    print("begins", flush=True)  # noqa: T201
    publish([part], "append", run)


def main(what: str, steps: int) -> None:
    import django

    django.setup()
    if what == "deliver":
        deliver(steps)
    elif what == "keep":
        stop = Path(os.environ["STOP"])
        gone = 0
        while not stop.exists():
            gone += keep()
            time.sleep(0.2)
        stop.write_text(str(gone))
    else:
        for step in range(steps):
            {"append": append, "merge": merge, "insert": insert, "remove": remove}[what](step)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
