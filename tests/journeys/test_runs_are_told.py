"""Runs are sent to who wants to hear of them: none is lost, and nobody waits for it."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_root
from dothi.config import env
from dothi.connectors.openlineage.fake import Listener
from dothi.connectors.played import serving
from dothi.core.events.models import Record
from dothi.core.events.services import drain
from dothi.datastore.catalogue.tests.factories import MONDAY_9AM, make_steward
from dothi.datastore.ingestion import services as ingestion
from dothi.datastore.ingestion.models import Run
from dothi.datastore.lineage import selectors as lineage
from dothi.datastore.lineage import services
from dothi.datastore.lineage.models import Sending
from dothi.datastore.lineage.tests.test_openlineage import judge
from dothi.datastore.quality import services as quality
from dothi.datastore.quality.choices import Why
from dothi.datastore.quality.tests.factories import CODE, make_trees, publish, tree, trees
from dothi.datastore.sources import services as sources
from dothi.datastore.sources.tests.factories import AT, make_source
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
HEADS = "tree,kind,height,planted_on,keeper,longitude,latitude\n"
GOOD = HEADS + "C-1,Sao đen,12,2020-01-01,Trần Thị Kín,106.6,10.7\n"
FAULTY = HEADS + "C-2,Sao đen,not a number,2020-01-01,Trần Thị Kín,106.6,10.7\n"


@pytest.fixture(autouse=True)
def store(tmp_path: Any, settings: Any) -> None:
    settings.STORE = tmp_path / "store"


@pytest.fixture
def unit() -> Unit:
    return make_root()


@pytest.fixture
def steward(unit: Unit) -> User:
    return make_steward(unit)


@pytest.fixture
def listener(settings: Any) -> Iterator[Listener]:
    made = Listener()
    with serving(made.answer) as server:
        settings.OPENLINEAGE_URL = server.url
        services.send(at=MONDAY_9AM)  # From now on.
        yield made


def later(minutes: int) -> datetime:
    return MONDAY_9AM + timedelta(minutes=minutes)


def bring(text: str, *, minutes: int = 1) -> Run:
    delivery = ingestion.receive(
        dataset=CODE, chunks=[text.encode()], name="cay.csv", by="lan", at=later(minutes)
    )
    return ingestion.begin(delivery, trees(), by="lan", at=later(minutes))


def states(listener: Listener, run: str) -> list[str]:
    """What was heard of the run of a name, in the order in which it was heard."""
    return [one["eventType"] for one in listener.heard if one["run"]["runId"] == run]


def runs(listener: Listener) -> list[str]:
    return list(dict.fromkeys(one["run"]["runId"] for one in listener.heard))


def test_a_delivery_is_one_run_from_its_start_to_the_version(
    unit: Unit, listener: Listener
) -> None:
    make_trees(unit)
    run = bring(GOOD)
    ingestion.read(run, trees(), at=later(2))
    ingestion.publish(run, trees(), by="lan", at=later(3))
    quality.inspect(CODE, why=Why.PUBLISHED, at=later(4))
    services.send(at=later(5))
    for event in listener.heard:
        judge(event)
    [only] = runs(listener)
    assert states(listener, only) == ["START", "RUNNING", "COMPLETE", "OTHER"]
    start, running, complete, other = listener.heard
    assert {one["job"]["name"] for one in listener.heard} == {f"{CODE}.delivery"}
    assert start["inputs"][0]["name"] == f"source:{CODE}"
    assert len(start["outputs"][0]["facets"]["schema"]["fields"]) == 7
    read = running["inputs"][0]["inputFacets"]["dataQualityMetrics"]
    assert (read["rowCount"], read["bytes"]) == (1, len(GOOD.encode()))
    assert complete["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"] == 1
    assert other["outputs"][0]["facets"]["dataQualityAssertions"]["assertions"]
    assert "Kín" not in json.dumps(listener.heard, ensure_ascii=False)


def test_what_is_refused_fails_and_what_is_given_up_is_aborted(
    unit: Unit, listener: Listener
) -> None:
    make_trees(unit)
    bring("something,else\n1,2\n")
    run = bring(FAULTY, minutes=2)
    ingestion.read(run, trees(), at=later(3))
    ingestion.give_up(run, by="lan", at=later(4), reason="wrong file")
    services.send(at=later(5))
    for event in listener.heard:
        judge(event)
    refused, given_up = runs(listener)
    assert states(listener, refused) == ["START", "FAIL"]
    assert listener.heard[1]["run"]["facets"]["errorMessage"]["message"] == "The shape has changed"
    assert states(listener, given_up) == ["START", "RUNNING", "ABORT"]


def test_rows_without_a_delivery_have_a_beginning_and_an_end(
    unit: Unit, listener: Listener
) -> None:
    make_trees(unit)
    publish([tree(1)], run="a")
    services.send(at=later(1))
    [only] = runs(listener)
    assert states(listener, only) == ["START", "COMPLETE"]


def test_a_source_that_is_not_there_is_a_run_that_failed(
    unit: Unit, listener: Listener, settings: Any, tmp_path: Any
) -> None:
    settings.DROP = tmp_path / "drop"
    settings.DROP.mkdir()
    source = make_source(unit, kind="database", engine="sqlite", database="none.db", table="levels")
    sources.turn(source.code, at=AT)
    services.send(at=later(1))
    for event in listener.heard:
        judge(event)
    [only] = runs(listener)
    assert states(listener, only) == ["START", "FAIL"]
    assert listener.heard[0]["job"]["name"] == f"source.{source.code}"


def test_a_server_that_is_ill_gets_everything_when_it_is_well(
    unit: Unit, listener: Listener, client: Client, steward: User
) -> None:
    make_trees(unit)
    listener.ill = 2
    publish([tree(1)], run="a")
    assert services.send(at=later(1)) == 0
    row = Sending.objects.get()
    assert (row.failures, row.status, row.next_at) == (1, 503, later(1) + timedelta(seconds=30))
    publish([tree(2)], run="b")
    assert services.send(at=later(1) + timedelta(seconds=29)) == 0
    assert listener.ill == 1, "it was left in peace"
    client.force_login(steward)
    page = client.get(f"/en/data/{CODE}/lineage").content.decode()
    assert "It answers with a fault. (HTTP 503)" in page
    assert "Facts that wait: 2." in page
    assert services.send(at=later(2)) == 0
    assert Sending.objects.get().next_at == later(3)
    assert services.send(at=later(3)) == 4
    for run in runs(listener):
        assert states(listener, run) == ["START", "COMPLETE"]
    page = client.get(f"/en/data/{CODE}/lineage").content.decode()
    assert "Facts that wait: 0." in page
    assert "It is tried again" not in page
    client.logout()
    assert "OpenLineage" not in client.get(f"/en/data/{CODE}/lineage").content.decode()


def test_an_event_that_is_not_taken_keeps_no_other_back(unit: Unit, listener: Listener) -> None:
    make_trees(unit)
    listener.refused = {f"{CODE}.delivery"}
    publish([tree(1)], run="a")
    services.send(at=later(1))
    listener.refused = set()
    publish([tree(2)], run="b")
    services.send(at=later(2))
    row = Sending.objects.get()
    assert (row.not_taken, row.sent, row.next_at) == (2, 2, None)
    assert len(runs(listener)) == 1


def test_a_fact_that_cannot_be_told_keeps_no_other_back(
    unit: Unit, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_trees(unit)
    told = lineage.told

    def broken(fact: Record) -> list[dict[str, Any]]:
        if fact.payload["number"] == 1:
            raise ValueError("Trần Thị Kín")
        return told(fact)

    monkeypatch.setattr(lineage, "told", broken)
    publish([tree(1)], run="a")
    publish([tree(2)], run="b")
    assert services.send(at=later(1)) == 2
    row = Sending.objects.get()
    assert (row.not_taken, row.fault, row.next_at) == (1, "not_told", None)
    assert services.send(at=later(2)) == 0


def test_a_file_takes_the_same(unit: Unit, settings: Any, tmp_path: Any) -> None:
    settings.OPENLINEAGE_URL = f"file://{tmp_path}/runs"
    services.send(at=MONDAY_9AM)
    make_trees(unit)
    publish([tree(1)], run="a")
    assert services.send(at=later(1)) == 2
    assert services.send(at=later(2)) == 0
    [path] = (tmp_path / "runs").iterdir()
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [one["eventType"] for one in events] == ["START", "COMPLETE"]


def test_a_worker_is_asked_only_where_somebody_listens(unit: Unit, settings: Any) -> None:
    drain("lineage.send")
    make_trees(unit)
    publish([tree(1)], run="a")
    asked = ProcrastinateJob.objects.filter(task_name=services.SEND)
    drain("lineage.send")
    assert not asked.exists()
    settings.OPENLINEAGE_URL = "http://127.0.0.1:9"
    publish([tree(2)], run="b")
    drain("lineage.send")
    assert asked.count() == 1


@pytest.mark.parametrize("address", ["marquez:5000", "https://", "https://u:p@host", "file://x/y"])
def test_an_address_that_cannot_be_is_refused_at_the_start(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", address)
    with pytest.raises(ImproperlyConfigured):
        env.listener("OPENLINEAGE_URL")
