"""Editor → leader → reader: an article is written, sent back, mended, published and read."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.signing_in import sign_in
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.long]
PHONE = {"width": 390, "height": 844}
TELEPHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"


def begin(page: Page, house: House, title: str) -> str:
    """Begin an article; return the path of its page at the desk."""
    page.goto(f"{house.url}/en/desk/news/")
    page.get_by_role("link", name="Write an article").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("For which unit?").select_option("Q11")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/edit")
    return page.url.removesuffix("edit")


def do(page: Page, deed: str, *, reason: str = "") -> None:
    """One of the deeds that are opened first: with a reason, or with a second look."""
    box = page.locator("details", has=page.locator("summary", has_text=deed))
    box.locator("summary").click()
    if reason:
        box.locator("textarea").fill(reason)
    box.locator("button").click()


def state(page: Page, wanted: str) -> None:
    expect(page.locator(".page-head .badge").first).to_have_text(wanted, timeout=15_000)


def write(page: Page, picture: Path) -> None:
    """A paragraph with bold words, a heading, a list, a table and a picture."""
    page.get_by_label("Summary", exact=False).first.fill("Two sentences for the lists.")
    text = page.get_by_role("textbox", name="Text", exact=False).first
    tools = page.get_by_role("toolbar", name="Format").first
    text.click()
    page.keyboard.type("The reading room opens ")
    page.keyboard.press("Control+b")
    page.keyboard.type("on Monday")
    page.keyboard.press("Control+b")
    page.keyboard.type(".")
    page.keyboard.press("Enter")
    tools.get_by_role("button", name="Heading", exact=True).click()
    page.keyboard.type("What to bring")
    page.keyboard.press("Enter")
    tools.get_by_role("button", name="List").click()
    page.keyboard.type("A card")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    tools.get_by_role("button", name="Picture").click()
    dialog = page.get_by_role("dialog", name="Picture")
    dialog.get_by_role("button", name="Insert").click()
    expect(dialog.get_by_role("alert")).to_have_text("Please choose a file and say what it shows.")
    dialog.get_by_label("File").set_input_files(picture)
    dialog.get_by_label("What the picture shows").fill("A room with shelves")
    dialog.get_by_label("Caption").fill("The new room")
    dialog.get_by_role("button", name="Insert").click()
    expect(text.locator("figure img")).to_have_attribute("alt", "A room with shelves")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    out = io.BytesIO()
    Image.new("RGB", (1200, 800), (180, 120, 90)).save(out, "JPEG")
    path = tmp_path / "room.jpg"
    path.write_bytes(out.getvalue())
    return path


def test_an_article_goes_from_the_editor_to_the_readers(
    browser: Browser, house: House, picture: Path
) -> None:
    # An editor writes and sends it to review.
    editor = browser.new_page(viewport={"width": 1280, "height": 900})
    sign_in(editor, house, "vy.editor")
    desk = begin(editor, house, "Phòng đọc sách mở cửa từ thứ Hai")
    write(editor, picture)
    editor.get_by_role("button", name="Save and send to review").click()
    state(editor, "In review")

    # The leader finds it in "My work", reads it, and sends it back with a reason.
    leader = browser.new_page(viewport={"width": 1280, "height": 900})
    sign_in(leader, house, "khanh.leader")
    leader.goto(f"{house.url}/en/desk/")
    expect(leader.get_by_text("Duyệt tin: Phòng đọc sách").first).to_be_visible()
    leader.goto(desk)
    do(leader, "Send back", reason="Say where the room is.")
    state(leader, "Draft")

    # The editor reads the reason and mends the text.
    editor.goto(f"{house.url}/en/desk/")
    expect(editor.get_by_text("Sửa lại tin: Phòng đọc sách").first).to_be_visible()
    editor.goto(desk)
    expect(editor.get_by_text("Say where the room is.").first).to_be_visible()
    editor.goto(f"{desk}edit")
    editor.get_by_role("textbox", name="Text", exact=False).first.click()
    editor.keyboard.press("Control+Home")
    editor.keyboard.type("At 15 Lò Siêu street: ")
    editor.get_by_label("What did you change?").fill("Place")
    editor.get_by_role("button", name="Save and send to review").click()
    editor.goto(f"{desk}revisions/3")
    expect(editor.locator("ins", has_text="15 Lò Siêu")).to_be_visible()

    # The leader approves and publishes.
    leader.goto(desk)
    leader.get_by_role("button", name="Approve").click()
    state(leader, "Approved")
    do(leader, "Publish now")
    state(leader, "Published")

    # A reader finds it by words typed without marks, and is counted.
    reader = browser.new_context(viewport=PHONE, user_agent=TELEPHONE).new_page()  # type: ignore[arg-type]
    reader.goto(f"{house.url}/news/?q=phong doc sach")
    reader.get_by_role("link", name="Phòng đọc sách mở cửa từ thứ Hai").first.click()
    body = reader.locator(".article .body")
    expect(body.locator("p").first).to_have_text(
        "At 15 Lò Siêu street: The reading room opens on Monday."
    )
    expect(body.locator("strong")).to_have_text("on Monday")
    expect(body.locator("h2")).to_have_text("What to bring")
    expect(body.locator("ul > li")).to_have_text("A card")
    expect(body.locator("figure img")).to_have_js_property("complete", True)
    assert reader.evaluate("document.querySelector('.body img').naturalWidth") == 960
    reader.reload()
    # At least this one: other sample readers come by, too.
    expect(reader.locator(".readers")).to_have_text(re.compile(r"Số lượt người xem: [1-9]\d*"))
    assert re.fullmatch(r".*/news/TT-\w+-\w+/phong-doc-sach-mo-cua-tu-thu-hai", reader.url)


def test_without_javascript_an_article_is_written_as_plain_text(
    browser: Browser, house: House
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, house, "minh.specialist")
    page.goto(f"{house.url}/en/desk/news/new")
    page.get_by_label("Title").fill("Viết không cần JavaScript")
    page.get_by_role("button", name="Begin").click()
    page.locator("textarea[name=summary_vi]").fill("Tóm tắt.")
    page.locator("textarea[name=body_vi]").fill("Đoạn một.\n\nĐoạn hai & ba.")
    page.get_by_role("button", name="Save and send to review").click()
    state(page, "In review")
    expect(page.locator(".sheet .body p")).to_have_text(["Đoạn một.", "Đoạn hai & ba."])
