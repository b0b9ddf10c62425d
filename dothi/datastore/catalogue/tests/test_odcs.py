"""A contract goes into the standard's document and comes back whole; other documents are judged."""

import json
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given

from dothi.datastore.catalogue.choices import Comparison, Mode, Rhythm, Type
from dothi.datastore.catalogue.rules import odcs
from dothi.datastore.catalogue.rules.contract import Compare, Contract, faults
from dothi.datastore.catalogue.tests.factories import field, trees
from dothi.datastore.catalogue.tests.strategies import BOUNDED, contracts

SCHEMA = json.loads((resources.files("open_data_contract_standard") / "schema.json").read_text())
STANDARD: Any = jsonschema_rs.validator_for(SCHEMA)


def breaches(document: Any) -> list[str]:
    """What the standard's own JSON schema says against a document."""
    return [f"{list(one.instance_path)}: {one.message}" for one in STANDARD.iter_errors(document)]


@BOUNDED
@given(contracts())
def test_every_contract_comes_back_from_yaml_as_it_was(contract: Contract) -> None:
    text = odcs.dump(odcs.document(contract))
    reading = odcs.contract_of(odcs.load(text))
    assert reading.contract == contract
    assert not reading.ignored


@BOUNDED
@given(contracts())
def test_every_contract_comes_back_from_json_as_it_was(contract: Contract) -> None:
    text = json.dumps(odcs.document(contract), ensure_ascii=False)
    assert odcs.contract_of(json.loads(text)).contract == contract


@BOUNDED
@given(contracts())
def test_every_document_holds_under_the_schema_of_the_standard(contract: Contract) -> None:
    assert not breaches(odcs.document(contract))


def test_what_the_standard_has_a_place_for_stands_there() -> None:
    """Other programs read the document, too: nothing hides in our own properties without need."""
    contract = trees(
        fields=(
            field("tree", head="Mã cây", required=True, max_length=10, pattern="C[0-9]+"),
            field("height", Type.NUMBER, minimum="0", maximum="60.5"),
            field("planted_on", Type.DATE, date_format="%d/%m/%Y", minimum="1975-04-30"),
            field("ward", allowed=("27238", "27241"), reference="units.code"),
            field("rings", Type.INTEGER, allowed=("1", "2")),
            field("felled_on", Type.DATE),
        ),
        compares=(Compare(left="planted_on", how=Comparison.AT_MOST, right="felled_on"),),
        rhythm=Rhythm.QUARTERLY,
        retention_days=3650,
        purpose="Chăm sóc cây",
    )
    document = odcs.document(contract)
    tree, height, planted, ward, rings, _felled = document["schema"][0]["properties"]
    assert tree["physicalName"] == "Mã cây"
    assert tree["logicalTypeOptions"] == {"pattern": "C[0-9]+", "maxLength": 10}
    assert (tree["primaryKey"], tree["primaryKeyPosition"]) == (True, 1)
    assert height["logicalTypeOptions"] == {"minimum": 0, "maximum": 60.5}
    assert planted["logicalTypeOptions"] == {"minimum": "1975-04-30", "format": "dd/MM/yyyy"}
    assert ward["enum"] == [{"value": "27238"}, {"value": "27241"}]
    assert ward["relationships"] == [{"type": "foreignKey", "to": "units.code"}]
    assert rings["enum"] == [{"value": 1}, {"value": 2}]
    assert "customProperties" not in tree | height | planted | ward | rings
    check = document["schema"][0]["quality"][0]
    assert "NOT (planted_on <= felled_on)" in check["query"]
    assert document["slaProperties"] == [
        {"property": "frequency", "value": 3, "unit": "mo"},
        {"property": "retention", "value": 3650, "unit": "d"},
    ]
    assert document["description"] == {"purpose": "Chăm sóc cây"}


