"""Servers that never answer take all places of sources: deliveries are read all the same."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dothi.accounts.tests.factories import make_root
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.ingestion.choices import RunState
from dothi.datastore.ingestion.tests.factories import contract, delivered
from dothi.datastore.sources.tests.factories import AT, make_source, played, readings
from dothi.run.working import SLOTS

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[2]
FILE = "Mã,Nhận lúc,Phường,Điểm\nPA-1,2026-11-25,27211,5\n"


def until(so: Callable[[], bool]) -> None:
    for _try in range(600):
        if so():
            return
        time.sleep(0.2)
    pytest.fail("it did not come to that")


def test_deliveries_are_read_while_every_source_hangs(settings: Any, tmp_path: Path) -> None:
    settings.STORE, settings.DROP = tmp_path / "store", tmp_path / "drop"
    asked = tmp_path / "asked"
    asked.touch()
    root = make_root()
    levels = make_dataset(root, "muc-nuoc", contract=readings())
    make_dataset(root, "reports", contract=contract())
    with played(lambda _asked, _file: None) as kind:
        for _number in range(SLOTS + 1):
            make_source(root, kind=kind, dataset=levels)
    environment = {
        **os.environ, "PYTHONPATH": ".", "ASKED": str(asked), "DOTHI_STORE_THREADS": "1",
        "DOTHI_STORE": str(settings.STORE), "DOTHI_DROP": str(settings.DROP),
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.scale.hanging"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        until(lambda: len(asked.read_text().splitlines()) == SLOTS)
        run = delivered(FILE, contract(), at=AT)

        def is_read() -> bool:
            run.refresh_from_db()
            return run.state == RunState.CHECKED

        until(is_read)
        assert len(asked.read_text().splitlines()) == SLOTS, "no source gave up its place"
        assert worker.poll() is None
    finally:
        worker.kill()
        worker.wait()
