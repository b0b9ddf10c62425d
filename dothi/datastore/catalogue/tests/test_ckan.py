"""`ckanapi` walks the catalogue as it walks any CKAN, and writes with the key of a steward."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from ckanapi import (
    CKANAPIError,
    NotAuthorized,
    NotFound,
    RemoteCKAN,
    SearchQueryError,
    ValidationError,
)
from django.test import Client
from requests.adapters import BaseAdapter

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_officer
from dothi.datastore.catalogue import services
from dothi.datastore.catalogue.choices import Licence, Share, State, Theme
from dothi.datastore.catalogue.models import ApiKey, ContractVersion, Dataset
from dothi.datastore.catalogue.rules import odcs
from dothi.datastore.catalogue.tests.factories import (
    MONDAY_9AM,
    make_dataset,
    make_steward,
    trees,
)
from dothi.feedback.tests.factories import City
from dothi.units.models import Unit
from dothi.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db


class InProcess(BaseAdapter):
    """Hands what `requests` sends to the doors of this process."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(request.url)
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        sent = dict(request.headers)
        for name in ("Content-Length", "Accept-Encoding"):  # The test client has its own way.
            sent.pop(name, None)
        answer = Client().generic(
            request.method, f"{parts.path}?{parts.query}", body,
            content_type=sent.pop("Content-Type", ""), headers=sent,
        )  # fmt: skip
        made = requests.Response()
        made.status_code = answer.status_code
        made.headers.update(dict(answer.items()))
        made.raw = BytesIO(answer.content)
        made.url, made.request, made.encoding = request.url, request, "utf-8"
        return made

    def close(self) -> None:
        return None


def remote(key: str | None = None) -> RemoteCKAN:
    session = requests.Session()
    session.mount("http://", InProcess())
    return RemoteCKAN("http://localhost:8000", apikey=key, session=session)


@pytest.fixture
def key(steward: User) -> str:
    return services.issue_key(user=steward, name="Máy thu thập", at=MONDAY_9AM)


@pytest.fixture(autouse=True)
def _monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dothi.core.clock.now", lambda: MONDAY_9AM)


def test_ckanapi_walks_the_catalogue(unit: Unit, dataset: Dataset) -> None:
    ckan = remote().action
    assert ckan.site_read() is True
    assert ckan.status_show()["ckan_version"] == "2.11"
    assert ckan.package_list() == ["cay-xanh"]
    shown = ckan.package_show(id="cay-xanh")
    assert (shown["title"], shown["license_id"], shown["private"]) == (
        "Cây xanh đường phố", "cc-by", False,
    )  # fmt: skip
    assert shown["isopen"] is True
    assert [one["name"] for one in shown["tags"]] == ["cây", "công viên"]
    assert shown["organization"]["title"] == "Phường Minh Phụng"
    for resource in shown["resources"]:
        assert ckan.resource_show(id=resource["id"]) == resource
        assert Client().get(urlsplit(resource["url"]).path).status_code == 200
    assert ckan.current_package_list_with_resources() == [shown]
    [organization] = ckan.organization_list()
    assert ckan.organization_show(id=organization)["package_count"] == 1
    whole = ckan.organization_show(id=organization, include_datasets=True)
    assert [one["name"] for one in whole["packages"]] == ["cay-xanh"]
    assert ckan.group_list() == ["environment"]
    assert ckan.group_show(id="environment", include_datasets=True)["packages"] == [shown]
    assert ckan.tag_list() == ["cây", "công viên"]
    assert ckan.tag_show(id="cây")["name"] == "cây"
    assert {"cc-by", "cc-zero"} < {one["id"] for one in ckan.license_list()}


def test_package_search_finds_the_reports_by_words_without_marks() -> None:
    City()
    services.adopt(at=MONDAY_9AM)
    found = remote().action.package_search(q="phan anh")
    assert found["count"] >= 3
    assert "feedback-reports" in [one["name"] for one in found["results"]]
    assert remote().action.package_search(rows=0)["count"] >= 8


