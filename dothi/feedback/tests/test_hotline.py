"""Items of hotline 1022 come in from files, and their results go out."""

import csv
import io
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from dothi.accounts.tests.doors import signed_in
from dothi.feedback import selectors, services
from dothi.feedback.choices import Channel, State
from dothi.feedback.models import Quarantined, Reporter, Ticket
from dothi.feedback.services import ImportReport, UnreadableFile, hotline
from dothi.feedback.tests.factories import MONDAY_9AM, City, fresh
from dothi.lib import tables

HEAD = [column.head_vi for column in hotline.COLUMNS]
PAGE = "/en/desk/feedback/1022/"


def line(code: str = "A1", **changes: str) -> dict[str, str]:
    return {
        "code": code, "received_at": "2026-03-02 08:30", "subject": "Cây xanh",
        "text": "Cây đổ chắn đường.", "ward": "Bờ Sông", **changes,
    }  # fmt: skip


def as_csv(*rows: dict[str, str], mark: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=mark)
    writer.writerow(HEAD)
    for row in rows:
        writer.writerow([row.get(column.name, "") for column in hotline.COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[dict[str, object]]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.active.append(HEAD)  # type: ignore[union-attr]
    for row in rows:
        book.active.append([row.get(column.name, "") for column in hotline.COLUMNS])  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


def take(content: bytes, **more: object) -> ImportReport:
    lines = hotline.read_file("1022.csv", content)
    return hotline.import_items("1022.csv", lines, by="system", at=MONDAY_9AM)


def test_an_item_waits_since_1022_received_it_and_is_sent_on_in_minutes_from_now(
    city: City,
) -> None:
    assert take(as_csv(line(caller_phone="903123456", caller_name="Dân"))).added == ["A1"]
    ticket = Ticket.objects.get()
    assert ticket.received_at == MONDAY_9AM - timedelta(minutes=30)
    assert (ticket.channel, ticket.source, ticket.source_ref) == (Channel.HOTLINE, "1022", "A1")
    assert ticket.unit == city.river
    assert ticket.forward_clock is not None
    assert ticket.forward_clock.due_at == MONDAY_9AM + timedelta(minutes=5)
    assert ticket.clock is not None
    assert ticket.clock.started_at == ticket.received_at
    assert Reporter.objects.get().phone == "0903123456", "sheets take the zero away"


def test_the_same_file_adds_nothing_twice(city: City) -> None:
    content = as_csv(line(), line("A2"), line("A2"))
    assert len(take(content).added) == 2
    again = take(content)
    assert (again.added, len(again.known)) == ([], 3)
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"code": ""}, "no_code"),
        ({"text": " "}, "no_text"),
        ({"text": "x" * 5001}, "long_text"),
        ({"received_at": "hôm qua"}, "bad_time"),
        ({"received_at": "2026-03-09 08:00"}, "bad_time"),
        ({"received_at": "2019-03-09 08:00"}, "bad_time"),
        ({"subject": "Thời tiết"}, "unknown_subject"),
        ({"ward": "Đâu đó"}, "unknown_ward"),
        ({"ward": ""}, "no_place"),
        ({"point": "đâu đó"}, "bad_point"),
        ({"point": "0.5, 0.5"}, "outside"),
        ({"caller_phone": "12"}, "bad_phone"),
        ({"caller_email": "x@"}, "bad_email"),
    ],
)
def test_a_line_with_a_fault_is_put_aside_with_its_reason(
    city: City, changes: dict[str, str], fault: str
) -> None:
    report = take(as_csv({**line(), **changes}, line("A2")))
    assert report.added == ["A2"], "one fault stops no other line"
    row = Quarantined.objects.get()
    assert (row.fault, row.line) == (fault, 2)
    assert row.reason
    assert selectors.fields_of(row)["text"] == {**line(), **changes}["text"].strip()


def test_a_corrected_line_is_released(city: City) -> None:
    take(as_csv(line(subject="Thời tiết")))
    row = Quarantined.objects.get()
    fields = {**services.open_row(row=row, by=city.operator, at=MONDAY_9AM), "subject": "Rác"}
    ticket = services.release_row(row=row, fields=fields, by=city.operator, at=MONDAY_9AM)
    assert (ticket.source_ref, ticket.category.code) == ("A1", "waste")


