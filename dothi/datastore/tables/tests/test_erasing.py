"""A person who asks for it is gone from the store: from every version, file and log, with proof."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from dothi.core.audit.models import Entry
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.tables import selectors, services
from dothi.datastore.tables.choices import Origin
from dothi.datastore.tables.models import Erasure, Table
from dothi.datastore.tables.rules.roles import WHOLE
from dothi.datastore.tables.selectors import VersionClosed
from dothi.datastore.tables.services import erasing
from dothi.datastore.tables.tests.factories import (
    NOON,
    SCHEMA,
    STEWARD,
    part,
    published,
    report,
    reports,
)  # fmt: skip

pytestmark = pytest.mark.django_db
PERSON = "Trần Thị Bưởi"
LATER = NOON + timedelta(days=5)


def erase(*values: str, column: str = "person") -> Erasure:
    return services.erase(
        "reports", column, values or (PERSON,), reason="request 12", by=STEWARD, at=LATER
    )


def holding(store: Path, value: str) -> list[str]:
    """Files of the store that hold a value: as bytes, and in the values of every Parquet file."""
    found = [
        path.name for path in store.rglob("*")
        if path.is_file() and value.encode() in path.read_bytes()
    ]  # fmt: skip
    for path in store.rglob("*.parquet"):
        with duckdb.connect() as connection:
            rows = connection.execute(f"from '{path}'").to_arrow_table().to_pylist()
        found += [path.name for row in rows if value in str(row.values())]
    for path in store.rglob("*.duckdb"):
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute("from data").to_arrow_table().to_pylist()
        found += [path.name for row in rows if value in str(row.values())]
    return found


def lived() -> None:
    """Five versions; the person is in all but the first, the third is pinned."""
    published(reports(*range(20)), run="a")
    published([report(100, person=PERSON)], run="b", mode=Mode.APPEND)
    published([report(5, person=PERSON, rating=9)], run="c", mode=Mode.MERGE)
    services.release("cited", by=STEWARD, at=NOON)
    published(reports(50), run="d", mode=Mode.APPEND)
    services.compact("reports", by="system", at=NOON)
    published(reports(51), run="e", mode=Mode.APPEND)


def test_no_byte_of_the_person_is_left_anywhere_in_the_store(own_store: Path) -> None:
    lived()
    assert holding(own_store, PERSON)
    proof = erase()
    assert holding(own_store, PERSON) == []
    assert proof.proof["found_after"] == 0
    assert proof.completed_at == LATER


def test_the_others_are_all_there_still() -> None:
    lived()
    erase()
    newest = selectors.latest("reports")
    assert newest is not None
    assert (newest.number, newest.origin) == (6, Origin.ERASURE)
    with selectors.connect() as connection:
        codes = selectors.relation(connection, newest).project("code").fetchall()
    kept = sorted(f"PA-{number:06}" for number in (*range(20), 50, 51) if number != 5)
    assert sorted(row[0] for row in codes) == kept
    assert selectors.counted(newest) == (21, newest.checksum)


def test_what_is_pinned_stays_readable_without_the_person() -> None:
    lived()
    cited = selectors.pinned("cited").get().version
    erase()
    now = selectors.pinned("cited").get().version
    assert (now.number, now.rows) == (cited.number, cited.rows - 2)
    assert now.checksum != cited.checksum
    assert now.erased_at == LATER
    assert selectors.counted(now) == (19, now.checksum)


def test_versions_that_held_the_person_are_closed_and_clean_ones_stay() -> None:
    lived()
    erase()
    closed = [one.number for one in selectors.versions("reports") if one.closed_at]
    assert closed == [5, 4, 2]
    assert selectors.counted(selectors.version("reports", 1))[0] == 20
    with pytest.raises(VersionClosed):
        selectors.files(selectors.version("reports", 2))


def test_the_proof_says_what_was_searched_and_what_became_of_it() -> None:
    lived()
    proof = erase().proof
    said = [(one["number"], one["before"], one["after"], one["fate"]) for one in proof["versions"]]
    assert said == [
        (1, 0, 0, "clean"),
        (2, 1, 0, "closed"),
        (3, 2, 0, "rewritten"),
        (4, 2, 0, "closed"),
        (5, 2, 0, "closed"),
    ]
    rewritten = proof["versions"][2]
    assert rewritten["checksum_before"] != rewritten["checksum_after"]
    assert proof["files_gone"]
    assert proof["files_searched"] > 0


def test_the_proof_and_the_audit_do_not_name_the_person() -> None:
    lived()
    proof = erase()
    assert PERSON not in str(proof.__dict__)
    assert PERSON not in str(list(Entry.objects.values()))


def test_boards_read_files_without_the_person_at_once() -> None:
    lived()
    proof = erase()
    newest = selectors.latest("reports")
    assert newest is not None
    place = selectors.serving(newest, WHOLE)
    assert place is not None
    with duckdb.connect(str(place), read_only=True) as connection:
        assert connection.sql("select count(*) from data").fetchone() == (21,)
    cited = selectors.serving(selectors.pinned("cited").get().version, WHOLE)
    assert cited is not None
    assert len(proof.proof["serving_gone"]) == 3, "of the pinned one and of the last two"


def test_a_person_who_is_not_there_changes_nothing_and_is_proved_absent() -> None:
    one = published(reports(1), run="a")
    proof = erase()
    assert selectors.latest("reports") == one
    assert proof.proof["versions"][0]["before"] == 0
    assert proof.proof["files_gone"] == []


def test_a_pinned_newest_version_is_erased_too(own_store: Path) -> None:
    published([report(1), report(2, person=PERSON)], run="a")
    services.release("cited", by=STEWARD, at=NOON)
    erase()
    assert selectors.counted(selectors.version("reports", 1))[0] == 1
    assert selectors.counted(selectors.version("reports", 2))[0] == 1
    assert holding(own_store, PERSON) == []


def test_values_of_another_type_are_found_by_their_text() -> None:
    published(reports(1, 2, 3), run="a")
    erase("2", "not a number", column="rating")
    newest = selectors.latest("reports")
    assert newest is not None
    assert newest.rows == 2


def test_a_delivery_that_waits_with_the_person_is_named() -> None:
    published(reports(1), run="a")
    part([report(7, person=PERSON)], run="next")
    assert erase().proof["pending"] == {"next/part-0.parquet": 1}


def test_a_file_that_holds_the_person_still_is_no_erasure(monkeypatch: pytest.MonkeyPatch) -> None:
    lived()
    monkeypatch.setattr(erasing, "vacuum", lambda table: [])
    with pytest.raises(services.StillThere) as caught:
        erase()
    assert caught.value.files
    assert Erasure.objects.get().completed_at is None
    monkeypatch.undo()


def test_after_a_kill_it_is_done_again(own_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lived()
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "close", fail)
        with pytest.raises(SystemExit):
            erase()
    erase()
    assert holding(own_store, PERSON) == []
    assert selectors.counted(selectors.pinned("cited").get().version)[0] == 19


def fail(*_: object, **__: object) -> None:
    raise SystemExit("killed")


def test_a_column_that_no_version_has_is_refused() -> None:
    published(reports(1), run="a")
    with pytest.raises(services.ColumnUnknown):
        erase(column="name")
    assert not Erasure.objects.exists()
    with pytest.raises(Table.DoesNotExist):
        services.erase("nothing", "x", ["y"], reason="", by=STEWARD, at=NOON)


def test_a_column_that_came_later_is_searched_where_it_is(own_store: Path) -> None:
    published(reports(1, 2), run="a")
    more = SCHEMA.append(pa.field("witness", pa.string()))
    published([report(3, witness=PERSON)], run="b", mode=Mode.APPEND, schema=more)
    erase(column="witness")
    assert holding(own_store, PERSON) == []
    assert selectors.counted(selectors.version("reports", 1))[0] == 2
