"""Pay online: nothing is taken twice, nothing is lost, and a person decides what does not fit."""

from collections.abc import Iterator

import pytest

from dothi.cases import ports, selectors, services
from dothi.cases.choices import Origin, Paid, PaymentState
from dothi.cases.models import Dossier, Payment, Receipt
from dothi.cases.ports import Standing, Told
from dothi.cases.tests.factories import MONDAY_9AM, Office, at
from dothi.cases.tests.paying import CODE, Trial, begun, paid, trial
from dothi.procedures.choices import Way


@pytest.fixture
def service() -> Iterator[Trial]:
    with trial() as one:
        yield one


@pytest.fixture
def dossier(office: Office) -> Dossier:
    return office.received(way=Way.DIRECT, origin=Origin.COUNTER)


def told(payment: Payment, said: Told) -> Payment:
    assert services.confirm(provider=CODE, told=said, at=at("02T09:10"))
    payment.refresh_from_db()
    return payment


def test_a_payment_comes_in_once_however_often_it_is_told(service: Trial, dossier: Dossier) -> None:
    payment = begun(dossier, at=MONDAY_9AM)
    assert begun(dossier, at=at("02T09:05")) == payment  # Pressed twice.
    assert dossier.code in service.asks[0].text
    for _ in range(3):
        told(payment, paid(payment))
    assert payment.state == PaymentState.PAID
    assert Receipt.objects.get().how == Paid.ONLINE
    assert selectors.fees_of(dossier).open == 0
    with pytest.raises(services.NothingToPay):
        begun(dossier, at=at("02T10:00"))


def test_another_amount_waits_for_a_person(
    service: Trial, dossier: Dossier, office: Office
) -> None:
    payment = told(begun(dossier, at=MONDAY_9AM), paid(Payment.objects.get(), amount=30_000))
    assert payment.state == PaymentState.DOUBTFUL
    assert not Receipt.objects.exists()
    on = MONDAY_9AM.date()
    assert selectors.payments_for_a_person(office.counter, on=on) == [payment]
    assert selectors.payments_for_a_person(office.stranger, on=on) == []
    [receipt] = services.use_payment(payment=payment, by=office.counter, at=at("02T11:00"))
    assert receipt.amount == 30_000
    assert selectors.fees_of(dossier).open == 20_000
    assert selectors.payments_for_a_person(office.counter, on=on) == []


def test_money_for_what_was_paid_in_cash_meanwhile_is_given_back(
    service: Trial, dossier: Dossier, office: Office
) -> None:
    payment = begun(dossier, at=MONDAY_9AM)
    services.collect(dossier=dossier, by=office.counter, at=at("02T09:05"), how=Paid.CASH)
    assert told(payment, paid(payment)).state == PaymentState.SURPLUS
    services.refund(
        amount=50_000, why="Nộp trùng", by=office.counter, at=at("03T09:00"), payment=payment
    )
    with pytest.raises(services.NothingToPay):
        services.use_payment(payment=payment, by=office.counter, at=at("03T09:01"))


def test_paid_twice_at_the_service_is_kept_twice(service: Trial, dossier: Dossier) -> None:
    payment = begun(dossier, at=MONDAY_9AM)
    told(payment, paid(payment, ref="P1"))
    for _ in range(2):
        told(payment, paid(payment, ref="P2"))
    rows = Payment.objects.order_by("id").values_list("state", "received")
    assert list(rows) == [("paid", 50_000), ("surplus", 50_000)]


def test_money_that_comes_late_is_taken_while_the_fee_is_open(
    service: Trial, dossier: Dossier
) -> None:
    payment = begun(dossier, at=MONDAY_9AM)
    gone = Told(reference=payment.reference, standing=Standing.FAILED, amount=0, provider_ref="")
    assert told(payment, gone).state == PaymentState.FAILED
    assert told(payment, paid(payment)).state == PaymentState.PAID


def test_a_lost_call_is_made_good_by_asking(service: Trial, dossier: Dossier) -> None:
    payment = begun(dossier, at=MONDAY_9AM)
    service.told[payment.reference] = paid(payment)
    assert services.ask_after_payments(at=at("02T09:01")) == 0  # It may still call.
    service.down = True
    assert services.ask_after_payments(at=at("02T09:03")) == 1
    service.down = False
    assert services.ask_after_payments(at=at("02T09:04")) == 0
    assert services.ask_after_payments(at=at("02T09:06")) == 1
    payment.refresh_from_db()
    assert payment.state == PaymentState.PAID


def test_who_never_pays_is_forgotten_after_two_days(service: Trial, dossier: Dossier) -> None:
    payment = begun(dossier, at=MONDAY_9AM)
    services.ask_after_payments(at=at("02T10:00"))
    services.ask_after_payments(at=at("05T10:00"))
    payment.refresh_from_db()
    assert payment.state == PaymentState.FAILED


def test_a_service_that_is_down_says_so_and_nothing_is_paid(
    service: Trial, dossier: Dossier
) -> None:
    service.down = True
    with pytest.raises(services.ProviderSilent):
        begun(dossier, at=MONDAY_9AM)
    service.down = False
    assert begun(dossier, at=at("02T09:01")).url
    assert selectors.fees_of(dossier).open == 50_000


def test_nobody_else_says_that_it_was_paid(service: Trial, dossier: Dossier) -> None:
    payment = begun(dossier, at=MONDAY_9AM)
    with pytest.raises(ports.NotGenuine):
        services.heard(
            provider=CODE, body=payment.reference.encode(), headers={}, at=at("02T09:10")
        )
    unknown = Told(reference="TT-0", standing=Standing.PAID, amount=1, provider_ref="x")
    assert not services.confirm(provider=CODE, told=unknown, at=at("02T09:10"))
