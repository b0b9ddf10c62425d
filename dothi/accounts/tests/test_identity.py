"""Sign-in by the national identity, against a real provider on loopback."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings

from dothi.accounts.choices import Level, Role
from dothi.accounts.models import User
from dothi.accounts.tests import identity_provider
from dothi.accounts.tests.factories import PASSWORD, make_citizen, make_officer, make_ward
from dothi.accounts.tests.identity_provider import CLIENT_ID, CLIENT_SECRET, Provider

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/identity/login/"


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    claims = {
        "sub": "pairwise-1",
        "name": "Lê Văn Dân",
        "acr": "level-2",
        "email": "dan@identity.example",
        "email_verified": False,
        "citizen_number": "079000000000",
    }
    with identity_provider.running(claims) as provider:
        app = {
            "provider_id": "identity",
            "name": "VNeID",
            "client_id": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "settings": {"server_url": provider.issuer},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
        }
        settings.OIDC_IDENTITY_VALUES = ["level-2"]
        yield provider


def go_through(client: Client, **asked: str) -> Any:
    begun = client.post(LOGIN, asked)
    assert begun.status_code == 302
    back = requests.get(begun["Location"], allow_redirects=False, timeout=5)
    assert back.status_code == 302
    return client.get(back.headers["Location"].removeprefix("http://testserver"))


def test_a_proved_identity_signs_in_at_the_highest_level(
    client: Client, provider: Provider
) -> None:
    done = go_through(client)
    assert done.status_code == 302
    user = User.objects.get()
    assert (user.level, user.full_name) == (Level.IDENTITY, "Lê Văn Dân")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert not provider.refused
    go_through(Client())
    assert User.objects.count() == 1, "the same person the second time"


def test_nothing_but_the_proof_is_kept_of_what_the_provider_tells(
    client: Client, provider: Provider
) -> None:
    go_through(client)
    go_through(Client())
    assert SocialAccount.objects.get().extra_data == {"identity": True}


def test_who_signed_in_there_without_proof_is_not_raised(
    client: Client, provider: Provider
) -> None:
    provider.claims["acr"] = "level-1"
    go_through(client)
    assert User.objects.get().level == Level.NONE


def test_a_house_that_agreed_on_no_value_raises_nobody(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.OIDC_IDENTITY_VALUES = []
    go_through(client)
    assert User.objects.get().level == Level.NONE


def test_a_citizen_connects_the_identity_to_the_account(client: Client, provider: Provider) -> None:
    user = make_citizen(level=Level.CONTACT)
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    go_through(client, process="connect")
    user.refresh_from_db()
    assert user.level == Level.IDENTITY
    assert User.objects.count() == 1


def test_an_address_from_outside_opens_nobodys_account(client: Client, provider: Provider) -> None:
    officer = make_officer(unit=make_ward(), role=Role.LEADER)
    provider.claims |= {"email": officer.email, "email_verified": True}
    go_through(client)
    assert client.session.get("_auth_user_id") != str(officer.pk)


@pytest.mark.parametrize(
    "lie",
    [
        {"aud": "another-house"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1_600_000_000},
        {"sub": "somebody-else"},
    ],
    ids=["for another house", "by another issuer", "expired", "of another person"],
)
def test_a_token_that_is_not_for_us_or_not_of_now_is_refused(
    client: Client, provider: Provider, lie: dict[str, Any]
) -> None:
    provider.token_says = lie
    go_through(client)
    assert not User.objects.exists()
    assert "_auth_user_id" not in client.session


def test_what_is_told_of_another_person_than_the_token_is_refused(
    client: Client, provider: Provider
) -> None:
    """OIDC Core 1.0, section 5.3.2: the two answers must name the same subject."""
    provider.userinfo_says = {"sub": "somebody-else"}
    go_through(client)
    assert not User.objects.exists()


def test_the_question_is_bound_to_this_browser(client: Client, provider: Provider) -> None:
    """PKCE with S256 (RFC 7636) and a state: a code that was caught opens nothing elsewhere."""
    begun = client.post(LOGIN)
    back = requests.get(begun["Location"], allow_redirects=False, timeout=5)
    answer = back.headers["Location"].removeprefix("http://testserver")
    [asked] = provider.asked
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert len(asked["state"]) >= 16
    thief = Client()
    thief.post(LOGIN)
    thief.get(answer)
    assert not User.objects.exists()
    other = begun["Location"].replace(asked["code_challenge"], "A" * 43)
    swapped = requests.get(other, allow_redirects=False, timeout=5).headers["Location"]
    client.get(swapped.removeprefix("http://testserver"))
    assert provider.refused == ["invalid_grant"]
    assert not User.objects.exists()


def test_an_answer_opens_once(client: Client, provider: Provider) -> None:
    begun = client.post(LOGIN)
    back = requests.get(begun["Location"], allow_redirects=False, timeout=5)
    answer = back.headers["Location"].removeprefix("http://testserver")
    client.get(answer)
    assert User.objects.count() == 1
    client.logout()
    client.get(answer)
    assert "_auth_user_id" not in client.session


def test_a_forged_answer_is_refused(client: Client, provider: Provider) -> None:
    client.post(LOGIN)
    client.get("/accounts/oidc/identity/login/callback/?code=guess&state=guess")
    assert not User.objects.exists()
