"""The forms of TT 03/2025/TT-VPCP: each once for its move, in the applicant's language."""

import io
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pyhanko.pdf_utils.reader import PdfFileReader

from dothi.accounts.tests.doors import close_files, signed_in
from dothi.cases import registry, selectors, services
from dothi.cases.models import Dossier, IssuedPaper, Move
from dothi.cases.rules import Period
from dothi.cases.services.papers import contents
from dothi.cases.tests.factories import MONDAY_9AM, Office, at
from dothi.core import clock
from dothi.core.access.models import Look
from dothi.core.events.services import drain_all
from dothi.core.papers.models import Paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def issued(dossier: Dossier) -> list[Paper]:
    """The papers of every move of a dossier."""
    moves = Move.objects.filter(dossier=dossier).order_by("id")
    return [paper for move in moves if (paper := services.issue_for(move=move.pk)) is not None]


def kinds(dossier: Dossier) -> list[str]:
    return [paper.kind for paper in issued(dossier)]


def said(context: contents.Context) -> str:
    rows = [cell for row in context["table"]["rows"] for cell in row]
    lines = [f"{label}: {value}" for label, value in context["lines"]]
    return "\n".join([*context["opening"], *lines, *rows, *context["closing"]])


def last(dossier: Dossier) -> Move:
    return Move.objects.filter(dossier=dossier).latest("id")


def test_who_hands_in_a_dossier_gets_a_receipt_with_the_day(office: Office) -> None:
    dossier = office.received()
    [paper] = issued(dossier)
    assert (paper.kind, paper.number) == ("case_received", "1/GTN-UBND")
    assert paper.issued_at == MONDAY_9AM
    content = services.bytes_of(paper)
    assert content is not None
    assert b"pdfaid" in content
    text = said(contents.received(dossier, last(dossier)))
    for there in (dossier.code, "17 giờ 00, ngày 23/03/2026", "Trần Thị Mẫu", "15 ngày làm việc"):
        assert there in text
    assert "079190000001" not in text, "of the number only the end is set"


def test_each_move_has_the_form_that_belongs_to_it(office: Office) -> None:
    asked = office.handled()
    services.ask(dossier=asked, what="Bản vẽ móng", by=office.officer, at=at("04T09:00"))
    services.stop(dossier=asked, reason="Không bổ sung", by=office.leader, at=at("20T09:00"))
    assert kinds(asked) == ["case_received", "case_supplement", "case_stopped"]
    refused = office.submitted().dossier
    services.refuse(dossier=refused, reason="Sai nơi nộp", by=office.counter, at=at("02T10:00"))
    assert kinds(refused) == ["case_refused"]
    late = office.handled()
    services.extend(dossier=late, amount=5, reason="Chờ", by=office.leader, at=at("20T09:00"))
    assert kinds(late) == ["case_received", "case_apology"]
    assert "30/03/2026" in said(contents.apology(late, last(late)))
    taken = office.received()
    services.withdraw(dossier=taken, reason="Không cần nữa", by="public", at=at("03T09:00"))
    assert kinds(taken) == ["case_received", "case_stopped"]


def test_an_english_applicant_reads_english(office: Office) -> None:
    dossier = office.received(application=office.permit_for(language="en"))
    [paper] = issued(dossier)
    assert paper.language == "en"
    assert paper.agency == "Office of 00001"
    assert "Result due: 17:00, 23/03/2026" in said(contents.received(dossier, last(dossier)))


def test_however_often_it_is_asked_for_it_is_one_paper(office: Office) -> None:
    dossier = office.received()
    assert issued(dossier) == issued(dossier)
    assert Paper.objects.count() == 1
    [shown] = selectors.papers_of_dossier(dossier)
    assert (shown.kind, shown.valid, shown.signed) == (registry.RECEIVED, True, False)


@pytest.mark.django_db(transaction=True)
def test_the_handler_and_the_printer_at_once_make_one_paper(office: Office) -> None:
    dossier = office.received()
    move = last(dossier).pk
    made: list[str] = []

    def work() -> None:
        paper = services.issue_for(move=move)
        assert paper is not None
        made.append(paper.code)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    drain_all()
    assert len(made) == 3
    assert len(set(made)) == 1
    assert IssuedPaper.objects.filter(dossier=dossier).count() == 1


