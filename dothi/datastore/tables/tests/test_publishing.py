"""Versions of a table: published once, readable as they were, refused when they do not fit."""

from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from django.db import transaction

from dothi.core.audit.models import Entry
from dothi.core.events.models import Record
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.tables import selectors, services
from dothi.datastore.tables.choices import Origin
from dothi.datastore.tables.models import Table, Version
from dothi.datastore.tables.ports import lake, places
from dothi.datastore.tables.ports.places import BadName
from dothi.datastore.tables.rules.columns import SchemaRefused
from dothi.datastore.tables.selectors import KeyNotUnique
from dothi.datastore.tables.tests.factories import (
    KEY,
    NOON,
    SCHEMA,
    STEWARD,
    part,
    published,
    report,
    reports,
)  # fmt: skip

pytestmark = pytest.mark.django_db
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rows(version: Version) -> list[tuple[object, ...]]:
    with selectors.connect() as connection:
        found = selectors.relation(connection, version).order("code").to_arrow_table()
    return [tuple(row.values()) for row in found.to_pylist()]


def codes(version: Version) -> list[object]:
    return [row[0] for row in rows(version)]


def test_what_was_written_is_read_again_value_for_value() -> None:
    version = published(reports(1, 2, 3), run="a")
    assert rows(version) == [tuple(report(number).values()) for number in (1, 2, 3)]
    assert (version.number, version.rows, version.files) == (1, 3, 1)
    assert version.actor == STEWARD


def test_a_new_whole_takes_the_place_of_the_old_one_which_stays_readable() -> None:
    one = published(reports(1, 2, 3), run="a")
    two = published(reports(2, 4), run="b", at=NOON + timedelta(days=1))
    assert codes(two) == ["PA-000002", "PA-000004"]
    assert codes(selectors.version("reports", 1)) == codes(one) == [
        "PA-000001", "PA-000002", "PA-000003",
    ]  # fmt: skip


def test_more_rows_stand_beside_those_that_were_there() -> None:
    published(reports(1, 2), run="a")
    two = published(reports(3), run="b", mode=Mode.APPEND)
    assert codes(two) == ["PA-000001", "PA-000002", "PA-000003"]


def test_changes_by_key_replace_known_rows_and_add_new_ones() -> None:
    published(reports(1, 2, 3), run="a")
    two = published([report(2, rating=9), report(4)], run="b", mode=Mode.MERGE)
    assert [(row[0], row[4]) for row in rows(two)] == [
        ("PA-000001", 1),
        ("PA-000002", 9),
        ("PA-000003", 3),
        ("PA-000004", 4),
    ]


def test_a_merge_rewrites_only_files_that_hold_a_changed_row() -> None:
    published(reports(1, 2), run="a")
    published(reports(3, 4), run="b", mode=Mode.APPEND)
    before = set(selectors.files(selectors.version("reports", 2)))
    after = set(selectors.files(published([report(3, rating=9)], run="c", mode=Mode.MERGE)))
    assert len(before & after) == 1
    assert len(after) == 3


def test_the_first_delivery_may_be_one_of_changes() -> None:
    assert codes(published(reports(1), run="a", mode=Mode.MERGE)) == ["PA-000001"]


def test_a_delivery_without_rows_is_a_version_too() -> None:
    version = published([], run="a")
    assert (version.rows, version.files, rows(version)) == (0, 0, [])
    assert codes(published(reports(1), run="b", mode=Mode.APPEND)) == ["PA-000001"]


def test_rows_are_taken_out_by_key() -> None:
    published(reports(1, 2, 3), run="a")
    keys = part([{"code": "PA-000002"}], run="b", schema=pa.schema([("code", pa.string())]))
    version = services.remove("reports", [keys], key=KEY, run="b", by=STEWARD, at=NOON)
    assert codes(version) == ["PA-000001", "PA-000003"]
    assert version.origin == Origin.REMOVAL


