"""The counter and the worklist without a mouse: entry by a scan, keys of lists, the call desk."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.keyboard import DESKTOP, Keyboard, somebody
from tests.browser.procedures import BIRTH, STATUS, STAY, Procedure
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.long]
CARD = "079190000007|123456789|Trần Thị Mẫu|02031990|Nữ|12 Đường Mẫu, Phường Bờ Sông|01012022"


# --- One visit, three dossiers -------------------------------------------------------------------


def looks_for(officer: Keyboard, about: Procedure) -> None:
    """The cursor stands in the search: what happened, and the first that is offered."""
    officer.page.keyboard.type(about.occasion)
    with officer.page.expect_navigation():
        officer.keys("Enter")
    officer.press(about.name, "a")


def scans(officer: Keyboard) -> None:
    """A scanner is a keyboard: it types the line and Enter. The cursor stands in its box."""
    expect(officer.page.locator("#id_scan")).to_be_focused()
    officer.page.keyboard.type(CARD)
    with officer.page.expect_navigation():
        officer.keys("Enter")
    expect(officer.page.locator("#id_who-name")).to_have_value("Trần Thị Mẫu")
    expect(officer.page.locator("#id_who-phone")).to_be_focused()


def enters(officer: Keyboard) -> None:
    """Enter it from any field; the cursor then stands on the next dossier of the visit."""
    with officer.page.expect_navigation():
        officer.keys("Control+Enter")
    following = officer.page.locator("[data-next]")
    expect(following, officer.page.locator("main").inner_text()[:600]).to_be_focused()


def birth(officer: Keyboard, about: Procedure) -> None:
    officer.page.keyboard.type("0903123456")
    officer.write(about.label("phone"), "0903123456")
    officer.choose(*about.options("relation", "parent"))
    officer.write(about.label("child_name"), "Trần Gia An")
    officer.choose(*about.options("child_sex", "male"))
    officer.write(about.label("born_on"), "17/11/2026")
    officer.write(about.label("born_at"), "Bệnh viện mẫu")
    officer.write(about.label("ethnicity"), "Kinh")
    officer.write(about.label("hometown"), "Thành phố Hồ Chí Minh")
    officer.choose(officer.say("Yes"), officer.say("No"))
    officer.choose(*about.options("role", "mother"))
    officer.write(about.said(about.field("parents")["fields"][1]["name"]), "Trần Thị Mẫu")
    officer.write(about.label("birth_year"), "1990")
    officer.tick(about.paper("birth_note"))
    enters(officer)


def stay(officer: Keyboard, about: Procedure) -> None:
    officer.write(about.label("dwelling"), "12 Đường Mẫu")
    officer.choose(*about.options("owner", "own"))
    for paper in about.papers_always:
        officer.tick(paper)
    enters(officer)


def marital(officer: Keyboard, about: Procedure) -> None:
    officer.choose(*about.options("purpose", "other"))
    officer.choose(officer.say("Yes"), officer.say("No"))
    officer.choose(officer.say("Yes"), officer.say("No"))
    enters(officer)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_visit_brings_three_dossiers_by_a_scan_and_keys_and_prints_them_together(
    browser: Browser, house: House, language: str
) -> None:
    counter = somebody(browser, house, language, DESKTOP, "lan.counter")
    counter.go("/desk/cases/")
    with counter.page.expect_navigation():
        counter.keys("n")
    for fill_in, code in ((birth, BIRTH), (stay, STAY), (marital, STATUS)):
        about = Procedure(code, language)
        looks_for(counter, about)
        if fill_in is birth:
            scans(counter)
        else:
            expect(counter.page.locator("#id_who-phone")).to_be_focused()
            expect(counter.page.locator("#id_who-name")).to_have_value("Trần Thị Mẫu")
        fill_in(counter, about)
        if fill_in is not marital:
            with counter.page.expect_navigation():
                counter.keys("Enter")
    expect(counter.page.locator("tbody tr")).to_have_count(3)
    for _once_more in range(2):
        receipts = counter.fetch(counter.say("Print the receipts of dossiers"), "submit")
        assert pages(receipts.path()) >= 3


def pages(pdf: Path) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))


def test_what_is_no_card_leaves_the_cursor_in_the_box(browser: Browser, house: House) -> None:
    counter = somebody(browser, house, "en", DESKTOP, "lan.counter")
    counter.go(f"/desk/cases/new?procedure={BIRTH}")
    counter.page.keyboard.type("https://example.com/menu")
    with counter.page.expect_navigation():
        counter.keys("Enter")
    expect(counter.page.locator("main")).to_contain_text("not the code of an identity card")
    expect(counter.page.locator("#id_scan")).to_be_focused()


# --- The worklist --------------------------------------------------------------------------------


def test_the_worklist_is_walked_narrowed_kept_and_handed_out_by_keys(
    browser: Browser, house: House
) -> None:
    leader = somebody(browser, house, "en", DESKTOP, "huong.leader")
    page = leader.page
    leader.go("/desk/cases/")
    rows = page.locator("a[data-row]")
    leader.keys("j", "j")
    expect(rows.nth(1)).to_be_focused()
    leader.keys("k")
    expect(rows.nth(0)).to_be_focused()
    leader.keys("x", "j", "x")
    expect(page.locator("input[name=codes]:checked")).to_have_count(2)
    leader.keys("b")
    expect(page.locator(".batch-bar button").first).to_be_focused()
    leader.press("Give to an officer", "submit")
    leader.pick("Officer", page.locator("select option").first.inner_text())
    leader.press("Give to an officer", "submit")
    expect(page.locator(".notice").first).to_be_visible()
    leader.press("Back to the list", "a")

    leader.keys("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    leader.to("Use single keys", "checkbox")
    leader.keys("Space", "Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()
    leader.keys("j")
    expect(rows.nth(0)).not_to_be_focused()
    leader.keys("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    leader.tick("Use single keys")
    leader.keys("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()
    leader.keys("j")
    expect(rows.nth(0)).to_be_focused()

    leader.pick("State", "Being handled")
    leader.press("Show", "submit")
    expect(page.locator("#id_status")).to_have_value("4")
    leader.write("Keep this list as", "Đang làm")
    with page.expect_navigation():
        leader.keys("Enter")
    leader.press("Show all again", "a")
    leader.press("Đang làm", "a")
    expect(page.locator("#id_status")).to_have_value("4")
    leader.press("Remove the filter Đang làm", "submit")
    leader.keys("j")
    with page.expect_navigation():
        leader.keys("Enter")
    expect(page.locator("header.matter")).to_be_visible()
    with page.expect_navigation():
        leader.keys("u")
    expect(rows.first).to_be_visible()


# --- The call desk -------------------------------------------------------------------------------


@pytest.fixture
def open_all_day(house: House) -> Iterator[None]:
    """The tests run at night and on Sundays, too: the hall gives numbers whenever they do."""
    hours = "from dothi.core.workdays.services import set_hours"
    setting = (
        "from datetime import time, timedelta",
        "from dothi.core import clock",
        hours,
        "at = clock.now()",
    )
    house.python(
        *setting,
        "week = {day: [(time(0), time(23, 59))] for day in range(7)}",
        "set_hours(week=week, valid_from=at.date(), by='system', at=at, reason='Test')",
    )
    yield
    house.python(
        *setting,
        "from dothi.lib.worktime import OFFICE_WEEK",
        "set_hours(week=OFFICE_WEEK, valid_from=at.date(), by='system', at=at, reason='Test')",
    )


@pytest.mark.usefixtures("open_all_day")
def test_the_call_desk_is_one_key_for_each_act(browser: Browser, house: House) -> None:
    kiosk = somebody(browser, house, "vi", DESKTOP)
    for _person in range(2):
        kiosk.go("/queue/27211/")
        kiosk.press("Lấy số A", "submit")
    counter = somebody(browser, house, "vi", DESKTOP, "mai.counter")
    page = counter.page
    counter.go("/desk/")
    counter.press(counter.say("Counter"), "a")
    if page.locator("[data-key]").count() == 0:
        counter.press(counter.say("Counter %(counter)s", counter="1"), "submit")
    now, number = page.locator(".counter-now"), page.locator(".turn-number")

    def key(name: str) -> None:
        with page.expect_navigation():
            counter.keys(name)

    key("n")
    expect(page.locator("[data-key=n]")).to_be_focused()
    first = number.inner_text()
    key("g")
    expect(now).to_contain_text("2")
    key("x")
    expect(number).to_have_count(0)
    counter.press(counter.say("Is here: let wait once more"), "submit")
    key("n")
    assert number.inner_text() != first, "who came late waits behind the others"
    counter.keys("d")
    expect(page.locator("#dossier")).to_be_focused()
    page.keyboard.type("38.00.H29-261128-9999")
    key("Enter")
    expect(page.locator(".messages")).to_contain_text(
        counter.say("This unit received no dossier with this code. Please look again.")
    )
    key("s")
    expect(number).to_have_count(0)
    key("n")
    expect(number).to_have_text(first)
    counter.keys("t")
    expect(page.locator("#to")).to_be_focused()
    counter.keys("Tab")
    key("Enter")
    expect(number).to_have_count(0)
    key("p")
    expect(now).to_contain_text(counter.say("Your counter is paused."))
    key("p")
    counter.keys("?")
    counter.to(counter.say("Use single keys"), "checkbox")
    counter.keys("Space", "Escape", "n")
    page.wait_for_timeout(300)
    expect(number).to_have_count(0)
    counter.press(counter.say("Leave the counter"), "submit")
    expect(page.locator("main")).to_contain_text(counter.say("Where do you serve?"))
