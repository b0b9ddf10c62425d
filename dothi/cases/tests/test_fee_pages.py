"""Fees as pages: the citizen's, the counter's, and reconciliation."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.asserts import assertNumQueries

from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import close_files, signed_in
from dothi.cases import selectors, services
from dothi.cases.choices import Found, Origin, Paid
from dothi.cases.models import Dossier, Receipt, Statement, StatementLine
from dothi.cases.services import Submitted
from dothi.cases.tests.factories import Office, at, make_officer
from dothi.cases.tests.paying import CODE, begun, paid, trial
from dothi.cases.tests.test_reconciling import file, row
from dothi.core import clock
from dothi.core.access.models import Look
from dothi.core.papers.models import Paper
from dothi.lib import payref
from dothi.procedures.choices import Way

pytestmark = pytest.mark.django_db
PAYMENTS = "/desk/cases/payments/"


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel(at("02T10:00"), tick=False):
        yield


@pytest.fixture
def came(office: Office) -> Submitted:
    """A building permit from the counter: 50 000 ₫ are open."""
    done = office.submitted(way=Way.DIRECT, origin=Origin.COUNTER)
    services.receive(dossier=done.dossier, by=office.counter, at=done.dossier.submitted_at)
    return done


@pytest.fixture
def account(office: Office) -> None:
    agency = selectors.agency_of(office.river, on=clock.now().date())
    assert agency is not None
    agency.bank_bin, agency.bank_account, agency.bank_name = "970436", "0123456789", "UBND"
    agency.save()


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def post(client: Client, path: str, **data: Any) -> str:
    """Post a form and read the page that it leads to."""
    answer = client.post(path, data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def fees_url(dossier: Dossier) -> str:
    return f"/desk/cases/{dossier.code}/fees/"


# --- The citizen ---------------------------------------------------------------------------------


def test_the_pay_page_shows_what_to_pay_and_the_code_for_the_bank(
    came: Submitted, account: None, client: Client
) -> None:
    answer = client.get(f"/cases/t/{came.secret}/pay")
    shown = answer.content.decode()
    assert "50.000 ₫" in shown
    assert payref.reference(came.dossier.code) in shown
    assert '<svg class="qr"' in shown
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    page(client, "/cases/t/WRONG/pay", status=404)


def test_in_english_it_says_the_same(came: Submitted, client: Client) -> None:
    shown = page(client, f"/en/cases/t/{came.secret}/pay")
    assert "are still to be paid" in shown


def test_a_lost_call_is_made_good_when_the_payer_comes_back(
    came: Submitted, client: Client
) -> None:
    with trial() as service:
        payment = begun(came.dossier, at=clock.now())
        path = f"/cases/pay/back/{payment.reference}"
        assert "chưa" in page(client, path).lower()
        service.told[payment.reference] = paid(payment)
        page(client, path)
        assert Receipt.objects.get().how == Paid.ONLINE
        service.down = True
        page(client, path)
    page(client, "/cases/pay/back/TT-0", status=404)


def test_a_silent_service_is_said_in_a_sentence(came: Submitted, client: Client) -> None:
    with trial() as service:
        service.down = True
        shown = post(client, f"/cases/t/{came.secret}/pay", service=CODE)
    assert "không trả lời" in shown
    assert client.post(f"/cases/t/{came.secret}/pay", {"service": "x"}).status_code == 404
    assert client.post("/cases/pay/heard/nobody").status_code == 404


# --- The counter ---------------------------------------------------------------------------------


def test_the_counter_collects_prints_voids_and_gives_back(
    came: Submitted, office: Office, client: Client
) -> None:
    signed_in(client, office.counter)
    url = fees_url(came.dossier)
    shown = post(client, f"{url}collect", how="cash")
    receipt = Receipt.objects.get()
    assert receipt.code in shown
    for _ in range(2):
        answer = client.post(f"{url}{receipt.pk}/print")
        assert answer["Content-Type"] == "application/pdf"
        close_files(answer)
    assert Paper.objects.filter(kind="case_fee").count() == 1
    assert Look.objects.filter(record=came.dossier.subject, fields=["name"]).count() == 2
    post(client, f"{url}{receipt.pk}/void", reason="")
    assert selectors.fees_of(came.dossier).open == 0
    post(client, f"{url}{receipt.pk}/void", reason="Nhầm")
    paper = Paper.objects.get(kind="case_fee")
    assert paper.state == "revoked"
    assert "Nhầm" not in paper.revoked_why  # Everybody may read it.
    post(client, f"{url}{receipt.pk}/refund", reason="Trả tiền mặt")
    assert receipt.refunds.get().amount == 50_000
    assert "PDF" not in page(client, url)


def test_more_copies_are_counted_anew_from_the_page(
    came: Submitted, office: Office, client: Client
) -> None:
    signed_in(client, office.counter)
    post(client, f"{fees_url(came.dossier)}copies", copies="3", pages="2")
    came.dossier.refresh_from_db()
    assert (came.dossier.copies, came.dossier.pages) == (3, 2)
    post(client, f"{fees_url(came.dossier)}copies", copies="0", pages="x")
    came.dossier.refresh_from_db()
    assert came.dossier.copies == 3


def test_who_does_not_collect_may_look_and_not_take(
    came: Submitted, office: Office, client: Client
) -> None:
    url = fees_url(came.dossier)
    signed_in(client, office.officer)
    assert 'name="how"' not in page(client, url)
    assert client.post(f"{url}collect", {"how": "cash"}).status_code == 403
    assert client.get(PAYMENTS).status_code == 403
    page(client, "/desk/cases/cash/")
    signed_in(client, office.stranger)
    assert client.get(url).status_code == 404
    assert client.post(f"{url}collect", {"how": "cash"}).status_code == 404


def test_the_day_s_list_sums_what_each_took(
    came: Submitted, office: Office, client: Client
) -> None:
    second = office.received(way=Way.DIRECT, origin=Origin.COUNTER)
    now = clock.now()
    [wrong] = services.collect(dossier=came.dossier, by=office.counter, at=now, how=Paid.CASH)
    services.void(receipt=wrong, reason="Nhầm", by=office.counter, at=now)
    for dossier in (came.dossier, second):
        services.collect(dossier=dossier, by=office.counter, at=now, how=Paid.CASH)
    signed_in(client, office.counter)
    shown = page(client, "/desk/cases/cash/")
    assert "100.000 ₫" in shown
    assert office.counter.get_full_name() in shown
    assert wrong.code not in page(client, "/desk/cases/cash/?day=2026-03-01")
    lines = b"".join(client.get("/desk/cases/cash/export.csv?mine=on")).decode().splitlines()
    assert len(lines) == 4


# --- Reconciliation ------------------------------------------------------------------------------


def sent(client: Client, content: bytes, **more: str) -> Any:
    upload = SimpleUploadedFile("sao-ke.csv", content)
    return client.post(PAYMENTS, {"file": upload, "unit": "00001", **more})


def test_a_statement_is_sent_looked_through_and_decided(
    came: Submitted, office: Office, client: Client
) -> None:
    other = office.received(way=Way.DIRECT, origin=Origin.COUNTER)
    content = file(
        row(payref.reference(came.dossier.code)), row("nop tien", ref="FT2"),
        row("tien thue", "12.000", "FT3"),
    )  # fmt: skip
    signed_in(client, office.counter)
    answer = sent(client, content)
    url = answer["Location"]
    shown = page(client, url)
    assert came.dossier.code in shown
    assert other.code in shown  # Offered: just this amount is open.
    assert sent(client, content).status_code == 422
    line = StatementLine.objects.get(bank_ref="FT2")
    act = f"{PAYMENTS}lines/{line.pk}"
    missing = "38.01.H29-260302-9999"
    assert missing in post(client, act, act="match", dossier=missing)
    post(client, act, act="match", dossier=other.code)
    line.refresh_from_db()
    assert line.found == Found.MATCHED
    post(client, act, act="unmatch", note="Nhầm")
    line.refresh_from_db()
    assert line.found == Found.DOUBTFUL
    rent = StatementLine.objects.get(bank_ref="FT3")
    post(client, f"{PAYMENTS}lines/{rent.pk}", act="aside", note="Tiền thuê")
    post(client, f"{PAYMENTS}lines/{rent.pk}", act="again")
    assert "FT3" in page(client, f"{url}?found=doubtful")
    assert "FT1" not in page(client, f"{url}?found=doubtful&start=x")


def test_unknown_columns_are_asked_for_and_then_taken(office: Office, client: Client) -> None:
    signed_in(client, office.counter)
    content = b"When,How much,What\n2026-03-02,50000,abc\n"
    answer = sent(client, content)
    assert answer.status_code == 422
    assert '<option value="How much">' in answer.content.decode()
    assert sent(client, content, day="When", amount="How much", purpose="What").status_code == 302
    assert client.post(PAYMENTS, {"unit": "00001"}).status_code == 422


def test_online_money_that_does_not_fit_is_decided_on_the_page(
    came: Submitted, office: Office, client: Client
) -> None:
    with trial():
        payment = begun(came.dossier, at=clock.now())
        services.confirm(provider=CODE, told=paid(payment, amount=60_000), at=clock.now())
    signed_in(client, office.counter)
    assert payment.reference in page(client, PAYMENTS)
    post(client, f"{PAYMENTS}online/{payment.pk}", act="use")
    post(client, f"{PAYMENTS}online/{payment.pk}", act="refund", note="Nộp thừa")
    assert payment.reference not in page(client, PAYMENTS)
    assert client.post(f"{PAYMENTS}online/0", {"act": "use"}).status_code == 404


def test_statements_of_others_are_not_there(office: Office, client: Client) -> None:
    statement = services.take_statement(
        name="a.csv", content=file(row("x")), unit=office.river, by=office.counter, at=clock.now()
    )
    line = StatementLine.objects.get()
    other = make_officer("thu", unit=office.hill, role=Role.COUNTER)
    signed_in(client, other)
    page(client, f"{PAYMENTS}{statement.pk}/", status=404)
    answer = client.post(f"{PAYMENTS}lines/{line.pk}", {"act": "aside", "note": "x"})
    assert answer.status_code == 404
    assert sent(client, file(row("y"))).status_code == 403


def test_a_statement_costs_the_same_questions_however_long_it_is(
    came: Submitted, office: Office, client: Client
) -> None:
    def taken(number: int) -> Statement:
        rows = [row(f"nop tien {one}", ref=f"{number}-{one}") for one in range(number)]
        return services.take_statement(
            name=f"{number}.csv", content=file(*rows), unit=office.river, by=office.counter,
            at=clock.now(),
        )  # fmt: skip

    few, many = taken(2), taken(20)
    signed_in(client, office.counter)
    page(client, f"{PAYMENTS}{few.pk}/")
    for statement in (few, many):
        with assertNumQueries(QUESTIONS):
            page(client, f"{PAYMENTS}{statement.pk}/")


QUESTIONS = 10
