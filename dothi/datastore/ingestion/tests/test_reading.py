"""A file comes in under its contract: what is sound is taken, the rest aside, and none is lost."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from django.db import IntegrityError, transaction

from dothi.datastore.catalogue.choices import Mode, Type
from dothi.datastore.ingestion import services
from dothi.datastore.ingestion.choices import AsideState, Refusal, RunState
from dothi.datastore.ingestion.models import Aside, Delivery, Run
from dothi.datastore.ingestion.readers import csv_file
from dothi.datastore.ingestion.rules.ledger import Fault
from dothi.datastore.ingestion.services import parts, reading
from dothi.datastore.ingestion.services.landing import place_of
from dothi.datastore.ingestion.tests.factories import (
    HEAD,
    STEWARD,
    contract,
    delivered,
    field,
    until,
)
from dothi.datastore.tables import selectors as tables

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
SOUND = "PA-1,2026-11-25 08:00,27211,5\nPA-2,2026-11-25 09:30,,\n"


def read(text: str | bytes, asked: object = None) -> Run:
    agreed = asked or contract()
    return services.read(delivered(text, agreed, at=AT), agreed, at=AT)  # type: ignore[arg-type]


def published(dataset: str = "reports") -> list[tuple[object, ...]]:
    version = tables.latest(dataset)
    assert version is not None
    with tables.connect() as connection:
        rows = tables.relation(connection, version).to_arrow_table().to_pylist()
    return [tuple(row.values()) for row in rows]


def test_sound_rows_are_taken_and_typed() -> None:
    run = read(HEAD + SOUND)
    assert run.state == RunState.CHECKED
    services.publish(run, contract(), by=STEWARD, at=AT)
    rows = published()
    assert rows[0][0] == "PA-1"
    # A moment without a zone is one of the city: eight in the morning is one o'clock in UTC.
    assert rows[0][1] == datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    assert rows[0][2:] == ("27211", 5)
    assert rows[1][2:] == (None, None)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",2026-11-25,27211,5", "required:code"),
        ("XX-1,2026-11-25,27211,5", "pattern:code"),
        ("PA-1,,27211,5", "required:received_at"),
        ("PA-1,31/12/2026,27211,5", "type:received_at"),
        ("PA-1,2026-02-30,27211,5", "type:received_at"),
        ("PA-1,infinity,27211,5", "type:received_at"),
        ("PA-1,0026-11-25,27211,5", "type:received_at"),
        ("PA-1,2026-11-25,99999,5", "allowed:ward"),
        ("PA-1,2026-11-25,27211,six", "type:stars"),
        ("PA-1,2026-11-25,27211,4.6", "type:stars"),
        ("PA-1,2026-11-25,27211,6", "maximum:stars"),
        ("PA-1,2026-11-25,27211,0", "minimum:stars"),
        (" , ,,", "empty_row:"),
        ("PA-1,2026-11-25,27211", "columns:"),
        ('PA-1,2026-11-25,"27211,5', "open_quote:"),
    ],
)
def test_a_faulty_row_stands_aside_with_its_bytes_and_reason(row: str, fault: str) -> None:
    run = read(f"{HEAD}{row}\nPA-9,2026-11-25,27226,1\n")
    aside = Aside.objects.get(run=run)
    assert (aside.line, aside.fault) == (2, fault)
    assert base64.b64decode(aside.raw) == f"{row}\n".encode()
    assert (run.taken, run.aside) == (1, 1)


def test_blanks_around_a_value_are_no_part_of_it() -> None:
    run = read(f"{HEAD} PA-1 ,2026-11-25, 27211 ,\t5\n")
    services.publish(run, contract(), by=STEWARD, at=AT)
    assert published()[0][0] == "PA-1"
    assert published()[0][2:] == ("27211", 5)


def test_numbers_and_days_are_read_as_the_source_writes_them() -> None:
    asked = contract(
        field("area", "Diện tích", Type.NUMBER, notation="vietnamese"),
        field("built_on", "Ngày xây", Type.DATE, date_format="%d/%m/%Y"),
        field("is_open", "Mở cửa", Type.BOOLEAN),
        field("place", "Vị trí", Type.GEOMETRY),
    )
    head = HEAD.strip() + ",Diện tích,Ngày xây,Mở cửa,Vị trí\n"
    point = '"{""type"":""Point"",""coordinates"":[106.64,10.76]}"'
    away = '"{""type"":""Point"",""coordinates"":[10.76,106.64]}"'
    run = read(
        f'{head}PA-1,2026-11-25,,,"1.234,5",17/02/2026,Có,{point}\n'
        f'PA-2,2026-11-25,,,"1,234.5",2026-02-17,perhaps,{away}\n',
        asked,
    )
    services.publish(run, asked, by=STEWARD, at=AT)
    [row] = published()
    assert row[4] == 1234.5
    assert str(row[5]) == "2026-02-17"
    assert row[6] is True
    assert set(Aside.objects.get().faults) == {
        "type:area", "type:built_on", "type:is_open", "type:place"
    }  # fmt: skip


def test_a_rule_on_two_columns_holds_where_one_is_empty() -> None:
    asked = contract(
        field("closed_at", "Đóng lúc", Type.MOMENT), compares=(until("received_at", "closed_at"),)
    )
    head = HEAD.strip() + ",Đóng lúc\n"
    run = read(
        f"{head}PA-1,2026-11-25,,,2026-11-24\nPA-2,2026-11-25,,,\nPA-3,2026-11-25,,,2026-11-26\n",
        asked,
    )
    assert run.taken == 2
    assert Aside.objects.get().fault == "compare:received_at+closed_at"


def test_of_rows_with_one_key_the_first_is_taken() -> None:
    run = read(f"{HEAD}{SOUND}PA-1,2026-11-26,27232,1\n\nPA-3,2026-11-26,27232,1\n")
    aside = Aside.objects.get(run=run)
    assert (aside.line, aside.fault) == (4, "twice:code")
    assert base64.b64decode(aside.raw) == b"PA-1,2026-11-26,27232,1\n"
    assert json.loads(aside.cells)["Phường"] == "27232"
    assert (run.taken, run.aside, run.blank, run.lines) == (3, 1, 1, 6)
    services.publish(run, contract(), by=STEWARD, at=AT)
    assert [row[0] for row in published()] == ["PA-1", "PA-2", "PA-3"]


def test_a_row_that_refers_to_nothing_stands_aside() -> None:
    wards = contract(dataset="wards", key=("code",))
    services.publish(read(HEAD + SOUND, wards), wards, by=STEWARD, at=AT)
    asked = contract(field("first", "Trước", Type.TEXT, reference="wards.code"))
    head = HEAD.strip() + ",Trước\n"
    run = read(f"{head}PA-5,2026-11-25,,,PA-1\nPA-6,2026-11-25,,,PA-7\nPA-8,2026-11-25,,,\n", asked)
    assert run.taken == 2
    assert Aside.objects.get(run=run).fault == "reference:first"


def test_a_changed_shape_stops_at_the_door() -> None:
    run = delivered("Mã,Nhận lúc,Khu phố,Điểm\nPA-1,2026-11-25,1,5\n", contract(), at=AT)
    assert (run.state, run.refusal) == (RunState.REFUSED, Refusal.SHAPE)
    found = [(one["code"], one["head"]) for one in run.facts["departures"]]
    assert found == [("missing", "Phường"), ("unknown", "Khu phố")]
    assert run.lines == 0


def test_a_column_that_plainly_holds_something_else_stops_at_the_door() -> None:
    rows = "".join(f"PA-{n},2026-11-25,27211,{n}/02/2026\n" for n in range(1, 26))
    run = delivered(HEAD + rows, contract(), at=AT)
    assert (run.state, run.refusal) == (RunState.REFUSED, Refusal.SHAPE)
    only = run.facts["departures"][0]
    assert (only["code"], only["head"], only["seen"]) == ("type", "Điểm", "date")


def test_dirty_values_are_no_other_shape_and_stand_aside_row_by_row() -> None:
    rows = "".join(f"PA-{n},2026-11-25,27211,{'ba sao' if n % 2 else 3}\n" for n in range(40))
    run = delivered(HEAD + rows, contract(), at=AT)
    assert run.state == RunState.WAITING


def test_a_day_without_an_hour_is_a_moment_too() -> None:
    rows = "".join(f"PA-{n},2026-11-25,27211,3\n" for n in range(40))
    assert delivered(HEAD + rows, contract(), at=AT).state == RunState.WAITING


def test_heads_are_known_in_any_order_and_case() -> None:
    run = read("ĐIỂM, phường ,MÃ,Nhận  lúc\n5,27211,PA-1,2026-11-25\n")
    assert run.taken == 1


def test_what_is_no_table_is_refused_with_the_reason() -> None:
    run = delivered(b"%PDF-1.7 \x00\x01", contract(), at=AT, name="letter.pdf")
    assert (run.state, run.refusal) == (RunState.REFUSED, Refusal.UNREADABLE)
    assert run.facts["reason"]


def test_a_file_of_which_most_is_faulty_is_refused_whole() -> None:
    rows = "".join(f"X{number},2026-11-25,,\n" for number in range(12_000))
    run = read(HEAD + rows)
    assert (run.state, run.refusal) == (RunState.REFUSED, Refusal.TOO_MANY)


def test_the_same_file_twice_is_one_delivery_and_one_run() -> None:
    first = delivered(HEAD + SOUND, contract(), at=AT)
    with pytest.raises(services.OnItsWay) as met:
        delivered(HEAD + SOUND, contract(), at=AT)
    assert met.value.run == first.code
    assert Delivery.objects.count() == 1
    services.read(first, contract(), at=AT)
    services.publish(first, contract(), by=STEWARD, at=AT)
    before = tables.latest("reports")
    again = services.read(delivered(HEAD + SOUND, contract(), at=AT), contract(), at=AT)
    services.publish(again, contract(), by=STEWARD, at=AT)
    after = tables.latest("reports")
    assert before is not None
    assert after is not None
    assert before.checksum == after.checksum


def test_the_file_lies_in_the_landing_folder_as_it_came(store: Path) -> None:
    run = delivered(HEAD + SOUND, contract(), at=AT)
    kept = place_of(run.delivery.sha256)
    assert kept.is_relative_to(store)
    assert kept.read_bytes() == (HEAD + SOUND).encode()


def test_too_large_a_file_leaves_nothing_behind(store: Path) -> None:
    with pytest.raises(services.TooLarge):
        services.receive(
            dataset="reports", chunks=[b"x" * 10] * 3, name="x.csv", by=STEWARD, at=AT, at_most=20
        )
    assert not [path for path in (store / "landing").rglob("*") if path.is_file()]


def test_the_database_refuses_a_ledger_that_does_not_balance() -> None:
    run = read(HEAD + SOUND)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(lines=99)


def test_a_run_goes_on_where_it_was_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every place at which the power may fail: before and after each part was kept."""
    rows = "".join(f"PA-{n},2026-11-25,27211,{n % 7}\n" for n in range(30_000))
    monkeypatch.setattr(reading, "PART_ROWS", 1)
    monkeypatch.setitem(csv_file.read.__kwdefaults__ or {}, "block", 40_960)
    run = delivered(HEAD + rows, contract(), at=AT)
    whole = parts.write
    breaks = iter(range(1000))

    class PowerCut(BaseException):
        pass

    def failing(*args: object, **options: object) -> object:
        made = whole(*args, **options)  # type: ignore[arg-type]
        if next(breaks) % 3 == 1:
            raise PowerCut
        return made

    monkeypatch.setattr(parts, "write", failing)
    tries = 0
    while run.state in (RunState.WAITING, RunState.READING):
        try:
            run = services.read(run, contract(), at=AT)
        except PowerCut:
            tries += 1
    assert tries > 3
    assert run.lines == 30_001
    assert run.taken + run.aside == 30_000
    codes = duckdb.read_parquet([str(path) for path in parts.paths_of(run)]).project("code")
    taken = {code for (code,) in codes.fetchall()}
    aside = {json.loads(row.cells)["Mã"] for row in Aside.objects.filter(run=run)}
    assert len(taken) == run.taken
    assert taken | aside == {f"PA-{n}" for n in range(30_000)}
    assert not taken & aside


