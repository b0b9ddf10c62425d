"""Everybody takes the rows that they may see, and nothing of a column that they may not."""

import csv
import io
import json
from pathlib import Path

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer, make_root, make_ward
from dothi.datastore.catalogue.choices import Share
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.sharing.tests.factories import AT, CODE, ROWS, publish, trees
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
FORMS = ("csv", "json", "geojson", "xlsx", "parquet", "duckdb")


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def published(root: Unit) -> None:
    make_dataset(root, contract=trees())
    publish()


def body(client: Client, path: str, **headers: str) -> bytes:
    answer = client.get(f"/data/{path}", headers=headers)
    assert answer.status_code in (200, 206), answer.content
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def test_csv_is_what_it_says(client: Client, published: None) -> None:
    rows = list(csv.DictReader(io.StringIO(body(client, f"{CODE}.csv").decode())))
    assert rows[0] == {
        "tree": "C-1", "species": "Sao đen", "height": "12.5",
        "planted_at": "2020-02-17T01:00:00Z", "longitude": "106.64", "latitude": "10.76",
    }  # fmt: skip
    assert rows[1]["height"] == "-3.0", "a negative number is no formula"
    assert rows[1]["species"].startswith("'="), "what a sheet would run is text"


def test_json_and_geojson_are_sound(client: Client, published: None) -> None:
    rows = json.loads(body(client, f"{CODE}.json"))
    assert rows[0]["height"] == 12.5
    assert rows[1]["planted_at"] is None
    places = json.loads(body(client, f"{CODE}.geojson"))
    assert places["features"][0]["geometry"] == {"type": "Point", "coordinates": [106.64, 10.76]}
    assert places["features"][1]["geometry"] is None


def test_a_workbook_opens(client: Client, published: None) -> None:
    book = openpyxl.load_workbook(io.BytesIO(body(client, f"{CODE}.xlsx")))
    assert book.active is not None
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:2] == ("tree", "species")
    assert rows[1][:3] == ("C-1", "Sao đen", 12.5)


def test_programs_attach_parquet_and_duckdb(
    client: Client, published: None, tmp_path: Path
) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(body(client, f"{CODE}.parquet"))
    assert pq.read_table(path).num_rows == 2
    other = tmp_path / "x.duckdb"
    other.write_bytes(body(client, f"{CODE}.duckdb"))
    with duckdb.connect(str(other), read_only=True) as connection:
        assert connection.execute("select count(*) from data").fetchone() == (2,)


def test_a_program_reads_a_file_in_pieces(client: Client, published: None) -> None:
    whole = body(client, f"{CODE}.parquet")
    assert body(client, f"{CODE}.parquet", Range="bytes=0-3") == whole[:4] == b"PAR1"
    assert body(client, f"{CODE}.parquet", Range="bytes=-8") == whole[-8:]
    assert body(client, f"{CODE}.parquet", Range=f"bytes={len(whole) - 5}-") == whole[-5:]
    answer = client.get(f"/data/{CODE}.parquet", headers={"Range": f"bytes={len(whole)}-"})
    assert answer.status_code == 416
    head = client.head(f"/data/{CODE}.parquet")
    head.close()
    assert head["Accept-Ranges"] == "bytes"
    assert int(head["Content-Length"]) == len(whole)


@pytest.mark.parametrize("form", FORMS)
def test_no_column_of_a_person_leaves_by_any_door(
    client: Client, published: None, form: str
) -> None:
    content = body(client, f"{CODE}.{form}")
    for value in ("Minh", "Sáu", "079085000123", "keeper"):
        assert value.encode() not in content
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert book.active is not None
        assert "Minh" not in str(list(book.active.iter_rows(values_only=True)))


def test_an_officer_sees_names_masked_and_numbers_not_at_all(
    client: Client, published: None, root: Unit
) -> None:
    client.force_login(make_officer(unit=make_ward(under=root)))
    [row, _other] = json.loads(body(client, f"{CODE}.json"))
    assert row["keeper"] == "T•••" or row["keeper"].startswith("T")
    assert "Minh" not in row["keeper"]
    assert "keeper_id" not in row


@pytest.mark.parametrize(
    ("share", "role", "seen"),
    [
        (Share.DEFAULT, None, False),
        (Share.DEFAULT, Role.SPECIALIST, True),
        (Share.REQUEST, Role.SPECIALIST, False),
        (Share.REQUEST, Role.STEWARD, True),
        (Share.CLOSED, Role.SPECIALIST, False),
        (Share.CLOSED, Role.STEWARD, True),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_who_gets_a_dataset_follows_its_class(
    client: Client, root: Unit, share: Share, role: Role | None, seen: bool, form: str
) -> None:
    make_dataset(root, contract=trees(), share=share)
    publish()
    if role is not None:
        client.force_login(make_officer(unit=root, role=role))
    answer = client.get(f"/data/{CODE}.{form}")
    answer.close()
    assert answer.status_code == (200 if seen else 404)
    assert ("no-store" in answer.get("Cache-Control", "")) == seen


def test_a_pinned_version_stays_what_it_was(client: Client, published: None) -> None:
    publish(ROWS[:1], run="DR-2")
    assert len(json.loads(body(client, f"{CODE}.json"))) == 1
    assert len(json.loads(body(client, f"{CODE}/v1.json"))) == 2
    assert client.get(f"/data/{CODE}/v9.json").status_code == 404


def test_what_is_not_there_is_not_there(client: Client, root: Unit) -> None:
    make_dataset(root, contract=trees())
    assert client.get(f"/data/{CODE}.csv").status_code == 404  # No version yet.
    assert client.get("/data/nothing.csv").status_code == 404
    assert client.get(f"/data/{CODE}.exe").status_code == 404


def test_the_connection_of_an_opening_reaches_no_other_file(
    published: None, root: Unit, tmp_path: Path
) -> None:
    from django.contrib.auth.models import AnonymousUser

    from dothi.datastore.sharing import services

    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n", "utf-8")
    opening = services.open_dataset(CODE, AnonymousUser(), at=AT)
    with opening.connect() as connection:
        for attempt in (
            f"select * from read_csv('{secret}')",
            f"copy data to '{tmp_path / 'out.csv'}'",
            f"attach '{tmp_path / 'other.duckdb'}'",
            "set enable_external_access = true",
            "insert into data select * from data",
            "install httpfs",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(attempt)


def test_the_page_of_a_dataset_shows_rows_and_ways_to_take_them(
    client: Client, published: None
) -> None:
    page = client.get(f"/data/{CODE}").content.decode()
    assert "Sao đen" in page
    assert f"/data/{CODE}.parquet" in page
    assert f"/data/{CODE}/v1.csv" in page
    assert "Minh" not in page
    assert "0790" not in page


def test_the_page_of_a_dataset_without_rows_says_nothing_of_them(
    client: Client, root: Unit
) -> None:
    make_dataset(root, contract=trees())
    page = client.get(f"/data/{CODE}").content.decode()
    assert f"/data/{CODE}.csv" not in page
