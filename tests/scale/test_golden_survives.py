"""Golden records whose worker is killed: nothing half published, and done by the next one."""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_officer
from dothi.core.audit.models import Entry
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.resolution import jobs, ports, services
from dothi.datastore.resolution.choices import Aim, WorkState
from dothi.datastore.resolution.models import GoldenTable, GoldenWork
from dothi.datastore.resolution.stored_lists import StoredLists
from dothi.datastore.resolution.tests import people, stored
from dothi.datastore.resolution.tests.factories import AT, approved, compared
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables import services as rows
from dothi.units.tests.factories import make_unit

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[2]
KILLS = 6


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.STORE = tmp_path / "store"
    ports.hold(StoredLists())
    return tmp_path / "store"


@pytest.fixture
def steward() -> User:
    return make_officer("duyet", unit=make_unit("27238", "Phường Minh Phụng"), role=Role.STEWARD)


@pytest.fixture
def table(steward: User) -> GoldenTable:
    unit = steward.posts.get().unit
    asker = make_officer("hoi", unit=unit, role=Role.STEWARD)
    for code, held in zip(("register", "welfare"), people.lists(3_000, seed=3), strict=True):
        stored.make_list(unit, code, [])
        path = rows.workspace(code, "all") / "part.parquet"
        pq.write_table(held, path)
        rows.publish(
            code, [path], mode=Mode.REPLACE, schema=held.schema, run="all", by="system", at=AT
        )
    project = approved(unit, asker, steward)
    compared(project, asker)
    made = stored.ask(project, asker)
    services.approve_table(table=made, by=steward, at=AT)
    return made


def begun(work: GoldenWork, store: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "PYTHONPATH": ".",
        "DJANGO_SETTINGS_MODULE": "dothi.config.settings",
        "DOTHI_STORE": str(store),
    }
    mark = store.parent / f"begun-{uuid.uuid4().hex}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.scale.making_golden", str(work.pk), str(mark)],
        cwd=ROOT, env=environment,
    )  # fmt: skip
    while not mark.exists():
        assert process.poll() is None
        time.sleep(0.02)
    return process


def test_kills_at_any_point_leave_nothing_half_published(
    table: GoldenTable, steward: User, store: Path
) -> None:
    looked = services.ask_for_work(table=table, aim=Aim.LOOK, by=steward, at=AT)
    started = time.monotonic()
    services.carry_out_work(looked, at=AT)
    takes = time.monotonic() - started
    looked.refresh_from_db()
    assert looked.found["added"] > 1_000
    work = services.ask_for_work(table=table, aim=Aim.PUBLISH, by=steward, at=AT, seen=looked.mark)
    chance = random.Random(7)
    for number in range(KILLS):
        GoldenWork.objects.filter(pk=work.pk).update(tries=0)  # It may lose more than a few.
        process = begun(work, store)
        time.sleep(1.3 * takes * (number + chance.random()) / KILLS)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        work.refresh_from_db()
        if work.state == WorkState.DONE:
            break
        shown = tables.shown(table.dataset)
        assert shown is None or shown.rows == looked.found["added"]

    ProcrastinateJob.objects.all().delete()  # The worker that took it died with it.
    jobs.take_up(0)
    GoldenWork.objects.filter(pk=work.pk).update(tries=0)
    two = [begun(work, store) for _ in range(2)]
    assert [one.wait(300) for one in two] == [0, 0]

    work.refresh_from_db()
    assert (work.state, work.version) == (WorkState.DONE, 1)
    assert tables.versions(table.dataset).count() == 1
    assert tables.shown(table.dataset).rows == looked.found["added"]  # type: ignore[union-attr]
    assert Entry.objects.filter(act="resolution.publish").count() == 1
