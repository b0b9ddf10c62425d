"""Small files are written together; old versions go when their time is over, and nothing else."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dothi.core.events.models import Record
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.tables import jobs, selectors, services
from dothi.datastore.tables.ports import engine, lake, places
from dothi.datastore.tables.rules.roles import WHOLE
from dothi.datastore.tables.selectors import VersionClosed
from dothi.datastore.tables.services.keeping import NotAsBefore
from dothi.datastore.tables.tests.factories import (
    NOON,
    STEWARD,
    part,
    published,
    report,
    reports,
)  # fmt: skip

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def parquet() -> set[str]:
    return {path.name for path in places.table("reports").glob("*.parquet")}


def test_small_files_are_written_together_and_the_rows_stay() -> None:
    published(reports(0), run="a")
    for number in range(1, 8):
        published(reports(number), run=f"b{number}", mode=Mode.APPEND)
    before = selectors.latest("reports")
    assert before is not None
    assert before.files == 8
    assert services.compact("reports", by="system", at=NOON) == 8
    after = selectors.version("reports", before.number)
    assert (after.files, after.rows, after.checksum) == (1, 8, before.checksum)
    assert selectors.counted(after) == (8, before.checksum)
    assert selectors.versions("reports").count() == 8, "it is no version"


def test_one_file_is_left_alone() -> None:
    published(reports(1), run="a")
    assert services.compact("reports", by="system", at=NOON) == 0


def test_files_that_would_hold_other_rows_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    published(reports(1), run="a")
    two = published(reports(2), run="b", mode=Mode.APPEND)
    write = engine.write
    monkeypatch.setattr(
        engine, "write",
        lambda connection, question, folder: write(connection, f"{question} limit 1", folder),
    )  # fmt: skip
    with pytest.raises(NotAsBefore):
        services.compact("reports", by="system", at=NOON)
    assert selectors.counted(selectors.version("reports", 2)) == (2, two.checksum)


def test_a_compaction_that_was_killed_after_its_commit_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published(reports(1), run="a")
    published(reports(2), run="b", mode=Mode.APPEND)
    with monkeypatch.context() as patch:
        patch.setattr("dothi.datastore.tables.services.writing.account", fail)
        with pytest.raises(SystemExit):
            services.compact("reports", by="system", at=NOON)
    three = published(reports(3), run="c", mode=Mode.APPEND)
    assert three.files == 2
    assert selectors.version("reports", 2).files == 1


def fail(*_: object, **__: object) -> None:
    raise SystemExit("killed")


def test_a_version_goes_when_its_time_is_over_and_its_files_with_it(settings: Any) -> None:
    settings.STORE_KEEP_DAYS = 30
    published(reports(1), run="a")
    published(reports(2), run="b", at=NOON + DAY)
    assert services.tidy("reports", at=NOON + 30 * DAY).closed == []
    assert len(parquet()) == 2
    assert services.tidy("reports", at=NOON + 32 * DAY).closed == [1]
    with pytest.raises(VersionClosed):
        selectors.rows_of(selectors.version("reports", 1))
    assert Record.objects.get(name="tables.closed").payload == {"table": "reports", "numbers": [1]}
    assert len(parquet()) == 2, "who looked it up may be reading still"
    assert len(services.tidy("reports", at=NOON + 33 * DAY).files) == 1
    assert len(parquet()) == 1
    assert selectors.counted(selectors.version("reports", 2))[0] == 1


def test_the_time_is_counted_from_when_readers_saw_it_last(settings: Any) -> None:
    settings.STORE_KEEP_DAYS = 30
    published(reports(1), run="a")
    published(reports(2), run="b", at=NOON + 100 * DAY)
    assert services.tidy("reports", at=NOON + 101 * DAY).closed == []


def test_a_table_may_keep_its_versions_for_another_time() -> None:
    published(reports(1), run="a")
    published(reports(2), run="b")
    services.keep("reports", days=2, by=STEWARD, at=NOON)
    assert services.tidy("reports", at=NOON + 3 * DAY).closed == [1]


def test_the_newest_version_is_never_closed(settings: Any) -> None:
    settings.STORE_KEEP_DAYS = 0
    published(reports(1), run="a")
    services.tidy("reports", at=NOON + 1000 * DAY)
    assert selectors.counted(selectors.version("reports", 1))[0] == 1


def test_files_of_deliveries_that_came_to_nothing_are_swept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published(reports(1), run="a")
    with monkeypatch.context() as patch:
        patch.setattr(lake, "commit", fail)
        with pytest.raises(SystemExit):
            published(reports(2), run="b")
    assert len(parquet()) == 2
    services.tidy("reports", at=NOON)
    assert len(parquet()) == 1
    assert places.work("reports", "b").exists(), "the run can be published still"
    two = published(reports(2), run="b")
    assert selectors.counted(two)[0] == 1


def test_the_serving_file_of_an_old_version_goes_and_a_pinned_one_stays() -> None:
    one = published(reports(1), run="a")
    services.release("r", by=STEWARD, at=NOON)
    two = published(reports(2), run="b")
    three = published(reports(3), run="c")
    services.tidy("reports", at=NOON + DAY)
    places_ = [selectors.serving(version, WHOLE) for version in (one, two, three)]
    assert [place is not None for place in places_] == [True, False, True]


def test_files_of_many_versions_a_day_do_not_pile_up_until_the_night(own_store: Path) -> None:
    for number in range(6):
        published(reports(number), run=f"r{number}")
    assert len(list((own_store / "serving").rglob("*.duckdb"))) == 2


def test_nothing_is_removed_while_the_store_is_copied(settings: Any) -> None:
    published(reports(1), run="a")
    published(reports(2), run="b")
    settings.STORE_KEEP_DAYS = 0
    other = another_connection()
    try:
        other.execute("select pg_advisory_lock_shared(7204, 0)")
        done = services.tidy("reports", at=NOON + DAY)
        assert (done.closed, done.files) == ([], [])
        assert published(reports(3), run="c").number == 3, "publishing goes on"
    finally:
        other.close()
    assert services.tidy("reports", at=NOON + DAY).closed == [1, 2]


def another_connection() -> Any:
    import psycopg
    from django.db import connection

    wanted = connection.get_connection_params()
    names = ("dbname", "host", "user", "port", "password")
    given = {name: wanted[name] for name in names if wanted.get(name)}
    return psycopg.connect(**given, autocommit=True)


def test_what_a_kill_left_half_built_is_swept(own_store: Path) -> None:
    one = published(reports(1), run="a")
    half = own_store / "serving" / "reports" / f"1-{one.checksum[-12:]}-x.duckdb.77.half"
    half.write_bytes(b"x")
    rewrite = places.work("reports", "rewrite-1")
    rewrite.mkdir(parents=True)
    services.tidy("reports", at=NOON)
    assert not half.exists()
    assert not rewrite.exists()


def test_a_table_that_cannot_be_tidied_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published(reports(1), run="a", table="first")
    published([report(1)], run="a")
    part(reports(2), run="a")  # As a kill leaves it, after the run was published.
    tidy = services.tidy

    def failing(code: str, **more: Any) -> object:
        if code == "first":
            raise OSError("the disk is gone")
        return tidy(code, **more)

    monkeypatch.setattr(services, "tidy", failing)
    jobs.tidy(0)
    assert not places.work("reports", "a").exists()
