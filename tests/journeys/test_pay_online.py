"""An applicant pays a fee online: house and payment service speak over the wire."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from dothi.accounts.tests.doors import close_files
from dothi.cases import services
from dothi.cases.choices import Origin
from dothi.cases.models import Payment, Receipt
from dothi.cases.tests.factories import Office, at
from dothi.connectors.payment_sandbox.adapter import Sandbox
from dothi.connectors.payment_sandbox.fake import Bank
from dothi.connectors.played import serving
from dothi.core import clock
from dothi.procedures.choices import Way

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel(at("02T10:00"), tick=False):
        yield


def heard(body: bytes, headers: dict[str, str]) -> int:
    answer = Client().post(
        "/cases/pay/heard/sandbox", body, content_type="application/json", headers=headers
    )
    return answer.status_code


def test_from_the_button_to_the_receipt_through_the_sandbox(client: Client, settings: Any) -> None:
    office = Office()
    came = office.submitted(way=Way.DIRECT, origin=Origin.COUNTER)
    services.receive(dossier=came.dossier, by=office.counter, at=came.dossier.submitted_at)
    bank = Bank(key="k", silent=True)
    with serving(bank.answer) as server:
        bank.url = settings.PAYMENT_SANDBOX_URL = server.url
        settings.PAYMENT_SANDBOX_KEY = "k"
        path = f"/cases/t/{came.secret}/pay"
        shown = client.post(path, {"service": Sandbox.code}, follow=True).content.decode()
        payment = Payment.objects.get()
        assert payment.url in shown
        asked = bank.payments[payment.reference]
        # No service gets to know the secret.
        assert came.secret not in json.dumps(asked)
        bank.pay(payment.reference)
        body, headers = bank.message(payment.reference, at=clock.now())
        assert heard(body, {}) == 401
        assert [heard(body, headers) for _ in range(2)] == [200, 200]
        shown = client.get(asked["return_url"].removeprefix(settings.PUBLIC_URL)).content.decode()
    assert path in shown
    receipt = Receipt.objects.get()
    answer = client.post(f"/cases/t/{came.secret}/receipts/{receipt.pk}")
    assert answer["Content-Type"] == "application/pdf"
    close_files(answer)
    assert client.post(f"/cases/t/WRONG/receipts/{receipt.pk}").status_code == 404