def test_a_replaced_version_holds_only_the_new_delivery() -> None:
    services.publish(read(HEAD + SOUND), contract(), by=STEWARD, at=AT)
    services.publish(read(f"{HEAD}PA-7,2026-11-25,,\n"), contract(), by=STEWARD, at=AT)
    assert [row[0] for row in published()] == ["PA-7"]


def test_changes_by_key_leave_the_others_as_they_are() -> None:
    asked = contract(mode=Mode.MERGE)
    services.publish(read(HEAD + SOUND, asked), asked, by=STEWARD, at=AT)
    services.publish(
        read(f"{HEAD}PA-2,2026-11-25 09:30,27226,3\nPA-3,2026-11-26,,\n", asked),
        asked, by=STEWARD, at=AT,
    )  # fmt: skip
    assert sorted((row[0], row[2]) for row in published()) == [
        ("PA-1", "27211"), ("PA-2", "27226"), ("PA-3", None),
    ]  # fmt: skip


def test_a_run_that_was_given_up_makes_room_for_another() -> None:
    run = read(HEAD + SOUND)
    services.give_up(run, by=STEWARD, at=AT, reason="wrong month")
    with pytest.raises(Run.DoesNotExist):
        services.publish(run, contract(), by=STEWARD, at=AT)
    assert services.read(delivered(HEAD + SOUND, contract(), at=AT), contract(), at=AT).taken == 2


