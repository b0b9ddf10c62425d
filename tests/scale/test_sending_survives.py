"""A worker that sends runs is killed at any point: every event is heard, each run in its order."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from dothi.accounts.tests.factories import make_root
from dothi.connectors.openlineage.fake import Listener
from dothi.connectors.played import Answer, Request, serving
from dothi.core import clock
from dothi.core.events.services import publish_all
from dothi.datastore.lineage import services
from dothi.datastore.lineage.models import Sending
from dothi.datastore.quality.tests.factories import make_trees
from dothi.datastore.sources.events import SourceTried

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[2]
FACTS, KILLS = 1_200, 6


def tries(dataset: str) -> list[SourceTried]:
    return [
        SourceTried(
            source="S-1", dataset=dataset, outcome="fault", fault="slow", run="", number=number
        )
        for number in range(1, FACTS + 1)
    ]


def test_a_worker_killed_at_any_point_loses_no_event(settings: Any) -> None:
    """It is killed while the server hears an event: sent, perhaps, and not noted."""
    dataset = make_trees(make_root())
    listener = Listener()
    kill_at = {FACTS * 2 * part // (KILLS + 1) for part in range(1, KILLS + 1)}
    working: list[subprocess.Popen[str]] = []

    def answer(request: Request) -> Answer:
        said = listener.answer(request)
        if len(listener.heard) in kill_at:
            kill_at.discard(len(listener.heard))
            working[-1].send_signal(signal.SIGKILL)
        return said

    with serving(answer) as server:
        settings.OPENLINEAGE_URL = server.url
        services.send(at=clock.now())
        with transaction.atomic():
            publish_all(tries(dataset.code), at=clock.now())
        kills = 0
        for _turn in range(KILLS + 1):
            working.append(start(server.url))
            if working[-1].wait(300) == -signal.SIGKILL:
                kills += 1
            time.sleep(0.2)  # Its session ends, and the lock with it.
    assert kills == KILLS
    seen: dict[str, list[str]] = {}
    for event in listener.heard:
        seen.setdefault(event["run"]["runId"], []).append(event["eventType"])
    assert len(seen) == FACTS
    for states in seen.values():
        assert states[0] == "START"
        assert states[-1] == "FAIL"
    again = len(listener.heard) - 2 * FACTS
    assert 0 <= again <= 2 * KILLS, "only the fact that was in hand goes out again"
    row = Sending.objects.get()
    assert (row.failures, row.not_taken) == (0, 0)


def start(address: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ, "PYTHONPATH": ".", "DJANGO_SETTINGS_MODULE": "dothi.config.settings",
        "OPENLINEAGE_URL": address,
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.scale.sending"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "begun\n"
    return process
