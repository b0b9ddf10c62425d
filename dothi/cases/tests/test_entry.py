"""Entering dossiers at the counter: a scan, papers ticked, several on one visit."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import signed_in
from dothi.cases.choices import Origin, Part, Status
from dothi.cases.models import Document, Dossier, Party
from dothi.cases.tests.factories import PERMIT, Office, at, make_officer
from dothi.core.access import selectors as access
from dothi.procedures.choices import PaperForm, Way

pytestmark = pytest.mark.django_db
NEW = f"/en/desk/cases/new?procedure={PERMIT}"
CARD = "079190000001|123456789|Trần Thị Mẫu|02031990|Nữ|12 Đường Mẫu, Phường Bờ Sông|01012022"


@pytest.fixture(autouse=True)
def tuesday() -> Iterator[None]:
    with time_machine.travel(at("03T09:00"), tick=False):
        yield


def filled_in(**changes: Any) -> dict[str, Any]:
    """What an officer types for a building permit."""
    who = {"name": "Trần Thị Mẫu", "citizen_id": "079190000001", "kind": "citizen",
           "phone": "0901234567"}  # fmt: skip
    papers = {"has-application": "on", "has-land": "on", "form-land": "copy", "number-land": "1",
              "has-drawings": "on", "number-drawings": "3"}  # fmt: skip
    how = {"receiving": "00001", "unit": "00001", "way": "1", "delivery": "counter",
           "copies": "1", "pages": "1", "language": "vi"}  # fmt: skip
    given: dict[str, Any] = {
        "do": "next", "scan": "", "asked": ["kind", "floors", "owner_id"], "kind": "house",
        "floors": "3",
    }  # fmt: skip
    for prefix, boxes in (("who", who), ("papers", papers), ("how", how)):
        given |= {f"{prefix}-{name}": value for name, value in boxes.items()}
    return given | changes


def the_dossier() -> Dossier:
    return Dossier.objects.order_by("-id")[0]


def test_the_counter_chooses_a_procedure_by_what_happened(office: Office, client: Client) -> None:
    signed_in(client, office.counter)
    shown = client.get("/en/desk/cases/new?q=build+a+house").content.decode()
    assert f"procedure={PERMIT}" in shown


def test_a_scan_fills_in_the_applicant_and_enters_nothing(office: Office, client: Client) -> None:
    signed_in(client, office.counter)
    typed = filled_in(scan=CARD, **{"who-name": "", "who-citizen_id": ""})
    shown = client.post(NEW, typed).content.decode()
    assert 'value="Trần Thị Mẫu"' in shown
    assert 'value="1990-03-02"' in shown
    assert 'value="079190000001"' in shown
    assert "compare it with the face" in shown
    assert not Dossier.objects.exists()


def test_what_is_no_card_is_said_so_and_what_was_typed_stays(
    office: Office, client: Client
) -> None:
    signed_in(client, office.counter)
    shown = client.post(NEW, filled_in(scan="https://example.com")).content.decode()
    assert "not the code of an identity card" in shown
    assert 'value="Trần Thị Mẫu"' in shown
    assert not Dossier.objects.exists()


def test_a_dossier_is_entered_and_its_clock_runs(office: Office, client: Client) -> None:
    signed_in(client, office.counter)
    answer = client.post(NEW, filled_in(), follow=True)
    dossier = the_dossier()
    shown = answer.content.decode()
    assert dossier.code in shown
    assert "Secret code" in shown
    assert (dossier.status, dossier.origin) == (Status.RECEIVED, Origin.COUNTER)
    assert dossier.answers == {"kind": "house", "floors": 3}
    assert dossier.visit
    drawings = Document.objects.get(dossier=dossier, code="drawings")
    assert (drawings.number, drawings.form) == (3, PaperForm.ORIGINAL)
    assert Document.objects.get(dossier=dossier, code="land").form == PaperForm.COPY


@pytest.mark.django_db(transaction=True)
def test_without_a_required_paper_it_is_not_received(office: Office, client: Client) -> None:
    signed_in(client, office.counter)
    answer = client.post(NEW, filled_in(**{"papers-has-drawings": ""}))
    assert answer.status_code == 422
    assert "These papers are missing: Bản vẽ." in answer.content.decode()
    assert not Dossier.objects.exists()


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"who-name": ""}, "This field is required."),
    ({"who-citizen_id": "12"}, "A personal identification number has twelve digits."),
    ({"who-agent_name": "Lê Văn Thay"}, "Please say by what you act for somebody else."),
    ({"floors": "0"}, "Please write 1 or more."),
    ({"how-unit": "99999"}, "Select a valid choice."),
])  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    office: Office, client: Client, changes: dict[str, str], sentence: str
) -> None:
    signed_in(client, office.counter)
    answer = client.post(NEW, filled_in(**changes))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert sentence in shown
    assert 'value="0901234567"' in shown
    assert not Dossier.objects.exists()


def test_somebody_acts_for_the_applicant_with_a_proof(office: Office, client: Client) -> None:
    signed_in(client, office.counter)
    agent = {"who-agent_name": "Lê Văn Thay", "who-proof": "Giấy ủy quyền số 5"}
    client.post(NEW, filled_in(**agent))
    row = Party.objects.get(dossier=the_dossier(), part=Part.AGENT)
    assert (row.name, row.proof) == ("Lê Văn Thay", "Giấy ủy quyền số 5")


def test_from_the_post_for_another_unit_it_is_received_here_and_forwarded(
    office: Office, client: Client
) -> None:
    signed_in(client, office.counter)
    client.post(NEW, filled_in(**{"how-way": "3", "how-unit": "00002"}))
    dossier = the_dossier()
    assert (dossier.way, dossier.origin) == (Way.POST, Origin.POST)
    assert (dossier.receiving_unit, dossier.unit) == (office.river, office.hill)
    assert dossier.handling_unit == office.hill
    assert dossier.code.startswith("38.01.H29-")


def test_the_next_dossier_of_a_visit_keeps_the_applicant_and_the_look_is_noted(
    office: Office, client: Client
) -> None:
    signed_in(client, office.counter)
    client.post(NEW, filled_in())
    first = the_dossier()
    shown = client.get(f"{NEW}&visit={first.visit}").content.decode()
    assert 'value="Trần Thị Mẫu"' in shown
    assert 'value="079190000001"' in shown
    assert first.code in shown
    look = access.looks_at([first.subject])[0]
    assert look.purpose == "To enter the next dossier of the same visit"
    client.post(f"{NEW}&visit={first.visit}", filled_in())
    second = the_dossier()
    assert (second.visit, second.pk != first.pk) == (first.visit, True)
    listed = client.get(f"/en/desk/cases/visits/{first.visit}/").content.decode()
    assert first.code in listed
    assert second.code in listed


def test_a_visit_is_no_way_to_the_applicants_of_another_counter(
    office: Office, client: Client
) -> None:
    signed_in(client, office.counter)
    client.post(NEW, filled_in())
    visit = the_dossier().visit
    signed_in(client, make_officer("xa", unit=office.hill, role=Role.COUNTER))
    assert client.get(f"/en/desk/cases/visits/{visit}/").status_code == 404
    assert "Trần Thị Mẫu" not in client.get(f"{NEW}&visit={visit}").content.decode()
    signed_in(client, office.officer)
    assert client.post(NEW, filled_in()).status_code == 403
