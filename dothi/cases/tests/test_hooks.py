"""Systems that subscribed are told of dossiers that they may see, and of no others."""

import json
from typing import Any

import pytest

from dothi.accounts import services as accounts
from dothi.cases import services
from dothi.cases.choices import Scope
from dothi.cases.models import Move
from dothi.cases.tests.factories import MONDAY_9AM, Office
from dothi.cases.tests.test_api import Program, _now  # noqa: F401
from dothi.core.events.services import drain_all
from dothi.core.hooks.models import Hook, Message
from dothi.core.hooks.tests.listening import listening

EVENTS = ["cases.submitted", "cases.moved"]


def subscribe(program: Program, url: str, *, events: list[str] | None = None) -> Any:
    return program.client.post(
        "/api/v1/hooks", json.dumps({"url": url, "events": events or EVENTS}),
        content_type="application/json",
        headers={**program.headers, "Idempotency-Key": f"hook-{url}"},
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_system_hears_of_its_unit_and_of_what_it_sent_in(office: Office, settings: Any) -> None:
    settings.WEBHOOKS_LOCAL = True
    near = Program(office.river, code="near")
    far = Program(office.hill, code="far")
    with listening() as server:
        for program in (near, far):
            made = subscribe(program, server.url)
            assert made.status_code == 201, made.content
            assert made.json()["secret"].startswith("whsec_")
        drain_all()
        dossier = office.received()
        drain_all()
    told = Message.objects.order_by("id")
    assert {message.hook.owner for message in told} == {near.machine.subject}
    assert [json.loads(message.body)["type"] for message in told] == [
        "cases.submitted", "cases.moved", "cases.moved"
    ]  # fmt: skip
    assert json.loads(told[2].body)["data"]["code"] == dossier.code
    for message in told:
        for word in ("Mẫu", "0901234567", "079190000001"):
            assert word not in message.body


@pytest.mark.django_db
def test_who_only_sends_in_hears_of_its_own_and_who_ended_of_nothing(
    office: Office, settings: Any
) -> None:
    from dothi.cases import events

    settings.WEBHOOKS_LOCAL = True
    program = Program(office.river, scopes=[Scope.SUBMIT])
    subscribe(program, "http://127.0.0.1:9/")

    def told(code: str) -> int:
        rated = events.DossierRated(code=code, procedure="x", unit_code="00001", stars=5)
        Hook.objects.update(events=["cases.rated"])
        return services.tell_hooks(events=[(rated, code)], at=MONDAY_9AM)

    other = office.submitted().dossier
    own = office.submitted(source=program.machine.code, source_ref="1").dossier
    assert (told(other.code), told(own.code)) == (0, 1)
    accounts.end_machine(machine=program.machine, by="system", at=MONDAY_9AM, on=MONDAY_9AM.date())
    assert told(own.code) == 0
    assert not Hook.objects.filter(ended_at=None).exists()
    assert Move.objects.exists()


@pytest.mark.django_db
def test_a_program_looks_after_its_own_hooks_only(office: Office, settings: Any) -> None:
    settings.WEBHOOKS_LOCAL = True
    mine, other = Program(office.river), Program(office.river, code="other")
    made = subscribe(mine, "http://127.0.0.1:9/").json()
    url = f"/api/v1/hooks/{made['code']}"
    assert mine.client.get("/api/v1/hooks").status_code == 401
    assert other.client.get("/api/v1/hooks", headers=other.headers).json() == []
    assert other.client.delete(url, headers=other.headers).status_code == 404
    assert other.client.get(f"{url}/messages", headers=other.headers).status_code == 404
    listed = mine.client.get("/api/v1/hooks", headers=mine.headers).json()
    assert [hook["code"] for hook in listed] == [made["code"]]
    assert "secret" not in listed[0]
    new = mine.client.post(
        f"{url}/secret", headers={**mine.headers, "Idempotency-Key": "renew"}
    ).json()
    assert new["secret"] != made["secret"]
    assert mine.client.get(f"{url}/messages", headers=mine.headers).json()["items"] == []
    again = mine.client.post(f"{url}/messages/again", headers=mine.headers)
    assert again.json() == {"count": 0}
    assert mine.client.delete(url, headers=mine.headers).status_code == 204
    assert mine.client.get("/api/v1/hooks", headers=mine.headers).json() == []
    assert "cases.moved" in mine.client.get("/api/v1/hooks/events", headers=mine.headers).json()


@pytest.mark.django_db
def test_a_hook_inside_the_house_is_refused_with_a_reason(office: Office, settings: Any) -> None:
    settings.WEBHOOKS_LOCAL = False
    refused = subscribe(Program(office.river), "https://127.0.0.1/")
    assert (refused.status_code, refused.json()["code"]) == (422, "url")
