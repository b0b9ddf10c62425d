"""Programs write rows as into CKAN: they become a delivery, and nothing of it is lost."""

from typing import Any
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest
from ckanapi import NotAuthorized, RemoteCKAN, ValidationError
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer, make_root
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.catalogue.tests.factories import MONDAY_9AM, make_dataset, make_steward
from dothi.datastore.ingestion import api
from dothi.datastore.ingestion.choices import RunState
from dothi.datastore.ingestion.models import Aside, Delivery, Run
from dothi.datastore.quality.tests.factories import CODE, trees
from dothi.datastore.tables import selectors as tables
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def store(tmp_path: Any, settings: Any) -> None:
    settings.STORE = tmp_path / "store"


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def key(root: Unit) -> str:
    return catalogue.issue_key(user=make_steward(root), name="R", at=MONDAY_9AM)


@pytest.fixture
def dataset(root: Unit) -> None:
    make_dataset(root, code=CODE, contract=trees(mode=Mode.MERGE))


def row(number: int, **more: Any) -> dict[str, Any]:
    return {
        "tree": f"C-{number}", "kind": "Sao đen", "height": 12.5, "planted_on": "2020-01-01",
        "keeper": "Trần Thị Kín", "longitude": 106.6, "latitude": 10.7, **more,
    }  # fmt: skip


def call(
    key: str, *rows: dict[str, Any], action: str = "upsert", status: int = 200, **more: Any
) -> Any:
    headers = {"Authorization": key} if key else {}
    data = {"resource_id": f"{CODE}.csv", "records": list(rows), **more}
    door = f"/api/3/action/datastore_{action}"
    answer = Client().post(door, data, "application/json", headers=headers)
    body = answer.json()
    assert answer.status_code == status, body
    return body["result"] if status == 200 else body["error"]


def stored() -> dict[str, float]:
    version = tables.latest(CODE)
    files = tables.files(version) if version is not None else []
    return {row["tree"]: row["height"] for one in files for row in pq.read_table(one).to_pylist()}


def test_records_are_a_delivery_that_is_published(key: str, dataset: None) -> None:
    found = call(key, row(1), row(2))
    assert (found["taken"], found["aside"], found["version"]) == (2, 0, 1)
    assert stored() == {"C-1": 12.5, "C-2": 12.5}
    run = Run.objects.get()
    assert found["url"].endswith(f"/desk/data/in/{run.code}/")
    assert run.delivery.code == found["delivery"]
    assert (run.state, run.lines, run.taken_lines) == (RunState.PUBLISHED, 2, 2)


def test_the_same_records_again_change_nothing(key: str, dataset: None) -> None:
    call(key, row(1), row(2))
    again = call(key, row(1), row(2))
    assert (again["taken"], again["message"]) == (0, "these records came before")
    call(key, row(1))  # Another delivery of a row that is there.
    assert tables.versions(CODE).count() == 1
    call(key, row(1, height=13))
    call(key, row(1), row(2))
    assert stored() == {"C-1": 12.5, "C-2": 12.5}, "they undo what came between"
    assert tables.versions(CODE).count() == 3


def test_insert_adds_new_rows_and_update_changes_known_ones(key: str, dataset: None) -> None:
    call(key, row(1), method="insert")
    error = call(key, row(1, height=9), row(2), method="insert", status=409)
    assert error["records"] == ["1 of the rows are there already"]
    error = call(key, row(1, height=9), row(3), method="update", status=409)
    assert error["records"] == ["1 of the rows are not there"]
    assert stored() == {"C-1": 12.5}
    call(key, row(1, height=9), method="update")
    assert stored() == {"C-1": 9.0}
    assert "insert" in call(key, row(1), method="replace", status=409)["method"][0]
    assert call(key, row(1, height=9), row(3))["version"] == 3, "what was refused may come again"


def test_a_faulty_row_is_named_and_stands_aside(key: str, dataset: None) -> None:
    error = call(key, row(1), row(2, height=900), row(3, height="tall"), status=409)
    assert error["__type"] == "Validation Error"
    assert [(one["row"], one["field"]) for one in error["rows"]] == [(1, "height"), (2, "height")]
    assert error["records_row"] == 1
    assert (error["taken"], error["aside"], error["state"]) == (1, 2, "checked")
    assert "Kín" not in str(error)
    assert "tall" not in str(error)
    assert Aside.objects.count() == 2
    assert stored() == {}, "a steward mends them, or publishes without them"


def test_few_faulty_rows_do_not_keep_back_the_others(key: str, dataset: None) -> None:
    found = call(key, *[row(number) for number in range(30)], row(31, height=900))
    assert (found["taken"], found["aside"], found["version"]) == (30, 1, 1)
    assert found["rows"][0]["row"] == 30


def test_a_row_that_stands_twice_is_named(key: str, dataset: None) -> None:
    error = call(key, row(1), row(1, height=3), status=409)
    assert [(one["row"], one["field"]) for one in error["rows"]] == [(1, "tree")]