# --- Mending -------------------------------------------------------------------------------------

DIRTY = f"{HEAD}PA-1,2026-11-25,27211,5\nPA-2,2026-11-25,Bình Thới,4\nPA-3,,Bình Thới,9\n"


def test_a_corrected_line_comes_in_before_publishing() -> None:
    run = read(DIRTY)
    aside = Aside.objects.get(run=run, line=3)
    cells = {**json.loads(aside.cells), "Phường": "27232"}
    services.correct(aside, contract(), cells=cells, by=STEWARD, at=AT)
    assert services.take_corrected(run, contract(), by=STEWARD, at=AT) == 1
    run.refresh_from_db()
    assert (run.taken, run.aside) == (2, 1)
    services.publish(run, contract(), by=STEWARD, at=AT)
    assert sorted(str(row[0]) for row in published()) == ["PA-1", "PA-2"]
    assert Aside.objects.get(line=3).state == AsideState.TAKEN


def test_a_corrected_line_comes_in_after_publishing_as_a_version_of_its_own() -> None:
    run = services.publish(read(DIRTY), contract(), by=STEWARD, at=AT)
    first = tables.latest("reports")
    aside = Aside.objects.get(run=run, line=3)
    cells = {**json.loads(aside.cells), "Phường": "27232"}
    services.correct(aside, contract(), cells=cells, by=STEWARD, at=AT)
    services.take_corrected(run, contract(), by=STEWARD, at=AT)
    second = tables.latest("reports")
    assert first is not None
    assert second is not None
    assert (first.rows, second.rows) == (1, 2)
    assert Run.objects.get(of=run).state == RunState.PUBLISHED


