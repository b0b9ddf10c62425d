"""A list of trees enters the catalogue in a real browser without a script, and a citizen finds it.

Each page on the way is looked at: nothing breaks the rules of accessibility or sticks out.
"""

import urllib.request

import pytest
from playwright.sync_api import Browser, Page, expect

from dothi.datastore.catalogue.rules import odcs
from tests.browser.signing_in import sign_in
from tests.browser.test_pages import DESKTOP, PHONE, seen
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.long]


def looked_at(page: Page) -> None:
    assert not seen(page)


def press(page: Page, title: str) -> None:
    page.get_by_role("button", name=title, exact=True).click()


def test_a_steward_describes_agrees_and_publishes_and_a_citizen_finds_it(
    browser: Browser, house: House
) -> None:
    with browser.new_context(viewport=DESKTOP) as desk:  # type: ignore[arg-type]
        page = desk.new_page()
        sign_in(page, house, "quan.steward")
        state = desk.storage_state()
    with browser.new_context(
        viewport=DESKTOP,  # type: ignore[arg-type]
        storage_state=state,
        java_script_enabled=False,
    ) as plain:
        page = plain.new_page()
        begin(page, house)
        write_contract(page, house)
        expect(page.get_by_text("Agreed as version 1.")).to_be_visible()
        press(page, "Publish")
        expect(page.get_by_text("Published. Readers find it now.")).to_be_visible()
        change_contract(page)
    with browser.new_context(viewport=PHONE, storage_state=state) as phone:  # type: ignore[arg-type]
        page = phone.new_page()
        for path in ("contract", "describe", ""):
            page.goto(f"{house.url}/desk/data/sets/cay-thu/{path}")
            looked_at(page)
    find_it(browser, house)


def begin(page: Page, house: House) -> None:
    page.goto(f"{house.url}/en/desk/data/new")
    page.fill("[name=code]", "cay-thu")
    page.fill("[name=title_vi]", "Cây xanh đo thử")
    page.fill("[name=description_vi]", "Mỗi dòng là một cây trên vỉa hè.")
    page.check("[name=themes][value=environment]")
    page.select_option("[name=share]", "open")
    page.select_option("[name=licence]", "cc-by")
    press(page, "Save")
    expect(page.get_by_text("The dataset is begun.")).to_be_visible()


def write_contract(page: Page, house: House) -> None:
    page.goto(f"{house.url}/en/desk/data/sets/cay-thu/contract")
    page.fill("[name=c-0-name]", "tree")
    page.fill("[name=c-0-title_vi]", "Mã cây")
    page.check("[name=c-0-required]")
    page.check("[name=c-0-key]")
    page.fill("[name=c-1-name]", "Chiều cao")
    page.fill("[name=c-1-title_vi]", "Chiều cao")
    page.select_option("[name=c-1-type]", "number")
    press(page, "Show what it changes")
    expect(page.get_by_text("A name begins with a letter").first).to_be_visible()
    page.fill("[name=c-1-name]", "height")
    press(page, "Three more columns")
    page.fill("[name=c-5-name]", "planted_on")
    page.fill("[name=c-5-title_vi]", "Ngày trồng")
    page.select_option("[name=c-5-type]", "date")
    press(page, "Show what it changes")
    expect(page.get_by_text("This is the first contract.")).to_be_visible()
    press(page, "Agree")


def change_contract(page: Page) -> None:
    page.get_by_role("link", name="Edit the contract").click()
    page.get_by_text("More of “height”").click()
    page.fill("[name=c-1-unit]", "m")
    press(page, "Show what it changes")
    expect(page.get_by_text("Column “height”, unit of measure: nothing → m.")).to_be_visible()
    press(page, "Agree")
    expect(page.get_by_text("Agreed as version 2.")).to_be_visible()


def find_it(browser: Browser, house: House) -> None:
    with browser.new_context(viewport=PHONE) as citizen:  # type: ignore[arg-type]
        page = citizen.new_page()
        page.goto(f"{house.url}/data/?q=cay+xanh")
        page.get_by_role("link", name="Cây xanh đo thử").click()
        looked_at(page)
        with urllib.request.urlopen(f"{house.url}/data/cay-thu/contract.yaml") as answer:
            contract = odcs.contract_of(odcs.load(answer.read().decode())).contract
        assert (contract.version, contract.names) == (2, ("tree", "height", "planted_on"))
        assert contract.by_name()["height"].unit == "m"
