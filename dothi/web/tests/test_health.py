"""What machines ask: alive, ready, how is it doing."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from dothi.core import clock
from dothi.core.house import Standing, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now())")


def parts(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["parts"]


def test_alive_whatever_it_is_called_by(client: Client) -> None:
    assert client.get("/livez", headers={"host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.usefixtures("worker")
def test_a_house_is_ready_when_all_its_parts_are_up(client: Client) -> None:
    code, found = parts(client)
    assert code == 200
    assert set(found.values()) == {"up"}


def test_a_house_without_a_worker_says_so(client: Client) -> None:
    code, found = parts(client)
    assert code == 503
    assert found["worker"] == "missing"
    assert found["database"] == "up"


@pytest.mark.usefixtures("worker")
def test_a_worker_that_fell_silent_counts_as_none(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_workers set last_heartbeat = now() - interval '1 min'")
    assert parts(client)[1]["worker"] == "missing"


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(("what", "code"), [(Standing.SAMPLE_BEGUN, 503), (Standing.SAMPLE, 200)])
def test_the_sample_house_is_ready_when_its_base_is_loaded(
    client: Client, settings: Settings, what: Standing, code: int
) -> None:
    settings.DEMO = True
    with connection.cursor() as cursor:
        mark(cursor, what)
    answer = client.get("/readyz")
    assert answer.status_code == code
    assert answer.json()["missing"] == ([] if code == 200 else ["sample base"])


@pytest.mark.usefixtures("worker")
def test_files_that_cannot_be_written_are_a_part_that_is_missing(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("", "utf-8")
    settings.MEDIA_ROOT = in_the_way / "files"
    assert parts(client) == (503, {**parts(client)[1], "files": "missing"})


def test_figures_are_for_this_machine_only(client: Client) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404


@pytest.mark.parametrize(
    "header", ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "via"]
)
def test_figures_never_go_through_a_proxy(client: Client, header: str) -> None:
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_figures_are_in_the_format_of_prometheus(client: Client) -> None:
    text = client.get("/metrics").content.decode()
    types = [line for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(types) == len(set(types)), "one line of type for each figure"
    assert 'dothi_up{part="database"} 1' in text
    assert "dothi_dead_letters 0" in text


def test_an_old_or_failed_backup_shows(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    good = clock.now() - timedelta(hours=30)
    state = {"good_at": good.isoformat(), "failed_at": clock.now().isoformat(), "why": "full"}
    (tmp_path / "backup.json").write_text(json.dumps(state), "utf-8")
    text = client.get("/metrics").content.decode()
    assert "dothi_backup_failed 1" in text
    assert "dothi_backup_age_seconds 10800" in text