def test_a_dry_run_keeps_nothing(key: str, dataset: None) -> None:
    found = call(key, row(1), dry_run=True)
    assert (found["dry_run"], found["taken"]) == (True, 1)
    error = call(key, row(1), row(2, height=900), row(1), dry_run=True, status=409)
    assert [(one["row"], one["field"]) for one in error["rows"]] == [(1, "height"), (2, "tree")]
    assert not Delivery.objects.exists()


def test_a_known_row_is_given_whole(key: str, dataset: None) -> None:
    part = {"tree": "C-1", "height": 3}
    assert "rows are replaced whole" in call(key, part, status=409)["records"][0]
    assert call(key, part, method="insert")["taken"] == 1
    error = call(key, row(2), row(3, owner="?"), status=409)
    assert error["records"] == ["row 1 has extra keys owner"]


def test_rows_that_are_only_added_know_insert_only(key: str, root: Unit) -> None:
    make_dataset(root, code=CODE, contract=trees(mode=Mode.APPEND, key=()))
    assert "only added" in call(key, row(1), status=409)["method"][0]
    assert call(key, row(1), method="insert")["version"] == 1
    assert call(key, row(1), method="insert")["taken"] == 0


def test_a_delivery_that_is_the_whole_comes_as_a_file(key: str, root: Unit) -> None:
    make_dataset(root, code=CODE, contract=trees(mode=Mode.REPLACE))
    for method in ("insert", "update", "upsert"):
        assert "/desk/data/in/" in call(key, row(1), method=method, status=409)["method"][0]
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "records", ["{", "[1]", [], [{}], [1], '[{"tree": NaN}]', '[{"tree": "\\ud800"}]']
)
def test_what_is_no_record_is_refused(key: str, dataset: None, records: Any) -> None:
    assert call(key, status=409, records=records)["records"]
    assert not Delivery.objects.exists()


def test_more_than_a_call_holds_come_as_a_file(
    key: str, dataset: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "MOST", 2)
    assert "at most 2" in call(key, row(1), row(2), row(3), status=409)["records"][0]


def test_only_who_brings_data_in_writes_rows(key: str, root: Unit, dataset: None) -> None:
    officer = make_officer("lan", unit=root, role=Role.SPECIALIST)
    theirs = catalogue.issue_key(user=officer, name="R", at=MONDAY_9AM)
    for action in ("create", "upsert", "delete"):
        call("", row(1), action=action, status=403)
        call(theirs, row(1), action=action, status=403)
    call(key, row(1), resource_id="khong-co.csv", status=404)
    assert not Delivery.objects.exists()


def test_create_takes_records_that_the_contract_knows(key: str, dataset: None) -> None:
    fields = [{"id": "tree", "type": "text"}]
    found = call(key, row(1), action="create", fields=fields, primary_key="tree")
    assert (found["taken"], found["primary_key"]) == (1, ["tree"])
    error = call(key, row(1), action="create", primary_key="kind", status=409)
    assert error["primary_key"] == ["the contract says: tree"]
    error = call(key, row(1), action="create", fields=[{"id": "owner"}], status=409)
    assert error["fields"] == ["not in the contract: owner"]


def test_without_a_contract_one_is_proposed_from_the_records(root: Unit) -> None:
    make_dataset(root, code=CODE, agree=False, publish=False)
    steward = make_steward(root)
    key = catalogue.issue_key(user=steward, name="R", at=MONDAY_9AM)
    assert "datastore_create" in call(key, row(1), status=409)["resource_id"][0]
    found = call(key, row(1), row(2), action="create", primary_key="tree")
    assert (found["taken"], found["received"]) == (0, 2)
    client = Client()
    client.force_login(steward)
    page = client.get(urlsplit(found["proposal"]).path)
    assert page.status_code == 200
    assert "planted_on" in page.content.decode()
    assert not Run.objects.exists()


def test_rows_are_not_deleted_by_programs(key: str, dataset: None) -> None:
    call(key, row(1))
    error = call(key, action="delete", filters={"tree": "C-1"}, status=409)
    assert "/desk/data/erase" in error["message"][0]
    assert stored() == {"C-1": 12.5}


@pytest.mark.long
def test_ckanapi_writes_rows_over_http(live_server: Any, key: str, dataset: None) -> None:
    with RemoteCKAN(live_server.url, apikey=key) as ckan:
        found = ckan.action.datastore_upsert(resource_id=CODE, records=[row(1)], method="insert")
        assert found["version"] == 1
        with pytest.raises(ValidationError) as error:
            ckan.action.datastore_upsert(resource_id=CODE, records=[row(2, height=-1)])
        assert error.value.error_dict["rows"][0]["field"] == "height"
    with RemoteCKAN(live_server.url) as ckan, pytest.raises(NotAuthorized):
        ckan.action.datastore_upsert(resource_id=CODE, records=[row(1)])
