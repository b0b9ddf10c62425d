"""Dossiers in the words of GovStack's Registration building block, over the same verbs."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dothi.accounts.choices import Role
from dothi.cases import services
from dothi.cases.choices import Origin, Scope, Status
from dothi.cases.models import Dossier
from dothi.cases.tests.factories import MONDAY_9AM, PERMIT, Office
from dothi.cases.tests.test_api import PDF, Program, _now  # noqa: F401
from dothi.procedures.tests import documents

pytestmark = pytest.mark.django_db
URL = "/api/govstack/registration"


def get(program: Program, path: str, **query: Any) -> Any:
    return program.client.get(f"{URL}{path}", query, headers=program.headers)


def post(program: Program, path: str, body: dict[str, Any], **headers: str) -> Any:
    return program.client.post(
        f"{URL}{path}", json.dumps(body), content_type="application/json",
        headers=program.headers | headers,
    )  # fmt: skip


def application(**changes: Any) -> dict[str, Any]:
    return {
        "applicationName": "Trần Thị Mẫu", "applicantId": "079190000001",
        "formData": {"data": documents.permit_answers()},
    } | changes  # fmt: skip


def test_services_are_procedures_and_forms_are_json_schema(office: Office) -> None:
    program = Program(office.river)
    keys = [one["serviceKey"] for one in get(program, "/services").json()]
    assert PERMIT in keys
    found = get(program, "/services", name="xay nha").json()
    assert [one["serviceKey"] for one in found] == [PERMIT]
    assert get(program, f"/services/{PERMIT}").json()["type"] == "Public"
    assert get(program, "/services/9.999999").status_code == 404
    listed = get(program, f"/eForms/{PERMIT}").json()
    assert listed == get(program, f"/services/{PERMIT}/eForms").json()
    whole = get(program, f"/eForms/{listed[0]['eFormId']}").json()
    assert set(whole["schema"]["required"]) == {"kind", "floors"}
    assert get(program, f"/eForms/{PERMIT}-99").status_code == 404


def test_an_application_is_a_dossier_with_its_documents(office: Office) -> None:
    program = Program(office.river, scopes=[Scope.SUBMIT])
    sent = program.client.post(
        f"{URL}/documents?additionalMetadata=land", {"file": SimpleUploadedFile("a.pdf", PDF)},
        headers=program.headers,
    )  # fmt: skip
    body = application(documentUrls=[sent.json()["url"]])
    made = post(program, f"/services/{PERMIT}/applications", body)
    assert made.status_code == 200, made.content
    assert made.json()["status"]["code"] == "PENDING"
    dossier = Dossier.objects.get(code=made.json()["fileId"])
    assert (dossier.origin, dossier.status) == (Origin.MACHINE, Status.NEW)
    land = dossier.documents.get(code="land")
    assert (land.given_at, land.digitised) == (MONDAY_9AM, True)
    listed = get(program, "/applications", serviceKey=PERMIT).json()
    assert [one["fileId"] for one in listed] == [dossier.code]
    assert "Mẫu" not in get(program, f"/applications/{dossier.code}").content.decode()
    again = post(program, f"/services/{PERMIT}/applications", body, **{"Idempotency-Key": "a"})
    assert again.status_code == 200
    wrong = post(program, f"/services/{PERMIT}/applications", application(formData={"data": {}}))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad-answers")


def test_a_task_is_the_step_that_a_dossier_is_at(office: Office) -> None:
    dossier = office.submitted().dossier
    counter = Program(office.river, code="counter")
    at_desk = Program(office.river, role=Role.SPECIALIST, code="desk")
    first = f"{dossier.code}:reception"
    assert [one["taskId"] for one in get(counter, "/tasks").json()] == [first]
    assert post(at_desk, f"/tasks/{first}/complete", {"data": {}}).status_code == 403
    done = post(counter, f"/tasks/{first}/complete", {"data": {}})
    assert done.json()["fileId"] == dossier.code
    assert get(counter, f"/tasks/{first}").status_code == 404
    following = get(at_desk, "/tasks", fileId=dossier.code).json()[0]
    assert (following["taskId"], following["roleId"]) == (f"{dossier.code}:check", "specialist")
    wrong = post(at_desk, f"/tasks/{following['taskId']}/complete", {"data": {"outcome": "no"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "no-such-outcome")
    dossier.refresh_from_db()
    assert dossier.status == Status.RECEIVED  # What was begun for it went back with it.
    body = {"data": {"outcome": "fits"}}
    assert post(at_desk, f"/tasks/{following['taskId']}/complete", body).status_code == 200
    dossier.refresh_from_db()
    assert (dossier.status, dossier.step) == (Status.HANDLED, "sign")


def test_how_it_stands_is_told_in_four_words(office: Office) -> None:
    program = Program(office.river)
    asked, refused = office.submitted().dossier, office.submitted().dossier
    services.ask(dossier=asked, what="Bản vẽ", by=office.counter, at=MONDAY_9AM)
    services.refuse(dossier=refused, reason="Sai nơi", by=office.counter, at=MONDAY_9AM)
    done = office.done(at=MONDAY_9AM)
    told = {one["fileId"]: one["status"]["code"] for one in get(program, "/applications").json()}
    assert told == {asked.code: "SENDBACK", refused.code: "REJECTED", done.code: "APPROVED"}


@pytest.mark.parametrize(
    "path", ["/services", "/applications", "/tasks", "/eForms/1.013225", "/tasks/AAAAAA:check"]
)
def test_without_a_token_nothing_is_told(office: Office, path: str) -> None:
    program = Program(office.river)
    program.text = "A" * 26
    assert get(program, path).status_code == 401


def test_other_units_have_no_applications_and_no_tasks(office: Office) -> None:
    dossier = office.submitted().dossier
    program = Program(office.hill)
    assert get(program, "/applications").json() == get(program, "/tasks").json() == []
    assert get(program, f"/applications/{dossier.code}").status_code == 404
    path = f"/tasks/{dossier.code}:reception"
    assert get(program, path).status_code == 404
    assert post(program, f"{path}/complete", {"data": {}}).status_code == 404
