"""Citizen writes → two holders open and reply → citizen reads → a holder leaves, the seat stays."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dothi.run.demo.sealed_story import PASSPHRASES
from tests.browser.signing_in import sign_in
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.long]
FIRST, SECOND = PASSPHRASES.values()
THIRD = "trăng rằm soi bến nước"
WORDS = "Ở quầy số ba người ta đòi thêm hai trăm nghìn đồng."
ASKED, TOLD = "Việc đó xảy ra ngày nào vậy?", "Sáng thứ Ba tuần trước."


def phone(browser: Browser) -> BrowserContext:
    """Without a script, as a careful browser has it."""
    return browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})


def write(browser: Browser, house: House) -> str:
    with phone(browser) as opened:
        page = opened.new_page()
        page.goto(f"{house.url}/en/feedback/protected/")
        page.get_by_label("Bad service").check()
        page.get_by_label("What happened?").fill(WORDS)
        page.get_by_role("button", name="Seal and send").click()
        code = page.inner_text(".secret")
        assert not opened.cookies(), "the visit leaves a cookie"
        assert code not in page.url
        return code


def thread(page: Page, house: House, code: str) -> list[str]:
    page.goto(f"{house.url}/en/feedback/protected/open")
    page.get_by_label("Your code").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Open the exchange").click()
    return page.locator(".thread .card > p:not(.quiet)").all_inner_texts()


def open_together(page: Page, house: House, first: str, second: str) -> None:
    """The newest report that waits, in two steps."""
    page.goto(f"{house.url}/en/desk/feedback/sealed/")
    page.get_by_role("link", name=re.compile("Bad service")).last.click()
    page.get_by_label("Passphrase of the first holder").fill(first)
    page.get_by_role("button", name="Take off the outer seal").click()
    page.get_by_label("Passphrase of the second holder").fill(second)
    page.get_by_role("button", name="Open", exact=True).click()


def test_a_report_on_conduct_reaches_two_holders_and_outlives_one(
    browser: Browser, house: House
) -> None:
    code = write(browser, house)

    # One of the two sits down at the desk; both type, one after the other, and reply.
    desk = browser.new_page(viewport={"width": 1280, "height": 900})
    sign_in(desk, house, "oanh.holder")
    open_together(desk, house, FIRST, SECOND)
    expect(desk.get_by_text(WORDS)).to_be_visible()
    desk.get_by_label("Your reply").fill(ASKED)
    desk.get_by_label("Your own passphrase").fill(FIRST)
    desk.get_by_role("button", name="Seal and send").click()
    expect(desk.get_by_text("Whoever has the code can read it.")).to_be_visible()

    # The citizen reads and answers.
    with phone(browser) as opened:
        page = opened.new_page()
        assert thread(page, house, code) == [WORDS, ASKED]
        page.get_by_label("Your message").fill(TOLD)
        page.get_by_role("button", name="Seal and send").click()
        expect(page.get_by_text("Your message is sealed and sent.")).to_be_visible()
        assert not opened.cookies()

    # A successor comes, takes keys, and the seat is handed over.
    nga = browser.new_page(viewport={"width": 1280, "height": 900})
    sign_in(nga, house, "nga.holder")
    nga.goto(f"{house.url}/en/desk/feedback/sealed/seats")
    enrol = nga.locator("form", has=nga.get_by_role("button", name="Make my keys"))
    enrol.get_by_label("First holder").check()
    enrol.get_by_label("A passphrase of your own").fill(THIRD)
    enrol.get_by_label("The same passphrase once more").fill(THIRD)
    enrol.get_by_role("button").click()
    expect(nga.locator(".secret")).to_be_visible()
    nga.goto(f"{house.url}/en/desk/feedback/sealed/seats")
    over = nga.locator("form", has=nga.get_by_role("button", name="Hand over"))
    over.get_by_label("First holder").check()
    over.get_by_label(re.compile("who leaves")).fill(FIRST)
    over.get_by_label(re.compile("who stays")).fill(SECOND)
    over.get_by_role("button", name="Hand over").click()
    expect(nga.get_by_text("The seat was handed over")).to_be_visible()

    # The new pair reads everything; the leaver sees not even that there is a report.
    open_together(nga, house, THIRD, SECOND)
    for words in (WORDS, ASKED, TOLD):
        expect(nga.get_by_text(words)).to_be_visible()
    desk.goto(f"{house.url}/en/desk/feedback/sealed/")
    expect(desk.get_by_text("No sealed reports for your seat")).to_be_visible()

    # The citizen's code opens it as before.
    with phone(browser) as opened:
        assert thread(opened.new_page(), house, code) == [WORDS, ASKED, TOLD]
