"""A complaint about a dossier becomes a report about conduct, and carries no name."""

import json
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from dothi.cases import selectors, services
from dothi.cases.tests.factories import Office, at, make_result
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


def _with_result(office: Office) -> str:
    done = office.submitted()
    dossier = done.dossier
    services.receive(dossier=dossier, by=office.counter, at=at("02T09:00"))
    services.begin(dossier=dossier, by=office.officer, at=at("02T10:00"))
    services.advance(dossier=dossier, outcome="fits", by=office.officer, at=at("03T10:00"))
    make_result(dossier, at=at("03T11:00"))
    services.advance(dossier=dossier, outcome="signed", by=office.leader, at=at("03T11:00"))
    services.give(dossier=dossier, by=office.counter, at=at("04T09:00"))
    return done.secret


@pytest.mark.parametrize(
    ("prefix", "sorry", "better"),
    [("", "Chúng tôi rất tiếc", "cần làm gì tốt hơn"), ("/en", "We are sorry", "do better")],
)
def test_who_was_not_satisfied_is_asked_and_nothing_starts_by_itself(
    client: Client, prefix: str, sorry: str, better: str
) -> None:
    office = Office()
    make_category("conduct", "Thái độ", conduct=True)
    path = f"{prefix}/cases/t/{_with_result(office)}"
    assert sorry not in client.get(path).content.decode()
    client.post(path, {"act": "rate", "stars": "2", "note": WORDS})
    assert sorry in client.get(path).content.decode()
    assert not Ticket.objects.exists()
    form = client.get(f"{path}/complain?kind=suggestion").content.decode()
    assert WORDS in form
    assert better in form
    client.post(f"{path}/complain?kind=suggestion", {"text": "Xin báo trước khi trễ."})
    ticket = Ticket.objects.get()
    assert ticket.text == "Xin báo trước khi trễ."
    assert ("Góp ý" if not prefix else "Suggestion") in ticket.title
    assert ticket.visibility == "held"
    assert sorry not in client.get(path).content.decode(), "who wrote is not asked again"


def test_who_was_satisfied_is_asked_nothing(client: Client) -> None:
    path = f"/en/cases/t/{_with_result(Office())}"
    client.post(path, {"act": "rate", "stars": "3", "note": ""})
    shown = client.get(path).content.decode()
    assert "You gave 3 of 5" in shown
    assert "We are sorry" not in shown
