"""Every page holds WCAG 2.2 AA, and loads nothing that its own policy forbids."""

import json
import urllib.request
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.browser.pages import COUNTER, DESK, HOLDER, LEADER, NEWS, PUBLIC, STAFF, STEWARD
from tests.browser.signing_in import sign_in
from tests.house import House

pytestmark = pytest.mark.browser
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
FIRST_MET = ("/", "/feedback/", "/news/", "/data/", "/operations/wall", "/accounts/login/")
FIXED = ("/ogc/",)  # Doors without a language in their address.
MATRIX = list(product(("", "/en"), ("light", "dark"), (PHONE, DESKTOP)))


def context(browser: Browser, scheme: str, size: dict[str, int]) -> BrowserContext:
    return browser.new_context(color_scheme=scheme, viewport=size)  # type: ignore[arg-type]


def faults(page: Page, url: str) -> list[str]:
    """What is wrong with a page: violations of the rules, and anything the policy refused."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or message.type == "error":
            said.append(message.text[:200])

    page.on("console", hear)
    page.goto(url, wait_until="load")
    found = seen(page)
    page.remove_listener("console", hear)
    missing = "nothing-here" in url or "there-is-none" in url
    expected_404 = [text for text in said if "404" in text and missing]
    return found + [s for s in said if s not in expected_404]


def seen(page: Page) -> list[str]:
    """What is wrong with the page that stands open."""
    page.wait_for_timeout(150)
    found: Any = Axe().run(page, options=RULES)
    violations = [
        f"{page.url}: {violation['id']}: {node['target']}: {node.get('failureSummary', '')[:150]}"
        for violation in found.response["violations"]
        for node in violation["nodes"][:3]
    ]
    return violations + [f"{page.url}: too wide at {width} px" for width in too_wide(page)]


def too_wide(page: Page) -> list[int]:
    """The widths at which the page must be pushed sideways: its own, and on phones 320 px too.

    320 px is 1280 at 400 % zoom (WCAG 1.4.10).
    """
    size = page.viewport_size
    assert size is not None
    widths = [size["width"]] if size["width"] > PHONE["width"] else [size["width"], 320]
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": size["height"]})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            found.append(width)
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    return found


def newest_article(house: House) -> str:
    with urllib.request.urlopen(f"{house.url}/api/v1/news") as answer:
        return str(json.load(answer)[0]["code"])


def first_link(page: Page, url: str, selector: str) -> str:
    """The code of the first dossier that a list of the desk links to."""
    page.goto(url)
    link = page.locator(selector).first.get_attribute("href") or ""
    return link.split("/cases/")[1].split("/")[0]


def known(page: Page, house: House, paths: Sequence[str]) -> dict[str, str]:
    """What the placeholders of these paths stand for in this house, as this person sees it."""
    found = {"{article}": newest_article(house)}
    whole = " ".join(paths)
    if "{dossier}" in whole:
        found["{dossier}"] = first_link(page, f"{house.url}/desk/cases/", "a[data-row]")
    if "{signing}" in whole:
        found["{signing}"] = first_link(
            page, f"{house.url}/desk/cases/sign/", "main a[href$='/sign']"
        )
    return found


def named(path: str, words: dict[str, str]) -> str:
    for sign, word in words.items():
        path = path.replace(sign, word)
    return path


def check(browser: Browser, house: House, combination: Any, who: str, paths: Any) -> None:
    wrong: list[str] = []
    prefix, scheme, size = combination
    with context(browser, scheme, size) as opened:
        page = opened.new_page()
        if who:
            sign_in(page, house, who)
        words = known(page, house, paths)
        for path in paths:
            spoken = "" if path.startswith(FIXED) else prefix
            wrong += faults(page, f"{house.url}{spoken}{named(path, words)}")
    assert not wrong, "\n".join(wrong)


def test_the_pages_that_are_met_first(browser: Browser, house: House) -> None:
    check(browser, house, ("", "light", PHONE), "", FIRST_MET)


@pytest.mark.long
@pytest.mark.parametrize("combination", MATRIX, ids=str)
def test_every_page_in_every_way(browser: Browser, house: House, combination: Any) -> None:
    check(browser, house, combination, "", PUBLIC)
    check(browser, house, combination, "dung.dispatch", DESK)
    check(browser, house, combination, "lan.counter", COUNTER)
    check(browser, house, combination, "huong.leader", LEADER)
    check(browser, house, combination, "an.admin", STAFF)
    check(browser, house, combination, "quan.steward", STEWARD)
    check(browser, house, combination, "son.holder", HOLDER)
    check(browser, house, combination, "vy.editor", NEWS)


STEPS = ("start", "who", "papers", "wishes", "check", "later", "drop")


@pytest.mark.long
@pytest.mark.parametrize("combination", MATRIX, ids=str)
def test_every_step_of_an_application(browser: Browser, house: House, combination: Any) -> None:
    prefix, scheme, size = combination
    with context(browser, scheme, size) as opened:
        page = opened.new_page()
        page.goto(f"{house.url}{prefix}/procedures/1.001193/apply/")
        page.select_option("select[name=unit]", "27238")
        page.locator("main form button.primary").click()
        page.wait_for_url("**/cases/apply/**")
        here = page.url.rstrip("/").rpartition("/")[0]
        wrong = [fault for step in STEPS for fault in faults(page, f"{here}/{step}")]
    assert not wrong, "\n".join(wrong)


@pytest.mark.long
def test_lists_of_the_desk_are_printed_whole(browser: Browser, house: House) -> None:
    sheet = {"width": 794, "height": 1123}  # A4 at 96 pixels an inch.
    with context(browser, "light", sheet) as opened:
        page = opened.new_page()
        sign_in(page, house, "huong.leader")
        page.emulate_media(media="print")
        for path in ("/desk/cases/", "/desk/cases/figures/", "/desk/feedback/"):
            page.goto(f"{house.url}{path}")
            box = page.locator("main").bounding_box()
            assert box is not None
            assert box["width"] > 700, f"{path}: the place of the navigation stays empty"
            assert page.locator("main .table").first.is_visible(), path
