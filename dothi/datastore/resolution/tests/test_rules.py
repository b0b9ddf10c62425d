"""How rows are prepared, clusters form, and values survive."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.datastore.catalogue.choices import Classification, Share
from dothi.datastore.resolution.choices import Kind, Survivor
from dothi.datastore.resolution.rules import (
    clusters,
    golden,
    golden_table,
    households,
    persons,
    quality,
)
from dothi.datastore.resolution.rules.golden import Source
from dothi.datastore.resolution.rules.kinds import MODELS

PAIRS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(-5, 20)), max_size=25
)
DECIDED = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=6)


# --- Preparing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "born", "swapped", "year"),
    [
        ("17/02/1981", "1981-02-17", None, "1981"),
        ("5-3-1981", "1981-03-05", "1981-05-03", "1981"),
        ("1981-03-05", "1981-03-05", "1981-05-03", "1981"),
        ("03/18/1973", "1973-03-18", None, "1973"),
        ("1956", None, None, "1956"),
        ("01/01/1956", None, None, "1956"),
        ("khoảng 1956", None, None, "1956"),
        ("31/02/1981", None, None, "1981"),
        ("", None, None, None),
    ],
)
def test_a_date_of_birth_may_be_swapped_or_only_a_year(
    text: str, born: str | None, swapped: str | None, year: str | None
) -> None:
    found = persons.birth(text)

    assert (found[0], found[1], found[3]) == (born, swapped, year)


def test_swapped_dates_share_a_key_so_that_they_are_compared() -> None:
    assert persons.birth("05/03/1981")[2] == persons.birth("03/05/1981")[2]


@pytest.mark.parametrize(
    ("text", "citizen_id", "old_id"),
    [
        ("079 081 001 234", "079081001234", None),
        ("79081001234", "079081001234", None),
        ("025 123 456", None, "025123456"),
        ("12345", None, None),
    ],
)
def test_spreadsheets_eat_the_first_nought_of_an_identity_number(
    text: str, citizen_id: str | None, old_id: str | None
) -> None:
    assert persons.identity(text) == (citizen_id, old_id)


def test_members_of_a_household_are_read_without_their_relations() -> None:
    text = "Nguyễn Văn Minh (chủ hộ); Trần Thị Lan - vợ; Nguyễn Minh An (con)"

    assert households.members(text) == {"nguyen van minh", "tran thi lan", "nguyen minh an"}


@pytest.mark.parametrize("kind", Kind)
def test_a_model_is_whole(kind: Kind) -> None:
    model = MODELS[kind]
    empty = model.prepare({}, {})

    assert len(empty) == len(model.columns)
    assert not any(empty), "an empty row says nothing"
    for comparison in model.comparisons:
        total = sum(level.m for level in comparison.levels) + comparison.otherwise
        assert total == pytest.approx(1, abs=0.001), comparison.code
    for columns in (*model.blocks, *model.sure, *model.learn_on):
        assert set(columns) <= set(model.columns)
    assert set(model.shared_at_most) <= set(model.columns)


# --- Clusters ------------------------------------------------------------------------------------


def test_what_was_told_apart_stays_apart_by_whatever_way() -> None:
    found = clusters.clusters(
        [("a", "b", 9.0), ("b", "c", 8.0), ("c", "d", 7.0)], link_at=5, different=[("a", "d")]
    )

    assert {"a", "b", "c"} in found
    assert not any("d" in members for members in found)


def test_what_was_called_the_same_is_joined_however_light_the_pair() -> None:
    assert clusters.clusters([("a", "b", -9.0)], link_at=5, same=[("a", "b")]) == [{"a", "b"}]
    assert clusters.clusters([("a", "b", 4.9)], link_at=5) == []


@given(pairs=PAIRS, same=DECIDED, different=DECIDED)
def test_clusters_never_share_a_member_nor_hold_two_that_were_told_apart(
    pairs: list[tuple[int, int, int]],
    same: list[tuple[int, int]],
    different: list[tuple[int, int]],
) -> None:
    found = clusters.clusters(pairs, link_at=3, same=same, different=different)

    members = [member for group in found for member in group]
    assert len(members) == len(set(members))
    for one, other in different:
        assert one == other or not any({one, other} <= group for group in found)
    if not different:
        for one, other, weight in pairs:
            if weight >= 3 and one != other:
                assert any({one, other} <= group for group in found)


def test_a_cluster_goes_on_with_the_code_that_most_of_its_members_had() -> None:
    old = {"a": "X", "b": "X", "c": "Y", "d": "X"}

    found = clusters.inherit([{"a", "b", "c"}, {"d", "e"}, {"f", "g"}], old)

    assert found[frozenset("abc")] == "X"
    assert found[frozenset("de")] == "", "a code goes on once"
    assert found[frozenset("fg")] == ""


def test_of_two_halves_the_one_goes_on_with_a_code_that_has_had_it_longer() -> None:
    old = dict.fromkeys("abcd", "X")

    found = clusters.inherit([{"a", "b"}, {"c", "d"}], old, {"a": 9, "b": 9, "c": 2, "d": 2})

    assert found == {frozenset("ab"): "", frozenset("cd"): "X"}


# --- The table of golden records -----------------------------------------------------------------


def read(classification: Classification, key: Classification) -> golden_table.Read:
    return golden_table.Read(
        dataset="register", column="name", classification=classification, key="id",
        key_classification=key,
    )  # fmt: skip


@given(
    st.lists(
        st.tuples(st.sampled_from(Classification), st.sampled_from(Classification)),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_no_column_is_guarded_less_than_what_it_is_made_of(
    sources: list[tuple[Classification, Classification]],
) -> None:
    rank = list(Classification).index
    reads = [read(*one) for one in sources]
    made = {one.name: one.classification for one in golden_table.columns({"name": reads})}

    assert all(rank(made["name"]) >= rank(one.classification) for one in reads)
    for place in ("name_list", "name_key"):
        for one in reads:
            assert rank(made[place]) >= rank(one.classification)
            assert rank(made[place]) >= rank(one.key_classification)


@given(st.lists(st.sampled_from(Share), min_size=1, max_size=4), st.booleans())
def test_it_is_never_shared_more_widely_than_any_list(shares: list[Share], personal: bool) -> None:
    rank = list(Share).index
    allowed = golden_table.shares_allowed(shares, personal=personal)

    assert allowed, "closed is always allowed"
    assert all(rank(one) >= rank(least) for one in allowed for least in shares)
    assert Share.OPEN not in allowed
    assert not personal or Share.DEFAULT not in allowed


def test_most_rows_of_an_entity_say_into_which_it_went() -> None:
    now = {1: "A", 2: "A", 3: "B", 4: "B"}

    went = golden_table.successors({"X": [1, 2, 3], "Y": [2, 4], "Z": [9]}, now)

    assert went == {"X": "A", "Y": "A"}, "a tie goes to the lower code, rows alone go nowhere"


# --- The golden record ---------------------------------------------------------------------------


def source(dataset: str, key: str, trust: int, as_of: date | None = None, **said: str) -> Source:
    return Source(dataset=dataset, key=key, trust=trust, as_of=as_of, values=said)


def test_what_most_rows_say_survives_in_its_fullest_spelling() -> None:
    rows = [
        source("register", "1", 1, full_name="NGUYEN THI HOA", birth="1981"),
        source("welfare", "2", 2, full_name="Nguyễn Thị Hòa", birth="05/03/1981"),
        source("school", "3", 3, full_name="Nguyễn Thị Hoa Lài", birth="05/03/1981"),
    ]

    name, birth = golden.golden(rows, ["full_name", "birth"])

    assert (name.value, name.dataset, name.rule) == (
        "Nguyễn Thị Hòa", "welfare", Survivor.COMPLETE,
    )  # fmt: skip
    assert name.others == ("Nguyễn Thị Hoa Lài",)
    assert (birth.value, birth.dataset, birth.rule) == (
        "05/03/1981", "welfare", Survivor.MAJORITY,
    )  # fmt: skip


def test_of_equals_the_trusted_list_wins_then_the_newer_row() -> None:
    phones = [
        source("hand", "1", 2, date(2026, 1, 1), phone="0901"),
        source("register", "2", 1, date(2020, 1, 1), phone="0902"),
    ]
    assert golden.golden(phones, ["phone"])[0].rule == Survivor.TRUSTED
    assert golden.golden(phones, ["phone"])[0].value == "0902"
    moved = [
        source("hand", "1", 2, date(2026, 1, 1), phone="0901"),
        source("hand", "2", 2, date(2025, 1, 1), phone="0902"),
    ]
    assert golden.golden(moved, ["phone"])[0].rule == Survivor.NEWEST
    assert golden.golden(moved, ["phone"])[0].value == "0901"


def test_a_value_that_one_row_alone_has_survives_and_says_so() -> None:
    rows = [source("a", "1", 1, phone=""), source("b", "2", 2, phone="0901")]

    (value,) = golden.golden(rows, ["phone", "birth"])

    assert (value.rule, value.dataset, value.key) == (Survivor.ONLY, "b", "2")


def test_quality_counts_pairs() -> None:
    truth = {1: "a", 2: "a", 3: "a", 4: "b", 5: "b"}

    found = quality.measure([{1, 2, 4}], truth)

    assert (found.right, found.wrong, found.missed) == (1, 2, 3)
    assert found.precision == pytest.approx(1 / 3)
    assert found.recall == pytest.approx(1 / 4)
