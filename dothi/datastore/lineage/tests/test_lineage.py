"""Who uses this column? What is told is kept as a fact, and shown to who may know of it."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import ibis
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from dothi.accounts.models import User
from dothi.core import clock
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.catalogue.choices import Share
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.catalogue.tests.factories import MONDAY_9AM, field, make_dataset, trees
from dothi.datastore.indicators.registry import indicators
from dothi.datastore.lineage import registry, selectors, services
from dothi.datastore.lineage.choices import How, Kind
from dothi.datastore.lineage.models import Edge
from dothi.datastore.lineage.rules import graph, picture, tracing
from dothi.datastore.lineage.rules.graph import Link, Point
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
CODE = "cay-xanh"
TREES = Point(Kind.DATASET, CODE)


def link(source: Point, target: Point, how: How = How.DIRECT, *, open: bool = True) -> Link:
    return Link(source=source, target=target, how=how, open=open)


def of(kind: Kind, name: str, column: str = "") -> Point:
    return Point(kind, name, column)


# --- From expressions ----------------------------------------------------------------------------


def test_values_are_followed_to_their_columns_and_conditions_are_told_apart() -> None:
    trees = ibis.table({"kind": "string", "height": "float64", "ward": "string"}, name="trees")
    wards = ibis.table({"code": "string", "area": "float64", "name": "string"}, name="wards")
    tall = trees.filter(trees.height > 5).mutate(tall_kind=trees.kind.upper())
    both = tall.join(wards, tall.ward == wards.code)
    result = both.group_by("code").aggregate(
        n=both.count(), share=both.height.sum() / both.area.max()
    )
    found = tracing.columns_of(result)
    direct = {
        name: {column for column, how in read.items() if how == How.DIRECT}
        for name, read in found.items()
    }
    assert direct == {
        "code": {("wards", "code")},
        "n": set(),
        "share": {("trees", "height"), ("wards", "area")},
    }
    for column in (("trees", "height"), ("trees", "ward"), ("wards", "code")):
        assert found["n"][column] == How.INDIRECT
    assert ("wards", "name") not in found["n"]  # Never read.


def test_every_indicator_of_the_house_is_traced_to_columns_that_it_may_read() -> None:
    assert indicators
    for code, indicator in indicators.items():
        found = tracing.columns_of(indicator.expression())
        assert "numerator" in found, code
        for read in found.values():
            assert read, code
            for table, column in read:
                assert table == "moment" or column in indicator.reads[table], (code, table, column)
    share = tracing.columns_of(indicators["feedback.share_on_time"].expression())
    assert share["numerator"]["feedback_ticket", "resolved_at"] == How.DIRECT
    assert share["numerator"]["feedback_ticket", "paused"] == How.INDIRECT
    assert share["unit_id"]["feedback_ticket", "unit_id"] == How.DIRECT


def test_a_table_of_two_tables_comes_from_both() -> None:
    one = ibis.table({"n": "int64"}, name="one")
    two = ibis.table({"n": "int64", "day": "date"}, name="two")
    both = one.union(two.order_by("day").limit(3).select("n"))
    assert tracing.columns_of(both.select(m=both.n + 1))["m"] == {
        ("one", "n"): How.DIRECT, ("two", "n"): How.DIRECT, ("two", "day"): How.INDIRECT,
    }  # fmt: skip


# --- Through many links --------------------------------------------------------------------------

WAY = [
    link(of(Kind.SOURCE, CODE, "Chiều cao"), of(Kind.DATASET, CODE, "height")),
    link(of(Kind.FACT, "trees.planted"), TREES, How.INDIRECT),
    link(of(Kind.DATASET, CODE, "height"), of(Kind.INDICATOR, "trees.tall", "numerator")),
    link(of(Kind.DATASET, CODE, "kind"), of(Kind.INDICATOR, "trees.kinds", "numerator")),
    link(of(Kind.INDICATOR, "trees.tall"), of(Kind.TILE, "trees.tall")),
]


def test_a_column_is_used_by_what_is_made_of_what_is_made_of_it() -> None:
    uses = graph.uses(of(Kind.DATASET, CODE, "height"), WAY)
    assert [(step.point.kind, step.distance) for step in uses] == [("indicator", 1), ("tile", 2)]
    assert {step.point.name for step in graph.uses(TREES, WAY)} == {"trees.tall", "trees.kinds"}
    back = graph.origins(of(Kind.TILE, "trees.tall"), WAY)
    assert [step.point.kind for step in back] == ["indicator", "dataset", "fact", "source"]
    assert not graph.uses(of(Kind.DATASET, CODE, "keeper"), WAY)


points = st.builds(
    Point, st.sampled_from([Kind.DATASET, Kind.INDICATOR]), st.sampled_from("abcd"),
    st.sampled_from(["", "x", "y"]),
)  # fmt: skip
webs = st.lists(st.builds(link, points, points), max_size=20)


@given(webs, points)
def test_rings_end_and_nothing_is_reached_twice(links: list[Link], start: Point) -> None:
    for found in (graph.uses(start, links), graph.origins(start, links)):
        reached = [step.point for step in found]
        assert len(reached) == len({*reached})
        assert start not in reached
        assert all(step.point in {step.link.source, step.link.target} for step in found)


@given(webs.filter(bool))
def test_no_two_boxes_of_a_picture_cover_each_other(links: list[Link]) -> None:
    drawing = picture.drawn(links[0].source, links)
    places = [(box.x, box.y) for box in drawing.boxes]
    assert len(places) == len({*places})
    assert all(x + picture.WIDE <= drawing.width for x, _y in places)
    assert all(y + picture.HIGH <= drawing.height for _x, y in places)


# --- As facts ------------------------------------------------------------------------------------


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    collectors: dict[str, Any] = {}
    monkeypatch.setattr(registry, "collectors", collectors)
    return collectors


def test_what_is_told_no_more_is_over_and_stays_a_fact(told: dict[str, Any]) -> None:
    told["a"] = lambda: WAY[:2]
    assert services.gather(at=MONDAY_9AM) == 2
    assert services.gather(at=MONDAY_9AM) == 0
    told["a"] = lambda: WAY[1:3]
    later = MONDAY_9AM + timedelta(days=1)
    assert services.gather(at=later) == 2
    assert selectors.all_links() == WAY[1:3]
    [over] = Edge.objects.filter(gone_at=later)
    assert over.link == WAY[0]


def test_a_collector_that_breaks_leaves_what_it_told_and_keeps_no_other_back(
    told: dict[str, Any],
) -> None:
    told["a"] = lambda: WAY[:1]
    services.gather(at=MONDAY_9AM)

    def broken() -> Iterator[Link]:
        yield WAY[3]
        raise ZeroDivisionError

    told |= {"a": broken, "b": lambda: WAY[4:]}
    services.gather(at=MONDAY_9AM)
    assert selectors.all_links() == [WAY[0], WAY[4]]


def test_the_house_knows_the_way_of_its_own_data(unit: Unit) -> None:
    contract = trees(fields=(*trees().fields, field("ward", head="Phường", reference="units.code")))
    make_dataset(unit, contract=contract)
    services.gather(at=MONDAY_9AM)
    links = selectors.all_links()
    back = {step.point for step in selectors.origins_of(CODE, "ward", links)}
    assert back == {
        of(Kind.SOURCE, CODE, "Phường"), of(Kind.DATASET, "units", "code"),
        *(p for p in back if p.name != CODE),
    }  # fmt: skip
    assert of(Kind.DATASET, "units", "code") in back
    due = {step.point.name for step in selectors.uses_of("feedback-register", "due_at", links)}
    assert "feedback.share_on_time" in due
    assert "feedback.open" not in due
    height = {step.point.kind for step in selectors.uses_of(CODE, "height", links)}
    assert height == {Kind.DOOR}
    assert not selectors.uses_of(CODE, "keeper", links)  # Personal: nobody takes it away.


# --- On pages ------------------------------------------------------------------------------------


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY_9AM)


def test_a_reader_walks_from_the_source_to_the_tile(
    unit: Unit, client: Client, now: None, told: dict[str, Any]
) -> None:
    make_dataset(unit)
    told["a"] = lambda: WAY
    services.gather(at=MONDAY_9AM)
    assert "See the way of the data" in client.get(f"/en/data/{CODE}").content.decode()
    page = client.get(f"/en/data/{CODE}/lineage").content.decode()
    assert page.count("<rect") == 6
    assert 'href="#indicator-trees.tall-"' in page
    one = client.get(f"/en/data/{CODE}/lineage?column=height").content.decode()
    assert "Who uses this column?" in one
    assert "trees.kinds" not in one
    facts = client.get(f"/data/{CODE}/lineage.json?column=height").json()
    assert [use["kind"] for use in facts["uses"]] == ["indicator", "tile"]
    assert client.get(f"/data/{CODE}/lineage?column=khong_co").status_code == 404


def test_nobody_learns_of_data_that_he_may_not_find(
    unit: Unit, steward: User, client: Client, now: None, told: dict[str, Any]
) -> None:
    closed = Contract(dataset="kin", version=1, fields=(field("height"),))
    make_dataset(unit)
    make_dataset(unit, code="kin", contract=closed, title="Bộ kín", share=Share.CLOSED)
    rule = of(Kind.RULE, "QT-1")
    told["a"] = lambda: [
        link(of(Kind.DATASET, CODE, "height"), of(Kind.DATASET, "kin", "height")),
        link(of(Kind.DATASET, CODE, "height"), rule, How.CHECKED, open=False),
    ]
    services.gather(at=MONDAY_9AM)
    assert client.get("/data/kin/lineage").status_code == 404
    assert client.get(f"/data/{CODE}/lineage.json").json()["uses"] == []
    client.force_login(steward)
    uses = client.get(f"/data/{CODE}/lineage.json").json()["uses"]
    assert [use["name"] for use in uses] == ["kin", "QT-1"]


def test_who_changes_a_contract_reads_who_is_touched(
    unit: Unit, steward: User, client: Client, now: None, told: dict[str, Any]
) -> None:
    make_dataset(unit)
    told["a"] = lambda: WAY
    services.gather(at=MONDAY_9AM)
    client.force_login(steward)
    fewer = trees(version=2, fields=tuple(one for one in trees().fields if one.name != "height"))
    file = io.BytesIO(catalogue.document_of(fewer).encode())
    file.name = "contract.yaml"
    page = client.post(f"/en/desk/data/sets/{CODE}/contract/file", {"file": file})
    assert "Who uses the columns that change" in page.content.decode()
    assert "Indicator: trees.tall" in page.content.decode()
    assert "trees.kinds" not in page.content.decode()
