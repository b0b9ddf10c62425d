"""Dossiers through the doors for programs: what they see, send in and do, and who is refused."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from dothi.accounts import services as accounts
from dothi.accounts.choices import Role
from dothi.cases import services
from dothi.cases.choices import Origin, Scope, Status
from dothi.cases.models import Dossier
from dothi.cases.tests.factories import BIRTH, MONDAY_9AM, PERMIT, SINCE, Office, at
from dothi.core.access.models import Look
from dothi.core.audit.models import Entry
from dothi.procedures.tests import documents
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
URL = "/api/v1/cases"
ALL = [scope.value for scope in Scope]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


class Program:
    """A program of another office, with a token."""

    def __init__(
        self, unit: Unit, *, role: Role = Role.COUNTER, scopes: list[str] | None = None,
        code: str = "city-portal",
    ) -> None:  # fmt: skip
        made = accounts.register_machine(
            code=code, name="Cổng của thành phố", unit=unit, role=role, scopes=scopes or ALL,
            valid_from=SINCE, by="system", at=MONDAY_9AM,
        )  # fmt: skip
        self.machine, self.client, self.count = made.machine, Client(), 0
        token, self.text = accounts.issue_token(machine=made.machine, scopes=(), at=MONDAY_9AM)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}"}

    def get(self, path: str = "", **query: Any) -> Any:
        return self.client.get(f"{URL}{path}", query, headers=self.headers)

    def post(self, path: str, body: dict[str, Any], *, key: str = "") -> Any:
        self.count += 1
        return self.client.post(
            f"{URL}{path}", json.dumps(body), content_type="application/json",
            headers={**self.headers, "Idempotency-Key": key or f"key-{self.count}"},
        )  # fmt: skip


def application(**changes: Any) -> dict[str, Any]:
    return {
        "procedure": PERMIT, "unit": "00001", "answers": documents.permit_answers(),
        "applicant": {"name": "Trần Thị Mẫu", "citizen_id": "079190000001"},
        "papers": [{"code": code} for code in documents.PERMIT_PAPERS], "ref": "CP-1",
    } | changes  # fmt: skip


# --- Who passes ----------------------------------------------------------------------------------

READS = ["", "/{code}", "/{code}/history", "/{code}/papers"]
PERSONAL = "/{code}/whole"
ACTS = "/{code}/acts/receive"


@pytest.mark.parametrize("path", [*READS, PERSONAL])
@pytest.mark.parametrize("what", ["none", "wrong", "expired", "revoked", "ended"])
def test_without_a_token_that_opens_nothing_is_told(office: Office, path: str, what: str) -> None:
    code = office.submitted().dossier.code
    program = Program(office.river)
    later = MONDAY_9AM
    if what == "wrong":
        program.text = "A" * 26
    elif what == "expired":
        later += timedelta(minutes=30)
    elif what == "revoked":
        accounts.revoke_token(machine=program.machine, text=program.text, at=MONDAY_9AM)
    elif what == "ended":
        accounts.end_machine(
            machine=program.machine, by="system", at=MONDAY_9AM, on=MONDAY_9AM.date()
        )
    with time_machine.travel(later, tick=False):
        url = f"{URL}{path.format(code=code)}"
        headers = {} if what == "none" else program.headers
        answer = program.client.get(url, {"purpose": "Kiểm tra"}, headers=headers)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("scope", "closed"),
    [
        (Scope.READ, {"submit", "act", "upload"}),
        (Scope.SUBMIT, {"list", "whole", "act-of-post"}),
        (Scope.ACT, {"list", "whole", "submit"}),
    ],
)
def test_each_scope_opens_its_own_doors(office: Office, scope: Scope, closed: set[str]) -> None:
    code = office.submitted().dossier.code
    program = Program(office.river, scopes=[scope.value])
    answers = {
        "list": program.get(),
        "whole": program.get(f"/{code}/whole", purpose="Kiểm tra"),
        "submit": program.post("", application()),
        "upload": program.client.post(f"{URL}/files", {}, headers=program.headers),
        "act": program.post(f"/{code}/acts/receive", {}),
    }
    if scope == Scope.SUBMIT:  # The door opens, but this dossier is not one that it brought.
        assert answers.pop("act").status_code == 404
        closed = closed - {"act-of-post"}
    refused = {name for name, answer in answers.items() if answer.status_code == 403}
    assert refused == closed
    for name in refused:
        assert "insufficient_scope" in answers[name]["WWW-Authenticate"]


@pytest.mark.parametrize("path", [*READS[1:], PERSONAL])
def test_what_other_units_have_does_not_exist(office: Office, path: str) -> None:
    dossier = office.submitted().dossier
    program = Program(office.hill)
    assert program.get(path.format(code=dossier.code), purpose="Kiểm tra").status_code == 404
    assert program.get().json()["items"] == []
    assert program.post(f"/{dossier.code}/acts/receive", {}).status_code == 404
    assert program.post("", application()).json()["code"] == "not-your-unit"
    dossier.refresh_from_db()
    assert dossier.status == Status.NEW


# --- Reading -------------------------------------------------------------------------------------


def test_a_list_goes_on_after_its_last_row_and_tells_nothing_personal(office: Office) -> None:
    codes = [office.received().code for _ in range(3)]
    program = Program(office.river)
    first = program.get(limit=2)
    rest = program.get(limit=2, after=first.json()["next"]).json()
    assert [row["code"] for row in first.json()["items"] + rest["items"]] == codes
    assert rest["next"] == ""
    for answer in (first, program.get(f"/{codes[0]}"), program.get(f"/{codes[0]}/history")):
        for word in ("Mẫu", "0901234567", "079190000001"):
            assert word not in answer.content.decode()
    assert not Look.objects.exists()


def test_the_list_is_narrowed(office: Office) -> None:
    late, new = office.received(), office.submitted().dossier
    program = Program(office.river)

    def found(**query: Any) -> list[str]:
        return [row["code"] for row in program.get(**query).json()["items"]]

    assert found(status=1) == [new.code]
    assert found(procedure=BIRTH) == []
    assert set(found(q="tran thi")) == {late.code, new.code}
    with time_machine.travel(at("2026-03-30T09:00"), tick=False):
        accounts_token = accounts.issue_token(
            machine=program.machine, scopes=(), at=at("2026-03-30T09:00")
        )
        program.text = accounts_token[1]
        assert found(overdue="true") == [late.code]


def test_a_list_of_fifty_costs_what_a_list_of_two_does(
    office: Office, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        office.received()
    program = Program(office.river)
    with django_assert_max_num_queries(8):
        assert len(program.get().json()["items"]) == 6


def test_who_applies_is_opened_with_a_purpose_and_the_citizen_can_read_which_system_it_was(
    office: Office,
) -> None:
    dossier = office.submitted().dossier
    program = Program(office.river)
    assert program.get(f"/{dossier.code}/whole").status_code == 422
    assert not Look.objects.exists()
    told = program.get(f"/{dossier.code}/whole", purpose="Đối chiếu dân cư").json()
    assert told["parties"][0]["citizen_id"] == "079190000001"
    assert told["answers"]["owner_id"] == "079190000001"
    look = Look.objects.get(record=dossier.subject)
    assert (look.actor, look.purpose) == (program.machine.user.actor, "Đối chiếu dân cư")
    assert look.post == "Cổng của thành phố, Phường Bờ Sông"
    assert {"applicant", "citizen_id", "owner_id"} <= set(look.fields)


def test_who_only_looks_opens_nothing_personal(office: Office) -> None:
    dossier = office.submitted().dossier
    program = Program(office.river, role=Role.AUDITOR)
    answer = program.get(f"/{dossier.code}/whole", purpose="Kiểm tra")
    assert (answer.status_code, answer.json()["code"]) == (403, "not-yours")
    assert not Look.objects.exists()


# --- Sending in ----------------------------------------------------------------------------------


def test_an_application_comes_in_once_however_often_it_is_sent(office: Office) -> None:
    program = Program(office.river, scopes=[Scope.SUBMIT])
    first = program.post("", application(), key="a")
    again = program.post("", application(), key="a")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    dossier = Dossier.objects.get()
    assert (dossier.origin, dossier.source, dossier.source_ref) == (
        Origin.MACHINE, "city-portal", "CP-1"
    )  # fmt: skip
    assert Entry.objects.get(act="cases.submit").actor == program.machine.user.actor
    other = program.post("", application(summary="Khác"), key="a")
    assert other.status_code == 422
    twice = program.post("", application(), key="b")
    assert (twice.status_code, twice.json()["code"]) == (409, "ref-used")
    assert Dossier.objects.count() == 1


def test_a_key_is_asked_for(office: Office) -> None:
    program = Program(office.river)
    answer = program.client.post(
        URL, json.dumps(application()), content_type="application/json", headers=program.headers
    )
    assert answer.status_code == 400
    assert not Dossier.objects.exists()


def test_what_is_wrong_is_told_field_by_field(office: Office) -> None:
    program = Program(office.river)
    wrong = program.post("", application(answers=documents.permit_answers(floors=99)))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad-answers")
    assert [fault["field"] for fault in wrong.json()["faults"]] == ["floors"]
    person = {"name": "A", "citizen_id": "12"}
    wrong = program.post("", application(applicant=person))
    assert wrong.json()["faults"][0]["field"] == "applicant.citizen_id"
    assert program.post("", application(procedure="9.999999")).json()["code"] == "not-offered"
    assert program.post("", application(unit="nowhere")).json()["code"] == "no-unit"


def test_files_are_sent_beforehand_and_opened_with_a_purpose(office: Office) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    program = Program(office.river)
    sent = program.client.post(
        f"{URL}/files", {"file": SimpleUploadedFile("don.pdf", PDF)}, headers=program.headers
    )
    assert sent.status_code == 201, sent.content
    papers = [{"code": "application", "files": [sent.json()["code"]]}]
    code = program.post("", application(papers=papers)).json()["dossier"]["code"]
    told = program.get(f"/{code}/papers").json()
    assert [one["code"] for one in told] == ["application", "land", "drawings", "neighbour"]
    assert told[0]["files"][0]["code"] == sent.json()["code"]
    url = f"/{code}/files/{sent.json()['code']}"
    assert program.get(url).status_code == 422
    got = program.get(url, purpose="Lưu hồ sơ")
    assert b"".join(got.streaming_content) == PDF
    assert Look.objects.get().fields == ["file"]
    refused = program.client.post(
        f"{URL}/files", {"file": SimpleUploadedFile("x.pdf", b"MZ")}, headers=program.headers
    )
    assert refused.status_code == 422


# --- Acting --------------------------------------------------------------------------------------


def test_a_program_at_the_counter_receives_and_gives_back(office: Office) -> None:
    dossier = office.submitted().dossier
    program = Program(office.river)
    acts = program.get(f"/{dossier.code}").json()["acts"]
    assert acts == ["receive", "refuse", "ask", "withdraw"]
    told = program.post(f"/{dossier.code}/acts/receive", {}).json()
    assert (told["status"], told["handling_role"]) == (2, "specialist")
    refused = program.post(f"/{dossier.code}/acts/begin", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-yours")


def test_a_program_is_told_that_a_refusal_is_signed_first(office: Office) -> None:
    dossier = office.handled()
    program = Program(office.river, role=Role.SPECIALIST)
    told = program.post(f"/{dossier.code}/acts/hand_over", {"outcome": "refuse"})
    assert (told.status_code, told.json()["code"]) == (409, "refusal-needed")


def test_who_read_it_before_somebody_moved_it_is_told_so(office: Office) -> None:
    dossier = office.submitted().dossier
    program = Program(office.river)
    seen = program.get(f"/{dossier.code}").json()["changed_at"]
    services.ask(dossier=dossier, what="Bản vẽ", by=office.counter, at=at("02T09:30"))
    late = program.post(f"/{dossier.code}/acts/refuse", {"seen": seen, "reason": "Sai nơi"})
    assert (late.status_code, late.json()["code"]) == (409, "too-late")
    now = program.post(f"/{dossier.code}/acts/receive", {})
    assert (now.status_code, now.json()["code"]) == (409, "not-allowed-now")


def test_who_brought_it_supplies_and_withdraws_for_the_applicant(office: Office) -> None:
    program = Program(office.river, scopes=[Scope.SUBMIT])
    code = program.post("", application()).json()["dossier"]["code"]
    dossier = Dossier.objects.get(code=code)
    services.ask(dossier=dossier, what="Bản vẽ", by=office.counter, at=MONDAY_9AM)
    assert program.get(f"/{code}").json()["acts"] == ["supply", "withdraw"]
    body = {"papers": [{"code": "drawings"}], "note": "Đã bổ sung"}
    assert program.post(f"/{code}/acts/supply", body).json()["status"] == Status.NEW
    assert program.post(f"/{code}/acts/receive", {}).status_code == 403
    gone = program.post(f"/{code}/acts/withdraw", {"reason": "Đổi ý"})
    assert gone.json()["status"] == Status.WITHDRAWN


def test_an_act_is_done_once_under_its_key(office: Office) -> None:
    dossier = office.submitted().dossier
    program = Program(office.river)
    first = program.post(f"/{dossier.code}/acts/receive", {}, key="x")
    again = program.post(f"/{dossier.code}/acts/receive", {}, key="x")
    assert first.json() == again.json()
    assert (first.status_code, again.status_code) == (200, 200)


def test_the_description_names_scopes_and_problems(client: Client) -> None:
    told = client.get("/api/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    flow = told["components"]["securitySchemes"]["Bearer"]["flows"]["clientCredentials"]
    assert set(ALL) <= set(flow["scopes"])
    door = told["paths"]["/api/v1/cases"]["post"]
    assert door["security"] == [{"Bearer": ["cases.submit"]}]
    assert "application/problem+json" in door["responses"]["422"]["content"]
    assert any(one["name"] == "Idempotency-Key" for one in door["parameters"])
