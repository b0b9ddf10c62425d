"""Files that are dropped: whole ones are taken once, by a link, and put away."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dothi.accounts.tests.factories import make_root
from dothi.connectors.conftest import Ask
from dothi.connectors.drop import adapter
from dothi.core import clock
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.ingestion import selectors as deliveries
from dothi.datastore.ingestion.services.landing import place_of
from dothi.datastore.sources.choices import State
from dothi.datastore.sources.tests.factories import make_source, rows_of, work
from dothi.datastore.tables import services as tables

HEAD = "id,at,level\n"


def drop(folder: Path, name: str, text: str, *, minutes_ago: int = 10) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    when = path.stat().st_mtime - 60 * minutes_ago
    os.utime(path, (when, when))
    return path


def test_a_file_that_is_being_written_is_waited_for(tmp_path: Path, ask: Ask) -> None:
    drop(tmp_path / "drop" / "muc-nuoc", "a.csv", HEAD)
    assert adapter.fetch(ask(at=clock.now())) is None, "its time was set back, and does not count"
    assert adapter.fetch(ask(at=clock.now() + timedelta(minutes=1))) is not None


def test_names_of_half_files_and_links_are_left_alone(tmp_path: Path, ask: Ask) -> None:
    folder = tmp_path / "drop" / "muc-nuoc"
    for name in ("a.csv.part", ".b.csv", "~c.csv", "d.csv.filepart"):
        drop(folder, name, HEAD)
    (tmp_path / "secret").write_text("x")
    (folder / "e.csv").symlink_to(tmp_path / "secret")
    assert adapter.fetch(ask()) is None


def test_the_oldest_comes_first_and_only_the_names_that_were_said(tmp_path: Path, ask: Ask) -> None:
    folder = tmp_path / "drop" / "chung"
    drop(folder, "nuoc-2.csv", HEAD, minutes_ago=1)
    drop(folder, "nuoc-1.csv", HEAD, minutes_ago=2)
    drop(folder, "cay-1.csv", HEAD, minutes_ago=9)
    found = adapter.fetch(ask(folder="chung", pattern="nuoc-*.csv"))
    assert found is not None
    assert (found.name, found.more) == ("nuoc-1.csv", True)


@pytest.mark.parametrize("folder", ["../keys", "/etc", "a/../../keys"])
def test_a_folder_elsewhere_is_refused(folder: str) -> None:
    assert adapter.faults({"folder": folder})


@pytest.mark.django_db(transaction=True)
def test_files_come_in_one_after_the_other_by_a_link(tmp_path: Path, settings: Any) -> None:
    settings.STORE = tmp_path / "store"
    folder = tmp_path / "drop" / "muc-nuoc"
    first = drop(folder, "ngày 1.csv", f"{HEAD}1,2026-11-26 08:00,1.5\n", minutes_ago=5)
    drop(folder, "ngày 2.csv", f"{HEAD}2,2026-11-26 08:10,1.6\n", minutes_ago=4)
    inode = first.stat().st_ino
    at = clock.now() + timedelta(minutes=2)
    source = make_source(make_root(), kind="drop", mode=Mode.APPEND, at=at)
    for _ in range(4):
        work(source, at=at)
    assert rows_of(source) == 2
    delivery = deliveries.delivery_of(source.fetches.earliest("id").delivery)
    assert place_of(delivery.sha256).stat().st_ino == inode, "a large file is not copied"
    assert (folder / "taken" / f"{delivery.code}-ngày 1.csv").is_file()
    drop(folder, "ngày 1 lần nữa.csv", f"{HEAD}1,2026-11-26 08:00,1.5\n")
    work(source, at=at + timedelta(minutes=30))
    assert rows_of(source) == 2, "the same again changes nothing"
    assert not [one for one in folder.iterdir() if one.is_file()]


@pytest.mark.django_db(transaction=True)
def test_a_file_of_another_shape_lies_in_refused_with_the_reason(
    tmp_path: Path, settings: Any
) -> None:
    settings.STORE = tmp_path / "store"
    folder = tmp_path / "drop" / "muc-nuoc"
    drop(folder, "lạ.csv", "tên,tuổi\nAn,3\n")
    at = clock.now() + timedelta(minutes=2)
    source = make_source(make_root(), kind="drop", at=at)
    work(source, at=at)
    assert source.state == State.HELD
    [file, reason] = sorted((folder / "refused").iterdir())
    assert file.name.endswith("-lạ.csv")
    assert "Thiếu cột “id”" in reason.read_text("utf-8")


def bytes_of(folder: Path, value: str) -> list[str]:
    return [
        path.name for path in folder.rglob("*")
        if path.is_file() and value.encode() in path.read_bytes()
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_is_gone_from_the_folder_and_from_what_comes_again(
    tmp_path: Path, settings: Any
) -> None:
    settings.STORE = tmp_path / "store"
    folder = tmp_path / "drop" / "muc-nuoc"
    of_them = f"{HEAD}731,2026-11-26 08:00,1.5\n2,2026-11-26 08:00,1.5\n"
    drop(folder, "đã nhận.csv", of_them, minutes_ago=5)
    at = clock.now() + timedelta(minutes=2)
    source = make_source(make_root(), kind="drop", mode=Mode.APPEND, at=at)
    for _ in range(2):
        work(source, at=at)
    others = drop(folder, "của người khác.csv", f"{HEAD}3,2026-11-26 08:20,1.7\n")
    drop(folder, "đang chờ.csv", f"{HEAD}731,2026-11-26 08:30,1.5\n")
    drop(folder, "đang ghi.csv.part", f"{HEAD}731,2026-11-26 08:40,1.5\n")
    assert tables.standing("muc-nuoc", "id", ["731"], at=at).reached["sources"] == {"dropped": 3}

    now = clock.now()  # A log of Delta takes no file away that goes in the future.
    proof = tables.erase("muc-nuoc", "id", ["731"], reason="QC-12", by="user:7", at=now)
    assert proof.proof["reached"]["sources"] == {"dropped": 3}
    assert bytes_of(tmp_path, "731,") == []
    assert others.is_file()
    notes = sorted(path.name for path in (folder / "refused").iterdir())
    assert len(notes) == 3
    assert all("QC-12" in (folder / "refused" / one).read_text() for one in notes)

    drop(folder, "lần nữa.csv", of_them)
    work(source, at=at + timedelta(minutes=30))
    work(source, at=at + timedelta(minutes=60))
    work(source, at=at + timedelta(minutes=90))
    assert bytes_of(tmp_path, "731,") == [], "the same bytes do not stay in the folder"
    assert rows_of(source) == 2, "what others sent comes in"