def test_a_correction_that_is_still_wrong_is_told_and_not_kept() -> None:
    aside = Aside.objects.get(run=read(DIRTY), line=4)
    with pytest.raises(services.StillFaulty) as met:
        services.correct(aside, contract(), cells=json.loads(aside.cells), by=STEWARD, at=AT)
    assert {fault.code for fault in met.value.faults} == {
        "required:received_at", "allowed:ward", "maximum:stars"
    }  # fmt: skip
    assert not Aside.objects.get(pk=aside.pk).corrected


def test_one_text_is_put_for_another_in_all_lines() -> None:
    rows = "".join(f"PA-{n},2026-11-25,Bình Thới,{n % 5 + 1}\n" for n in range(50))
    asked = contract(faulty_at_most=1.0)
    run = read(HEAD + rows, asked)
    assert run.taken == 0
    done, left = services.correct_all(
        run, asked, fault=Fault.of("allowed:ward"), put={"Bình Thới": "27232"}, by=STEWARD, at=AT
    )
    assert (done, left) == (50, 0)
    assert services.take_corrected(run, asked, by=STEWARD, at=AT) == 50
    run.refresh_from_db()
    assert run.ledger.rest == 0
    services.publish(run, asked, by=STEWARD, at=AT)
    assert len(published()) == 50


def test_what_is_left_out_stays_to_be_read_and_cannot_be_mended() -> None:
    run = read(DIRTY)
    assert services.leave_out(run, lines=[4], by=STEWARD, at=AT, reason="no date anywhere") == 1
    aside = Aside.objects.get(run=run, line=4)
    assert aside.state == AsideState.DROPPED
    with pytest.raises(services.NotHere):
        services.correct(
            aside, contract(), by=STEWARD, at=AT,
            cells={"Mã": "PA-3", "Nhận lúc": "2026-11-25"},
        )  # fmt: skip
    assert base64.b64decode(aside.raw).startswith(b"PA-3")
