"""One report over the desk in a real browser: from the duty operator to the published result."""

import io
import re
import time
from email import message_from_bytes, policy

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.signing_in import sign_in
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.long]
DESKTOP = {"width": 1280, "height": 900}
HALF_A_MINUTE = 30.0


def photo() -> FilePayload:
    file = io.BytesIO()
    Image.new("RGB", (120, 90), (30, 120, 70)).save(file, "JPEG")
    return {"name": "result.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def officer(browser: Browser, house: House, name: str) -> Page:
    page = browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
    sign_in(page, house, name)
    return page


def open_act(page: Page, title: str) -> None:
    details = page.locator("details.act", has=page.locator("summary", has_text=title)).first
    if details.get_attribute("open") is None:
        details.locator("summary").click()


def do(page: Page, title: str) -> None:
    page.get_by_role("button", name=title, exact=True).click()
    page.wait_for_load_state()


def call(page: Page, house: House, text: str, address: str) -> tuple[str, str, float]:
    """Write a call down with the keyboard alone. Return number, secret, and how long it took."""
    page.goto(f"{house.url}/en/desk/feedback/new")
    expect(page.locator("textarea[name=text]")).to_be_focused()
    begun = time.monotonic()
    page.keyboard.type(text, delay=8)
    page.keyboard.press("Tab")
    page.keyboard.type("Street lights", delay=8)
    page.keyboard.press("Tab")
    page.keyboard.type(address, delay=8)
    page.keyboard.press("Tab")
    # What the subject asks has come meanwhile; only the first question must be answered.
    expect(page.locator("[name=q_trouble]")).to_be_focused()
    page.keyboard.type("It flickers", delay=8)
    for _question in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("0903123456", delay=8)
    page.keyboard.press("Control+Enter")
    receipt = page.get_by_role("heading", name="Receipt of a report")
    new = page.get_by_role("button", name="No, it is new: send")
    expect(receipt.or_(new)).to_be_visible()
    if new.count():
        expect(new).to_be_focused()
        page.keyboard.press("Enter")
    expect(receipt).to_be_visible()
    took = time.monotonic() - begun
    code = re.search(r"PA-\d{6}-\w{6}", page.inner_text("main"))
    assert code is not None
    return code[0], page.inner_text(".secret"), took


def test_a_call_is_written_down_in_half_a_minute_by_keyboard_and_the_next_one_follows(
    browser: Browser, house: House
) -> None:
    page = officer(browser, house, "lan.counter")
    address = "42 Lý Nam Đế"
    code, secret, took = call(page, house, "The lamp before number 42 flickers all night.", address)
    assert took < HALF_A_MINUTE
    assert code
    assert len(secret) > 10
    # The next one is one key away.
    page.keyboard.press("Enter")
    expect(page.locator("textarea[name=text]")).to_be_focused()


@pytest.mark.parametrize(
    ("name", "list_"), [("dung.dispatch", "feedback"), ("huong.leader", "cases")]
)
def test_a_worklist_is_driven_by_the_keyboard(
    browser: Browser, house: House, name: str, list_: str
) -> None:
    page = officer(browser, house, name)
    page.goto(f"{house.url}/en/desk/{list_}/")
    rows = page.locator("a[data-row]")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("input[name=codes]").first).to_be_checked()
    expect(page.locator("[data-ticked]")).to_have_text("1 ticked:")
    page.keyboard.press("/")
    expect(page.locator("input[type=search]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.locator("[data-single-keys]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(rows.nth(0)).not_to_be_focused()
    page.evaluate("localStorage.clear()")
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What to do now")).to_be_visible()


def citizen_reports(page: Page, house: House, text: str, email: str = "") -> tuple[str, str]:
    answer = page.request.post(
        f"{house.url}/open311/v2/requests.json",
        form={
            "service_code": "noise",
            "description": text,
            "lat": "10.7626",
            "long": "106.6422",
            "email": email,
        },
    )
    row = answer.json()[0]
    return row["service_request_id"], row["service_notice"].rsplit("/", 1)[-1]


def test_a_report_goes_over_the_desk_until_its_result_is_published(
    browser: Browser, house: House
) -> None:
    citizen = browser.new_page()
    code, secret = citizen_reports(citizen, house, "A loudspeaker sings in the alley at noon.")
    double, _secret = citizen_reports(
        citizen, house, "A loudspeaker sings in the alley at noon.", email="man@example.com"
    )

    # The duty operator gives it to the ward, with a reason where a unit has it already.
    operator = officer(browser, house, "dung.dispatch")
    operator.goto(f"{house.url}/en/desk/feedback/{code}/")
    title = "Hand over" if operator.get_by_text("Hand over").count() else "Send on"
    open_act(operator, title)
    form = operator.locator("#act-forward")
    form.locator("select[name=to]").select_option("27232:specialist")
    form.locator("textarea[name=text]").fill("It lies in this ward.")
    do(operator, title)
    expect(operator.locator(".done").first).to_contain_text("Sent to")

    # The double stands beside it, and is merged; the way back is offered.
    operator.goto(f"{house.url}/en/desk/feedback/{double}/")
    pair = operator.locator(".pairs li", has_text=code)
    expect(pair).to_contain_text("0 m")
    pair.get_by_role("button", name="It is the same: merge").click()
    expect(operator.locator(".done").first).to_contain_text("Merged")
    expect(operator.get_by_role("button", name="Undo")).to_be_visible()

    # An officer of the ward takes it, and asks the citizen; the clock stands still.
    ward = officer(browser, house, "hanh.specialist")
    ward.goto(f"{house.url}/en/desk/feedback/{code}/")
    do(ward, "I take it")
    open_act(ward, "Ask the reporter")
    ward.fill("#ask_text", "Which house is it?")
    do(ward, "Ask the reporter")
    expect(ward.locator(".now")).to_contain_text("the clock stands still")

    # The citizen answers by the secret code.
    citizen.goto(f"{house.url}/en/feedback/t/{secret}")
    citizen.locator("textarea[name=text]").first.fill("Number 12.")
    citizen.locator("form", has=citizen.locator("textarea[name=text]")).first.locator(
        "button:not([type=button])"
    ).last.click()
    expect(citizen.locator("main")).to_contain_text("Number 12.")

    # The officer reads the answer, begins with a template, and gives the result with a photo.
    ward.reload()
    expect(ward.locator("#messages")).to_contain_text("Number 12.")
    open_act(ward, "Give the result")
    ward.select_option("#resolve_template", "done")
    expect(ward.locator("#resolve_text")).not_to_have_value("")
    ward.locator("#act-resolve input[type=file]").set_input_files(photo())
    do(ward, "Give the result")
    expect(ward.locator(".done").first).to_contain_text("The result is given")

    # The operator publishes it.
    operator.goto(f"{house.url}/en/desk/feedback/?show=publish")
    expect(operator.locator("a[data-row]", has_text="loudspeaker").first).to_be_visible()
    operator.goto(f"{house.url}/en/desk/feedback/{code}/")
    do(operator, "Publish the result")
    expect(operator.locator(".done").first).to_contain_text("Published")
    visitor = browser.new_page()
    visitor.goto(f"{house.url}/en/feedback/r/{code}")
    expect(visitor.locator("main")).to_contain_text("loudspeaker")

    # Who reported the double is told what came of it.
    assert told(house, "man@example.com", double), "nobody wrote to the second reporter"


def told(house: House, email: str, code: str, seconds: float = 30) -> bool:
    """Whether a mail about a result went to this address."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for file in (house.var / "outbox").glob("*"):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            body = mail.get_body(("plain",))
            text = body.get_content() if body else ""
            if (
                email in str(mail["To"])
                and "Chúng tôi đã kiểm tra" in text
                and code in str(mail["Subject"])
            ):
                return True
        time.sleep(0.5)
    return False
