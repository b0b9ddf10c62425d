"""The clerical review in a real browser: one key a verdict, and readable for everybody."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_officer
from dothi.datastore.resolution import selectors
from dothi.datastore.resolution.choices import Verdict
from dothi.datastore.resolution.models import Decision, Project
from dothi.datastore.resolution.tests.factories import REGISTER, WELFARE, approved, compared, hold
from dothi.units.tests.factories import make_unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ({"width": 360, "height": 740}, {"width": 1280, "height": 900})
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def project(lists: Any) -> Project:
    """Two pairs wait: Minh, and An whose year of birth nobody knows."""
    an = {"full_name": "Lê Hoài An", "sex": "Nam", "phone": "0912000333"}
    hold(
        register=[*REGISTER, {"key": "r4", **an}],
        welfare=[*WELFARE, {"key": "w4", **an, "full_name": "Lê An"}],
    )
    unit = make_unit("27238", "Phường Minh Phụng")
    asker = make_officer("can.bo", unit=unit, role=Role.STEWARD)
    steward = make_officer("quan.ly", unit=unit, role=Role.STEWARD)
    made = approved(unit, asker, steward)
    compared(made, asker)
    return made


def page_for(browser: Browser, live_server: Any, project: Project, **more: Any) -> Page:
    client = Client()
    client.force_login(User.objects.get(username="can.bo"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(**more)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}]
    )
    return context.new_page()


def test_a_key_decides_and_the_next_pair_comes(
    browser: Browser, live_server: Any, project: Project
) -> None:
    page = page_for(browser, live_server, project)
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    assert selectors.counts(project).waiting == 2
    page.goto(f"{live_server.url}/desk/data/resolution/{project.code}/review")
    first = page.url

    page.keyboard.press("y")
    expect(page.locator("h1")).to_have_text("Hai dòng này có phải là một?")
    page.wait_for_url(lambda url: url != first and "/pairs/" in url)
    page.fill("#reason", "yny")  # Keys typed into a field decide nothing.
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("n")
    page.wait_for_url(lambda url: url.endswith(f"/{project.code}/"))

    verdicts = list(Decision.objects.order_by("pk").values_list("verdict", flat=True))
    assert verdicts == [Verdict.SAME, Verdict.DIFFERENT]
    assert not said


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=["phone", "desktop"])
def test_the_pages_hold_wcag_and_fit(
    browser: Browser, live_server: Any, project: Project, scheme: str, size: dict[str, int]
) -> None:
    page = page_for(browser, live_server, project, color_scheme=scheme, viewport=size)
    pair, entity = selectors.next_waiting(project), project.entities.first()
    assert pair is not None
    assert entity is not None
    here = f"{live_server.url}/desk/data/resolution/"
    wrong = []
    for path in (
        "", "ask", "ask?kind=person&lists=register&lists=welfare", f"{project.code}/",
        f"{project.code}/pairs/{pair.pk}", f"{project.code}/entities/{entity.code}/",
    ):  # fmt: skip
        page.goto(here + path)
        found: Any = Axe().run(page, options=RULES)
        wrong += [
            f"{path}: {violation['id']}: {node['target']}"
            for violation in found.response["violations"]
            for node in violation["nodes"][:3]
        ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            wrong.append(f"{path}: too wide")
    assert not wrong
