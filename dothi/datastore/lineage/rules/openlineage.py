"""Runs of the house as run events of OpenLineage 2 (schema 2-0-2), from facts. Pure.

Written by hand from the specification: the client of the project brings its own HTTP library and
transports, and what is needed here is the shape of one document.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
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
    "dataQualityMetrics": (
        "1-0-2/DataQualityMetricsInputDatasetFacet.json#/$defs/DataQualityMetricsInputDatasetFacet"
    ),
    "errorMessage": "1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet",
    "jobType": "2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet",
}
# Names of runs are made from ours, so that the same publish is the same run for ever.
RUNS = uuid.UUID("6f0c1d0e-6d0b-5a55-9d6e-0d0711ea6e00")


class State(StrEnum):
    """What happened to a run. Each has one START and one of COMPLETE, FAIL, ABORT."""

    START = "START"
    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    FAIL = "FAIL"
    ABORT = "ABORT"
    OTHER = "OTHER"


@dataclass(frozen=True, kw_only=True)
class Data:
    """What a run reads or writes, by name, with what is known of it."""

    name: str
    facets: Mapping[str, Any] = field(default_factory=dict)
    # `inputFacets` of what is read, `outputFacets` of what is written.
    of_run: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One thing that happened to a run."""

    house: str  # Address of the house: the namespace of its names.
    run: str  # What the run is called here, unlike any other.
    job: str
    kind: str  # DELIVERY, SOURCE, RESOLUTION …
    state: State
    at: datetime
    inputs: Sequence[Data] = ()
    outputs: Sequence[Data] = ()
    fault: str = ""  # Why it failed, in words; never a value of a row.


def event(of: Told) -> dict[str, Any]:
    """The document of the standard."""
    failed = {"errorMessage": {"message": of.fault, "programmingLanguage": "Python"}}
    job = {"jobType": {"processingType": "BATCH", "integration": "DOTHI", "jobType": of.kind}}
    return {
        "eventTime": of.at.isoformat(),
        "eventType": str(of.state),
        "producer": of.house,
        "schemaURL": EVENT,
        "run": {
            "runId": str(uuid.uuid5(RUNS, f"{of.house}/{of.run}")),
            "facets": _facets(of.house, failed if of.fault else {}),
        },
        "job": {"namespace": of.house, "name": of.job, "facets": _facets(of.house, job)},
        "inputs": [_data(of.house, one, "inputFacets") for one in of.inputs],
        "outputs": [_data(of.house, one, "outputFacets") for one in of.outputs],
    }


def _data(house: str, one: Data, name: str) -> dict[str, Any]:
    said = {
        "namespace": house, "name": one.name, "facets": _facets(house, one.facets),
    }  # fmt: skip
    return {**said, name: _facets(house, one.of_run)} if one.of_run else said


def _facets(house: str, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {"_producer": house, "_schemaURL": f"{SPEC}/facets/{FACETS[name]}", **facet}
        for name, facet in said.items()
    }


def schema(columns: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The facet of columns: name, type."""
    return {"schema": {"fields": [{"name": name, "type": kind} for name, kind in columns]}}


def metrics(*, rows: int, bytes: int) -> dict[str, Any]:
    """The facet of what was read of an input. Of its columns nothing: figures may be personal."""
    counted = {"rowCount": rows, "bytes": bytes, "fileCount": 1, "columnMetrics": {}}
    return {"dataQualityMetrics": counted}


def assertions(asked: Iterable["Assertion"]) -> dict[str, Any]:
    """The facet of checks with their answers; nothing where none was asked."""
    said = [_assertion(one) for one in asked]
    return {"dataQualityAssertions": {"assertions": said}} if said else {}


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


def names(of: Published) -> tuple[str, str]:
    """How the run and the job of a publish are called."""
    return f"{of.dataset}/{of.run}", f"{of.dataset}.{of.origin}"


def read_by(of: Published, links: Iterable[Link]) -> list[Data]:
    """What its rows were made from."""
    return [Data(name=name) for name in sorted({_named(one.source) for one in _into(of, links)})]


def complete(of: Published, links: Iterable[Link]) -> dict[str, Any]:
    """The event that a run has published a version."""
    run, job = names(of)
    into = _into(of, links)
    facets = {
        **schema(of.columns),
        "version": {"datasetVersion": str(of.number)},
        "columnLineage": _lineage(of, into),
        **assertions(of.assertions),
    }
    statistics = {"outputStatistics": {"rowCount": of.rows, "size": of.bytes}}
    return event(
        Told(
            house=of.house, run=run, job=job, kind=of.origin.upper(), state=State.COMPLETE,
            at=of.at, inputs=read_by(of, into),
            outputs=[Data(name=of.dataset, facets=facets, of_run=statistics)],
        )
    )  # fmt: skip


def _into(of: Published, links: Iterable[Link]) -> list[Link]:
    return [
        link
        for link in links
        if link.target.kind == Kind.DATASET and link.target.name == of.dataset
        and link.how != How.CHECKED
    ]  # fmt: skip


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
