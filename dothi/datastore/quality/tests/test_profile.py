"""A reader sees what the data look like, and nothing that the rows would not show him."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from dothi.accounts.models import User
from dothi.datastore.catalogue.choices import Share, Type
from dothi.datastore.catalogue.tests.factories import MONDAY_9AM, field
from dothi.datastore.quality import services
from dothi.datastore.quality.models import Profile
from dothi.datastore.quality.rules import figures
from dothi.datastore.quality.services import profiling
from dothi.datastore.quality.tests.factories import CODE, make_trees, publish, tree, trees
from dothi.datastore.sharing.services import open_dataset
from dothi.datastore.tables.events import VersionRewritten
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db


def profiled(user: Any = None) -> dict[str, Any]:
    opening = open_dataset(CODE, user or AnonymousUser(), at=MONDAY_9AM)
    return dict(services.profile(opening, at=MONDAY_9AM).figures)


def of(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in found["columns"] if one["name"] == name)


def test_figures_of_each_column_are_counted_from_the_rows(unit: Unit) -> None:
    make_trees(unit)
    publish([tree(n, height=None if n == 3 else float(n)) for n in range(10)], run="a")
    found = profiled()
    height = of(found, "height")
    assert found["rows"] == 10
    assert (height["filled"], height["empty"], height["distinct"]) == (9, 1, 9)
    assert (height["minimum"], height["maximum"], height["median"]) == (0, 9, 5)
    assert height["mean"] == pytest.approx(42 / 9)
    assert sum(count for _low, _high, count in height["bins"]) == 9
    kind = of(found, "kind")
    assert kind["top"] == [["Dầu rái", 3], ["Sao đen", 3], ["Bằng lăng", 2], ["Lim xẹt", 2]]
    assert (kind["shortest"], kind["longest"]) == (7, 9)
    assert of(found, "planted_on")["minimum"] == "2020-01-01"
    places = found["places"]
    assert places["count"] == 10
    assert sum(count for _x, _y, count in places["cells"]) == 10


def test_of_a_personal_column_officers_see_counts_only(unit: Unit, steward: User) -> None:
    make_trees(unit)
    publish([tree(n) for n in range(10)], run="a")
    assert "keeper" not in json.dumps(profiled())
    keeper = of(profiled(steward), "keeper")
    assert {*keeper} == {"name", "type", "personal", "empty", "filled"}
    assert "Nguy" not in json.dumps(profiled(steward), ensure_ascii=False)


def test_a_version_is_summed_up_once_for_a_role(unit: Unit, steward: User) -> None:
    make_trees(unit)
    publish([tree(1)], run="a")
    for _again in range(2):
        profiled()
        profiled(steward)
    assert Profile.objects.count() == 2


def test_figures_go_with_rows_that_were_erased(unit: Unit) -> None:
    make_trees(unit)
    publish([tree(1)], run="a")
    profiled()
    from dothi.datastore.quality.handlers import forget

    forget(VersionRewritten(table=CODE, number=1, rows=0, checksum="0"))
    assert not Profile.objects.exists()


def test_a_table_without_a_value_and_one_without_rows_have_figures_too(unit: Unit) -> None:
    make_trees(unit)
    publish([{"tree": "C-1"}, {"tree": "C-2"}], run="a")
    found = profiled()
    assert of(found, "height") == {
        "name": "height", "type": "number", "personal": False, "empty": 2, "filled": 0,
        "distinct": 0,
    }  # fmt: skip
    assert found["places"] is None
    publish([], run="b")
    assert profiled()["rows"] == 0


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=60))
def test_every_whole_number_falls_into_one_bin(values: list[int]) -> None:
    low, high = min(values), max(values)
    cut = figures.span(field("n", Type.INTEGER), low, high)
    if low == high:
        assert cut is None
        return
    assert cut is not None
    assert cut.bins <= figures.BINS
    assert cut.width == int(cut.width)
    assert all(0 <= (value - low) // cut.width < cut.bins for value in values)


def test_the_page_shows_the_profile_in_both_languages(unit: Unit, client: Client) -> None:
    make_trees(unit)
    publish([tree(n) for n in range(30)], run="a")
    page = client.get(f"/data/{CODE}").content.decode()
    assert "Sao đen" in page
    assert '<meter min="0" max="8"' in page
    assert "Nguyễn Văn" not in page
    assert "What the data look like" in client.get(f"/en/data/{CODE}").content.decode()
    assert client.get(f"/data/{CODE}/profile.json").json()["rows"] == 30


def test_a_closed_dataset_has_no_profile_for_others(unit: Unit, client: Client) -> None:
    make_trees(unit, share=Share.CLOSED)
    publish([tree(1)], run="a")
    assert client.get(f"/data/{CODE}/profile.json").status_code == 404
    assert client.get(f"/data/{CODE}/changes").status_code == 404


def test_of_a_large_version_a_worker_takes_the_figures(
    unit: Unit, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_trees(unit)
    publish([tree(1), tree(2)], run="a")
    monkeypatch.setattr(profiling, "AT_ONCE", 1)
    answer = client.get(f"/data/{CODE}/profile.json")
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    client.get(f"/data/{CODE}/profile.json")  # A second reader asks for no second job.
    from dothi.datastore.quality import jobs

    jobs.profile(dataset=CODE, version=1, user_id=None)
    assert client.get(f"/data/{CODE}/profile.json").json()["rows"] == 2


# --- Differences ---------------------------------------------------------------------------------


def test_a_reader_sees_what_came_went_and_changed(unit: Unit, client: Client) -> None:
    make_trees(unit)
    publish([tree(1), tree(2), tree(3)], run="a")
    publish([tree(2), tree(3, height=50.0, keeper="Trần Thị Z"), tree(4)], run="b")
    page = client.get(f"/en/data/{CODE}/changes").content.decode()
    assert "<del>5.0</del> <ins>50.0</ins>" in page
    assert "C-0004" in page  # Came.
    assert "C-0001" in page  # Went.
    assert "Trần Thị Z" not in page
    assert "Compare version 1 with version 2" in client.get(f"/en/data/{CODE}").content.decode()


def test_a_change_in_a_hidden_column_alone_is_no_change_to_others(
    unit: Unit, client: Client
) -> None:
    make_trees(unit)
    publish([tree(1)], run="a")
    publish([tree(1, keeper="Trần Thị Z")], run="b")
    page = client.get(f"/en/data/{CODE}/changes").content.decode()
    assert "Nothing that you may see is different" in page


def test_columns_that_came_are_named(unit: Unit, client: Client) -> None:
    more = trees(fields=(*trees().fields, field("shade", Type.BOOLEAN, title_vi="Bóng mát")))
    make_trees(unit, contract=more)
    publish([tree(1)], run="a")
    publish([tree(1, shade=True)], run="b", contract=more)
    assert "Bóng mát" in client.get(f"/data/{CODE}/changes?from=1&to=2").content.decode()


def test_versions_that_are_not_there_are_not_found(unit: Unit, client: Client) -> None:
    make_trees(unit)
    publish([tree(1)], run="a")
    assert client.get(f"/data/{CODE}/changes").status_code == 404
    publish([tree(2)], run="b")
    assert client.get(f"/data/{CODE}/changes?from=1&to=9").status_code == 404
