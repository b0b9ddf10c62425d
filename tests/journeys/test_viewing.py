"""A citizen finds an open dataset, narrows it, draws it, embeds it, takes it along; no script.

Then an officer asks the store in SQL, with completion. Each page is looked at on the way.
"""

import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.signing_in import sign_in
from tests.browser.test_pages import DESKTOP, PHONE, seen
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.long]


def looked_at(page: Page) -> None:
    assert not seen(page)


def press(page: Page, title: str) -> None:
    page.get_by_role("button", name=title, exact=True).click()


def wait_for_rows(page: Page) -> None:
    """A new house fills its tables in the background, once its worker runs."""
    until = time.monotonic() + 60
    while not page.get_by_role("link", name="Filter, chart, map").count():
        assert time.monotonic() < until, "the tables stay empty"
        page.wait_for_timeout(1000)
        page.reload()


def test_a_citizen_views_charts_embeds_and_downloads_open_data(
    browser: Browser, house: House
) -> None:
    with browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        java_script_enabled=False,
    ) as plain:
        page = plain.new_page()
        page.goto(f"{house.url}/en/data/?q=phan+anh")
        page.get_by_role("link", name="Reports of citizens").first.click()
        wait_for_rows(page)
        page.get_by_role("link", name="Filter, chart, map").click()
        page.select_option("[name=show]", "bars")
        page.get_by_text("Groups", exact=True).click()
        page.locator("[name=g]").first.select_option("category")
        press(page, "Show")
        expect(page.locator("meter").first).to_be_visible()
        looked_once = page.url
        with page.expect_download() as taken:
            page.get_by_role("link", name="CSV of what is seen").click()
        assert "count" in taken.value.path().read_text("utf-8").splitlines()[0]
        link = page.locator("#share-link").input_value()
        code = page.locator("#share-embed").input_value()
    with browser.new_context(viewport=DESKTOP) as other:  # type: ignore[arg-type]
        page = other.new_page()
        page.goto(looked_once)
        looked_at(page)
        assert link.partition("?")[2] in looked_once or "g=category" in link
        address = code.partition('src="')[2].partition('"')[0].partition("/embed/")[2]
        page.set_content(f'<iframe src="{house.url}/embed/{address}" width="600"></iframe>')
        expect(page.frame_locator("iframe").locator("meter").first).to_be_visible()


def test_an_officer_asks_in_sql(browser: Browser, house: House) -> None:
    with browser.new_context(viewport=DESKTOP) as desk:  # type: ignore[arg-type]
        page = desk.new_page()
        sign_in(page, house, "quan.steward")
        page.goto(f"{house.url}/en/desk/data/workbench/")
        field = page.locator("textarea[name=q]")
        field.click()
        page.keyboard.type("select cat")
        expect(page.get_by_role("option", name="category")).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.type(", count(*) as n from feedback_reports group by all")
        press(page, "Ask")
        expect(page.locator("meter").first).to_be_visible()
        looked_at(page)
        page.locator("textarea[name=q]").fill("select nothing from feedback_reports")
        press(page, "Ask")
        expect(page.get_by_text("There is no column “nothing”")).to_be_visible()
        looked_at(page)
