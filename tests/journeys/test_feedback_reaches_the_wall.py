"""Citizen on a phone → desk → wall → back to the citizen, in a real browser on a real house."""

import os
import re
import signal
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.signing_in import code_of, sign_in
from tests.house import House

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def report(page: Page, house: House, text: str) -> tuple[str, str]:
    """Report something as a citizen does; return the public number and the secret code."""
    page.goto(f"{house.url}/en/feedback/")
    page.select_option("select[name=category]", "lighting")
    # The subject asks what it needs, as soon as it is chosen.
    page.select_option("select[name=q_trouble]", "dark")
    page.fill("textarea[name=text]", text)
    page.fill("input[name=address]", "42 Lý Nam Đế")
    # A tap on the map chooses the place, and the page says where that is.
    page.locator("figure[data-pick]").scroll_into_view_if_needed()
    page.locator("figure[data-pick][data-drawn] canvas").click()
    expect(page.locator("[data-place-said]")).to_contain_text("Ward")
    page.fill("input[name=name]", "Nguyễn Thị Mận")
    page.fill("input[name=phone]", "0901234567")
    page.locator("[data-send]").click()
    if page.get_by_role("button", name="Send mine").count():
        page.get_by_role("button", name="Send mine").click()
    expect(page.get_by_role("heading", name="Thank you. Your report has arrived.")).to_be_visible()
    code = re.search(r"PA-\d{6}-\w{6}", page.inner_text("main"))
    assert code is not None
    return code[0], page.inner_text("main .code-to-keep")


def test_a_report_goes_from_a_phone_to_the_wall_and_back(browser: Browser, house: House) -> None:
    wall = browser.new_page(viewport={"width": 1600, "height": 900})
    wall.goto(f"{house.url}/en/operations/wall")
    figure = wall.locator('[data-tile="feedback.received_today"] .value')
    before = int(figure.inner_text())

    # A citizen reports a broken lamp.
    phone = browser.new_context(viewport=PHONE, has_touch=True).new_page()  # type: ignore[arg-type]
    code, secret = report(phone, house, "The lamp in front of our house has been dark for a week.")

    # The wall counts it without being loaded again.
    expect(figure).not_to_have_text(str(before), timeout=10_000)

    # A duty operator accepts it and sends it to the ward, whose officer takes and settles it.
    desk = browser.new_page(viewport={"width": 1280, "height": 900})
    sign_in(desk, house, "dung.dispatch")
    desk.goto(f"{house.url}/en/desk/feedback/{code}/")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("lamp")
    assert "0901234567" not in desk.content(), "nobody sees the reporter just so"

    # The citizen asks how it stands, and reads the clock line by line.
    phone.goto(f"{house.url}/en/feedback/track")
    phone.fill("input[name=code]", secret.lower())
    phone.keyboard.press("Enter")
    phone.locator(".page-head details.clock > summary").click()
    expect(phone.locator(".page-head details.clock")).to_contain_text("The time limit is")
    expect(phone.get_by_text("Nobody has opened your name or contact.")).to_be_visible()

    # Everybody sees the facts, nobody the words before they are released.
    visitor = browser.new_page()
    visitor.goto(f"{house.url}/en/feedback/r/{code}")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Street lights")
    assert "Mận" not in visitor.content()


def tab_to(page: Page, selector: str) -> None:
    """Reach something by the Tab key alone."""
    for _step in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_without_javascript_and_by_keyboard_alone(browser: Browser, house: House) -> None:
    page = browser.new_context(java_script_enabled=False, viewport=PHONE).new_page()  # type: ignore[arg-type]
    page.goto(f"{house.url}/en/feedback/")
    tab_to(page, "select[name=category]")
    page.keyboard.type("Drains")
    tab_to(page, "textarea[name=text]")
    page.keyboard.type("Water stands in the alley since Monday.")
    tab_to(page, "select[name=unit]")
    page.keyboard.type("Hoa Binh")
    # A list of known places stands in for the map.
    tab_to(page, "button[value=places]")
    page.keyboard.press("Enter")
    expect(page.locator("select[name=spot] optgroup").first).to_be_attached()
    expect(page.locator("textarea[name=text]")).to_have_value(
        "Water stands in the alley since Monday."
    )
    # What the subject asks has come along with it.
    tab_to(page, "select[name=q_depth]")
    page.keyboard.type("Ankle")
    tab_to(page, "select[name=spot]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "[data-send]")
    page.keyboard.press("Enter")
    # Where something like it was reported near there, one last look comes first.
    look = page.get_by_role("heading", name="Was it reported already?")
    thanks = page.get_by_role("heading", name="Thank you. Your report has arrived.")
    expect(look.or_(thanks)).to_be_visible()
    if look.count():
        tab_to(page, "section p.row button.primary")
        page.keyboard.press("Enter")
    expect(thanks).to_be_visible()


@pytest.mark.long
def test_the_wall_says_when_it_has_lost_touch(browser: Browser, house: House) -> None:
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.goto(f"{house.url}/en/operations/wall")
    badge = page.locator("[data-connection-badge]")
    expect(badge).to_have_text("Live")
    web = house.child("uvicorn")
    os.kill(web, signal.SIGSTOP)  # The server hangs: the connection stands, and nothing comes.
    try:
        expect(badge).to_have_text("No connection", timeout=20_000)
    finally:
        os.kill(web, signal.SIGCONT)
    expect(badge).to_have_text("Live", timeout=30_000)


def test_the_command_says_the_code_that_opens_the_desk(house: House) -> None:
    before = time.time()
    said = house.command("demo", "code", "dung.dispatch")
    assert said in {code_of("dung.dispatch", at=at) for at in (before, time.time())}