def test_search_narrows_sorts_pages_and_counts(unit: Unit, dataset: Dataset) -> None:
    make_dataset(
        unit, "den", title="Đèn", contract=trees(dataset="den"), themes=(Theme.ENERGY,),
        keywords=("điện",), licence=Licence.CC0, at=MONDAY_9AM + timedelta(hours=1),
    )  # fmt: skip
    search = remote().action.package_search

    def names(**asked: Any) -> list[str]:
        return [one["name"] for one in search(**asked)["results"]]

    assert names(q="*:*", sort="metadata_modified desc") == ["den", "cay-xanh"]
    assert names(sort="name asc") == ["cay-xanh", "den"]
    assert names(sort="title asc", rows=1, start=1) == ["den"]
    assert names(fq="groups:energy") == ["den"]
    assert names(fq='-groups:energy tags:"công viên"') == ["cay-xanh"]
    assert names(fq="+license_id:(cc-by OR cc-zero) +organization:unit-27238", sort="name asc") == [
        "cay-xanh", "den",
    ]  # fmt: skip
    assert names(fq="metadata_modified:[2026-03-02T02:30:00Z TO *]") == ["den"]
    assert names(q="name:den") == ["den"]
    facets = search(**{"facet.field": ["groups", "license_id", "organization", "tags"]})
    assert facets["facets"]["groups"] == {"environment": 1, "energy": 1}
    assert facets["facets"]["organization"] == {"unit-27238": 2}
    assert facets["search_facets"]["license_id"]["items"][0]["count"] == 1
    assert facets["count"] == 2


@pytest.mark.parametrize(
    "asked",
    [{"fq": "colour:red"}, {"fq": "words without a field"}, {"sort": "colour"}, {"rows": "x"},
     {"fq": "metadata_modified:[x TO *]"}, {"facet.field": "x"}, {"facet.field": ["colour"]},
     {"q": "\0"}],
)  # fmt: skip
def test_a_query_that_is_not_understood_is_refused(dataset: Dataset, asked: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, SearchQueryError)):
        remote().action.package_search(**asked)


