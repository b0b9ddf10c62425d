"""A complaint about a dossier becomes a report about conduct, and carries no name."""

import json
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from dothi.cases import selectors, services
from dothi.cases.tests.factories import Office, at
from dothi.core.events.models import Record
from dothi.feedback.models import Ticket
from dothi.feedback.tests.factories import make_category

pytestmark = pytest.mark.django_db
WORDS = "Cán bộ hẹn ba lần mà không trả kết quả."


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel(at("10T09:00"), tick=False):
        yield


def test_an_applicant_complains_and_reads_the_code(client: Client) -> None:
    office = Office()
    make_category("conduct", "Thái độ", conduct=True)
    came = office.submitted()
    path = f"/cases/t/{came.secret}/complain"
    assert client.post(path, {"text": " "}).status_code == 422
    answer = client.post(path, {"text": WORDS})
    ticket = Ticket.objects.get()
    shown = answer.content.decode()
    assert ticket.code in shown
    assert came.dossier.code in ticket.title
    assert ticket.unit == office.river
    assert ticket.visibility == "held"
    assert [one.code for one in selectors.complaints_about(came.dossier)] == [ticket.code]
    told = json.dumps([row.payload for row in Record.objects.all()])
    assert "Trần Thị Mẫu" not in told
    assert WORDS not in told
    for _ in range(2):
        client.post(path, {"text": WORDS})
    assert client.post(path, {"text": WORDS}).status_code == 422
    assert client.get("/cases/t/WRONG/complain").status_code == 404


def test_a_house_without_that_subject_says_so() -> None:
    came = Office().submitted()
    with pytest.raises(services.BadText):
        services.complain(dossier=came.dossier, text=WORDS, language="vi", at=at("10T09:00"))
