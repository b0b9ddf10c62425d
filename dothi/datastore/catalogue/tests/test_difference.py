"""What changed between two contracts, and with what a file stops at the door."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from dothi.datastore.catalogue.choices import Mode, Side, Type
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.catalogue.rules.difference import BOTH, NOBODY, Difference, between, departures
from dothi.datastore.catalogue.tests.factories import field, trees
from dothi.datastore.catalogue.tests.strategies import BOUNDED, contracts

HEADS = ("Mã cây", "Loài", "Chiều cao", "Ngày trồng", "Người chăm")
READERS, SOURCES = frozenset({Side.READERS}), frozenset({Side.SOURCES})


def with_column(column: str, /, **change: Any) -> Contract:
    """The trees, with one column that is different."""
    return trees(
        fields=tuple(
            replace(one, **change) if one.name == column else one for one in trees().fields
        )
    )


@BOUNDED
@given(contracts())
def test_a_contract_does_not_differ_from_itself(contract: Contract) -> None:
    assert not between(contract, replace(contract, version=contract.version + 1))


@BOUNDED
@given(contracts(), contracts())
def test_two_that_differ_never_look_equal(old: Contract, new: Contract) -> None:
    names = [one.name for one in (*old.fields, *new.fields)]
    distinct = len(set(old.names)) == len(old.names) and len(set(new.names)) == len(new.names)
    same = replace(old, version=0, dataset="") == replace(new, version=0, dataset="")
    if names and distinct and not same:
        assert between(old, new)


@pytest.mark.parametrize(
    ("column", "change", "what", "concerns"),
    [
        ("height", {"type": Type.TEXT}, "type", NOBODY),
        ("height", {"type": Type.INTEGER}, "type", BOTH),
        ("kind", {"required": True}, "required", SOURCES),
        ("tree", {"required": False}, "required", READERS),
        ("height", {"unit": "cm"}, "unit", READERS),
        ("height", {"maximum": "60"}, "maximum", SOURCES),
        ("kind", {"allowed": ("sao", "dầu")}, "allowed", SOURCES),
        ("kind", {"max_length": 10}, "max_length", SOURCES),
        ("kind", {"head": "Loài cây"}, "head", SOURCES),
        ("kind", {"help_vi": "Tên thường gọi"}, "help_vi", NOBODY),
    ],
)
def test_each_change_says_whom_it_concerns(
    column: str, change: dict[str, Any], what: str, concerns: frozenset[Side]
) -> None:
    [found] = between(trees(), with_column(column, **change))
    assert (found.what, found.column, found.concerns) == (what, column, concerns)


def test_a_list_of_values_that_grows_concerns_readers_only() -> None:
    few, more = with_column("kind", allowed=("sao",)), with_column("kind", allowed=("sao", "dầu"))
    assert [one.concerns for one in between(few, more)] == [READERS]
    assert [one.concerns for one in between(more, few)] == [SOURCES]


def test_a_column_with_another_name_and_the_same_head_was_renamed() -> None:
    renamed = with_column("kind", name="species")
    assert between(trees(), renamed) == (
        Difference(what="name", column="species", before="kind", after="species", concerns=READERS),
    )


def test_what_comes_goes_and_moves_is_told() -> None:
    first, *rest = trees().fields
    other = trees(fields=(*rest[:-1], first, field("girth", Type.NUMBER)), mode=Mode.MERGE)
    told = [(one.what, one.column) for one in between(trees(), other)]
    assert told == [("removed", "keeper"), ("added", "girth"), ("order", ""), ("mode", "")]


def test_of_the_first_contract_every_column_is_new_and_nobody_is_concerned() -> None:
    found = between(None, trees())
    assert [one.column for one in found] == list(trees().names)
    assert not any(one.concerns for one in found)


def test_a_file_that_fits_passes_in_whatever_order_its_columns_stand() -> None:
    assert not departures(trees(), HEADS[::-1])


def test_a_file_with_another_shape_stops_and_the_likely_mistake_is_named() -> None:
    found = departures(trees(), ("Mã cây", "Loài", "Chiều cao (m)", "Ngày trồng", "Ghi chú"))
    assert [(one.code, one.head, one.like) for one in found] == [
        ("missing", "Chiều cao", "Chiều cao (m)"),
        ("missing", "Người chăm", ""),
        ("unknown", "Chiều cao (m)", ""),
        ("unknown", "Ghi chú", ""),
    ]


def test_a_column_that_holds_something_else_stops_too() -> None:
    seen = {"Chiều cao": Type.TEXT, "Ngày trồng": Type.MOMENT, "Loài": Type.INTEGER}
    found = departures(trees(), HEADS, seen)
    assert [(one.head, one.seen, one.wanted) for one in found] == [
        ("Chiều cao", "text", "number"), ("Ngày trồng", "moment", "date"),
    ]  # fmt: skip
    assert not departures(trees(), HEADS, {"Chiều cao": Type.INTEGER})