OTHERS = """
apiVersion: v3.1.0
kind: DataContract
id: 53581432-6c55-4ba2-a65f-72344a91553a
version: 2.1.0
status: active
tenant: SomeCompany
servers: [{server: x, type: postgres, host: h, port: 5432, database: d, schema: s}]
schema:
  - name: receivers
    properties:
      - {name: id, logicalType: integer, primaryKey: true, required: true, partitioned: true}
      - name: paid_on
        logicalType: date
        logicalTypeOptions: {minimum: 2026-01-31, format: yyyy-MM-dd}
      - {name: rate, logicalType: number, logicalTypeOptions: {exclusiveMinimum: 0, maximum: 1}}
    quality: [{metric: rowCount, mustBeGreaterThan: 10}]
slaProperties:
  - {property: latency, value: 4, unit: d}
  - {property: retention, value: 3, unit: y}
"""


def test_a_contract_of_somebody_else_is_taken_and_what_it_says_beyond_is_named() -> None:
    document = odcs.load(OTHERS)
    assert not breaches(document)
    reading = odcs.contract_of(document)
    assert reading.contract.names == ("id", "paid_on", "rate")
    assert reading.contract.key == ("id",)
    assert (reading.contract.version, reading.contract.retention_days) == (2, 1095)
    assert reading.contract.fields[1].minimum == "2026-01-31"
    assert reading.contract.fields[1].date_format == "%Y-%m-%d"
    assert reading.contract.mode == Mode.REPLACE
    assert set(reading.ignored) == {
        "tenant", "servers", "schema[0].properties[0].partitioned",
        "schema[0].properties[2].logicalTypeOptions.exclusiveMinimum", "schema[0].quality[0]",
        "slaProperties[0] (latency)",
    }  # fmt: skip
    assert not faults(reading.contract)


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        ({"kind": "DataProduct"}, "not_one_of", "kind"),
        ({"apiVersion": "v2.2.2"}, "other_version", "apiVersion"),
        ({"apiVersion": None}, "required", "apiVersion"),
        ({"id": 7}, "not_text", "id"),
        ({"colour": "red"}, "unknown_part", "colour"),
        ({"schema": []}, "not_one_table", "schema"),
        ({"schema": [{"name": "a"}, {"name": "b"}]}, "not_one_table", "schema"),
        ({"schema": "x"}, "not_a_list", "schema"),
        ({"schema": [{"name": "a", "properties": [{"logicalType": "string"}]}]}, "required",
         "schema[0].properties[0].name"),
        ({"schema": [{"name": "a", "properties": [{"name": "x", "logicalType": "vector"}]}]},
         "unsupported_type", "schema[0].properties[0].logicalType"),
        ({"schema": [{"name": "a", "properties": [{"name": "x", "required": "yes"}]}]},
         "not_a_flag", "schema[0].properties[0].required"),
        ({"schema": [{"name": "a", "properties": [{"name": "x", "classification": "secret"}]}]},
         "not_one_of", "schema[0].properties[0].classification"),
        ({"customProperties": [{"property": "faultyAtMost", "value": 7}]}, "not_a_share",
         "faultyAtMost"),
        ({"slaProperties": [{"property": "retention"}]}, "bad_service_level", "slaProperties[0]"),
    ],
)  # fmt: skip
def test_a_document_that_breaks_the_standard_is_refused_with_the_place(
    change: dict[str, Any], code: str, where: str
) -> None:
    with pytest.raises(odcs.NotOdcs) as refused:
        odcs.contract_of({**odcs.document(trees()), **change})
    assert (code, where) in {(fault.code, fault.where) for fault in refused.value.faults}


@pytest.mark.parametrize("nothing", [None, [], "text", 7, {}])
def test_what_is_no_document_at_all_is_refused(nothing: Any) -> None:
    with pytest.raises(odcs.NotOdcs):
        odcs.contract_of(nothing)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: [1, 2", "syntax"),
        ("a: &x [1]\nb: *x", "alias"),
        ("[" * 40 + "]" * 40, "too_deep"),
        ("a" * 1_000_001, "too_long"),
        ("a: !!python/object/apply:os.getcwd []", "syntax"),
        ("\x01", "syntax"),
    ],
)
def test_text_that_unfolds_or_runs_something_is_not_even_built(text: str, why: str) -> None:
    with pytest.raises(odcs.NotYaml) as refused:
        odcs.load(text)
    assert refused.value.why == why
