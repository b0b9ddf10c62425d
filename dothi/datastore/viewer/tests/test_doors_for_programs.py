"""Programs read rows by the actions of CKAN, as features, and find them in the lists."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from ckanapi import NotFound, RemoteCKAN, ValidationError
from django.test import Client
from rdflib import RDF, Graph, Literal, Namespace
from rdflib.namespace import DCAT

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer, make_root
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.catalogue.choices import Classification, Share
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.sharing.services import exporting
from dothi.datastore.workbench.tests.factories import AT, CODE, ROWS, SECRETS, make_trees, publish
from dothi.datastore.workbench.tests.factories import trees as trees_of
from dothi.units.models import Unit

SPDX = Namespace("http://spdx.org/rdf/terms#")
SHAPES = Path(__file__).parents[2] / "catalogue" / "tests" / "dcat_shapes.ttl"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def trees(root: Unit) -> Any:
    return make_trees(root)


def call(client: Client, name: str, status: int = 200, *, key: str = "", **data: Any) -> Any:
    headers = {"Authorization": key} if key else {}
    answer = client.post(f"/api/3/action/{name}", data, "application/json", headers=headers)
    body = answer.json()
    assert answer.status_code == status, body
    return body["result"] if status == 200 else body["error"]


def search(client: Client, **data: Any) -> Any:
    return call(client, "datastore_search", resource_id=f"{CODE}.csv", **data)


def test_a_package_names_its_files(client: Client, trees: Any) -> None:
    resources = call(client, "package_show", id=CODE)["resources"]
    forms = {one["format"]: one for one in resources}
    assert set(forms) == {"YAML", "CSV", "XLSX", "JSON", "GEOJSON", "PARQUET", "DUCKDB"}
    assert forms["CSV"]["datastore_active"]
    assert forms["CSV"]["url"].endswith(f"/data/{CODE}.csv")
    assert call(client, "resource_show", id=f"{CODE}.csv") == forms["CSV"]
    found = call(client, "resource_search", query="format:csv")
    assert [one["id"] for one in found["results"]] == [f"{CODE}.csv"]
    assert call(client, "package_search", fq="res_format:CSV")["count"] == 1


def test_rows_are_searched_as_in_ckan(client: Client, trees: Any) -> None:
    found = search(client, sort="height desc", limit=2)
    assert [row["tree"] for row in found["records"]] == ["C-1", "C-2"]
    assert found["total"] == len(ROWS)
    assert found["records"][0] == {
        "_id": 1, "tree": "C-1", "species": "Sao đen", "height": 12.5,
        "planted_at": "2020-02-17T01:00:00Z", "longitude": 106.64, "latitude": 10.76,
    }  # fmt: skip
    assert {one["id"]: one["type"] for one in found["fields"]}["height"] == "numeric"
    assert search(client, filters={"species": "Sao đen"})["total"] == 2
    assert search(client, filters={"species": ["Sao đen", "Dầu rái"]})["total"] == 3
    assert search(client, q="dau rai")["total"] == 1
    assert search(client, q={"species": "sao"})["total"] == 2
    assert search(client, fields="species", distinct=True)["total"] == 2
    assert search(client, offset=2)["records"][0]["_id"] == 3
    assert "total" not in search(client, include_total=False)
    for form, shown in (("lists", [[1, "C-1"]]), ("csv", "1,C-1\n"), ("tsv", "1\tC-1\n")):
        answer = search(client, fields=["tree"], limit=1, records_format=form)
        assert answer["records"] == shown


@pytest.mark.parametrize(
    "data",
    [
        {"filters": {"nothing": 1}}, {"filters": "["}, {"sort": "height downwards"},
        {"sort": "keeper_id"}, {"fields": ["keeper"]}, {"records_format": "xml"}, {"limit": "-1"},
        {"q": {"keeper": "Minh"}}, {"fields": ['tree" from data --']},
    ],
)  # fmt: skip
def test_what_is_not_understood_is_a_validation_error(
    client: Client, trees: Any, data: dict[str, Any]
) -> None:
    error = call(client, "datastore_search", 409, resource_id=f"{CODE}.csv", **data)
    assert error["__type"] == "Validation Error"


def test_sql_goes_through_the_gate(client: Client, trees: Any) -> None:
    sql = f'SELECT species, count(*) AS n FROM "{CODE}.csv" GROUP BY 1 ORDER BY 2'
    found = call(client, "datastore_search_sql", sql=sql)
    assert found["records"] == [{"species": "Dầu rái", "n": 1}, {"species": "Sao đen", "n": 2}]
    error = call(client, "datastore_search_sql", 409, sql="select * from read_csv('/etc/passwd')")
    assert "not allowed" in error["query"][0]
    call(client, "datastore_search_sql", 409, sql=f'select keeper from "{CODE}.csv"')


def test_a_resource_says_what_its_columns_are(client: Client, trees: Any) -> None:
    found = call(client, "datastore_info", id=f"{CODE}.csv")
    assert found["meta"]["count"] == len(ROWS)
    assert "keeper" not in [one["id"] for one in found["fields"]]


def test_everything_is_dumped(client: Client, trees: Any) -> None:
    def dump(query: str = "") -> str:
        answer = client.get(f"/datastore/dump/{CODE}.csv{query}")
        assert answer.status_code == 200
        return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]

    assert dump().splitlines()[1].startswith("C-1,Sao đen,12.5,2020-02-17T01:00:00Z")
    assert dump("?format=tsv&fields=tree").splitlines() == ["tree", "C-1", "C-2", "C-3"]
    assert len(json.loads(dump("?format=json"))["records"]) == 3
    assert client.get(f"/datastore/dump/{CODE}.csv?format=xml").status_code == 400
    assert client.get("/datastore/dump/nothing").status_code == 404
    assert client.get(f"/datastore/dump/{CODE}?fields=keeper").status_code == 409


def test_who_has_a_key_reads_what_its_holder_may(client: Client, root: Unit) -> None:
    make_trees(root, share=Share.DEFAULT)
    call(client, "datastore_search", 404, resource_id=f"{CODE}.csv")
    officer = make_officer("lan", unit=root, role=Role.SPECIALIST)
    key = catalogue.issue_key(user=officer, name="R", at=AT)
    found = call(client, "datastore_search", key=key, resource_id=f"{CODE}.csv")
    assert found["records"][0]["keeper"] == "T•••"
    assert "keeper_id" not in found["records"][0]
    assert "CSV" in {one["format"] for one in call(client, "package_show", key=key, id=CODE)
                     ["resources"]}  # fmt: skip


def test_files_are_not_written_past_their_rows(client: Client, root: Unit, trees: Any) -> None:
    call(client, "resource_update", 403, id=f"{CODE}.csv")
    officer = make_officer("quan", unit=root, role=Role.STEWARD)
    key = catalogue.issue_key(user=officer, name="R", at=AT)
    error = call(client, "resource_update", 409, key=key, id=f"{CODE}.csv")
    assert "datastore_upsert" in error["message"][0]


@pytest.mark.filterwarnings("ignore:Dataset.:DeprecationWarning")
def test_the_files_are_distributions_clean_under_the_shapes(client: Client, trees: Any) -> None:
    found = Graph().parse(data=client.get("/catalog.ttl").content.decode(), format="turtle")
    conforms, _report, text = pyshacl.validate(found, shacl_graph=str(SHAPES), advanced=False)
    assert conforms, text
    urls = {str(one) for one in found.objects(None, DCAT.downloadURL)}
    assert f"/data/{CODE}.csv" in str(urls)
    assert len(urls) == 6
    for broken in (DCAT.accessURL, DCAT.mediaType):
        worse = Graph() + found
        for one in list(worse.subjects(RDF.type, DCAT.Distribution)):
            worse.set((one, broken, Literal("x")))
        assert not pyshacl.validate(worse, shacl_graph=str(SHAPES), advanced=False)[0]


@pytest.mark.filterwarnings("ignore:Dataset.:DeprecationWarning")
def test_a_file_that_lies_here_has_its_size_and_checksum(client: Client, root: Unit) -> None:
    contract = trees_of()
    fields = tuple(replace(one, classification=Classification.PUBLIC) for one in contract.fields)
    make_dataset(root, CODE, contract=replace(contract, fields=fields))
    publish()

    def said(form: str) -> tuple[Any, Any]:
        graph = Graph().parse(data=client.get("/catalog.ttl").content.decode(), format="turtle")
        assert pyshacl.validate(graph, shacl_graph=str(SHAPES), advanced=False)[0]
        [me] = [
            one for one in graph.subjects(RDF.type, DCAT.Distribution) if f".{form}#" in str(one)
        ]
        checksum = graph.value(me, SPDX.checksum)
        size = graph.value(me, DCAT.byteSize)
        return size and int(str(size)), str(graph.value(checksum, SPDX.checksumValue) or "")

    assert said("parquet") == (None, ""), "none is made for the catalogue"
    body = b"".join(client.get(f"/data/{CODE}.parquet"))
    assert said("parquet") == (len(body), sha256(body).hexdigest())
    assert said("csv") == (None, "")
    [resource] = [one for one in call(client, "package_show", id=CODE)["resources"]
                  if one["format"] == "PARQUET"]  # fmt: skip
    assert (resource["size"], resource["hash"]) == (len(body), f"sha256:{sha256(body).hexdigest()}")
    exporting.sweep()
    assert said("parquet") == (len(body), sha256(body).hexdigest())
    publish(ROWS[:1], run="DR-2")
    assert said("parquet") == (None, ""), "another version, another file"


def test_files_about_persons_are_not_measured(client: Client, trees: Any) -> None:
    assert b"".join(client.get(f"/data/{CODE}.parquet"))
    sizes = {one["size"] for one in call(client, "package_show", id=CODE)["resources"]
             if one["format"] == "PARQUET"}  # fmt: skip
    assert sizes == {None}


@pytest.mark.long
def test_ckanapi_reads_rows_over_http(live_server: Any, root: Unit) -> None:
    make_trees(root)
    ckan = RemoteCKAN(live_server.url)
    [resource] = [
        one for one in ckan.action.package_show(id=CODE)["resources"] if one["datastore_active"]
    ]
    found = ckan.action.datastore_search(resource_id=resource["id"], filters={"species": "Sao đen"})
    assert found["total"] == 2
    rows = ckan.action.datastore_search_sql(sql=f'select count(*) as n from "{resource["id"]}"')
    assert rows["records"] == [{"n": 3}]
    with pytest.raises(NotFound):
        ckan.action.datastore_search(resource_id="nothing")
    with pytest.raises(ValidationError):
        ckan.action.datastore_search_sql(sql="select * from read_csv('/etc/passwd')")
    ckan.close()


# --- Features ------------------------------------------------------------------------------------


def features(client: Client, path: str = "", status: int = 200) -> Any:
    answer = client.get(f"/ogc/collections/{CODE}/items{path}")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_open_data_with_places_are_features(client: Client, trees: Any) -> None:
    assert "core" in str(client.get("/ogc/conformance").json()["conformsTo"])
    rels = {one["rel"] for one in client.get("/ogc/").json()["links"]}
    assert {"self", "service-desc", "conformance", "data"} <= rels
    assert [one["id"] for one in client.get("/ogc/collections").json()["collections"]] == [CODE]
    assert client.get(f"/ogc/collections/{CODE}").json()["id"] == CODE
    found = features(client)
    assert found["numberMatched"] == found["numberReturned"] == 3
    assert found["features"][0]["geometry"] == {"type": "Point", "coordinates": [106.64, 10.76]}
    assert found["features"][0]["id"] == "C-1"
    assert found["features"][2]["geometry"] is None
    answer = client.get(f"/ogc/collections/{CODE}/items/C-2")
    assert answer["Content-Type"] == "application/geo+json"
    assert answer.json()["properties"]["species"] == "Dầu rái"
    assert client.get(f"/ogc/collections/{CODE}/items/C-9").status_code == 404
    assert client.get("/ogc/api").json()["openapi"].startswith("3.0")


def test_features_are_narrowed_by_ground_time_and_properties(client: Client, trees: Any) -> None:
    def ids(query: str) -> list[str]:
        return [one["id"] for one in features(client, query)["features"]]

    assert ids("?bbox=106.645,10.7,106.7,10.8") == ["C-2"]
    assert ids("?bbox=106.6,10.7,0,106.7,10.8,9") == ["C-1", "C-2"]
    assert ids("?datetime=2020-02-17") == ["C-1"]
    assert ids("?datetime=2020-06-01/..") == ["C-2"]
    assert ids("?datetime=../2020-06-01T00:00:00Z") == ["C-1"]
    assert ids("?species=Sao%20%C4%91en") == ["C-1", "C-3"]
    page = features(client, "?limit=2")
    following = next(one["href"] for one in page["links"] if one["rel"] == "next")
    rest = client.get(following.partition("localhost:8000")[2] or following)
    assert [one["id"] for one in rest.json()["features"]] == ["C-3"]
    for bad in ("?bbox=1,2,3", "?bbox=a,b,c,d", "?datetime=yesterday", "?nothing=1", "?limit=x",
                "?f=xml", "?keeper=Minh"):  # fmt: skip
        features(client, bad, 400)


def test_features_have_pages_for_people(client: Client, trees: Any) -> None:
    for path in ("", "collections", "conformance", f"collections/{CODE}",
                 f"collections/{CODE}/items", f"collections/{CODE}/items/C-1"):  # fmt: skip
        answer = client.get(f"/ogc/{path}", headers={"Accept": "text/html"})
        assert answer["Content-Type"].startswith("text/html"), path
    page = client.get(f"/ogc/collections/{CODE}/items?f=html").content.decode()
    assert "Sao đen" in page


def test_what_is_not_open_is_no_feature(client: Client, root: Unit) -> None:
    make_trees(root, share=Share.DEFAULT)
    client.force_login(make_officer(unit=root))
    assert client.get("/ogc/collections").json()["collections"] == []
    features(client, status=404)


def test_nothing_of_a_person_leaves(client: Client, trees: Any) -> None:
    for path in (f"/ogc/collections/{CODE}/items", f"/ogc/collections/{CODE}/items/C-1",
                 "/catalog.ttl", "/catalog.jsonld"):  # fmt: skip
        text = client.get(path).content.decode()
        assert not [value for value in SECRETS if value in text]
