"""A release can be cited: it stays what it was, and the house can go back to it in one step."""

from datetime import timedelta

import pytest

from dothi.core.audit.models import Entry
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.tables import selectors, services
from dothi.datastore.tables.models import Release, Version
from dothi.datastore.tables.selectors import VersionClosed
from dothi.datastore.tables.tests.factories import NOON, STEWARD, published, report, reports

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=400)


def release(code: str = "2026-03", **more: object) -> Release:
    return services.release(code, by=STEWARD, at=NOON, **more)  # type: ignore[arg-type]


def test_a_release_pins_the_newest_version_of_every_table() -> None:
    published(reports(1), run="a")
    published(reports(2), run="b")
    published(reports(1), run="a", table="units")
    release()
    published(reports(3), run="c")
    pins = [(pin.version.table.code, pin.version.number) for pin in selectors.pinned("2026-03")]
    assert pins == [("reports", 2), ("units", 1)]


def test_the_tables_of_a_release_are_read_together() -> None:
    published(reports(1, 2), run="a")
    published(reports(2, 3), run="a", table="units")
    release()
    published([], run="b")
    with selectors.open_release("2026-03") as connection:
        joined = connection.sql("select count(*) from reports join units using (code)").fetchone()
    assert joined == (1,)


def test_a_release_of_some_tables_holds_these_only() -> None:
    published(reports(1), run="a")
    published(reports(1), run="a", table="units")
    release(tables=["units"])
    assert [pin.version.table.code for pin in selectors.pinned("2026-03")] == ["units"]


def test_a_release_of_a_table_that_is_not_there_is_refused_whole() -> None:
    published(reports(1), run="a")
    with pytest.raises(Version.DoesNotExist):
        release(tables=["reports", "nothing"])
    assert not Release.objects.exists()


def test_a_code_names_one_release_for_ever() -> None:
    published(reports(1), run="a")
    release()
    published(reports(2), run="b")
    with pytest.raises(services.ReleaseTaken):
        release()
    assert selectors.pinned("2026-03").get().version.number == 1


def test_a_release_stays_readable_and_equal_whatever_happens_afterwards() -> None:
    published(reports(*range(50)), run="a")
    for number in range(50, 60):
        published(reports(number), run=f"b{number}", mode=Mode.APPEND)
    pinned = selectors.latest("reports")
    assert pinned is not None
    release()
    services.compact("reports", by="system", at=NOON)
    published([report(n, rating=9) for n in range(30)], run="c", mode=Mode.MERGE)
    published(reports(1), run="d")
    services.compact("reports", by="system", at=LATER)
    assert services.tidy("reports", at=LATER).files
    now = selectors.version("reports", pinned.number)
    assert (now.rows, now.checksum) == (pinned.rows, pinned.checksum)
    assert selectors.counted(now) == (60, pinned.checksum)


def test_restoring_brings_all_tables_back_as_new_versions() -> None:
    one = published(reports(1, 2), run="a")
    published(reports(1), run="a", table="units")
    release()
    published(reports(9), run="b")
    made = services.restore_release("2026-03", by=STEWARD, at=LATER)
    assert [(version.table.code, version.number) for version in made] == [("reports", 3)]
    assert selectors.counted(made[0]) == (2, one.checksum)
    entry = Entry.objects.get(act="tables.restore_release")
    assert entry.details == {"versions": {"reports": 3}}


def test_restoring_twice_changes_nothing_more() -> None:
    published(reports(1), run="a")
    release()
    published(reports(9), run="b")
    services.restore_release("2026-03", by=STEWARD, at=LATER)
    assert services.restore_release("2026-03", by=STEWARD, at=LATER) == []


def test_a_lifted_release_pins_nothing() -> None:
    published(reports(1), run="a")
    release()
    published(reports(2), run="b")
    assert services.lift_release("2026-03", by=STEWARD, at=NOON)
    assert not services.lift_release("2026-03", by=STEWARD, at=NOON)
    assert services.tidy("reports", at=LATER).closed == [1]
    with pytest.raises(VersionClosed):
        services.restore_release("2026-03", by=STEWARD, at=LATER)
