"""Pages whose address nobody knows beforehand hold WCAG 2.2 AA, too: a secret, a link, a form."""

import re
from email import message_from_bytes, policy

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import STEWARD
from tests.browser.signing_in import sign_in
from tests.browser.test_pages import DESKTOP, PHONE, context, faults, seen
from tests.house import PASSWORD, House

pytestmark = [pytest.mark.browser, pytest.mark.long]
CITIZEN = "axe@citizen.example"
HOTLINE = """code,received_at,subject,text,address
AX-1,2026-01-05 08:00,lighting,Đèn đường tắt trước nhà,Lý Nam Đế
AX-2,not a time,lighting,Đèn đường chập chờn,Lý Nam Đế
"""


def in_both_ways(page: Page) -> list[str]:
    """The page as it stands, then with everything opened, then dark."""
    wrong = seen(page)
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    wrong += seen(page)
    # Less motion: colours change at once, and none is measured on its way to the other scheme.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    wrong += seen(page)
    page.emulate_media(color_scheme="light")
    return wrong


def make_citizen(house: House) -> None:
    """Somebody with an account, as if the address had been confirmed."""
    house.python(
        "from dothi.accounts.models import User",
        "from allauth.account.models import EmailAddress",
        f"user, _ = User.objects.get_or_create(username='axe', email={CITIZEN!r})",
        f"user.set_password({PASSWORD!r})",
        "user.save()",
        "EmailAddress.objects.get_or_create(user=user, email=user.email, verified=True,"
        " primary=True)",
    )


def link_to_a_partner(page: Page, house: House) -> str:
    """A link from a mail to a partner of the sample house that still opens."""
    for file in sorted((house.var / "outbox").glob("*")):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        found = re.search(r"/feedback/partner/[\w.:-]+", body.get_content() if body else "")
        if found and page.request.get(f"{house.url}{found[0]}").ok:
            return found[0]
    raise AssertionError("no partner of the sample house has something to answer")


def test_pages_of_a_citizen(browser: Browser, house: House) -> None:
    make_citizen(house)
    with context(browser, "light", PHONE) as opened:
        page = opened.new_page()
        page.goto(f"{house.url}/en/accounts/login/")
        page.fill("input[name=login]", CITIZEN)
        page.fill("input[name=password]", PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.goto(f"{house.url}/feedback/?category=waste&unit=27232")
        page.fill("textarea[name=text]", "Rác để ở góc hẻm đã ba ngày.")
        page.locator("[data-send]").click()
        page.wait_for_load_state()
        if page.locator("#look").count():
            wrong = in_both_ways(page)
            page.locator("section p.row button.primary").click()
        else:
            wrong = []
        expect(page.locator(".code-to-keep")).to_be_visible()
        secret = page.inner_text(".code-to-keep").strip()
        wrong += in_both_ways(page)
        for path in (f"/feedback/t/{secret}", "/my/", link_to_a_partner(page, house)):
            wrong += faults(page, f"{house.url}{path}")
            wrong += in_both_ways(page)
    assert not wrong, "\n".join(wrong)


def test_pages_of_the_desk_with_everything_open(browser: Browser, house: House) -> None:
    wrong: list[str] = []
    with context(browser, "light", DESKTOP) as opened:
        page = opened.new_page()
        sign_in(page, house, "dung.dispatch")
        desk = f"{house.url}/desk/feedback/"
        for show in ("", "done"):
            page.goto(f"{desk}?show={show}")
            page.locator("a[data-row]").first.click()
            wrong += in_both_ways(page)
        # Two reports at once: what the act needs, then what became of each.
        page.goto(f"{desk}?cols=state")
        for box in page.locator("input[name=codes]").all()[:2]:
            box.check()
        page.locator("button[name=act][value=reject]").click()
        wrong += in_both_ways(page)
        page.fill("textarea[name=text]", "Không thuộc phạm vi tiếp nhận.")
        page.locator("main form button.primary").click()
        expect(page.locator(".notice.success, .notice.warning").first).to_be_visible()
        wrong += in_both_ways(page)
        # A file of 1022: what would become of it; then the line that was put aside.
        page.goto(f"{desk}1022/")
        page.set_input_files(
            "#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": HOTLINE.encode()}
        )
        page.locator("form[enctype] button.primary").click()
        expect(page.locator("#look")).to_be_visible()
        wrong += in_both_ways(page)
        page.locator("form[action$=take] button.primary").click()
        page.goto(f"{desk}aside/")
        page.locator("main table a").first.click()
        wrong += in_both_ways(page)
    assert not wrong, "\n".join(wrong)


def test_the_catalogue_on_a_telephone(browser: Browser, house: House) -> None:
    wrong: list[str] = []
    with context(browser, "light", PHONE) as opened:
        page = opened.new_page()
        sign_in(page, house, "quan.steward")
        for path in STEWARD:
            page.goto(f"{house.url}{path}")
            wrong += in_both_ways(page)
    assert not wrong, "\n".join(wrong)
