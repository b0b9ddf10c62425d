"""The shell: every page says where one is, in both languages, and errors say what to do."""

import gzip
import re
from typing import Any

import pytest
from django.conf import settings as house
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer
from dothi.units.tests.factories import make_root
from dothi.web.templatetags import parts

pytestmark = pytest.mark.django_db
PUBLIC = ("/", "/search", "/help", "/privacy", "/accessibility", "/web/parts")


@pytest.fixture(autouse=True)
def _root() -> None:
    make_root()


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_open_in_both_languages(client: Client, prefix: str, path: str) -> None:
    answer = client.get(f"{prefix}{path}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{"en" if prefix else "vi"}"' in page
    assert page.count("<h1") == 1
    assert 'href="#main"' in page, "the first Tab skips to the content"


def test_the_front_page_answers_the_four_questions_in_order(client: Client) -> None:
    page = client.get("/").content.decode()
    places = [page.index(f'id="{name}"') for name in ("need", "report", "follow", "going")]
    assert places == sorted(places)


def test_pages_hold_no_style_and_no_script_of_their_own(client: Client) -> None:
    """The policy would refuse them."""
    for path in PUBLIC:
        page = client.get(path).content.decode()
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\bsrc=)", page), path


def test_the_front_page_is_small_enough_for_a_slow_network(client: Client, settings: Any) -> None:
    """Page, style sheets and script of the house together, compressed; fonts come after."""
    settings.PUBLIC_WALL = True
    page = client.get("/").content
    files = re.findall(r'(?:href|src)="/static/(web/[^"]+\.(?:css|js))"', page.decode())
    folder = house.BASE_DIR / "dothi" / "web" / "static"
    total = len(gzip.compress(page))
    total += sum(len(gzip.compress((folder / name).read_bytes())) for name in files)
    assert files
    assert total < 40_000


def test_a_missing_page_says_what_to_do(client: Client) -> None:
    answer = client.get("/there-is-nothing-here")
    assert answer.status_code == 404
    assert "/search" in answer.content.decode()


def test_the_wish_for_light_or_dark_is_kept_and_leads_back(client: Client) -> None:
    answer = client.post("/theme", {"theme": "dark", "next": "/help"})
    assert (answer.status_code, answer["Location"]) == (302, "/help")
    assert 'data-theme="dark"' in client.get("/help").content.decode()
    assert (
        client.post("/theme", {"theme": "pink", "next": "https://evil.example/"})["Location"] == "/"
    )


def test_the_first_day_is_for_staff(client: Client) -> None:
    assert client.get("/desk/first-day").status_code == 302
    client.force_login(make_officer("x", unit=make_root(), role=Role.COUNTER))
    assert client.get("/desk/first-day").status_code == 200


@pytest.mark.parametrize("role", Role)
def test_the_rail_shows_what_opens_and_nothing_else(client: Client, role: Role) -> None:
    client.force_login(make_officer("x", unit=make_root(), role=role))
    page = client.get("/desk/first-day").content.decode()
    rail = page[page.index('<nav class="rail"') : page.index("</nav>")]
    addresses = re.findall(r'<li><a href="(/[^"]+)"', rail)
    assert "/desk/" in addresses
    for address in addresses:
        if not address.startswith("/accounts/"):
            assert client.get(address, follow=True).status_code == 200, address


def test_a_trend_has_its_table_and_needs_two_days() -> None:
    drawn = parts.trend([("01/03", 80.0), ("02/03", 90.0)], "x", "%", 50)
    assert drawn["line"] == "M0.0 11.0L100.0 2.0"
    assert drawn["points"] == [("01/03", 80.0), ("02/03", 90.0)]
    assert "line" not in parts.trend([("01/03", 80.0)], "x")
    assert parts.trend([("a", float("nan")), ("b", 1.0)], "x")["points"] == [("b", 1.0)]


def test_a_page_leads_to_itself_in_each_language_with_all_that_was_asked(client: Client) -> None:
    page = client.get("/en/help?a=1&b=%C3%A2").content.decode()
    public = house.PUBLIC_URL
    for code, path in (("vi", "/help"), ("en", "/en/help")):
        assert f'hreflang="{code}" href="{public}{path}?a=1&amp;b=%C3%A2"' in page, code
    assert '<a href="/help?a=1&amp;b=%C3%A2" lang="vi"' in page
    missing = client.get("/en/there-is-nothing-here")
    assert missing.status_code == 404, "there is no page to lead to, and the frame stands"


def test_the_options_of_a_choice_are_words_and_not_markup() -> None:
    written = parts.options([("a", "x"), ("<b>", '"&')], "<b>")
    assert written == (
        '<option value="a">x</option><option value="&lt;b&gt;" selected>&quot;&amp;</option>'
    )
