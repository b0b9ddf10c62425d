"""The designer by keyboard alone: change a procedure, see it, have a leader publish it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.signing_in import sign_in
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.long]
CODE = "1.001193"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def tab_to(page: Page, name: str) -> None:
    """Walk by Tab until what has the focus is called so."""
    for _step in range(150):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "() => { const a = document.activeElement;"
            " return (a.labels?.[0] ?? a).textContent.trim(); }"
        )
        if said.startswith(name):
            return
    raise AssertionError(f"the keyboard never comes to {name}")


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def looked_at(page: Page) -> None:
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["target"]) for one in found]
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, (page.url, width, wide)


def test_a_procedure_is_changed_by_one_and_published_by_another(
    browser: Browser, house: House
) -> None:
    steward = browser.new_page()
    sign_in(steward, house, "quan.steward")
    steward.goto(f"{house.url}/en/desk/procedures/")
    looked_at(steward)
    press(steward, "Birth registration")
    press(steward, "Begin a draft")
    looked_at(steward)
    press(steward, "Birth note of the clinic")
    tab_to(steward, "Name in English")
    steward.keyboard.press("Control+A")
    steward.keyboard.type("Birth note, on paper")
    press(steward, "Keep")
    assert "Birth note, on paper" in steward.content()
    steward.goto(f"{house.url}/en/desk/procedures/{CODE}/edit/papers.1")
    assert "“The parents are married” is Yes" in steward.content()
    looked_at(steward)
    steward.goto(f"{house.url}/en/desk/procedures/{CODE}/compare")
    assert "birth_note › name › en" in steward.content()
    looked_at(steward)
    steward.goto(f"{house.url}/en/desk/procedures/{CODE}/try")
    looked_at(steward)
    press(steward, "Check the answers")
    assert steward.locator(".error-summary li").count() > 5
    steward.close()

    leader = browser.new_context().new_page()
    sign_in(leader, house, "khanh.leader")
    leader.goto(f"{house.url}/en/desk/procedures/{CODE}/")
    leader.fill("#id_valid_from", "2026-11-28")
    tab_to(leader, "I have read the whole")
    leader.keyboard.press("Space")
    press(leader, "Publish")
    assert "Published." in leader.content()
    leader.goto(f"{house.url}/en/procedures/{CODE}/?on=2026-11-28")
    assert "Birth note, on paper" in leader.content()
    leader.close()