def test_a_line_that_comes_corrected_settles_the_one_that_waits(city: City) -> None:
    take(as_csv(line(subject="Thời tiết")))
    take(as_csv(line()))
    assert Quarantined.objects.get().ticket == Ticket.objects.get()


def test_points_subjects_and_times_are_read_as_people_write_them(city: City) -> None:
    take(
        as_csv(
            line("1", point="10.76, 106.65", ward="", subject="trees"),
            line("2", point="10,76; 106,65", ward="", subject="CÂY XANH"),
            line("3", ward="00001", received_at="02/03/2026 08:30", urgent="X"),
            line("4", ward="phường bờ sông", received_at="08:30 02/03/2026"),
        )
    )
    found = Ticket.objects.order_by("id")
    assert {ticket.unit for ticket in found} == {city.river}
    assert {ticket.received_at for ticket in found} == {MONDAY_9AM - timedelta(minutes=30)}
    assert [ticket.urgency for ticket in found] == ["normal", "normal", "urgent", "normal"]
    assert [ticket.lon for ticket in found] == [106.65, 106.65, None, None]


def test_sheets_and_other_marks_are_read(city: City) -> None:
    assert len(take(as_csv(line(), mark=";")).added) == 1
    sheet = as_xlsx([{**line("B1"), "received_at": MONDAY_9AM.replace(tzinfo=None)},
                     {**line("x"), "code": 77.0}])  # fmt: skip
    assert take(sheet).added == ["B1", "77"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00bad",
        "Mã 1022,Nội dung\nA,b\n".encode(),
        b"PK\x03\x04not a sheet",
        "một dòng".encode("utf-16"),
        b"x" * (hotline.MOST_BYTES + 1),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(UnreadableFile) as refused:
        hotline.read_file("x", content)
    assert refused.value.message


@given(st.binary(max_size=300))
def test_no_bytes_do_harm(content: bytes) -> None:
    with suppress(UnreadableFile):
        assert isinstance(hotline.read_file("x", content), list)


def test_a_preview_says_the_same_as_the_import_and_writes_nothing(city: City) -> None:
    take(as_csv(line("old")))
    content = as_csv(line("old"), line("new"), line("bad", subject="?"))
    lines = hotline.read_file("x", content)
    seen = hotline.preview(lines, at=MONDAY_9AM)
    assert Ticket.objects.count() == 1
    done = hotline.import_items("x", lines, by="system", at=MONDAY_9AM)
    assert (seen.added, seen.known) == (done.added, done.known) == (["new"], ["old"])
    assert [fault.fault for fault in seen.faults] == [fault.fault for fault in done.faults]


# --- Results -------------------------------------------------------------------------------------


def answered(city: City) -> Ticket:
    take(as_csv(line(caller_phone="0903123456")))
    ticket = fresh(Ticket.objects.get())
    services.forward(ticket=ticket, unit=city.river, by=city.operator, at=MONDAY_9AM)
    services.resolve(ticket=ticket, text="Đã dọn cây.", by=city.lan, at=MONDAY_9AM)
    return ticket


def test_results_go_out_once_and_again_when_they_change(city: City) -> None:
    ticket = answered(city)
    city.resolved()  # Not of 1022.
    assert list(selectors.hotline.results()) == [ticket]
    hotline.mark_delivered(tickets=[ticket], by="system", at=MONDAY_9AM)
    assert not selectors.hotline.results()
    assert list(selectors.hotline.results(all_of_them=True)) == [ticket]
    later = MONDAY_9AM + timedelta(days=1)
    services.reopen(ticket=fresh(ticket), reason="Vẫn còn", at=later)
    assert not selectors.hotline.results(all_of_them=True)
    services.reject(ticket=fresh(ticket), reason="Ngoài địa bàn", by=city.operator, at=later)
    found = selectors.hotline.results(since=later.date())
    assert list(found) == [ticket]
    assert not selectors.hotline.results(since=later.date() + timedelta(days=1))
    hotline.mark_delivered(tickets=found, by="system", at=later)
    assert not selectors.hotline.results()


def test_the_file_of_results_has_the_columns_and_no_caller(city: City, tmp_path: Path) -> None:
    ticket = answered(city)
    rows = list(selectors.hotline.results())
    for name in ("out.csv", "out.xlsx"):
        hotline.write_results(tmp_path / name, rows)
    text = (tmp_path / "out.csv").read_text("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(text)))
    assert row["Mã 1022"] == "A1"
    assert row["Kết quả"] == "Đã dọn cây."
    assert row["Trạng thái"] == "Đã xử lý"
    assert row["Thời điểm trả lời"] == "2026-03-02 09:00"
    assert row["Mã phản ánh"] == ticket.code
    assert "0903123456" not in text
    sheet = load_workbook(tmp_path / "out.xlsx").active
    assert [cell.value for cell in sheet[1]][:2] == ["Mã 1022", "Thời điểm tiếp nhận"]  # type: ignore[index]


def test_no_cell_runs_as_a_formula() -> None:
    for text in ("=1+1", "+84", "-1", "@x", "\tx"):
        assert tables.plain(text).startswith("'")
    assert tables.plain("a=b") == "a=b"


# --- The page ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("time_machine_monday")
def test_the_page_shows_what_would_become_of_a_file_before_it_is_taken_in(
    city: City, client: Client
) -> None:
    signed_in(client, city.operator)
    file = SimpleUploadedFile("1022.csv", as_csv(line(), line("A2", subject="?")))
    page = client.post(PAGE, {"file": file}).content.decode()
    assert "What would become of the lines" in page
    assert "is not known here" in page
    assert not Ticket.objects.exists()
    kept = page.partition('name="kept" value="')[2].partition('"')[0]
    signed_in(client, city.operator)
    client.post(f"{PAGE}take", {"kept": kept})
    assert Ticket.objects.count() == 1
    assert Quarantined.objects.count() == 1
    again = client.post(f"{PAGE}take", {"kept": kept}, follow=True).content.decode()
    assert "no longer kept here" in again
    bad = client.post(PAGE, {"file": SimpleUploadedFile("x.csv", b"\xff")})
    assert bad.status_code == 422
    assert client.post(PAGE, {}).status_code == 422


@pytest.mark.usefixtures("time_machine_monday")
def test_the_sample_file_can_be_taken_in_itself(city: City, client: Client) -> None:
    signed_in(client, city.operator)
    content = b"".join(client.get(f"{PAGE}sample.csv").streaming_content)  # type: ignore[attr-defined]
    lines = hotline.read_file("sample.csv", content)
    faults = hotline.preview(lines, at=MONDAY_9AM).faults
    assert {fault.fault for fault in faults} <= {"unknown_ward", "outside"}


@pytest.mark.usefixtures("time_machine_monday")
def test_taking_results_out_marks_them_and_looking_does_not(city: City, client: Client) -> None:
    ticket = answered(city)
    signed_in(client, city.operator)
    text = b"".join(client.get(f"{PAGE}results?form=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert ticket.code in text
    assert list(selectors.hotline.results()) == [ticket]
    client.post(f"{PAGE}results", {"form": "csv"})
    assert not selectors.hotline.results()
    assert client.get(f"{PAGE}results?since=x").status_code == 302


def test_a_state_without_words_still_has_an_answer(city: City) -> None:
    take(as_csv(line("R"), line("M")))
    rejected, merged = Ticket.objects.order_by("id")
    main = city.resolved()
    services.reject(ticket=fresh(rejected), reason="Ngoài địa bàn", by=city.operator, at=MONDAY_9AM)
    services.merge(ticket=fresh(merged), into=main, by=city.operator, at=MONDAY_9AM)
    found = {
        row.source_ref: selectors.hotline.answer_of(row) for row in selectors.hotline.results()
    }
    assert found == {"R": "Ngoài địa bàn", "M": "Đã dọn cây."}
    assert {row.state for row in selectors.hotline.results()} == {State.REJECTED, State.DUPLICATE}