@pytest.mark.parametrize("mode", list(Mode))
def test_the_same_run_twice_is_one_version(mode: Mode) -> None:
    published(reports(1, 2), run="a")
    first = published(reports(3), run="b", mode=mode)
    again = published(reports(3), run="b", mode=mode)
    assert again == first
    assert selectors.versions("reports").count() == 2


def test_a_version_leaves_an_audit_entry_and_an_event_without_a_row() -> None:
    published(reports(1), run="a")
    assert Entry.objects.get(act="tables.publish").subject == "tables.version:reports@1"
    event = Record.objects.get(name="tables.published").payload
    assert "Nguyễn" not in str(event)


def test_the_folder_of_a_run_is_gone_after_it_was_published() -> None:
    published(reports(1), run="a")
    assert not places.work("reports", "a").exists()


def test_publishing_within_a_transaction_is_refused() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        published(reports(1), run="a")


@pytest.mark.parametrize("code", ["../x", "A", "", "a/b", ".x"])
def test_a_code_that_leads_out_of_the_store_is_refused(code: str) -> None:
    with pytest.raises(BadName):
        services.workspace(code, "run")


# --- Checksums ----------------------------------------------------------------------------------


def test_the_checksum_is_that_of_the_rows_whatever_their_order_and_files() -> None:
    one = published(reports(1, 2, 3), run="a")
    published(reports(3), run="b")
    three = published(reports(2, 1), run="c", mode=Mode.APPEND)
    assert three.checksum == one.checksum


@pytest.mark.parametrize("more", [{"rating": None}, {"unit": ""}, {"person": "Nguyễn Văn 002 "}])
def test_one_other_value_is_another_checksum(more: dict[str, object]) -> None:
    one = published(reports(1, 2), run="a")
    assert published([report(1), report(2, **more)], run="b").checksum != one.checksum


def test_a_row_that_comes_twice_counts_twice() -> None:
    one = published(reports(1), run="a")
    two = published(reports(1, 1), run="b")
    three = published(reports(1, 1, 1), run="c")
    assert len({one.checksum, two.checksum, three.checksum}) == 3


def test_the_checksum_that_was_carried_on_is_the_one_counted_anew() -> None:
    published(reports(*range(50)), run="a")
    published([report(n, rating=n + 10) for n in range(40, 60)], run="b", mode=Mode.MERGE)
    published(reports(70, 71), run="c", mode=Mode.APPEND)
    keys = part(
        [{"code": "PA-000003"}, {"code": "PA-000070"}], run="d",
        schema=pa.schema([("code", pa.string())]),
    )  # fmt: skip
    services.remove("reports", [keys], key=KEY, run="d", by=STEWARD, at=NOON)
    for version in selectors.versions("reports"):
        assert selectors.counted(version) == (version.rows, version.checksum)


def as_older(version: Version) -> Version:
    """The version as it was counted before there was another algorithm."""
    digests = 0
    for row in rows(version):
        named = dict(zip([one.name for one in version.shape], row, strict=True))
        received = (named["received_at"] - EPOCH) // timedelta(microseconds=1)  # type: ignore[operator]
        values = {**named, "received_at": received}
        spelled = "\ufdd0".join(
            "\ufdd1" if values[name] is None else str(values[name]) for name in sorted(values)
        )
        digests += int.from_bytes(md5(spelled.encode()).digest()[8:], "little")
    version.checksum = f"1:{digests:032x}"
    version.save(update_fields=["checksum"])
    return version


def test_a_version_of_before_is_counted_as_it_was() -> None:
    version = as_older(published(reports(1, 2, 3), run="a"))
    assert selectors.counted(version) == (3, version.checksum)


@pytest.mark.parametrize("mode", list(Mode))
def test_a_version_of_before_is_carried_on_under_the_algorithm_of_today(mode: Mode) -> None:
    first = as_older(published(reports(1, 2, 3), run="a"))
    two = published([report(3, rating=9), report(4)], run="b", mode=mode)
    assert two.checksum.startswith("2:")
    assert selectors.counted(two) == (two.rows, two.checksum)
    back = services.roll_back("reports", 1, by=STEWARD, at=NOON)
    assert back.checksum == first.checksum
    assert selectors.counted(back) == (3, first.checksum)


