import base64
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import identify_hasher
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils.translation import gettext, ngettext, override, pgettext
from pytest_django import Settings

from dothi.accounts import selectors, services
from dothi.accounts.adapter import AccountAdapter
from dothi.accounts.choices import Level, Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import (
    MONDAY_9AM,
    PASSWORD,
    make_citizen,
    make_officer,
    make_ward,
)
from dothi.accounts.tests.library import messages_shown
from dothi.core import clock
from dothi.core.audit.models import Entry
from dothi.core.crypto import services as crypto

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_tried_before(settings: Settings) -> None:
    settings.DEMO = True
    cache.clear()


def sign_in(client: Client, login: str, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": login, "password": password})


def confirm(client: Client) -> None:
    """Give the password again, as every change of sign-in asks."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def code_of(user: User) -> str:
    return selectors.current_totp(user, clock.now())


def test_staff_sign_in_with_password_and_code(client: Client) -> None:
    lan = make_officer(unit=make_ward())
    asked = sign_in(client, "lan")
    assert asked["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    done = client.post(asked["Location"], {"code": code_of(lan)})
    assert done["Location"] == "/desk/"
    assert client.session["_auth_user_id"] == str(lan.pk)


def test_a_code_opens_once(client: Client) -> None:
    lan = make_officer(unit=make_ward())
    code = code_of(lan)
    sign_in(client, "lan")
    client.post("/accounts/2fa/authenticate/", {"code": code})
    other = Client()
    sign_in(other, "lan")
    assert other.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert "_auth_user_id" not in other.session


def test_a_recovery_code_stands_in_for_a_lost_telephone(client: Client) -> None:
    lan = make_officer(unit=make_ward())
    codes = RecoveryCodes.activate(lan)
    sign_in(client, "lan")
    done = client.post("/accounts/2fa/authenticate/", {"code": codes.get_unused_codes()[0]})
    assert done["Location"] == "/desk/"


def test_second_steps_open_after_the_key_of_the_house_was_changed(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.KEYS = tmp_path / "keys"
    lan = make_officer(unit=make_ward())
    codes = RecoveryCodes.activate(lan).get_unused_codes()
    now = clock.now()
    crypto.add_key(by="system", at=now)
    assert crypto.retire_keys(by="system", at=now) == [], "the secrets still need the old key"
    assert crypto.re_encrypt(by="system", at=now).values == 2
    assert crypto.retire_keys(by="system", at=now) == ["0001"]
    (settings.KEYS / "field-0001.retired").unlink()
    sign_in(client, "lan")
    done = client.post("/accounts/2fa/authenticate/", {"code": code_of(lan)})
    assert done["Location"] == "/desk/"
    other = Client()
    sign_in(other, "lan")
    assert other.post("/accounts/2fa/authenticate/", {"code": codes[0]})["Location"] == "/desk/"


def test_a_citizen_signs_in_by_e_mail(client: Client) -> None:
    user = make_citizen()
    assert sign_in(client, user.email)["Location"] == "/my/"


def test_passwords_are_kept_by_argon2() -> None:
    assert identify_hasher(make_citizen().password).algorithm == "argon2"


def test_guessing_a_password_is_stopped_for_the_account(client: Client) -> None:
    user = make_citizen()
    for _ in range(5):
        sign_in(client, user.email, "wrong-password-1")
    assert sign_in(client, user.email).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("password", ["password123", "1234567890", "short"])
def test_a_password_that_leaked_or_is_too_short_is_refused(client: Client, password: str) -> None:
    client.post("/accounts/signup/", {"email": "dan@citizen.example", "password1": password})
    assert not User.objects.exists()


def sign_up(client: Client, **more: str) -> Any:
    asked = {"email": "dan@citizen.example", "password1": PASSWORD, "full_name": "Lê Văn Dân"}
    return client.post("/accounts/signup/", asked | more)


def test_a_confirmed_address_is_the_level_contact(client: Client) -> None:
    sign_up(client)
    user = User.objects.get()
    assert (user.level, user.full_name) == (Level.NONE, "Lê Văn Dân")
    assert "dan" not in user.username
    [message] = mail.outbox
    code = re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", str(message.body), re.MULTILINE)
    assert code
    client.post("/accounts/confirm-email/", {"code": code[1]})
    user.refresh_from_db()
    assert user.level == Level.CONTACT
    assert client.session["_auth_user_id"] == str(user.pk)
    assert Entry.objects.filter(act="accounts.reach_level", subject=user.subject).exists()


def test_nobody_learns_who_has_an_account(client: Client) -> None:
    make_citizen(email="dan@citizen.example")
    known = sign_up(client)
    fresh = sign_up(Client(), email="other@citizen.example")
    assert (known.status_code, known["Location"]) == (fresh.status_code, fresh["Location"])


def test_a_forgotten_password_is_set_anew_by_e_mail(client: Client) -> None:
    user = make_citizen()
    client.post("/accounts/password/reset/", {"email": user.email})
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    assert link
    form = client.get(link[1], follow=True)
    new = "ao-dai-xanh-2026"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)


def test_staff_without_a_second_step_are_sent_to_set_it_up(client: Client) -> None:
    lan = make_officer(unit=make_ward(), role=Role.LEADER, mfa=False)
    client.force_login(lan)
    assert client.get("/desk/staff/")["Location"] == "/accounts/2fa/"
    assert client.get("/en/desk/staff/")["Location"] == "/en/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200


def test_staff_set_up_an_authenticator_and_their_desk_opens(client: Client) -> None:
    lan = make_officer(unit=make_ward(), role=Role.LEADER, mfa=False)
    sign_in(client, "lan")
    confirm(client)
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert b"data:image/svg+xml" in page.content
    code = format_hotp_value(hotp_value(secret, int(clock.now().timestamp()) // 30))
    client.post("/accounts/2fa/totp/activate/", {"code": code})
    kept = Authenticator.objects.get(user=lan, type="totp")
    assert secret not in kept.data["secret"], "encrypted at rest"
    assert client.get("/desk/staff/").status_code == 200


def test_a_change_of_sign_in_is_recorded_and_told_by_mail(rf: RequestFactory) -> None:
    lan = make_officer(unit=make_ward())
    request = rf.get("/")
    with request_context(request), override("vi"):
        AccountAdapter(request).send_notification_mail("mfa/email/totp_deactivated", lan)
    assert Entry.objects.filter(act="accounts.sign_in_change", subject=lan.subject).exists()
    [message] = mail.outbox
    assert message.to == [lan.email]
    assert message.subject == "Đã tắt ứng dụng xác thực"


def test_changing_how_one_signs_in_asks_for_the_password_again(client: Client) -> None:
    client.force_login(make_citizen())
    answer = client.get("/accounts/2fa/totp/activate/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_sessions_are_listed_and_others_can_be_ended(client: Client) -> None:
    user = make_citizen()
    sign_in(client, user.email)
    other = Client()
    sign_in(other, user.email)
    assert UserSession.objects.filter(user=user).count() == 2
    assert client.get("/accounts/sessions/").status_code == 200
    client.post("/accounts/sessions/")
    assert UserSession.objects.filter(user=user).count() == 1
    assert other.get("/accounts/sessions/").status_code == 302


def test_who_left_is_out_at_once(client: Client) -> None:
    ward = make_ward()
    lan = make_officer(unit=ward, role=Role.LEADER)
    client.force_login(lan)
    assert client.get("/desk/staff/").status_code == 200
    now = clock.now()
    services.leave(user=lan, on=now.date(), successor=None, at=now, by="system")
    assert client.get("/desk/staff/")["Location"].startswith("/accounts/login/")
    again = Client()
    sign_in(again, "lan")
    assert "_auth_user_id" not in again.session


def test_the_first_link_leads_to_password_sign_in_and_second_step(client: Client) -> None:
    now = clock.now()
    link = services.first_admin_link(
        username="an", full_name="Phan An", email="an@house.example", unit=make_ward(), at=now
    )
    path = re.sub(r"^https?://[^/]+", "", link)
    assert client.get(path).status_code == 200
    assert client.post(path, {"password": "password123"}).status_code == 422
    assert client.post(path, {"password": PASSWORD})["Location"] == "/accounts/login/"
    assert client.get(path).status_code == 410
    assert sign_in(client, "an").status_code == 302
    assert client.get("/desk/staff/")["Location"] == "/accounts/2fa/"


def test_codes_of_sample_people_are_read_in_the_demo_only(settings: Settings) -> None:
    lan = make_officer(unit=make_ward())
    settings.DEMO = False
    with pytest.raises(selectors.OnlyInTheDemo):
        selectors.current_totp(lan, MONDAY_9AM)
    with pytest.raises(selectors.OnlyInTheDemo):
        services.enrol_demo_totp(lan)


def test_the_known_vector_of_the_standard_comes_out() -> None:
    """RFC 6238, appendix B: at second 59 the eight digits are 94287082; we show the last six."""
    lan = make_officer(unit=make_ward(), mfa=False)
    services.enrol_demo_totp(lan, base64.b32encode(b"12345678901234567890").decode())
    assert selectors.current_totp(lan, datetime.fromtimestamp(59, UTC)) == "287082"


VISITOR = ["login/", "signup/", "password/reset/", "password/reset/done/"]
CITIZEN = ["logout/", "email/", "2fa/", "sessions/", "3rdparty/", "password/change/"]


@pytest.mark.parametrize("path", VISITOR)
@pytest.mark.parametrize("language", ["", "/en"])
def test_visitors_see_the_pages_of_sign_in(client: Client, path: str, language: str) -> None:
    answer = client.get(f"{language}/accounts/{path}")
    assert answer.status_code == 200
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", CITIZEN)
def test_citizens_see_the_pages_of_their_account(client: Client, path: str) -> None:
    user = make_citizen()
    sign_in(client, user.email)
    assert client.get(f"/accounts/{path}").status_code == 200
    assert Client().get(f"/accounts/{path}").status_code == 302


def test_passkeys_are_set_up_by_scripts_from_files(client: Client) -> None:
    user = make_citizen()
    sign_in(client, user.email)
    confirm(client)
    page = client.get("/accounts/2fa/webauthn/add/").content.decode()
    scripts = re.findall(r"<script(?![^>]*application/json)([^>]*)>", page)
    assert len(scripts) >= 3
    assert all("src=" in script for script in scripts)


def test_the_pages_of_the_library_speak_vietnamese() -> None:
    english = []
    with override("vi"):
        for context, text, plural, _ in messages_shown():
            if plural:
                shown = ngettext(text, plural, 2)
            else:
                shown = pgettext(context, text) if context else gettext(text)
            if shown in {text, plural} and text != "Email":
                english.append(text)
    assert not english


def test_an_address_that_was_changed_must_be_confirmed_before_it_signs_in(client: Client) -> None:
    user = make_citizen()
    sign_in(client, user.email)
    client.post("/accounts/email/", {"action_add": "", "email": "new@citizen.example"})
    added = EmailAddress.objects.filter(user=user, email="new@citizen.example", verified=True)
    assert not added.exists()
