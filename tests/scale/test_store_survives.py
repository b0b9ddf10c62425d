"""The store under many writers and under kills: every sum exact, only whole versions."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from dothi.datastore.tables import selectors, services
from dothi.datastore.tables.models import Table, Version
from dothi.datastore.tables.ports import places
from tests.scale import ledgers
from tests.scale.ledgers import (
    APPENDED,
    BATCH,
    DELIVERED,
    DELIVERY,
    EACH,
    INSERTED,
    MERGED,
    REMOVED,
    TABLE,
)  # fmt: skip

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[2]
STEPS = 40
KILLS = 12
Process = subprocess.Popen[str]


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.STORE = tmp_path / "store"
    return tmp_path


def start(what: str, steps: int, store: Path) -> Process:
    environment = {
        **os.environ,
        "PYTHONPATH": ".",
        "DJANGO_SETTINGS_MODULE": "dothi.config.settings",
        "DOTHI_STORE": str(store / "store"),
        "DOTHI_STORE_KEEP_DAYS": "0",
        "DOTHI_STORE_THREADS": "1",
        "STOP": str(store / "stop"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.scale.ledgers", what, str(steps)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process: Process, *, seconds: float = 300) -> int:
    process.communicate(timeout=seconds)
    return int(process.returncode)


def kept() -> Version:
    found = selectors.latest(TABLE)
    assert found is not None
    return found


def sums() -> dict[int, tuple[int, int]]:
    """Lines and sum of amounts of each writer, by where its lines begin."""
    with selectors.connect() as connection:
        rows = connection.execute(
            f"select id // 10000 * 10000, count(*), sum(amount)::bigint "
            f"from {selectors.rows_of(kept())} group by 1"
        ).fetchall()
    return {start: (count, total) for start, count, total in rows}


def test_four_writers_and_a_compactor_leave_every_sum_exact(store: Path) -> None:
    ledgers.begin()
    keeper = start("keep", 0, store)
    writers = [start(what, STEPS, store) for what in ("append", "merge", "insert", "remove")]
    try:
        assert [ended(writer) for writer in writers] == [0, 0, 0, 0]
    finally:
        (store / "stop").touch()
        well = ended(keeper)
    assert well == 0
    assert int((store / "stop").read_text()) > 0, "the compactor had nothing to do"
    merged = sum(step + 1 for step in range(STEPS)) * BATCH
    inserted = sum(step + 1 for step in range(STEPS)) * BATCH // 2 + STEPS * BATCH // 2
    assert sums() == {
        MERGED: (EACH, merged),
        REMOVED: (EACH - STEPS * BATCH, 0),
        APPENDED: (STEPS * BATCH, STEPS * BATCH),
        INSERTED: ((STEPS + 1) * BATCH // 2, inserted),
    }
    newest = kept()
    assert newest.number == 1 + 4 * STEPS, "a version a run"
    assert selectors.counted(newest) == (newest.rows, newest.checksum)


def test_a_release_outlives_all_that_comes_after_it(store: Path) -> None:
    ledgers.begin()
    for step in range(10):
        ledgers.append(step)
    pinned = kept()
    services.release("cited", by="system", at=pinned.at)
    keeper = start("keep", 0, store)
    writers = [start(what, 10, store) for what in ("merge", "remove")]
    try:
        assert [ended(writer) for writer in writers] == [0, 0]
    finally:
        (store / "stop").touch()
        ended(keeper)
    now = selectors.version(TABLE, pinned.number)
    assert selectors.counted(now) == (pinned.rows, pinned.checksum)
    closed = selectors.versions(TABLE).exclude(closed_at=None)
    assert closed.exists(), "nothing was tidied away: nothing was tried here"


def test_a_kill_at_any_point_leaves_whole_versions_and_heals(store: Path) -> None:
    ledgers.begin()
    before = 2 * EACH
    pauses = random.Random(1975)
    lengths = [0.0]
    cut_off = 0
    for number in range(KILLS):
        publisher = start("deliver", number, store)
        assert publisher.stdout is not None
        assert publisher.stdout.readline() == "begins\n"
        time.sleep(pauses.uniform(0, max(lengths)) if number else 0)
        publisher.send_signal(signal.SIGKILL)
        ended(publisher)
        cut_off += not selectors.versions(TABLE).filter(run=f"deliver-{number}").exists()
        assert whole(before), f"kill {number} left a part of a version"
        started = time.monotonic()
        ledgers.deliver(number)
        lengths.append(time.monotonic() - started)
        before += DELIVERY
        newest = kept()
        assert newest.run == f"deliver-{number}"
        assert newest.rows == before
        assert selectors.counted(newest) == (before, newest.checksum)
    assert cut_off > 0, "no kill struck inside a publish: nothing was tried here"
    assert kept().number == 1 + KILLS
    services.tidy(TABLE, at=kept().at)
    assert left() == set(selectors.files(kept())) | set(older())


def whole(before: int) -> bool:
    """Readers of our rows, and readers of the folder alone, see the run whole or not at all."""
    delta = DeltaTable(str(places.table(TABLE))).to_pyarrow_table(columns=["id"]).num_rows
    rows, checksum = selectors.counted(kept())
    return delta in {before, before + DELIVERY} and (rows, checksum) == (
        kept().rows,
        kept().checksum,
    )


def left() -> set[str]:
    return {str(path) for path in places.table(TABLE).glob("*.parquet")}


def older() -> Iterator[str]:
    for version in selectors.versions(TABLE).filter(closed_at=None):
        yield from selectors.files(version)


def test_two_who_publish_the_same_run_at_once_make_one_version(store: Path) -> None:
    ledgers.begin()
    publishers = [start("deliver", 0, store) for _ in range(2)]
    assert [ended(publisher) for publisher in publishers] == [0, 0]
    assert [one.run for one in selectors.versions(TABLE)] == ["deliver-0", "begin"]
    assert sums()[DELIVERED] == (10_000, 10_000)
    assert kept().rows == 2 * EACH + DELIVERY
    assert Table.objects.get().delta == 1