# --- Columns ------------------------------------------------------------------------------------

MORE = SCHEMA.append(pa.field("channel", pa.string()))


@pytest.mark.parametrize("mode", list(Mode))
def test_a_new_column_is_empty_in_the_rows_before(mode: Mode) -> None:
    published(reports(1, 2), run="a")
    two = published([report(3, channel="app")], run="b", mode=mode, schema=MORE)
    found = {row[0]: row[-1] for row in rows(two)}
    before = {} if mode == Mode.REPLACE else {"PA-000001": None, "PA-000002": None}
    assert found == {**before, "PA-000003": "app"}
    assert len(rows(selectors.version("reports", 1))[0]) == len(SCHEMA)
    assert selectors.counted(two) == (two.rows, two.checksum)


def test_other_programs_read_the_grown_table_as_we_do() -> None:
    published(reports(1, 2), run="a")
    published([report(3, channel="app")], run="b", mode=Mode.APPEND, schema=MORE)
    table = pa.table(DeltaTable(str(places.table("reports"))).to_pyarrow_table())
    assert sorted(table.column("channel").to_pylist(), key=str) == [None, None, "app"]


def with_type(name: str, type: pa.DataType) -> pa.Schema:
    return pa.schema([(one.name, type if one.name == name else one.type) for one in SCHEMA])


def test_whole_numbers_may_become_fractions() -> None:
    published(reports(1, 2), run="a")
    fractions = with_type("rating", pa.float64())
    two = published([report(3, rating=4.5)], run="b", mode=Mode.APPEND, schema=fractions)
    assert [row[4] for row in rows(two)] == [1.0, 2.0, 4.5]
    assert selectors.counted(two) == (two.rows, two.checksum)


