"""What a delivery would change is said before, and afterwards of any two versions."""

from typing import Any

import pyarrow as pa
import pytest

from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.tables import selectors
from dothi.datastore.tables.rules.columns import SchemaRefused
from dothi.datastore.tables.rules.comparing import SAMPLE, Changes
from dothi.datastore.tables.selectors import KeyNotUnique
from dothi.datastore.tables.tests.factories import (
    KEY,
    NOON,
    SCHEMA,
    part,
    published,
    report,
    reports,
)  # fmt: skip

pytestmark = pytest.mark.django_db
MORE = SCHEMA.append(pa.field("channel", pa.string()))


def preview(rows: list[dict[str, Any]], mode: Mode, **more: Any) -> Changes:
    schema = more.pop("schema", SCHEMA)
    path = part(rows, run="next", schema=schema)
    return selectors.preview(
        "reports", [path], **{"mode": mode, "schema": schema, "key": KEY, **more}
    )


def counts(changes: Changes) -> tuple[int, int, int, int]:
    return changes.added, changes.changed, changes.removed, changes.unchanged


def test_a_new_whole_shows_what_comes_changes_and_goes() -> None:
    published(reports(1, 2, 3, 4), run="a")
    changes = preview([report(2), report(3, rating=9, unit="w9"), report(5)], Mode.REPLACE)
    assert counts(changes) == (1, 1, 2, 1)
    assert (changes.before, changes.after) == (4, 3)
    assert changes.columns == {"rating": 1, "unit": 1}
    assert changes.samples["added"] == [report(5)]
    assert [row["code"] for row in changes.samples["removed"]] == ["PA-000001", "PA-000004"]
    (changed,) = changes.samples["changed"]
    assert changed == {**report(3), "rating": [3, 9], "unit": ["w3", "w9"]}
    assert selectors.versions("reports").count() == 1


def test_changes_by_key_take_nothing_away() -> None:
    published(reports(1, 2, 3, 4), run="a")
    changes = preview([report(2), report(3, rating=None), report(5)], Mode.MERGE)
    assert counts(changes) == (1, 1, 0, 3)
    assert (changes.before, changes.after) == (4, 5)
    assert changes.columns == {"rating": 1}


def test_more_rows_only_add() -> None:
    published(reports(1, 2), run="a")
    changes = preview(reports(3, 4, 4), Mode.APPEND)
    assert counts(changes) == (3, 0, 0, 2)
    assert (changes.before, changes.after) == (2, 5)


def test_without_a_key_rows_are_counted_as_they_are() -> None:
    published(reports(1, 1, 2, 3), run="a", key=())
    changes = preview(reports(1, 2, 2, 4), Mode.REPLACE, key=())
    assert counts(changes) == (2, 0, 2, 2)
    assert {row["code"] for row in changes.samples["added"]} == {"PA-000002", "PA-000004"}


def test_the_first_delivery_only_adds() -> None:
    assert counts(preview(reports(1, 2), Mode.REPLACE)) == (2, 0, 0, 0)
    assert counts(preview(reports(1, 2), Mode.MERGE)) == (2, 0, 0, 0)


def test_the_same_rows_again_are_nothing_new() -> None:
    published(reports(1, 2), run="a")
    assert preview(reports(2, 1), Mode.REPLACE).nothing


def test_a_new_column_is_said_and_an_empty_one_changes_no_row() -> None:
    published(reports(1, 2), run="a")
    changes = preview([report(1, channel=None), report(2, channel="app")], Mode.REPLACE,
                      schema=MORE)  # fmt: skip
    assert changes.new_columns == ("channel",)
    assert counts(changes) == (0, 1, 0, 1)


def test_a_sample_is_a_sample() -> None:
    changes = preview(reports(*range(100)), Mode.REPLACE)
    assert len(changes.samples["added"]) == SAMPLE


def test_what_would_be_refused_is_refused_before() -> None:
    published(reports(1), run="a")
    with pytest.raises(KeyNotUnique):
        preview(reports(2, 2), Mode.REPLACE)
    with pytest.raises(SchemaRefused):
        preview([], Mode.REPLACE, schema=pa.schema([("code", pa.string())]))


@pytest.mark.parametrize("mode", list(Mode))
def test_the_preview_is_what_publishing_then_does(mode: Mode) -> None:
    published(reports(*range(30)), run="a")
    rows = [report(n, rating=n + n % 2) for n in range(20, 45)]
    if mode == Mode.APPEND:
        rows = [row for row in rows if row["code"] >= "PA-000030"]
    said = preview(rows, mode)
    published(rows, run="b", mode=mode, at=NOON)
    assert counts(selectors.difference("reports", 1, 2)) == counts(said)


def test_the_way_back_is_the_way_there_turned_round() -> None:
    published(reports(1, 2, 3), run="a")
    published([report(2, rating=7), report(4)], run="b")
    there, back = selectors.difference("reports", 1, 2), selectors.difference("reports", 2, 1)
    assert counts(there) == (1, 1, 2, 0)
    assert counts(back) == (2, 1, 1, 0)
    assert there.samples["removed"] == back.samples["added"]


def test_rows_that_lie_in_files_of_both_versions_count_as_unchanged() -> None:
    published(reports(1, 2), run="a")
    published(reports(3, 4), run="b", mode=Mode.APPEND)
    published([report(4, rating=9), report(5)], run="c", mode=Mode.MERGE)
    changes = selectors.difference("reports", 2, 3)
    assert set(selectors.files(selectors.version("reports", 2))) & set(
        selectors.files(selectors.version("reports", 3))
    )
    assert counts(changes) == (1, 1, 0, 3)
    assert (changes.before, changes.after) == (4, 5)


def test_a_version_differs_from_itself_in_nothing() -> None:
    published(reports(1, 2), run="a")
    changes = selectors.difference("reports", 1, 1)
    assert changes.nothing
    assert changes.unchanged == 2
