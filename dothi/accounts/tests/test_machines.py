"""Programs of other offices: made known, let in for a while, and turned away."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from dothi.accounts import selectors, services
from dothi.accounts.choices import Role
from dothi.accounts.models import Machine, Post, Said, Token
from dothi.accounts.services import Registered
from dothi.accounts.tests.factories import MONDAY, MONDAY_9AM, make_officer, make_root, make_ward
from dothi.core.audit.models import Entry
from dothi.core.hooks.models import Hook, Message
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
READ = "cases.read"


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


@pytest.fixture
def ward() -> Unit:
    return make_ward(under=make_root())


def registered(unit: Unit, **changes: Any) -> Registered:
    given: dict[str, Any] = {
        "code": "power-company", "name": "Công ty điện lực", "unit": unit, "role": Role.COUNTER,
        "scopes": [READ, "cases.submit"], "valid_from": MONDAY, "by": "user:1", "at": MONDAY_9AM,
    }  # fmt: skip
    return services.register_machine(**(given | changes))


def ask(client: Client, made: Registered, **changes: Any) -> Any:
    given = {
        "grant_type": "client_credentials", "client_id": made.machine.code,
        "client_secret": made.secret,
    }  # fmt: skip
    return client.post("/api/oauth/token", given | changes)


def test_a_program_gets_a_token_for_half_an_hour(client: Client, ward: Unit) -> None:
    made = registered(ward)
    answer = ask(client, made)
    told = answer.json()
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 1800)
    assert told["scope"] == "cases.read cases.submit"
    text = told["access_token"]
    assert not Token.objects.filter(token_hash=text).exists()
    assert selectors.token_of(text, at=MONDAY_9AM + timedelta(minutes=29)) is not None
    assert selectors.token_of(text, at=MONDAY_9AM + timedelta(minutes=30)) is None
    assert Entry.objects.filter(act="accounts.issue_token").count() == 1


def test_it_may_ask_for_less_and_not_for_more(client: Client, ward: Unit) -> None:
    made = registered(ward)
    assert ask(client, made, scope=READ).json()["scope"] == READ
    refused = ask(client, made, scope="cases.act")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_basic_authentication_is_taken_as_well(client: Client, ward: Unit) -> None:
    made = registered(ward)
    shown = b64encode(f"{made.machine.code}:{made.secret}".encode()).decode()
    answer = client.post(
        "/api/oauth/token", {"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {shown}"},
    )  # fmt: skip
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "\0"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_others_are_turned_away(
    client: Client, ward: Unit, changes: dict[str, str], status: int, error: str
) -> None:
    answer = ask(client, registered(ward), **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert Token.objects.count() == 0


def test_a_new_secret_ends_the_one_before_and_every_token(client: Client, ward: Unit) -> None:
    made = registered(ward)
    text = ask(client, made).json()["access_token"]
    new = services.renew_secret(machine=made.machine, by="user:1", at=MONDAY_9AM)
    assert ask(client, made).status_code == 401
    assert selectors.token_of(text, at=MONDAY_9AM) is None
    assert ask(client, made, client_secret=new).status_code == 200


def test_an_ended_program_holds_nothing_any_more(client: Client, ward: Unit) -> None:
    made = registered(ward)
    text = ask(client, made).json()["access_token"]
    services.end_machine(machine=made.machine, by="user:1", at=MONDAY_9AM, on=MONDAY)
    assert ask(client, made).status_code == 401
    assert selectors.token_of(text, at=MONDAY_9AM) is None
    assert not Post.objects.filter(user=made.machine.user, valid_to=None).exists()


def test_a_token_can_be_given_back(client: Client, ward: Unit) -> None:
    made, other = registered(ward), registered(ward, code="water-company")
    text = ask(client, made).json()["access_token"]
    for who in (other, made):
        alive = selectors.token_of(text, at=MONDAY_9AM)
        assert alive is not None  # Nobody ends the tokens of others.
        answer = client.post(
            "/api/oauth/revoke",
            {"client_id": who.machine.code, "client_secret": who.secret, "token": text},
        )
        assert answer.status_code == 200
    assert selectors.token_of(text, at=MONDAY_9AM) is None


def test_a_program_serves_or_looks_and_never_leads(ward: Unit) -> None:
    with pytest.raises(services.NotOffered):
        registered(ward, role=Role.LEADER)
    with pytest.raises(services.NotOffered):
        registered(ward, scopes=["cases.erase"])
    with pytest.raises(services.NotOffered):
        registered(ward, code="Điện lực")
    registered(ward)
    with pytest.raises(services.CodeTaken):
        registered(ward)
    assert Machine.objects.count() == 1


def test_nobody_hands_work_to_a_program(ward: Unit) -> None:
    lan = make_officer(unit=ward)
    registered(ward, role=Role.SPECIALIST)
    assert list(selectors.who_may("cases.handle", ward, on=MONDAY)) == [lan]


def test_the_same_key_is_answered_with_the_same_words(ward: Unit) -> None:
    machine, done = registered(ward).machine, []

    def do() -> tuple[int, dict[str, Any]]:
        done.append(1)
        return 201, {"secret": "only once"}

    asked: dict[str, Any] = {
        "machine": machine, "key": "k1", "asked": {"a": 1}, "at": MONDAY_9AM, "do": do
    }  # fmt: skip
    first, second = services.once(**asked), services.once(**asked)
    assert (len(done), first.body, second.body) == (1, second.body, first.body)
    assert (first.again, second.again, second.status) == (False, True, 201)
    with pytest.raises(services.KeyUsed):
        services.once(**(asked | {"asked": {"a": 2}}))
    services.sweep_tokens(at=MONDAY_9AM + timedelta(days=3))
    assert not Said.objects.exists()


def test_what_failed_may_be_sent_again_under_its_key(ward: Unit) -> None:
    machine = registered(ward).machine

    def fails() -> tuple[int, dict[str, Any]]:
        raise RuntimeError

    asked: dict[str, Any] = {"machine": machine, "key": "k1", "asked": {}, "at": MONDAY_9AM}
    with pytest.raises(RuntimeError):
        services.once(**asked, do=fails)
    assert services.once(**asked, do=lambda: (200, {})).status == 200


def test_who_guesses_secrets_is_told_to_come_back_later(client: Client, ward: Unit) -> None:
    made = registered(ward)
    answers = {ask(client, made, client_secret="x").status_code for _ in range(121)}
    assert answers == {401, 429}


# --- Pages of who looks after programs -----------------------------------------------------------


def signed_in(client: Client, unit: Unit, role: Role = Role.ADMINISTRATOR) -> None:
    client.force_login(make_officer(f"x-{role}", unit=unit, role=role))


def test_an_administrator_makes_a_program_known_and_reads_its_secret_once(
    client: Client, ward: Unit
) -> None:
    signed_in(client, ward)
    form = {
        "name": "Công ty điện lực", "code": "power-company", "contact": "Tổ trực",
        "unit": ward.pk, "role": "counter", "scopes": [READ],
    }  # fmt: skip
    page = client.post("/en/desk/machines/add/", form)
    assert page.status_code == 200
    secret = page.context["secret"]
    assert ask(client, Registered(machine=Machine.objects.get(), secret=secret)).status_code == 200
    assert secret not in client.get("/en/desk/machines/").content.decode()
    again = client.post("/en/desk/machines/add/", form)
    assert again.status_code == 422
    assert "Another program" in again.content.decode()


def test_a_secret_is_renewed_and_a_program_ended_on_the_page(client: Client, ward: Unit) -> None:
    made = registered(ward)
    signed_in(client, ward)
    page = client.post("/en/desk/machines/power-company/renew/")
    assert page.context["secret"] != made.secret
    client.post("/en/desk/machines/power-company/end/")
    made.machine.refresh_from_db()
    assert made.machine.ended_at is not None
    assert client.post("/en/desk/machines/power-company/renew/").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_nobody_else_looks_after_programs(client: Client, ward: Unit, role: Role) -> None:
    registered(ward)
    signed_in(client, ward, role)
    assert client.get("/desk/machines/").status_code == 403
    for path in (
        "add", "power-company/renew", "power-company/end", "power-company/again",
    ):  # fmt: skip
        assert client.post(f"/desk/machines/{path}/").status_code == 403


def test_programs_of_other_units_are_not_there(client: Client, ward: Unit) -> None:
    other = make_ward("27239", under=ward.parent)
    registered(other)
    signed_in(client, ward)
    assert "power-company" not in client.get("/desk/machines/").content.decode()
    assert client.post("/desk/machines/power-company/end/").status_code == 404


def test_messages_that_were_given_up_are_sent_again_from_the_page(
    client: Client, ward: Unit
) -> None:
    made = registered(ward)
    hook = Hook.objects.create(
        code="H", owner=made.machine.subject, url="https://example.vn/", events=["x"],
        secret="whsec_", made_at=MONDAY_9AM,
    )  # fmt: skip
    Message.objects.create(
        hook=hook, code="m", event="x", body="{}", state="dead", next_try_at=MONDAY_9AM,
        made_at=MONDAY_9AM,
    )  # fmt: skip
    signed_in(client, ward)
    assert "Send again" in client.get("/en/desk/machines/").content.decode()
    client.post("/en/desk/machines/power-company/again/")
    assert Message.objects.get().state == "waiting"
