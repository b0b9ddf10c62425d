"""The desk as a hostile visitor finds it: every address is tried, also those added tomorrow."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from dothi.accounts import registry
from dothi.accounts import services as people
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import add_totp, make_citizen
from dothi.core import clock
from dothi.feedback.tests.factories import SINCE, City, make_officer
from dothi.portal.tests.factories import write_article
from dothi.web import context
from tests.architecture.doors_of_the_house import Forms, addresses, fingerprint, views

pytestmark = pytest.mark.django_db
# Doors for programs that hold no cookie of ours, so that nobody can misuse it in their name.
WITHOUT_CSRF = {
    "/open311/",  # An API key or nothing: these doors know no session.
    "/notices/unsubscribe/",  # RFC 8058: the token proves it.
    "/notices/heard/",  # Services for messages: only what they signed is believed.
    "/feedback/protected/",  # Knows nobody and keeps no cookie: there is nothing to misuse.
    "/cases/pay/heard/",  # Payment services: only what they signed is believed.
    "/api/3/action/",
    "/api/action/",  # Look at a key and never at a cookie.
    "/api/govstack/",  # A token or nothing.
    "/api/oauth/",  # A client's own secret or nothing.
    "/api/v1/",  # The library's views check the token themselves where they know a user.
}


@dataclass
class House:
    """A city with something behind every door, and people with all posts."""

    city: City = field(default_factory=City)

    def __post_init__(self) -> None:
        now = clock.now()
        self.boss = self.officer("boss", Role.DISPATCHER)
        for role in Role:
            if role not in {Role.DISPATCHER, Role.AUDITOR}:
                people.appoint(
                    user=self.boss, unit=self.city.root, role=role, valid_from=SINCE, at=now,
                    by="system",
                )  # fmt: skip
        self.auditor = self.officer("kiem.tra", Role.AUDITOR)
        self.ticket = self.city.submit()
        article = write_article(unit=self.city.root, by=self.boss)
        self.examples = {
            "code": self.ticket.code,
            "username": "lan",
            "pk": str(self.city.lan.posts.get().pk),
            "slug": getattr(article, "slug", "") or "x",
            "id": str(article.pk),
        }

    def officer(self, name: str, role: Role) -> User:
        user = make_officer(name, unit=self.city.root, role=role)
        add_totp(user)
        return user

    def addresses(self) -> list[str]:
        return addresses("/desk/", self.examples)


@pytest.fixture
def house(db: None) -> House:
    return House()


def signed_in(user: User, **more: Any) -> Client:
    client = Client(**more)
    client.force_login(user)
    return client


def test_nobody_comes_to_the_desk_without_signing_in(house: House) -> None:
    doors = house.addresses()
    assert len(doors) >= 15
    for door in [*doors, *(f"/en{door}" for door in doors)]:
        for method in ("get", "post"):
            answer = getattr(Client(), method)(door)
            assert answer.status_code == 302, (method, door)
            assert "/accounts/login/?next=" in answer["Location"], (method, door)


@pytest.mark.parametrize(
    "methods", [("get", "post"), pytest.param(("put", "delete"), marks=pytest.mark.long)]
)
def test_citizens_find_the_desk_closed(house: House, methods: tuple[str, str]) -> None:
    client = signed_in(make_citizen())
    for door in house.addresses():
        for method in methods:
            assert getattr(client, method)(door).status_code == 403, (method, door)


def test_staff_without_a_second_step_get_nowhere(house: House) -> None:
    client = signed_in(make_officer("mot.buoc", unit=house.city.root, role=Role.ADMINISTRATOR))
    for door in house.addresses():
        for method in ("get", "post"):
            answer = getattr(client, method)(door)
            assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/"), door


def test_no_door_takes_a_form_from_another_site(house: House) -> None:
    """A page elsewhere that posts in the name of who is signed in: refused at every door."""
    client = signed_in(house.boss, enforce_csrf_checks=True)
    before = fingerprint()
    for door in house.addresses():
        assert client.post(door, {"reason": "x"}).status_code == 403, door
    assert fingerprint() == before


def test_only_doors_for_programs_go_without_the_token() -> None:
    open_doors = {
        route
        for route, view in views()
        if getattr(view, "csrf_exempt", False)
        and not any(route.removeprefix("/en").startswith(known) for known in WITHOUT_CSRF)
    }
    assert not open_doors


def test_every_entry_of_the_desk_is_offered_to_somebody() -> None:
    """A power that no role has hides its entry from everybody, and nobody notices."""
    for name, *_, power in context.DESK:
        assert not power or registry.roles_with(power), name


def test_an_auditor_changes_nothing_at_any_door(house: House) -> None:
    """Whatever form anybody with all other posts is shown: the auditor sends it, in vain."""
    forms = _forms(house, signed_in(house.boss)) + _forms(house, signed_in(house.auditor))
    assert len(forms) >= 8
    client = signed_in(house.auditor)
    before = fingerprint()
    for action, sent in forms:
        # Refused with a 403, or kindly, with a sentence; but refused, and nothing is opened.
        answer = client.post(action, sent)
        _read_to_the_end(answer)
        assert answer.status_code < 500, (action, sent, answer.status_code)
        assert fingerprint() == before, (action, sent)


def test_the_same_forms_do_change_something_in_other_hands(house: House) -> None:
    """Or else the test above could not fail."""
    before = fingerprint()
    client = signed_in(house.boss)
    for action, sent in _forms(house, client):
        if "/staff/" not in action:
            _read_to_the_end(client.post(action, sent))
    assert fingerprint() != before


def _read_to_the_end(answer: Any) -> None:
    """What is a file is closed by that."""
    if answer.streaming:
        b"".join(answer)


def _forms(house: House, client: Client) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for door in house.addresses():
        answer = client.get(door)
        assert answer.status_code in {200, 302, 403, 404, 405}, (door, answer.status_code)
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            page = answer.content.decode()
            found += [form for form in Forms(page, door).found if form[0].startswith("/desk/")]
        _read_to_the_end(answer)
    return found