def test_the_control_sheet_is_the_same_until_the_dossier_moves(office: Office) -> None:
    dossier = office.handled()
    first = services.print_control(dossier=dossier, by=office.officer, at=at("03T09:00"))
    assert services.print_control(dossier=dossier, by=office.leader, at=at("03T10:00")) == first
    services.advance(dossier=dossier, outcome="fits", by=office.officer, at=at("04T09:00"))
    assert services.print_control(dossier=dossier, by=office.leader, at=at("05T09:00")) != first
    text = said(contents.control(dossier, selectors.history(dossier)))
    assert "Nguyễn Thị Lan" in text
    with pytest.raises(services.NotYours):
        services.print_control(dossier=dossier, by=office.stranger, at=at("05T09:00"))


def test_the_register_of_a_period_is_a_paper_of_one_unit(office: Office) -> None:
    office.received()
    paper = services.issue_register(
        period=Period(since=at("01T00:00").date(), until=at("31T00:00").date()),
        unit=office.river, by=office.leader, purpose="Kiểm tra", at=at("31T09:00"),
    )  # fmt: skip
    assert (paper.kind, paper.unit_code, paper.number) == ("case_register", "00001", "1/STD-UBND")
    assert Look.objects.filter(purpose="Kiểm tra").count() == 1


# --- Doors ---------------------------------------------------------------------------------------


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at("03T09:00"))


def pages_of(content: bytes) -> int:
    return int(PdfFileReader(io.BytesIO(content)).root["/Pages"]["/Count"])


def test_the_counter_prints_and_the_reading_is_noted(
    office: Office, client: Client, today: None
) -> None:
    dossier = office.received()
    [paper] = issued(dossier)
    desk = f"/desk/cases/{dossier.code}/papers/"
    signed_in(client, office.counter)
    assert paper.number in client.get(desk).content.decode()
    assert client.post(f"{desk}take", {"paper": paper.code, "purpose": " "}).status_code == 422
    answer = client.post(f"{desk}take", {"paper": paper.code, "purpose": "Đưa người nộp"})
    assert b"".join(answer).startswith(b"%PDF")
    close_files(answer)
    [look] = Look.objects.filter(record=dossier.subject)
    assert (look.purpose, look.actor) == ("Đưa người nộp", office.counter.actor)
    control = client.post(f"{desk}take", {"paper": "control", "purpose": "Lưu"})
    assert control.status_code == 200
    close_files(control)
    assert client.post(f"{desk}take", {"paper": "VB-1", "purpose": "x"}).status_code == 404


def test_others_may_see_that_it_exists_or_nothing_at_all(
    office: Office, client: Client, today: None
) -> None:
    dossier = office.received()
    [paper] = issued(dossier)
    desk = f"/desk/cases/{dossier.code}/papers/"
    signed_in(client, office.leader)
    assert paper.number in client.get(desk).content.decode()
    taken = client.post(f"{desk}take", {"paper": paper.code, "purpose": "Xem"})
    assert taken.status_code == 403, "a leader does not have it on the table"
    signed_in(client, office.stranger)
    assert client.get(desk).status_code == 404
    assert not Look.objects.exists()


def test_receipts_of_a_visit_are_printed_in_one_file(
    office: Office, client: Client, today: None
) -> None:
    dossiers = [office.received(), office.received()]
    signed_in(client, office.counter)
    sent = {"codes": [one.code for one in dossiers], "kind": "case_received"}
    answer = client.post("/desk/cases/papers/print", sent)
    each = [pages_of(services.bytes_of(issued(one)[0]) or b"") for one in dossiers]
    assert pages_of(answer.content) == sum(each)
    assert Look.objects.count() == 2
    signed_in(client, office.officer)
    assert client.post("/desk/cases/papers/print", sent).status_code in {200, 403}


def test_the_applicant_takes_the_own_papers_by_the_secret(office: Office, client: Client) -> None:
    done = office.submitted()
    services.receive(dossier=done.dossier, by=office.counter, at=MONDAY_9AM)
    [paper] = issued(done.dossier)
    inner = services.print_control(dossier=done.dossier, by=office.counter, at=MONDAY_9AM)
    answer = client.get(f"/cases/t/{done.secret}/papers/{paper.code}")
    assert answer.status_code == 200
    close_files(answer)
    assert client.get(f"/cases/t/{done.secret}/papers/{inner.code}").status_code == 404
    assert client.get(f"/cases/t/AAAAA/papers/{paper.code}").status_code == 404
    other = office.submitted()
    assert client.get(f"/cases/t/{other.secret}/papers/{paper.code}").status_code == 404