def test_but_not_when_a_value_would_be_lost() -> None:
    published([report(1, rating=2**53 + 1)], run="a")
    with pytest.raises(SchemaRefused) as caught:
        published(
            [report(2, rating=0.5)], run="b", mode=Mode.APPEND,
            schema=with_type("rating", pa.float64()),
        )  # fmt: skip
    assert [(one.code, one.column) for one in caught.value.facts] == [("inexact", "rating")]
    assert selectors.versions("reports").count() == 1


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        (with_type("rating", pa.string()), "narrower"),
        (with_type("received_at", pa.date32()), "narrower"),
        (pa.schema([one for one in SCHEMA if one.name != "unit"]), "missing"),
        (SCHEMA.append(pa.field("Đơn vị", pa.string())), "bad_name"),
        (SCHEMA.append(pa.field("tags", pa.list_(pa.string()))), "unknown_type"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(schema: pa.Schema, code: str) -> None:
    published(reports(1), run="a")
    path = part(reports(2), run="b")
    with pytest.raises(SchemaRefused) as caught:
        services.publish(
            "reports", [path], mode=Mode.REPLACE, key=KEY, schema=schema, run="b", by=STEWARD,
            at=NOON,
        )  # fmt: skip
    assert code in {one.code for one in caught.value.facts}
    assert selectors.versions("reports").count() == 1


def test_a_file_with_other_columns_than_announced_is_refused() -> None:
    path = part(reports(1), run="a", schema=with_type("rating", pa.int32()))
    with pytest.raises(SchemaRefused) as caught:
        services.publish(
            "reports", [path], mode=Mode.REPLACE, schema=SCHEMA, run="a", by=STEWARD, at=NOON
        )
    assert caught.value.facts[0].code == "part_differs"


def test_rows_that_their_key_does_not_tell_apart_are_not_merged() -> None:
    published(reports(1), run="a")
    with pytest.raises(KeyNotUnique) as caught:
        published([report(2), report(2), report(3, code=None)], run="b", mode=Mode.MERGE)
    assert (caught.value.twice, caught.value.empty) == (1, 1)
    assert selectors.versions("reports").count() == 1


# --- Back and forth in time ---------------------------------------------------------------------


def test_a_moment_has_the_version_that_readers_saw_then() -> None:
    one = published(reports(1), run="a")
    two = published(reports(2), run="b", at=NOON + timedelta(days=1))
    assert selectors.version_at("reports", NOON - timedelta(seconds=1)) is None
    assert selectors.version_at("reports", NOON + timedelta(hours=23)) == one
    assert selectors.version_at("reports", NOON + timedelta(days=1)) == two


def test_a_roll_back_is_a_new_version_and_overwrites_nothing() -> None:
    one = published(reports(1, 2), run="a")
    two = published(reports(9), run="b")
    three = services.roll_back("reports", 1, by=STEWARD, at=NOON + timedelta(days=1))
    assert (three.number, three.origin, three.checksum) == (3, Origin.ROLL_BACK, one.checksum)
    assert codes(two) == ["PA-000009"]
    assert codes(three) == codes(one)


def test_a_roll_back_goes_behind_a_new_column_and_work_goes_on_from_there() -> None:
    published(reports(1, 2), run="a")
    published([report(3, channel="app")], run="b", mode=Mode.APPEND, schema=MORE)
    three = services.roll_back("reports", 1, by=STEWARD, at=NOON)
    assert [len(row) for row in rows(three)] == [len(SCHEMA)] * 2
    four = published(reports(4), run="c", mode=Mode.APPEND)
    assert codes(four) == ["PA-000001", "PA-000002", "PA-000004"]
    five = services.roll_back("reports", 2, by=STEWARD, at=NOON)
    assert [row[-1] for row in rows(five)] == [None, None, "app"]


# --- A kill, and other programs -----------------------------------------------------------------


def test_a_commit_whose_row_was_lost_is_found_by_the_next_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published(reports(1), run="a")
    with monkeypatch.context() as patch:
        patch.setattr("dothi.datastore.tables.services.writing.account", fail)
        with pytest.raises(SystemExit):
            published(reports(2), run="b")
    assert selectors.versions("reports").count() == 1
    version = published(reports(2), run="b")
    assert (version.number, version.delta, codes(version)) == (2, 1, ["PA-000002"])
    assert selectors.counted(version) == (version.rows, version.checksum)


def test_a_commit_whose_row_was_lost_comes_before_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("dothi.datastore.tables.services.writing.account", fail)
        with pytest.raises(SystemExit):
            published(reports(1), run="a")
    three = published(reports(2), run="b", mode=Mode.APPEND)
    assert [one.run for one in selectors.versions("reports")] == ["b", "a"]
    assert codes(three) == ["PA-000001", "PA-000002"]


def fail(*_: object) -> None:
    raise SystemExit("killed")


def test_what_another_program_writes_into_the_folder_is_no_version(tmp_path: Path) -> None:
    published(reports(1), run="a")
    DeltaTable(str(places.table("reports"))).delete()
    assert codes(selectors.version("reports", 1)) == ["PA-000001"]
    two = published(reports(2), run="b", mode=Mode.APPEND)
    assert codes(two) == ["PA-000001", "PA-000002"]


def test_a_table_with_hidden_rows_is_refused() -> None:
    published(reports(1), run="a")
    table = DeltaTable(str(places.table("reports")))
    table.alter.set_table_properties({"delta.enableDeletionVectors": "true"})
    with pytest.raises(lake.UnsafeTable) as caught:
        published(reports(2), run="b")
    assert caught.value.features == ("deletionVectors",)


def test_a_folder_that_was_lost_is_noticed() -> None:
    published(reports(1), run="a")
    published(reports(2), run="b")
    Table.objects.update(delta=7)
    with pytest.raises(services.LogLost) as caught:
        published(reports(3), run="c")
    assert (caught.value.known, caught.value.found) == (7, 1)
