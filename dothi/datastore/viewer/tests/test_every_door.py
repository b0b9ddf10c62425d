"""A masked column stays masked through every door of the store, and a hidden one hidden."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import duckdb
import pytest
from django.test import Client
from ibis.expr.types import Scalar, Table

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer, make_root, make_ward
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.indicators import registry
from dothi.datastore.indicators import services as indicators
from dothi.datastore.indicators.choices import Better, Scale
from dothi.datastore.indicators.registry import (
    Dimension,
    Indicator,
    Source,
    UnitColumn,
    register,
)
from dothi.datastore.workbench.tests.factories import AT, CODE, SECRETS, make_trees

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/3/action/"
SQL = f'select * from "{CODE}"'
FIGURE = "test.trees_planted"
APART = "start=2020-01-01&end=2022-01-01&by=species"
Door = Callable[[Client, str, Any], Any]


def address(path: str) -> Door:
    return lambda client, key, tmp: client.get(path)


def action(name: str, **data: Any) -> Door:
    def ask(client: Client, key: str, tmp: Any) -> Any:
        headers = {"Authorization": key} if key else {}
        return client.post(f"{API}{name}", data, "application/json", headers=headers)

    return ask


def bench(door: str) -> Door:
    def ask(client: Client, key: str, tmp: Any) -> Any:
        page = client.get(door)
        if page.status_code != 200:
            return page
        code = page.context["form"]["code"].value()
        return client.post(door, {"q": SQL, "code": code}, follow=True)

    return ask


def programs(path: str) -> Door:
    def ask(client: Client, key: str, tmp: Any) -> Any:
        headers = {"Authorization": key} if key else {}
        return client.get(f"/api/v1/indicators/{FIGURE}{path}", headers=headers)

    return ask


def dumped(client: Client, key: str, tmp: Any) -> Any:
    return client.get(f"/datastore/dump/{CODE}", headers={"Authorization": key} if key else {})


DOORS: dict[str, Door] = {
    "page": address(f"/data/{CODE}"),
    **{f"download {form}": address(f"/data/{CODE}.{form}")
       for form in ("csv", "json", "geojson", "xlsx", "parquet", "duckdb")},
    "pinned": address(f"/data/{CODE}/v1.json"),
    "view": address(f"/data/{CODE}/view"),
    "view, groups": address(f"/data/{CODE}/view?g=species&g=tree"),
    "view, map": address(f"/data/{CODE}/view?show=map"),
    "view as csv": address(f"/data/{CODE}/view.csv"),
    "embedded": address(f"/embed/data/{CODE}"),
    "workbench": bench("/desk/data/workbench/"),
    "workbench of everybody": bench("/data/sql/"),
    "ckan search": action("datastore_search", resource_id=CODE),
    "ckan search words": action("datastore_search", resource_id=CODE, q="Minh"),
    "ckan sql": action("datastore_search_sql", sql=SQL),
    "ckan info": action("datastore_info", id=CODE),
    "ckan dump": dumped,
    "ckan package": action("package_show", id=CODE),
    "features": address(f"/ogc/collections/{CODE}/items"),
    "one feature": address(f"/ogc/collections/{CODE}/items/C-1"),
    "features for people": address(f"/ogc/collections/{CODE}/items?f=html"),
    "dcat": address("/catalog.ttl"),
    "tiles of indicators": address("/indicators/"),
    "indicator": address(f"/indicators/{FIGURE}"),
    "indicator, taken apart": address(f"/indicators/{FIGURE}?{APART}"),
    "readings as csv": address(f"/indicators/{FIGURE}/readings.csv"),
    "readings as json": address(f"/indicators/{FIGURE}/readings.json"),
    "indicator for programs": programs(""),
    "trend for programs": programs("/trend"),
    "indicator taken apart, for programs": programs(f"/why?{APART}"),
}  # fmt: skip
WHO = {"everybody": None, "officer": Role.SPECIALIST, "steward": Role.STEWARD}


def planted(tables: Mapping[str, Table], at: Scalar) -> Table:
    """Trees planted so far, counted over a table that also says who keeps them."""
    rows = tables["trees"]
    stood = rows.filter(rows.planted_at <= at)
    return stood.group_by("unit_id").aggregate(numerator=stood.count())


@pytest.fixture
def figure() -> Iterator[None]:
    """An indicator over the trees, for everybody, with a dimension that everybody may see."""
    register(
        Indicator(
            code=FIGURE, title="Trees", help="", unit_of_measure="", steward=CODE,
            scale=Scale.COUNT, better=Better.HIGHER, is_hot=False, public=True, measure=planted,
            reads={"trees": {"unit_id": "int64", "planted_at": "timestamp('UTC')",
                             "species": "string"}},
            stores={"trees": Source(dataset=CODE, unit=UnitColumn(code="tree", on="planted_at"))},
            dimensions={"species": Dimension(table="trees", column="species", title="Species")},
        )
    )  # fmt: skip
    yield
    del registry.indicators[FIGURE]


@pytest.mark.parametrize(
    "who", ["everybody", "officer", pytest.param("steward", marks=pytest.mark.long)]
)
def test_a_masked_column_stays_masked_through_every_door(
    client: Client, who: str, tmp_path: Any, figure: None
) -> None:
    root = make_root()
    make_trees(root)
    indicators.measure_store(at=AT, codes=[FIGURE])
    role, key = WHO[who], ""
    if role is not None:
        officer = make_officer(unit=root if role == Role.STEWARD else make_ward(under=root),
                               role=role)  # fmt: skip
        client.force_login(officer)
        key = catalogue.issue_key(user=officer, name="R", at=AT)
    answered = []
    for name, door in DOORS.items():
        answer = door(client, key, tmp_path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if answer.status_code == 200:
            answered.append(name)
        for secret in SECRETS:
            assert secret.encode() not in content, (name, secret)
        if name == "download duckdb":
            _nothing_inside(content, tmp_path)
    missing = set(DOORS) - set(answered)
    assert missing <= {"workbench"}, "the doors did answer, so that there was something to leak"
    assert role is None or not missing


def _nothing_inside(content: bytes, tmp_path: Any) -> None:
    path = tmp_path / "x.duckdb"
    path.write_bytes(content)
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute("select * from data").to_arrow_table().to_pylist()
    text = " ".join(str(value) for row in rows for value in row.values())
    assert not [secret for secret in SECRETS if secret in text]
