"""A worker that is killed in the middle of 1,000 events loses none and repeats no effect."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from dothi.core.events import selectors, services
from tests.scale.bells import BellRang

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[2]
EVENTS = 1000
KILLS = 6
Worker = subprocess.Popen[bytes]


@pytest.fixture
def lines(tmp_path: Path) -> Generator[Path, None, None]:
    """A table for the effects inside the database, a file for those outside of it."""
    path = tmp_path / "rung"
    path.touch()
    with connection.cursor() as cursor:
        cursor.execute("create table rung (number int)")
    yield path
    with connection.cursor() as cursor:
        cursor.execute("drop table rung")


def publish() -> None:
    for start in range(0, EVENTS, 50):
        with transaction.atomic():
            for number in range(start, start + 50):
                services.publish(BellRang(number=number), at=datetime.now(UTC))


def test_no_effect_is_lost_or_repeated(lines: Path) -> None:
    publish()
    for number in range(KILLS):
        worker = start_worker(lines)
        try:
            wait_for_more(lines)
            time.sleep(0.03 * number)  # Each time at another point of a batch.
        finally:
            kill(worker)
        assert rung()[0] < EVENTS, "the kill must strike in the middle"
    finish([start_worker(lines)], lines)
    assert handled(lines) > EVENTS, "no kill struck inside a batch: nothing was tried here"


def test_two_workers_at_once_repeat_nothing_either(lines: Path) -> None:
    publish()
    one, two = start_worker(lines), start_worker(lines)
    try:
        wait_for_more(lines)
    finally:
        kill(one)
    finish([two, start_worker(lines)], lines)


def finish(workers: list[Worker], lines: Path) -> None:
    """Let them do the rest; then every event had its effect once."""
    try:
        wait_for(lambda: rung()[0] >= EVENTS, seconds=90)
        time.sleep(0.5)  # Would something come twice?
    finally:
        for worker in workers:
            kill(worker)
    assert rung() == (EVENTS, EVENTS)
    assert {int(line) for line in lines.read_text().splitlines()} == set(range(EVENTS))
    assert not selectors.dead_letters().exists()


def start_worker(lines: Path) -> Worker:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.scale.bells"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": ".", "RUNG": str(lines)},
    )  # fmt: skip


def kill(worker: Worker) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def rung() -> tuple[int, int]:
    """How many effects there are, and of how many events."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*), count(distinct number) from rung")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def handled(lines: Path) -> int:
    """How often a handler was called, also where a kill took its row back."""
    return len(lines.read_text().splitlines())


def wait_for_more(lines: Path) -> None:
    before = handled(lines)
    wait_for(lambda: handled(lines) > before, seconds=30)


def wait_for(ready: Callable[[], bool], *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, "the worker does not work"
        time.sleep(0.01)
