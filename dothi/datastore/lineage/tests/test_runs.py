"""Runs that are no deliveries are told as well: with a beginning, an end and what they read."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from dothi.accounts.models import User
from dothi.core.events.models import Record
from dothi.datastore.catalogue.tests.factories import MONDAY_9AM, make_steward
from dothi.datastore.indicators import services as indicators
from dothi.datastore.lineage import selectors
from dothi.datastore.lineage.tests.test_openlineage import judge
from dothi.datastore.quality.tests.factories import CODE, make_trees, publish, tree
from dothi.datastore.resolution import ports
from dothi.datastore.resolution import selectors as projects
from dothi.datastore.resolution.choices import RunState
from dothi.datastore.resolution.tests.factories import (
    REGISTER,
    WELFARE,
    HeldLists,
    approved,
    compared,
    hold,
)
from dothi.datastore.tables import services as tables
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def lists() -> Iterator[HeldLists]:
    before = ports.lists()
    yield hold(register=REGISTER, welfare=WELFARE)
    ports.hold(before)


@pytest.fixture
def project(unit: Unit, steward: User, lists: HeldLists) -> Any:
    return approved(unit, steward, make_steward(unit, "quan.ly"))


def told() -> list[dict[str, Any]]:
    facts = Record.objects.filter(name__in=selectors.NAMES).order_by("id")
    found = [event for fact in facts for event in selectors.told(fact)]
    for event in found:
        judge(event)
    return found


def test_lists_that_are_compared_are_a_run(project: Any, steward: User, lists: HeldLists) -> None:
    compared(project, steward)
    start, complete = told()
    assert [start["eventType"], complete["eventType"]] == ["START", "COMPLETE"]
    assert start["run"]["runId"] == complete["run"]["runId"]
    assert {one["name"] for one in complete["inputs"]} == set(lists.lists)
    assert complete["inputs"][0]["facets"]["version"]["datasetVersion"]


def test_a_comparison_that_fails_says_what_kind_of_fault(
    project: Any, steward: User, lists: HeldLists
) -> None:
    lists.lists["welfare"] = lists.lists["welfare"].drop_columns(["phone"])
    compared(project, steward)
    run = projects.last_run(project)
    assert run is not None
    assert run.state == RunState.FAILED
    start, fail = told()
    assert [start["eventType"], fail["eventType"]] == ["START", "FAIL"]
    assert fail["run"]["facets"]["errorMessage"]["message"] == "list_missing"


@pytest.mark.django_db(transaction=True)
def test_figures_of_a_release_say_which_versions_were_counted(
    unit: Unit, settings: Any, tmp_path: Any
) -> None:
    settings.STORE = tmp_path / "store"
    make_trees(unit)
    publish([tree(1)], run="a")
    tables.release("2026-Q1", by="system", at=MONDAY_9AM)
    indicators.measure_release("2026-Q1", at=MONDAY_9AM + timedelta(minutes=5), codes=[])
    start, complete = told()[-2:]
    assert complete["job"]["name"] == "indicators.release"
    assert start["run"] == complete["run"]
    [read] = complete["inputs"]
    assert (read["name"], read["facets"]["version"]["datasetVersion"]) == (CODE, "1")
