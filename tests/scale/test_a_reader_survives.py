"""The worker of the house is killed while it reads a delivery: no line is lost or taken twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dothi.accounts.tests.factories import make_root
from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.ingestion import services
from dothi.datastore.ingestion.choices import RunState
from dothi.datastore.ingestion.models import Aside, Run
from dothi.datastore.tables import selectors as tables

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
CODE = "so-do"
ROWS, FAULTY_EVERY, KILLS = 2_400_000, 9_973, 4
NOTE = "m" * 64  # A part is kept after two blocks of 16 MB: the file must be long.
WORKER = """
import argparse
from dothi.run.commands.serve import work
work(argparse.Namespace(as_child=True))
"""
Worker = subprocess.Popen[bytes]


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.STORE = tmp_path / "store"
    return tmp_path / "store"


def measures() -> Contract:
    def field(name: str, type: Type, **more: Any) -> Field:
        return Field(name=name, head=name, title_vi=name, type=type, **more)

    return Contract(
        dataset=CODE, version=1, key=("number",), faulty_at_most=1.0,
        fields=(field("number", Type.INTEGER, required=True), field("level", Type.NUMBER),
                field("note", Type.TEXT)),
    )  # fmt: skip


def lines() -> Iterator[bytes]:
    yield b"number,level,note\n"
    for begin in range(0, ROWS, 10_000):
        yield "".join(
            f"{n},{'high' if n % FAULTY_EVERY == 0 else n / 8},{NOTE}\n"
            for n in range(begin, begin + 10_000)
        ).encode()


def start(store: Path) -> Worker:
    environment = {
        **os.environ, "PYTHONPATH": ".", "DJANGO_SETTINGS_MODULE": "dothi.config.settings",
        "DOTHI_STORE": str(store),
    }  # fmt: skip
    return subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=environment)


def kill(worker: Worker) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def further(there: int, run: Run) -> bool:
    assert run.state in (RunState.WAITING, RunState.READING), "read to its end before the kill"
    return run.position > there


def wait_for(run: Run, ready: Callable[[Run], bool], *, seconds: float = 180) -> None:
    until = time.monotonic() + seconds
    while not ready(run):
        assert time.monotonic() < until, f"the worker does not work: {run.state}"
        time.sleep(0.02)
        run.refresh_from_db()


def test_a_worker_killed_while_it_reads_loses_no_line_and_takes_none_twice(store: Path) -> None:
    make_dataset(make_root(), CODE, contract=measures())
    delivery = services.receive(dataset=CODE, chunks=lines(), name="so-do.csv", by="x", at=AT)
    run = services.begin(delivery, measures(), by="x", at=AT)
    met = []
    for number in range(KILLS):
        there = run.position
        worker = start(store)
        try:
            if number:  # The first is killed before it kept anything, the others in between.
                wait_for(run, partial(further, there))
            else:
                wait_for(run, lambda run: run.state == RunState.READING)
            time.sleep(0.1 * number)
        finally:
            kill(worker)
        run.refresh_from_db()
        met.append(len(run.parts))
        assert run.state == RunState.READING, "the kill must strike in the middle"
        assert run.lines == run.head + run.blank + run.taken_lines + run.aside_lines
        services.ask_to_read(run)  # What the clock does every five minutes.
    assert met[0] == 0
    assert met[-1] >= 2, "no kill struck between two parts: nothing was tried here"
    worker = start(store)
    try:
        wait_for(run, lambda run: run.state == RunState.CHECKED, seconds=300)
    finally:
        kill(worker)
    faulty = len(range(0, ROWS, FAULTY_EVERY))
    assert (run.lines, run.head, run.taken, run.aside) == (ROWS + 1, 1, ROWS - faulty, faulty)
    assert Aside.objects.filter(run=run).count() == faulty
    services.publish(run, measures(), by="x", at=AT)
    version = tables.latest(CODE)
    assert version is not None
    with tables.connect() as connection:
        counted = connection.execute(
            f"select count(*), count(distinct number), sum(number)::bigint "
            f"from {tables.rows_of(version)}"
        ).fetchone()
    whole = sum(range(ROWS)) - sum(range(0, ROWS, FAULTY_EVERY))
    assert counted == (ROWS - faulty, ROWS - faulty, whole)
