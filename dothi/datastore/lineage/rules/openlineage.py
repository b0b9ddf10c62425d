"""Published versions as run events of OpenLineage 2 (schema 2-0-2), from facts. Pure.

Written by hand from the specification: the client of the project brings its own HTTP library and
transports, and what is needed here is the shape of one document.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dothi.datastore.lineage.choices import How, Kind
from dothi.datastore.lineage.rules.graph import Link, Point

SPEC = "https://openlineage.io/spec"
EVENT = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS = {
    "schema": "1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet",
    "version": "1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet",
    "columnLineage": "1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet",
    "dataQualityAssertions": (
        "1-0-1/DataQualityAssertionsDatasetFacet.json#/$defs/DataQualityAssertionsDatasetFacet"
    ),
    "outputStatistics": (
        "1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet"
    ),
}
# Names of runs are made from ours, so that the same publish is the same run for ever.
RUNS = uuid.UUID("6f0c1d0e-6d0b-5a55-9d6e-0d0711ea6e00")


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """One check of quality with its answer."""

    name: str
    column: str
    success: bool


@dataclass(frozen=True, kw_only=True)
class Published:
    """A version that was published, with what is known of it."""

    house: str  # Address of the house: the namespace of its names.
    dataset: str
    run: str
    number: int
    origin: str
    rows: int
    bytes: int
    at: datetime
    columns: Sequence[tuple[str, str]]  # Name, type.
    assertions: Sequence[Assertion]


def complete(of: Published, links: Iterable[Link]) -> dict[str, Any]:
    """The event that a run has published a version."""
    into = [
        link
        for link in links
        if link.target.kind == Kind.DATASET and link.target.name == of.dataset
        and link.how != How.CHECKED
    ]  # fmt: skip
    facets = {
        "schema": {"fields": [{"name": name, "type": kind} for name, kind in of.columns]},
        "version": {"datasetVersion": str(of.number)},
        "columnLineage": _lineage(of, into),
    }
    if of.assertions:
        facets["dataQualityAssertions"] = {"assertions": [_assertion(one) for one in of.assertions]}
    statistics = {"outputStatistics": {"rowCount": of.rows, "size": of.bytes}}
    return {
        "eventTime": of.at.isoformat(),
        "eventType": "COMPLETE",
        "producer": of.house,
        "schemaURL": EVENT,
        "run": {"runId": str(uuid.uuid5(RUNS, f"{of.house}/{of.dataset}/{of.run}")), "facets": {}},
        "job": {"namespace": of.house, "name": f"{of.dataset}.{of.origin}", "facets": {}},
        "inputs": [
            {"namespace": of.house, "name": name, "facets": {}}
            for name in sorted({_named(link.source) for link in into})
        ],
        "outputs": [
            {
                "namespace": of.house,
                "name": of.dataset,
                "facets": _facets(of, facets),
                "outputFacets": _facets(of, statistics),
            }
        ],
    }


def _facets(of: Published, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {"_producer": of.house, "_schemaURL": f"{SPEC}/facets/{FACETS[name]}", **facet}
        for name, facet in said.items()
    }


def _named(point: Point) -> str:
    """Datasets by their codes, everything else with its kind before it."""
    return point.name if point.kind == Kind.DATASET else f"{point.kind}:{point.name}"


def _lineage(of: Published, into: Sequence[Link]) -> dict[str, Any]:
    """By column what it is made from; what reaches the whole is said of the whole."""
    there = {name for name, _kind in of.columns}
    fields: dict[str, Any] = {}
    whole: list[dict[str, Any]] = []
    for link in into:
        source = {
            "namespace": of.house,
            "name": _named(link.source),
            # The whole of a thing is read: the standard asks for a field all the same.
            "field": link.source.column or "*",
            "transformations": [{"type": str(link.how).upper()}],
        }
        if not link.target.column:
            whole.append(source)
        elif link.target.column in there:
            fields.setdefault(link.target.column, {"inputFields": []})["inputFields"].append(source)
    return {"fields": fields, "dataset": whole} if whole else {"fields": fields}


def _assertion(one: Assertion) -> dict[str, Any]:
    said: dict[str, Any] = {"assertion": one.name, "success": one.success}
    return {**said, "column": one.column} if one.column else said
