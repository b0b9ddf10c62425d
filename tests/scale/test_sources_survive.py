"""A source whose process is killed at any point: every row once, none lost."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dothi.accounts.tests.factories import make_root
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.sources.choices import Outcome
from dothi.datastore.sources.models import Fetch
from dothi.datastore.sources.tests.factories import AT, make_source, work
from dothi.datastore.tables import selectors as tables

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[2]
KILLS, MOST_TURNS = 6, 30
EACH = 30_000
Process = subprocess.Popen[str]


def start(source: str, minutes: int, folder: Path) -> Process:
    environment = {
        **os.environ, "PYTHONPATH": ".", "DJANGO_SETTINGS_MODULE": "dothi.config.settings",
        "DOTHI_STORE": str(folder / "store"), "DOTHI_DROP": str(folder / "drop"),
        "DOTHI_STORE_THREADS": "1",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.scale.fetching", source, str(minutes)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "begun\n"
    return process


def grow(path: Path, count: int) -> None:
    with sqlite3.connect(path) as there:
        there.execute(
            "create table if not exists levels (id integer primary key, at text, level real)"
        )
        there.execute(
            "with recursive n(x) as (select 1 union all select x + 1 from n where x < ?) "
            "insert into levels (at, level) select '2026-11-26T08:00:00+07:00', 1.5 from n",
            [count],
        )
    there.close()


def test_a_fetch_killed_at_any_point_brings_every_row_once(settings: Any, tmp_path: Path) -> None:
    """Rows are only added here, so that one fetched twice would show."""
    settings.STORE, settings.DROP = tmp_path / "store", tmp_path / "drop"
    (tmp_path / "drop").mkdir()
    path = tmp_path / "drop" / "kenh.db"
    grow(path, EACH)
    source = make_source(
        make_root(), kind="database", mode=Mode.APPEND, engine="sqlite", database="kenh.db",
        table="levels", newer="id",
    )  # fmt: skip
    process = start(source.code, 0, tmp_path)
    began = time.monotonic()
    assert process.wait(120) == 0
    length = time.monotonic() - began
    pauses, cut_off, turn = random.Random(11), 0, 0
    while cut_off < KILLS:
        turn += 1
        assert turn <= MOST_TURNS, "hardly anything is cut off: nothing is tried here"
        grow(path, EACH)
        process = start(source.code, 20 * turn, tmp_path)
        time.sleep(pauses.uniform(0, length))
        if process.poll() is None:
            cut_off += 1
            process.send_signal(signal.SIGKILL)
        else:
            length *= 0.7  # The first turn was slower than those that follow.
        process.wait()
    for step in range(4):
        work(source, at=AT + timedelta(minutes=20 * (turn + 2 + step)))
    version = tables.latest("muc-nuoc")
    assert version is not None
    with tables.connect() as connection:
        rows = connection.execute(
            f"select count(*), count(distinct id), max(id) from {tables.rows_of(version)}"
        ).fetchone()
    wanted = EACH * (turn + 1)
    assert rows == (wanted, wanted, wanted)
    assert not Fetch.objects.filter(outcome=Outcome.UNDER_WAY).exists()
    assert not list((tmp_path / "store" / "fetching").iterdir()), "what was cut off is cleared away"