def test_what_is_not_open_does_not_exist_without_a_key(unit: Unit, key: str) -> None:
    make_dataset(unit, share=Share.DEFAULT, licence=Licence.NOT_OPEN)
    ckan = remote().action
    assert ckan.package_list() == []
    for name, asked in (
        ("package_show", {"id": "cay-xanh"}), ("resource_show", {"id": "cay-xanh.contract"}),
        ("organization_show", {"id": "unit-27238"}), ("group_show", {"id": "health-x"}),
        ("tag_show", {"id": "cây"}),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            getattr(ckan, name)(**asked)
    assert remote(key).action.package_show(id="cay-xanh")["private"] is True


def sent(**more: Any) -> dict[str, Any]:
    return {
        "name": "cho", "title": "Chợ truyền thống", "notes": "Chợ, số sạp, giờ mở cửa.",
        "owner_org": "unit-27238", "license_id": "cc-by", "groups": [{"name": "economy"}],
        "tags": [{"name": "chợ"}],
        "extras": [
            {"key": "contract", "value": odcs.dump(odcs.document(trees(dataset="cho")))},
            {"key": "legal_basis", "value": "QĐ 12/QĐ-UBND"},
        ],
        **more,
    }  # fmt: skip


def test_a_program_with_a_key_makes_changes_and_takes_back(key: str, steward: User) -> None:
    ckan = remote(key).action
    made = ckan.package_create(**sent())
    assert (made["name"], made["private"], made["state"]) == ("cho", False, "active")
    dataset = Dataset.objects.get(code="cho")
    assert (dataset.state, dataset.legal_basis) == (State.PUBLISHED, "QĐ 12/QĐ-UBND")
    patched = ckan.package_patch(id="cho", title="Chợ")
    assert (patched["title"], patched["notes"]) == ("Chợ", "Chợ, số sạp, giờ mở cửa.")
    assert ContractVersion.objects.count() == 1
    updated = ckan.package_update(**sent(id="cho", title="Chợ dân sinh", tags=[]))
    assert (updated["title"], updated["tags"]) == ("Chợ dân sinh", [])
    ckan.package_delete(id="cho")
    assert Dataset.objects.get(code="cho").state == State.RETIRED
    with pytest.raises(NotFound):
        remote().action.package_show(id="cho")


def test_a_private_package_is_a_draft(key: str) -> None:
    made = remote(key).action.package_create(**sent(private=True, extras=[]))
    assert made["private"] is True
    assert Dataset.objects.get().state == State.DRAFT


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "Chợ"}, "name"), ({"title": ""}, "title_vi"), ({"license_id": "x"}, "license_id"),
        ({"groups": [{"name": "x"}]}, "groups"), ({"tags": "chợ"}, "tags"), ({"extras": []},
        "contract"), ({"license_id": "other-closed"}, "licence"), ({"owner_org": ""}, "owner_org"),
        ({"extras": [{"key": "contract", "value": "a: ["}]}, "contract"),
        ({"extras": [{"key": "contract", "value": "a: b"}]}, "contract"),
        ({"extras": "x"}, "extras"), ({"title": "x" * 201}, "title_vi"), ({"name": 7.5}, "name"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_whole(
    key: str, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        remote(key).action.package_create(**sent(**change))
    assert set(refused.value.error_dict) & {field, "title"}
    assert not Dataset.objects.exists()


def test_a_name_is_used_once(key: str, dataset: Dataset) -> None:
    with pytest.raises(ValidationError):
        remote(key).action.package_create(**sent(name="cay-xanh"))


def test_nobody_writes_beyond_the_own_posts(unit: Unit, dataset: Dataset) -> None:
    other = make_steward(make_unit("27241", "Phường Khác"), "khac")
    auditor = make_officer("kiem", unit=unit, role=Role.AUDITOR)
    keys = [services.issue_key(user=user, name="x", at=MONDAY_9AM) for user in (other, auditor)]
    for one in (None, "NOT-A-KEY", *keys):
        ckan = remote(one).action
        for name, asked in (
            ("package_create", sent()), ("package_update", sent(id="cay-xanh")),
            ("package_patch", {"id": "cay-xanh", "title": "x"}),
            ("package_delete", {"id": "cay-xanh"}),
        ):  # fmt: skip
            with pytest.raises((NotAuthorized, NotFound)):
                getattr(ckan, name)(**asked)
    assert list(Dataset.objects.values_list("title_vi", "state")) == [
        ("Cây xanh đường phố", State.PUBLISHED)
    ]


def test_a_key_that_was_ended_or_ran_out_or_whose_holder_left_opens_nothing(
    key: str, steward: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = MONDAY_9AM + timedelta(days=366)
    monkeypatch.setattr("dothi.core.clock.now", lambda: late)
    with pytest.raises(NotAuthorized):
        remote(key).action.package_list()
    monkeypatch.setattr("dothi.core.clock.now", lambda: MONDAY_9AM)
    assert remote(key).action.package_list() == []
    User.objects.update(is_active=False)
    with pytest.raises(NotAuthorized):
        remote(key).action.package_list()
    User.objects.update(is_active=True)
    services.end_key(user=steward, pk=ApiKey.objects.get().pk, at=MONDAY_9AM)
    with pytest.raises(NotAuthorized):
        remote(key).action.package_list()


def test_a_contract_of_the_program_is_not_changed_from_outside(key: str, dataset: Dataset) -> None:
    Dataset.objects.update(registered=True)
    contract = odcs.dump(odcs.document(trees(purpose="x")))
    with pytest.raises(NotAuthorized):
        remote(key).action.package_patch(
            id="cay-xanh", extras=[{"key": "contract", "value": contract}]
        )


def test_a_cookie_is_not_looked_at(steward: User, dataset: Dataset) -> None:
    client = Client()
    client.force_login(steward)
    body = json.dumps({"id": "cay-xanh", "title": "x"})
    answer = client.post("/api/3/action/package_patch", body, content_type="application/json")
    assert answer.status_code == 403


def test_answers_have_the_shape_of_ckan(client: Client, dataset: Dataset) -> None:
    good = client.get("/api/3/action/package_show?id=cay-xanh").json()
    assert (good["success"], set(good)) == (True, {"help", "success", "result"})
    missing = client.get("/api/3/action/package_show?id=x")
    assert (missing.status_code, missing.json()["error"]["__type"]) == (404, "Not Found Error")
    assert client.get("/api/3/action/fly").status_code == 400
    assert client.get("/api/3/action/package_delete?id=cay-xanh").status_code == 400
    for body in (b"{", b"[]", b"[" * 100_000):
        answer = client.post("/api/3/action/package_list", body, content_type="application/json")
        assert answer.status_code == 409
    with pytest.raises(CKANAPIError):
        remote().action.fly()
