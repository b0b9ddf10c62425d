"""Fees: what is asked, what is paid, receipts without a gap, duties that let the clock go on."""

import threading

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.db.utils import IntegrityError

from dothi.cases import selectors, services
from dothi.cases.choices import FeeType, Origin, Paid, Status
from dothi.cases.models import Dossier, FeeLine, Receipt
from dothi.cases.services import Asked
from dothi.cases.tests.factories import MONDAY_9AM, Office, at
from dothi.procedures.choices import Way
from dothi.procedures.tests import documents
from dothi.procedures.tests.documents import publish

DUTY = Asked(name="Lệ phí trước bạ", amount=1_500_000, source="Thông báo thuế số 12")
PER_COPY = {
    "code": "copy", "name": documents.words("Lệ phí bản sao", "Copies"), "kind": "charge",
    "amount": 8_000, "per": "copy", "source": documents.SOURCE,
}  # fmt: skip


def test_a_dossier_costs_what_the_tariff_says_for_its_way(office: Office) -> None:
    at_counter = office.received(way=Way.DIRECT, origin=Origin.COUNTER)
    online = office.received()
    fees = selectors.fees_of(at_counter)
    assert (fees.asked, fees.open, fees.receipts) == (50_000, 50_000, [])
    assert (fees.lines[0].kind, fees.lines[0].collected) == (FeeType.CHARGE, 1)
    # 0 ₫ for what came in online: its receipt is issued all the same.
    assert [(row.amount, row.how) for row in selectors.fees_of(online).receipts] == [(0, "nothing")]


def test_the_counter_collects_once_and_receipts_count_up(office: Office) -> None:
    first = office.received(way=Way.DIRECT, origin=Origin.COUNTER)
    second = office.received(way=Way.DIRECT, origin=Origin.COUNTER)
    for dossier in (first, second):
        services.collect(dossier=dossier, by=office.counter, at=at("03T09:00"), how=Paid.CASH)
    with pytest.raises(services.NothingToPay):
        services.collect(dossier=first, by=office.counter, at=at("03T09:01"), how=Paid.CASH)
    rows = Receipt.objects.order_by("id")
    assert [row.code for row in rows] == ["38.01.H29/LP26/000001", "38.01.H29/LP26/000002"]
    assert selectors.fees_of(first).open == 0


def test_a_voided_receipt_keeps_its_number_and_the_fee_is_open_again(office: Office) -> None:
    dossier = office.received(way=Way.DIRECT, origin=Origin.COUNTER)
    when = at("03T09:00")
    [receipt] = services.collect(dossier=dossier, by=office.counter, at=when, how=Paid.CASH)
    with pytest.raises(services.ReasonNeeded):
        services.void(receipt=receipt, reason=" ", by=office.counter, at=when)
    services.void(receipt=receipt, reason="Nhầm số tiền", by=office.counter, at=when)
    with pytest.raises(services.PaidBefore):
        services.void(receipt=receipt, reason="Lần nữa", by=office.counter, at=when)
    assert selectors.fees_of(dossier).open == 50_000
    [again] = services.collect(dossier=dossier, by=office.counter, at=when, how=Paid.TRANSFER)
    assert (receipt.number, again.number) == (1, 2)
    services.refund(amount=50_000, why="Đã trả lại", by=office.counter, at=when, receipt=receipt)
    with pytest.raises(services.BadText):
        services.refund(amount=1, why="Nữa", by=office.counter, at=when, receipt=receipt)


def test_the_database_keeps_receipts_and_sums_as_they_are(office: Office) -> None:
    dossier = office.received(way=Way.DIRECT, origin=Origin.COUNTER)
    [receipt] = services.collect(dossier=dossier, by=office.counter, at=MONDAY_9AM, how=Paid.CASH)
    lines, rows = FeeLine.objects.all(), Receipt.objects.filter(pk=receipt.pk)
    for change in (
        lambda: rows.update(amount=1),
        lambda: rows.delete(),
        lambda: lines.delete(),
        lambda: lines.update(paid=50_001),
        lambda: lines.update(amount=-1, paid=-1),
        lambda: rows.update(voided_at=MONDAY_9AM),
    ):
        with pytest.raises((ProgrammingError, InternalError, IntegrityError)), transaction.atomic():
            change()


def test_more_copies_cost_more_until_they_are_paid(office: Office) -> None:
    publish(documents.permit(fees=[PER_COPY]), since=at("03T09:00").date())
    dossier = office.received(at=at("03T09:00"))
    services.set_copies(dossier=dossier, copies=3, pages=1, by=office.counter, at=at("03T09:10"))
    [line] = selectors.fees_of(dossier).lines
    assert (line.price, line.pieces, line.amount) == (8_000, 3, 24_000)
    services.collect(dossier=dossier, by=office.counter, at=at("03T09:20"), how=Paid.CASH)
    with pytest.raises(services.PaidBefore):
        services.set_copies(
            dossier=dossier, copies=2, pages=1, by=office.counter, at=at("03T09:30")
        )
    services.set_copies(dossier=dossier, copies=4, pages=1, by=office.counter, at=at("03T09:40"))
    assert selectors.fees_of(dossier).open == 8_000


