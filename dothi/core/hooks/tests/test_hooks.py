"""Systems are told of facts: signed, again when they are ill, and nowhere that nobody may look."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dothi.core.hooks import registry, rules, selectors, services
from dothi.core.hooks.choices import Stage
from dothi.core.hooks.models import Hook, Message
from dothi.core.hooks.tests.listening import Listener, listening

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
OWNER = "accounts.machine:city-portal"
EVENT = "cases.moved"


@pytest.fixture
def listener(db: None, settings: Any) -> Iterator[Listener]:
    settings.WEBHOOKS_LOCAL = True
    registry.offer(EVENT)
    with listening() as made:
        yield made


def subscribed(listener: Listener, **changes: Any) -> services.Subscribed:
    given: dict[str, Any] = {
        "owner": OWNER, "url": listener.url, "events": [EVENT], "by": "user:1", "at": AT,
    }  # fmt: skip
    return services.subscribe(**(given | changes))


def put(*, code: str = "X", at: datetime = AT) -> int:
    return services.put(
        hooks=selectors.hooks_for([EVENT])[EVENT], event=EVENT, data={"code": code},
        happened_at=at, at=at,
    )  # fmt: skip


def test_a_message_is_signed_as_the_standard_has_it(listener: Listener) -> None:
    made = subscribed(listener)
    put()
    assert services.send_due(at=AT) == 1
    heard = listener.heard[0]
    told = json.loads(heard.body)
    assert (told["type"], told["data"]) == (EVENT, {"code": "X"})
    signed = f"{heard.headers['webhook-id']}.{int(AT.timestamp())}.".encode() + heard.body
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert heard.headers["webhook-signature"] == f"v1,{mac}"
    assert heard.headers["webhook-timestamp"] == str(int(AT.timestamp()))
    assert services.send_due(at=AT) == 0


def test_the_example_of_the_standard_has_its_signature() -> None:
    found = rules.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", message="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=datetime.fromtimestamp(1614265330, UTC), body='{"test": 2432232314}',
    )  # fmt: skip
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_new_secret_and_the_one_before_sign_together_for_a_day(listener: Listener) -> None:
    made = subscribed(listener)
    new = services.renew_secret(hook=made.hook, by="user:1", at=AT)
    put()
    services.send_due(at=AT)
    put(at=AT + timedelta(days=1))
    services.send_due(at=AT + timedelta(days=1))
    both, one = (heard.headers["webhook-signature"].split() for heard in listener.heard)
    assert (len(both), len(one)) == (2, 1)
    heard = listener.heard[1]
    assert one == [
        rules.signature(
            new, message=heard.headers["webhook-id"], at=AT + timedelta(days=1),
            body=heard.body.decode(),
        )
    ]  # fmt: skip


def test_who_is_ill_is_told_again_under_the_same_id(listener: Listener) -> None:
    subscribed(listener)
    put()
    listener.answers = [503, 200]
    assert services.send_due(at=AT) == 0
    assert services.send_due(at=AT + timedelta(seconds=4)) == 0
    assert services.send_due(at=AT + timedelta(seconds=5)) == 1
    assert len({heard.headers["webhook-id"] for heard in listener.heard}) == 1


def test_after_three_days_it_is_given_up_and_can_be_sent_again(listener: Listener) -> None:
    subscribed(listener)
    put()
    listener.answers = [500] * 10
    moment = AT
    for wait in (*rules.RETRIES, timedelta(0)):
        services.send_due(at=moment)
        moment += wait
    message = Message.objects.get()
    assert (message.state, message.attempts, message.status) == (Stage.DEAD, 10, 500)
    assert selectors.counts([OWNER]) == {OWNER: (0, 1)}
    assert services.send_again(owner="accounts.machine:other", by="user:1", at=moment) == 0
    assert services.send_again(owner=OWNER, by="user:1", at=moment) == 1
    assert services.send_due(at=moment) == 1
    services.forget(at=moment + timedelta(days=40))
    assert not Message.objects.exists()


def test_who_says_gone_is_told_nothing_more(listener: Listener) -> None:
    made = subscribed(listener)
    put()
    put()
    listener.answers = [410]
    services.send_due(at=AT)
    made.hook.refresh_from_db()
    assert (made.hook.ended_why, put()) == ("gone", 0)
    assert set(Message.objects.values_list("state", flat=True)) == {Stage.DEAD}


def test_a_redirect_is_not_followed(listener: Listener) -> None:
    subscribed(listener)
    put()
    listener.answers = [302]
    assert services.send_due(at=AT) == 0
    assert len(listener.heard) == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "2002:a00:1::",
        "64:ff9b::a00:1", "::", "nobody",
    ],
)  # fmt: skip
def test_networks_of_somebody_are_not_public(address: str) -> None:
    assert not rules.is_public(address)


def test_the_open_internet_is() -> None:
    assert rules.is_public("8.8.8.8")
    assert rules.is_public("2606:4700::1")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.vn/x", "https://u:p@example.vn/", "https://example.vn:22/", "ftp://a.vn/",
        "https://", "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://a b/",
        "https://2130706433/", "https://0x7f.1/",
    ],
)  # fmt: skip
def test_addresses_that_lead_inside_are_not_taken(db: None, settings: Any, url: str) -> None:
    settings.WEBHOOKS_LOCAL = False
    registry.offer(EVENT)
    with pytest.raises(services.BadHook):
        services.subscribe(owner=OWNER, url=url, events=[EVENT], by="user:1", at=AT)
    assert not Hook.objects.exists()


def test_a_name_that_turns_inward_later_leads_nowhere(
    listener: Listener, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribed(listener)
    Hook.objects.update(url="https://turns.example/")
    put()
    settings.WEBHOOKS_LOCAL = False
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("10.0.0.7", 443))])
    assert services.send_due(at=AT) == 0
    message = Message.objects.get()
    assert (message.state, message.error) == (Stage.WAITING, "NotAllowed")
    assert listener.heard == []


def test_facts_that_are_not_offered_cannot_be_had(listener: Listener) -> None:
    for events in ([], ["accounts.appointed"], [EVENT, "x"]):
        with pytest.raises(services.BadHook):
            subscribed(listener, events=events)
    for _ in range(rules.HOOKS_AT_MOST):
        subscribed(listener)
    with pytest.raises(services.BadHook):
        subscribed(listener)
