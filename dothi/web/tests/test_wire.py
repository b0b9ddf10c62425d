"""What goes over the wire: secure behind a proxy with TLS, and small."""

import gzip
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer
from dothi.config.asgi import unambiguous
from dothi.units.models import Unit
from dothi.units.tests.factories import make_root

ADDRESS = "https://dothi.example.vn"
# What `dothi init --url https://…` writes.
WRITTEN = {
    "PUBLIC_URL": ADDRESS,
    "ALLOWED_HOSTS": "dothi.example.vn",
    "CSRF_TRUSTED_ORIGINS": ADDRESS,
    "SECURE": "1",
    "TRUSTED_PROXIES": "1",
}
NAMES = (
    "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_SECURE",
    "SECURE_HSTS_SECONDS", "SECURE_PROXY_SSL_HEADER", "TRUSTED_PROXIES", "PUBLIC_URL",
)  # fmt: skip
BY_PROXY = {"host": "dothi.example.vn", "x-forwarded-proto": "https"}


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture(scope="module")
def house_with_tls() -> dict[str, Any]:
    """The settings as a program reads them that is started with what `init` writes."""
    code = (
        "import json; from dothi.config import settings as s;"
        f"print(json.dumps({{n: getattr(s, n, None) for n in {NAMES!r}}}))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **WRITTEN},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(said.stdout))


@pytest.fixture
def behind_proxy(settings: Any, house_with_tls: dict[str, Any]) -> None:
    for name, value in house_with_tls.items():
        setattr(settings, name, tuple(value) if name == "SECURE_PROXY_SSL_HEADER" else value)


@pytest.mark.django_db
@pytest.mark.usefixtures("behind_proxy")
def test_browsers_are_told_to_come_by_tls_only_and_cookies_too(client: Client, root: Unit) -> None:
    answer = client.get("/", headers=BY_PROXY)
    assert answer.status_code == 200
    assert answer["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.cookies["csrftoken"]["secure"]
    client.force_login(make_officer("an", unit=root, role=Role.ADMINISTRATOR))
    assert client.cookies["sessionid"]["secure"]
    assert Session.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("behind_proxy", "root")
@pytest.mark.parametrize(
    ("origin", "status"),
    [(ADDRESS, 302), ("https://evil.example", 403), ("http://dothi.example.vn", 403)],
)
def test_forms_are_taken_from_the_own_address_only(origin: str, status: int) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/", headers=BY_PROXY)
    form = {"theme": "dark", "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    answer = client.post("/theme", form, headers={**BY_PROXY, "origin": origin})
    assert answer.status_code == status


@pytest.mark.django_db
@pytest.mark.usefixtures("behind_proxy", "root")
def test_another_name_is_not_served(client: Client) -> None:
    assert client.get("/", headers={**BY_PROXY, "host": "evil.example"}).status_code == 400


def test_nobody_says_of_himself_what_only_a_proxy_may_say() -> None:
    came = [(b"host", b"a"), (b"x-forwarded-for", b"203.0.113.9"), (b"x_forwarded_for", b"6.6.6.6")]
    assert unambiguous(came) == came[:2]


# --- Small ---------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("root")
def test_public_pages_and_their_files_are_squeezed(client: Client) -> None:
    plain = client.get("/")
    small = client.get("/", headers={"accept-encoding": "br, gzip"})
    assert "Content-Encoding" not in plain
    assert small["Content-Encoding"] == "gzip"
    assert b"</html>" in gzip.decompress(small.content)
    assert len(small.content) < len(plain.content) / 2
    assert "Accept-Encoding" in small["Vary"]
    style = client.get("/static/web/base.css", headers={"accept-encoding": "gzip"})
    assert style["Content-Encoding"] == "gzip"
    assert b"{" in gzip.decompress(b"".join(style))
    style.close()
    again = {"accept-encoding": "gzip", "if-none-match": style["ETag"]}
    assert client.get("/static/web/base.css", headers=again).status_code == 304


@pytest.mark.django_db
def test_pages_of_who_is_signed_in_keep_their_length_to_themselves(
    client: Client, root: Unit
) -> None:
    client.force_login(make_officer("an", unit=root, role=Role.ADMINISTRATOR))
    answer = client.get("/desk/", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer


@pytest.mark.django_db
def test_what_is_small_already_is_left_alone(client: Client) -> None:
    font = client.get(
        "/static/vendor/fonts/be-vietnam-pro-latin-400.woff2", headers={"accept-encoding": "gzip"}
    )
    assert font.status_code == 200
    assert "Content-Encoding" not in font
    font.close()
