"""What was published is told to programs as OpenLineage has it.

The standard's JSON schemas are in no package of a registry that we know of, so these are checks
written from the specification (2-0-2 and its facets).
"""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from dothi.accounts.models import User
from dothi.datastore.catalogue.choices import Share
from dothi.datastore.catalogue.tests.factories import MONDAY_9AM
from dothi.datastore.lineage import services
from dothi.datastore.quality import services as quality
from dothi.datastore.quality.choices import Why
from dothi.datastore.quality.tests.factories import CODE, make_trees, publish, tree
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
DOOR = f"/api/v1/lineage/events?dataset={CODE}"
URI = re.compile(r"https?://\S+")
OF_FACET = {
    "schema": {"fields"}, "version": {"datasetVersion"}, "columnLineage": {"fields"},
    "dataQualityAssertions": {"assertions"}, "outputStatistics": {"rowCount", "size"},
    "dataQualityMetrics": {"columnMetrics", "rowCount", "bytes"},
    "errorMessage": {"message", "programmingLanguage"},
    "jobType": {"processingType", "integration"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def store(tmp_path: Any, settings: Any) -> None:
    settings.STORE = tmp_path / "store"


def judge_facets(facets: dict[str, Any]) -> None:
    for name, facet in facets.items():
        assert URI.fullmatch(facet["_producer"])
        assert URI.fullmatch(facet["_schemaURL"])
        assert OF_FACET[name] <= facet.keys(), name


def judge(event: dict[str, Any]) -> None:
    """RunEvent: required members, their types, and those of each facet."""
    assert datetime.fromisoformat(event["eventTime"]).tzinfo is not None
    assert event["eventType"] in {"START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"}
    assert URI.fullmatch(event["producer"])
    assert event["schemaURL"].endswith("/2-0-2/OpenLineage.json#/$defs/RunEvent")
    assert str(UUID(event["run"]["runId"])) == event["run"]["runId"]
    assert event["job"]["namespace"]
    assert event["job"]["name"]
    judge_facets(event["run"]["facets"])
    judge_facets(event["job"]["facets"])
    assert ("errorMessage" in event["run"]["facets"]) == (event["eventType"] == "FAIL")
    for name in ("inputs", "outputs"):
        for dataset in event[name]:
            assert dataset["namespace"]
            assert dataset["name"]
            special = "inputFacets" if name == "inputs" else "outputFacets"
            assert dataset.keys() <= {"namespace", "name", "facets", special}
            judge_facets({**dataset["facets"], **dataset.get(special, {})})
    facets = event["outputs"][0]["facets"] if event["outputs"] else {}
    for field in facets.get("columnLineage", {"fields": {}})["fields"].values():
        for source in field["inputFields"]:
            assert source["namespace"]
            assert source["name"]
            assert source["field"]
            assert {one["type"] for one in source["transformations"]} <= {"DIRECT", "INDIRECT"}
    for one in facets.get("dataQualityAssertions", {}).get("assertions", []):
        assert isinstance(one["assertion"], str)
        assert isinstance(one["success"], bool)


def test_each_publish_is_a_run_with_its_columns_and_what_was_asked_of_it(
    unit: Unit, client: Client
) -> None:
    make_trees(unit)
    publish([tree(1)], run="a")
    publish([tree(1, height=70.0), tree(2)], run="b")
    quality.inspect(CODE, why=Why.PUBLISHED, at=MONDAY_9AM)
    services.gather(at=MONDAY_9AM)
    newest, first = client.get(DOOR).json()
    for event in (newest, first):
        judge(event)
    assert newest["run"]["runId"] != first["run"]["runId"]
    assert client.get(DOOR).json()[1]["run"] == first["run"]  # The same run for ever.
    output = newest["outputs"][0]
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 2
    assert output["facets"]["version"]["datasetVersion"] == "2"
    [source] = output["facets"]["columnLineage"]["fields"]["height"]["inputFields"]
    assert (source["name"], source["field"]) == (f"source:{CODE}", "height")
    asked = {one["assertion"]: one["success"] for one in output["facets"]["dataQualityAssertions"]["assertions"]}  # fmt: skip  # noqa: E501
    assert asked["maximum:height"] is False
    assert asked["required:tree"] is True
    assert "dataQualityAssertions" not in first["outputs"][0]["facets"]


def test_only_who_finds_the_dataset_hears_of_it(unit: Unit, steward: User, client: Client) -> None:
    make_trees(unit, share=Share.CLOSED)
    publish([tree(1)], run="a")
    assert client.get(DOOR).status_code == 404
    assert client.get("/api/v1/lineage/events?dataset=khong-co").status_code == 404
    client.force_login(steward)
    assert len(client.get(DOOR).json()) == 1
    assert client.get(f"{DOOR}&since=2026-03-03T00:00:00Z").json() == []
    assert client.get(f"{DOOR}&since=2026-03-03T00:00:00").status_code == 422
