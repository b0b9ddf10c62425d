"""A person who is erased is gone from received files and from lines put aside, too."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dothi.datastore.catalogue.choices import Classification, Type
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import services
from dothi.datastore.ingestion.choices import AsideState, RunState
from dothi.datastore.ingestion.models import Aside, Run
from dothi.datastore.ingestion.services.landing import HeldErased, place_of
from dothi.datastore.ingestion.tests.factories import STEWARD, contract, delivered, field
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables import services as rows

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
PERSON = "079085000123"
HEAD = "Mã,Nhận lúc,Phường,Điểm,CCCD\n"
DIRTY = (
    f"{HEAD}PA-1,2026-11-25,27211,5,079085000999\nPA-2,2026-11-25,27211,4,{PERSON}\n"
    f"PA-3,2026-11-25,Bình Thới,4,{PERSON}\nPA-4,2026-11-25,Bình Thới,4,079085000998\n"
    f"PA-5,{PERSON}\n"
)
CLEAN = f"{HEAD}PA-9,2026-11-25,27211,5,079085000997\n"


def asked() -> Contract:
    return contract(
        field("citizen", "CCCD", Type.TEXT, classification=Classification.SENSITIVE),
        faulty_at_most=1.0,
    )


def read(text: str) -> Run:
    return services.read(delivered(text, asked(), at=AT), asked(), at=AT)


def erase() -> Any:
    return rows.erase(
        "reports", "citizen", [PERSON], reason="đơn số 12", by=STEWARD, at=AT + timedelta(days=1)
    )


def test_the_file_goes_and_its_lines_are_emptied_and_the_others_stay(store: Path) -> None:
    clean = read(CLEAN)
    services.publish(clean, asked(), by=STEWARD, at=AT)
    run = services.publish(read(DIRTY), asked(), by=STEWARD, at=AT)
    before = rows.standing("reports", "citizen", [PERSON], at=AT)
    assert before.newest == 1
    assert before.reached["ingestion"] == {
        "files": 1, "rows_in_files": 3, "open_runs": 0, "lines_aside": 2
    }  # fmt: skip

    told = erase().proof["reached"]["ingestion"]
    assert told["files"][0]["sha256"] == run.delivery.sha256
    assert told["lines_aside"] == 2
    assert not place_of(run.delivery.sha256).exists()
    assert place_of(clean.delivery.sha256).exists()
    assert not [
        path for path in store.rglob("*") if path.is_file() and PERSON.encode() in path.read_bytes()
    ]
    emptied = Aside.objects.filter(run=run, raw="", cells="")
    assert sorted(emptied.values_list("line", flat=True)) == [4, 6]
    assert set(emptied.values_list("state", flat=True)) == {AsideState.DROPPED}
    assert Aside.objects.get(run=run, line=5).state == AsideState.WAITING
    run.refresh_from_db()
    assert run.lines == run.head + run.blank + run.taken_lines + run.aside_lines
    assert rows.standing("reports", "citizen", [PERSON], at=AT).nothing


def test_what_is_not_published_yet_is_given_up_and_never_comes_in(store: Path) -> None:
    services.publish(read(CLEAN), asked(), by=STEWARD, at=AT)
    run = read(DIRTY)
    assert run.state == RunState.CHECKED
    told = erase().proof
    assert told["reached"]["ingestion"]["files"][0]["given_up"] == [run.code]
    assert told["pending"] == {}
    run.refresh_from_db()
    assert run.state == RunState.DROPPED
    with pytest.raises(Run.DoesNotExist):
        services.publish(run, asked(), by=STEWARD, at=AT)
    newest = tables.latest("reports")
    assert newest is not None
    assert newest.rows == 1


def test_the_same_bytes_do_not_come_in_again(store: Path) -> None:
    services.publish(read(DIRTY), asked(), by=STEWARD, at=AT)
    erase()
    with pytest.raises(HeldErased):
        delivered(DIRTY, asked(), at=AT)
    assert PERSON.encode() not in b"".join(
        path.read_bytes() for path in (store / "landing").rglob("*") if path.is_file()
    )


def test_a_file_that_nobody_could_read_is_searched_by_its_bytes(store: Path) -> None:
    services.publish(read(CLEAN), asked(), by=STEWARD, at=AT)
    letter = delivered(f"%PDF-1.7 \x00 {PERSON}".encode(), asked(), at=AT, name="thư.pdf")
    assert letter.state == RunState.REFUSED
    erase()
    assert not place_of(letter.delivery.sha256).exists()


def test_after_a_kill_it_is_done_again(store: Path, monkeypatch: Any) -> None:
    run = services.publish(read(DIRTY), asked(), by=STEWARD, at=AT)

    def killed(*_more: Any, **_named: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("dothi.datastore.ingestion.services.forgetting.Path.unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            erase()
    assert place_of(run.delivery.sha256).exists()
    erase()
    assert not place_of(run.delivery.sha256).exists()
    assert rows.standing("reports", "citizen", [PERSON], at=AT).nothing
