"""A run of a resolution that is killed leaves nothing half done, and is done anew."""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_officer
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.resolution import jobs, ports, services
from dothi.datastore.resolution.choices import RunState
from dothi.datastore.resolution.models import Change, Membership, Pair, Project, Run
from dothi.datastore.resolution.services.running import TASK
from dothi.datastore.resolution.stored_lists import StoredLists
from dothi.datastore.resolution.tests import people
from dothi.datastore.resolution.tests.factories import AT, approved
from dothi.datastore.tables import services as tables
from dothi.units.models import Unit
from dothi.units.tests.factories import make_unit

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[2]
KILLS = 5


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.STORE = tmp_path / "store"
    ports.hold(StoredLists())
    return tmp_path / "store"


@pytest.fixture
def ward() -> tuple[Unit, User, User]:
    unit = make_unit("27238", "Phường Minh Phụng")
    asker, steward = (make_officer(name, unit=unit, role=Role.STEWARD) for name in ("hoi", "duyet"))
    return unit, asker, steward


def stored(code: str, rows: pa.Table) -> None:
    path = tables.workspace(code, "first") / "part.parquet"
    pq.write_table(rows, path)
    tables.publish(
        code, [path], mode=Mode.REPLACE, schema=rows.schema, run="first", by="system", at=AT,
        roles=(),
    )  # fmt: skip


def begun(run: Run, store: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "PYTHONPATH": ".",
        "DJANGO_SETTINGS_MODULE": "dothi.config.settings",
        "DOTHI_STORE": str(store),
    }
    mark = store.parent / f"begun-{uuid.uuid4().hex}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.scale.resolving", str(run.pk), str(mark)],
        cwd=ROOT, env=environment,
    )  # fmt: skip
    while not mark.exists():
        assert process.poll() is None
        time.sleep(0.02)
    return process


def state_of(project: Project) -> tuple[int, int, int]:
    return (
        Pair.objects.filter(project=project).count(),
        Change.objects.filter(project=project).count(),
        Membership.objects.filter(entity__project=project).count(),
    )


def waiting(run: Run) -> int:
    found = ProcrastinateJob.objects.filter(task_name=TASK, args__run=run.pk, status="todo")
    return found.count()


def clusters_of(project: Project) -> Counter[frozenset[tuple[str, str]]]:
    found: dict[int, set[tuple[str, str]]] = {}
    now = Membership.objects.filter(entity__project=project, until=None).select_related("record")
    for one in now:
        found.setdefault(one.entity_id, set()).add((one.record.dataset, one.record.key))
    return Counter(frozenset(rows) for rows in found.values())


def test_kills_at_any_point_leave_nothing_half_done(
    ward: tuple[Unit, User, User], store: Path
) -> None:
    register, by_hand = people.lists(2_000, seed=3)
    stored("register", register)
    stored("welfare", by_hand)
    whole = approved(*ward)
    started = time.monotonic()
    undisturbed = services.start(project=whole, by=ward[1], at=AT)
    services.carry_out(undisturbed, at=AT)
    takes = time.monotonic() - started

    killed = approved(*ward)
    run = services.start(project=killed, by=ward[1], at=AT)
    chance = random.Random(5)
    struck = 0
    while struck < KILLS:
        process = begun(run, store)
        time.sleep(takes * (struck + chance.random()) / KILLS)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        run.refresh_from_db()
        if run.state == RunState.DONE:  # It was faster than the undisturbed one.
            takes *= 0.8
            killed = approved(*ward)
            run = services.start(project=killed, by=ward[1], at=AT)
            continue
        struck += 1
        assert run.state in {RunState.QUEUED, RunState.RUNNING}
        assert state_of(killed) == (0, 0, 0), "a run was half written"
    assert waiting(run) == 1, "asked for when it was started"
    ProcrastinateJob.objects.all().delete()  # The worker that took it died with it.
    jobs.take_up(0)
    jobs.take_up(0)
    assert waiting(run) == 1
    two = [begun(run, store) for _ in range(2)]
    assert [one.wait(300) for one in two] == [0, 0]

    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert state_of(killed) == state_of(whole)
    assert clusters_of(killed) == clusters_of(whole)
    assert sum(clusters_of(whole).values()) > 300
