"""Kept questions read columns: who changes a contract hears of them, as far as they may."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_officer, make_root
from dothi.datastore.catalogue.tests.factories import make_steward
from dothi.datastore.lineage import selectors as lineage
from dothi.datastore.lineage import services as gathering
from dothi.datastore.lineage import wording
from dothi.datastore.workbench import selectors, services
from dothi.datastore.workbench.rules.reading import columns_read
from dothi.datastore.workbench.tests.factories import AT, CODE, make_trees
from dothi.units.models import Unit

TREES = ("tree", "species", "height", "keeper")
COLUMNS = {"cay-xanh": TREES, "cay_xanh": TREES, "duong": ("street", "species")}


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ('select * from "cay-xanh"', {"cay-xanh": dict.fromkeys(TREES, True)}),
        ('select c.* exclude (keeper) from "cay-xanh" c',
         {"cay-xanh": {"tree": True, "species": True, "height": True}}),
        ("select tree, count(*) from cay_xanh where height > 3 group by tree",
         {"cay_xanh": {"tree": True, "height": False}}),
        ('with a as (select tree, SPECIES from "cay-xanh") '
         "select d.street from a join duong d on d.species = a.species",
         {"cay-xanh": {"tree": True, "species": True},
          "duong": {"street": True, "species": False}}),
        ('select tree from "cay-xanh" where species in (select species from duong)',
         {"cay-xanh": {"tree": True, "species": False}, "duong": {"species": False}}),
        ('select species from "cay-xanh" union all select street from duong',
         {"cay-xanh": {"species": True}, "duong": {"street": True}}),
        # What cannot be told apart is the whole.
        ('select count(*) from "cay-xanh"', {"cay-xanh": {"": True}}),
        ('select gone from "cay-xanh"', {"cay-xanh": {"": True}}),
        ("select a from nowhere", {"nowhere": {"": True}}),
    ],
)  # fmt: skip
def test_a_question_reads_these_columns(question: str, read: Any) -> None:
    assert columns_read(question, COLUMNS) == read


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def steward(root: Unit) -> User:
    return make_steward(root)


@pytest.fixture
def officer(root: Unit) -> User:
    return make_officer("lan", unit=root, role=Role.SPECIALIST)


@pytest.fixture
def kept(root: Unit, officer: User, settings: Any, tmp_path: Any) -> None:
    settings.STORE = tmp_path / "store"
    make_trees(root)
    text = f'select species, max(height) from "{CODE}" group by species'
    services.keep(title="Cây cao nhất", text=text, owner=officer, unit=root, at=AT)
    text = "select tree from cay_xanh where height > 10 and keeper = 'Trần Văn Minh'"
    services.keep(title="Cây của ông Minh", text=text, owner=officer, unit=None, at=AT)
    gathering.gather(at=AT)


def users_of(column: str, user: Any) -> set[str]:
    links = lineage.links_seen_by(user, on=AT.date())
    titles = wording.titles(user, AT.date())
    steps = lineage.uses_of(CODE, column, links)
    return {wording.name(one.point, titles) for one in steps if one.point.kind == "query"}


@pytest.mark.django_db(transaction=True)
def test_shared_questions_have_a_name_and_those_of_others_are_a_number(
    kept: None, steward: User, officer: User, client: Client
) -> None:
    assert users_of("height", officer) == {"Cây cao nhất", "Cây của ông Minh"}
    assert users_of("height", steward) == {"Cây cao nhất"}
    assert users_of("tree", steward) == set()
    assert users_of("height", AnonymousUser()) == set()
    page = f"/en/data/{CODE}/lineage?column=height"
    assert "Saved quer" not in client.get(page).content.decode()
    client.force_login(steward)
    shown = client.get(page).content.decode()
    assert "Cây cao nhất" in shown
    assert "Saved queries of others: 1" in shown
    assert "ông Minh" not in shown


@pytest.mark.django_db(transaction=True)
def test_a_steward_hears_of_them_before_a_contract_changes(kept: None, steward: User) -> None:
    def touched(*columns: str) -> list[str]:
        said = wording.touched_by(CODE, columns, steward, AT.date())
        return [one for one in said if "truy vấn" in one.lower()]

    assert touched("species") == ["Truy vấn đã lưu: Cây cao nhất"]
    assert len(touched("height")) == 2
    assert len(touched("keeper")) == 1
    assert touched("longitude") == []


@pytest.mark.django_db(transaction=True)
def test_a_question_that_is_thrown_away_reads_nothing(kept: None, officer: User) -> None:
    for question in selectors.questions_seen_by(officer, on=AT.date()):
        services.drop(question)
    gathering.gather(at=AT)
    assert users_of("height", officer) == set()
