"""The bad day: killed programs, a taken port, a lost disk."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.house import ROOT, House, free_port, new_house, tear_down

pytestmark = pytest.mark.long


@pytest.fixture
def own() -> Generator[House, None, None]:
    made = new_house()
    try:
        yield made
    finally:
        tear_down(made)


def ask(house: House, path: str) -> Any:
    with urllib.request.urlopen(f"{house.url}{path}", timeout=20) as answer:
        return json.load(answer)


def processes_of(house: House) -> list[str]:
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True
    )
    mine = {str(os.getpid())}
    words = (str(house.var), f"--port {house.port}")
    return [
        line
        for line in listed.stdout.splitlines()
        if any(word in line for word in words) and line.split()[0] not in mine
    ]


def settled(house: House) -> list[str]:
    """What is still running after ten seconds."""
    for _ in range(50):
        if not (left := processes_of(house)):
            return []
        time.sleep(0.2)
    return left


def test_term_stops_everything_and_the_next_start_keeps_the_data(own: House) -> None:
    own.start()
    before = {row["code"] for row in ask(own, "/api/v1/feedback?limit=200")["items"]}
    assert own.stop() == 0
    assert settled(own) == []
    own.start()
    after = {row["code"] for row in ask(own, "/api/v1/feedback?limit=200")["items"]}
    assert len(before) > 40
    assert len(before - after) < 25, "newer ones may have pushed some off the page"


def test_a_kill_leaves_nothing_that_blocks_the_next_start(own: House) -> None:
    own.start()
    own.stop(signal.SIGKILL)
    assert settled(own) == []
    own.start()
    assert own.is_ready()


@pytest.mark.parametrize("program", ["uvicorn", "dothi.run work", "bin/postgres"])
def test_a_program_that_dies_is_started_again(own: House, program: str) -> None:
    own.start()
    first = own.child(program)
    os.kill(first, signal.SIGKILL)
    for _ in range(100):
        time.sleep(0.2)
        try:
            if own.child(program) != first and own.is_ready():
                return
        except StopIteration:
            continue
    pytest.fail(f"{program} was not started again")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_load_that_was_broken_off_begins_anew_by_itself(own: House, number: int) -> None:
    own.begin()
    own.wait_for_words("writing two weeks of reports")
    time.sleep(0.3)
    own.stop(number)
    assert settled(own) == []
    own.start()
    said = (own.var / "console.log").read_text("utf-8")
    assert "beginning anew" in said
    assert own.command("audit", "verify").endswith("0 faults")


def test_a_second_demo_in_the_same_folder_is_refused_while_the_first_loads(own: House) -> None:
    own.begin()
    own.wait_for_words("bringing the database up to date")
    second = House(own.var, free_port())
    with pytest.raises(AssertionError, match="running already"):
        second.start()
    own.wait_until_ready()


def test_a_taken_port_is_one_sentence_with_a_way_out(own: House) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", own.port))
        other.listen()
        done = subprocess.run(
            [sys.executable, "-m", "dothi.run", "demo", "--port", str(own.port)],
            cwd=ROOT, env=own.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "taken" in done.stderr
    assert "PORT=" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_backup_fills_an_empty_house(own: House, tmp_path: Path) -> None:
    own.start()
    kept, keys = tmp_path / "backup", tmp_path / "keys.tar"
    own.command("backup", str(kept), "--with-keys", str(keys))
    codes = {row["code"] for row in ask(own, "/api/v1/feedback?limit=40")["items"]}
    other = new_house()
    try:
        other.command("restore", str(kept), "--keys", str(keys))
        assert "0 faults" in other.command("audit", "verify")
        other.start()
        restored = {row["code"] for row in ask(other, "/api/v1/feedback?limit=200")["items"]}
        assert len(codes - restored) < 5
    finally:
        tear_down(other)


def test_a_backup_brings_the_store_back_version_by_version(own: House, tmp_path: Path) -> None:
    own.start()
    own.python(
        "from tests.scale import ledgers",
        "from dothi.core import clock",
        "from dothi.datastore.tables import selectors, services",
        "from dothi.datastore.tables.rules.roles import WHOLE",
        "ledgers.begin()",
        "services.serve(selectors.latest(ledgers.TABLE), WHOLE, at=clock.now())",
        "services.release('cited', by='system', at=clock.now())",
        "[ledgers.append(step) for step in range(5)]",
    )
    lines = ("from tests.scale import ledgers", "[ledgers.append(n) for n in range(5, 120)]")
    publishing = threading.Thread(target=own.python, args=lines)
    publishing.start()
    kept = tmp_path / "backup"
    own.command("backup", str(kept))
    publishing.join()
    other = new_house()
    try:
        other.command("restore", str(kept))
        check = "ledgers.check(at_least=6)"
        other.python("from tests.scale import ledgers", check)
        # What was published while the database was being saved is found by the next writer.
        other.python("from tests.scale import ledgers", "ledgers.append(500)", check)
    finally:
        tear_down(other)


def test_a_damaged_backup_is_refused(own: House, tmp_path: Path) -> None:
    own.start()
    kept = tmp_path / "backup"
    own.command("backup", str(kept))
    with (kept / "database.dump").open("ab") as file:
        file.write(b"x")
    other = new_house()
    try:
        with pytest.raises(AssertionError, match="damaged"):
            other.command("restore", str(kept))
    finally:
        tear_down(other)


def test_keys_are_rotated_in_a_house_with_data(own: House) -> None:
    own.start()
    own.stop()
    said = own.command("keys", "rotate")
    assert "key 0002 is active" in said
    assert "'0001'" in said, "no value uses the old key any more"
