"""The sandbox over the wire: begin, be called back, ask; what is not signed is not believed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from dothi.cases.ports import Ask, NotGenuine, NotReached, Standing
from dothi.connectors.payment_sandbox.adapter import Sandbox
from dothi.connectors.payment_sandbox.fake import Bank
from dothi.connectors.played import serving
from dothi.core import clock

KEY = "k-of-the-trial"
REFERENCE = "TT-20260302-ABC"


@pytest.fixture
def bank(settings: Any) -> Iterator[Bank]:
    bank = Bank(key=KEY, silent=True)
    with serving(bank.answer) as server:
        bank.url = settings.PAYMENT_SANDBOX_URL = server.url
        settings.PAYMENT_SANDBOX_KEY = KEY
        yield bank


def ask() -> Ask:
    return Ask(
        reference=REFERENCE, amount=50_000, text="38.01.H29-260302-0001",
        return_url="http://127.0.0.1/back", callback_url="http://127.0.0.1/heard", language="vi",
        at=clock.now(),
    )  # fmt: skip


def test_it_begins_once_and_says_how_it_stands(bank: Bank) -> None:
    where = Sandbox().begin(ask())
    assert where == Sandbox().begin(ask())
    assert where.startswith(f"{bank.url}/pay/")
    assert Sandbox().asked(REFERENCE, at=clock.now()).standing == Standing.OPEN
    bank.pay(REFERENCE)
    told = Sandbox().asked(REFERENCE, at=clock.now())
    assert (told.standing, told.amount) == (Standing.PAID, 50_000)


def test_its_call_is_believed_while_it_is_fresh(bank: Bank) -> None:
    Sandbox().begin(ask())
    bank.pay(REFERENCE, amount=40_000)
    now = clock.now()
    body, headers = bank.message(REFERENCE, at=now)
    assert Sandbox().heard(body, headers, at=now).amount == 40_000
    for wrong_body, wrong, when in (
        (body.replace(b"40000", b"50000"), headers, now),
        (body, headers | {"x-signature": "00"}, now),
        (body, headers | {"x-timestamp": str(int(now.timestamp()) + 1)}, now),
        (body, {}, now),
        (body, headers, now + timedelta(minutes=11)),
    ):
        with pytest.raises(NotGenuine):
            Sandbox().heard(wrong_body, wrong, at=when)


def test_what_it_never_heard_of_was_not_paid(bank: Bank) -> None:
    assert Sandbox().asked("TT-0", at=clock.now()).standing == Standing.FAILED


def test_an_ill_one_and_a_false_one_are_not_reached(bank: Bank, settings: Any) -> None:
    bank.ill = 2
    with pytest.raises(NotReached):
        Sandbox().begin(ask())
    with pytest.raises(NotReached):
        Sandbox().asked(REFERENCE, at=clock.now())
    bank.key = "another key"
    with pytest.raises(NotReached):
        Sandbox().begin(ask())
    settings.PAYMENT_SANDBOX_URL = "http://127.0.0.1:1"
    with pytest.raises(NotReached):
        Sandbox().begin(ask())


def test_without_an_address_or_a_key_it_is_not_offered(settings: Any) -> None:
    settings.PAYMENT_SANDBOX_URL, settings.PAYMENT_SANDBOX_KEY = "http://127.0.0.1:1", ""
    assert not Sandbox().ready()