def test_the_copies_that_the_applicant_asks_for_in_the_form_are_paid_for(office: Office) -> None:
    document = documents.permit(fees=[PER_COPY])
    document["form"]["sections"][0]["fields"].append(
        {"code": "copies", "type": "number", "name": documents.words("Số bản", "Copies")}
    )
    publish(document, since=at("03T09:00").date())

    def applied(copies: int) -> Dossier:
        answers = documents.permit_answers(copies=copies)
        application = office.permit_for(answers=answers)
        return office.received(at=at("03T09:00"), application=application)

    assert selectors.fees_of(applied(3)).asked == 24_000
    assert selectors.fees_of(applied(0)).asked == 8_000
    with pytest.raises(services.BadApplicant, match="9999"):
        applied(10_000)


def test_a_duty_that_is_paid_lets_the_clock_go_on_by_itself(office: Office) -> None:
    dossier = office.handled(way=Way.DIRECT, origin=Origin.COUNTER)
    due = dossier.due_at
    services.charge(
        dossier=dossier, reason="Thuế", by=office.officer, at=at("03T09:00"), duties=[DUTY]
    )
    duty = selectors.fees_of(dossier).lines[1]
    # The charge of the procedure is another matter: paying that is not enough.
    charge = selectors.fees_of(dossier).lines[0]
    services.collect(
        dossier=dossier, by=office.counter, at=at("04T09:00"), how=Paid.CASH, lines=[charge.pk]
    )
    now = selectors.loaded().get(pk=dossier.pk)
    assert (now.status, now.paused) == (Status.PAYMENT, True)
    [receipt] = services.collect(
        dossier=dossier, by=office.counter, at=at("05T09:00"), how=Paid.TRANSFER, lines=[duty.pk]
    )
    now.refresh_from_db()
    assert (now.status, now.paused, receipt.kind) == (Status.HANDLED, False, "duty")
    assert due is not None
    assert now.due_at is not None
    assert now.due_at > due


def test_a_duty_paid_at_the_treasury_is_settled_with_a_note(office: Office) -> None:
    dossier = office.handled()
    services.charge(
        dossier=dossier, reason="Thuế", by=office.officer, at=at("03T09:00"), duties=[DUTY]
    )
    with pytest.raises(services.ReasonNeeded):
        services.settle(dossier=dossier, by=office.counter, at=at("04T09:00"))
    services.settle(
        dossier=dossier, by=office.counter, at=at("04T09:00"), note="Giấy nộp tiền 0012, KBNN"
    )
    assert dossier.status == Status.HANDLED
    assert selectors.fees_of(dossier).open == 0


def test_what_is_collected_on_giving_back_is_paid_before(office: Office) -> None:
    fee = documents.permit()["fees"][0] | {"collected": 4}
    publish(documents.permit(fees=[fee]), since=MONDAY_9AM.date())
    dossier = office.done(at=at("10T09:00"), way=Way.DIRECT, origin=Origin.COUNTER)
    with pytest.raises(services.FeesOpen, match="50.000"):
        services.give(dossier=dossier, by=office.counter, at=at("11T09:00"))
    services.collect(dossier=dossier, by=office.counter, at=at("11T09:01"), how=Paid.CASH)
    services.give(dossier=dossier, by=office.counter, at=at("11T09:02"))


def test_the_code_to_pay_by_names_the_dossier(office: Office) -> None:
    agency = selectors.agency_of(office.river, on=MONDAY_9AM.date())
    assert agency is not None
    agency.bank_bin, agency.bank_account, agency.bank_name = "970436", "0123456789", "UBND"
    agency.save()
    dossier = office.received(way=Way.DIRECT, origin=Origin.COUNTER)
    account = selectors.account_for(dossier, 50_000, on=MONDAY_9AM.date())
    assert account is not None
    assert account.reference in account.code
    assert "540550000" in account.code
    assert selectors.account_for(dossier, 0, on=MONDAY_9AM.date()) is None


@pytest.mark.django_db(transaction=True)
def test_two_counters_collect_at_once_and_one_of_them_gets_it(office: Office) -> None:
    dossier = office.received(way=Way.DIRECT, origin=Origin.COUNTER)
    ends: list[str] = []

    def one() -> None:
        try:
            services.collect(dossier=dossier, by=office.counter, at=at("03T09:00"), how=Paid.CASH)
            ends.append("taken")
        except services.NothingToPay:
            ends.append("nothing")
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["nothing", "nothing", "taken"]
    assert Receipt.objects.count() == 1
