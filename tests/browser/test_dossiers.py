"""Two dossiers from what happened to the signed result, by keys alone: on a phone and at desks."""

import io
import re
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.utils.translation import override
from PIL import Image
from playwright.sync_api import Browser, FilePayload, expect

from dothi.cases import registry
from dothi.core.papers.tests.openssl import finds_it_valid
from tests.browser.keyboard import DESKTOP, PHONE, PHONE_WIDTH, Keyboard, somebody
from tests.browser.procedures import BIRTH, PERMIT, Procedure
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.long]
WARD = {"vi": "Ủy ban nhân dân Phường Minh Phụng", "en": "People's Committee of Minh Phung Ward"}
COUNTER, SPECIALIST, LEADER = "lan.counter", "minh.specialist", "huong.leader"


def picture(name: str) -> FilePayload:
    file = io.BytesIO()
    Image.new("RGB", (140, 100), (200, 190, 160)).save(file, "JPEG")
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


# --- The citizen ---------------------------------------------------------------------------------


def applied(me: Keyboard, about: Procedure, fill_in: Callable[[Keyboard, Procedure], None]) -> str:
    """From the front page to the thanks; return the secret code."""
    me.go("/")
    me.write(me.say("Search"), about.occasion)
    with me.page.expect_navigation():
        me.keys("Enter")
    me.press(about.name, "a")
    me.press(me.say("Apply online"), "a")
    me.pick(me.say("Which office decides?"), WARD[me.language])
    me.press(me.say("Begin"))
    me.press(me.say("Go on now"), "a")
    me.write(me.say("Full name"), "Nguyễn Thị Thử")
    me.write(me.say("Personal identification number"), "079190012345")
    me.write(me.say("Telephone"), "0903123456")
    me.press(me.say("Go on"), "submit")
    fill_in(me, about)
    me.choose(me.say("By e-mail"))
    me.write(me.say("E-mail"), me.address)
    me.press(me.say("Go on"), "submit")
    me.press(me.say("Everything is right, go on to sign"), "submit")
    me.write(me.say("Your full name, as a signature"), "Nguyễn Thị Thử")
    me.tick(me.say("What I wrote is true and the papers are genuine; I answer for it by law."))
    me.press(me.say("Sign and send"), "submit")
    return me.page.inner_text(".code-to-keep").strip()


def birth(me: Keyboard, about: Procedure) -> None:
    """What the form of a birth asks, and the papers that the answers ask for."""
    me.write(about.label("full_name"), "Nguyễn Thị Thử")
    me.write(about.label("citizen_id"), "079190012345")
    me.write(about.label("phone"), "0903123456")
    me.write(about.label("address"), "12 Lạc Long Quân")
    me.choose(*about.options("relation", "parent"))
    me.press(me.say("Go on"), "submit")
    me.write(about.label("child_name"), "Nguyễn Gia An")
    me.choose(*about.options("child_sex", "female"))
    me.write(about.label("born_on"), "17/11/2026")
    me.write(about.label("born_at"), "Bệnh viện mẫu")
    me.write(about.label("ethnicity"), "Kinh")
    me.write(about.label("hometown"), "Thành phố Hồ Chí Minh")
    me.press(me.say("Go on"), "submit")
    me.choose(me.say("Yes"))
    me.choose(*about.options("role", "mother"))
    me.write(about.said(about.field("parents")["fields"][1]["name"]), "Nguyễn Thị Thử")
    me.write(about.label("birth_year"), "1994")
    me.press(me.say("Go on"), "submit")
    me.press(me.say("Go on"), "submit")
    for paper in ("birth_note", "marriage"):
        me.attach(f"{me.say('Choose a file')}: {about.paper(paper)}", picture(paper), comes=True)
    me.press(me.say("Go on"), "submit")


def permit(me: Keyboard, about: Procedure) -> None:
    """What the form of a building permit asks, and its papers."""
    me.write(about.label("full_name"), "Nguyễn Thị Thử")
    me.write(about.label("citizen_id"), "079190012345")
    me.write(about.label("phone"), "0903123456")
    me.write(about.label("address"), "12 Lạc Long Quân")
    me.press(me.say("Go on"), "submit")
    me.choose(*about.options("kind", "house"))
    me.write(about.label("site"), "12 Lạc Long Quân")
    me.write(about.label("area"), "64")
    me.write(about.label("floors"), "3")
    me.choose(me.say("Yes"), me.say("No"))
    me.press(me.say("Go on"), "submit")
    for paper in ("request", "land", "drawings"):
        me.attach(f"{me.say('Choose a file')}: {about.paper(paper)}", picture(paper), comes=True)
    me.press(me.say("Go on"), "submit")


def comes_back(me: Keyboard, secret: str) -> None:
    """From the front page to the own dossier, by the code that was kept."""
    me.go("/")
    me.press(me.say("Follow a dossier that was sent"), "a")
    me.write(me.say("Your secret code"), secret)
    with me.page.expect_navigation():
        me.keys("Enter")
    assert me.page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH


# --- The office ----------------------------------------------------------------------------------


def opens(officer: Keyboard, code: str) -> None:
    """From the worklist to one dossier: search by `/`, the row by `j`."""
    officer.go("/desk/cases/")
    officer.keys("/")
    officer.page.keyboard.type(code)
    with officer.page.expect_navigation():
        officer.keys("Enter")
    row = officer.page.locator("a[data-row]").first
    expect(officer.page.locator("td.what").first).to_contain_text(code)
    officer.keys("j")
    expect(row).to_be_focused()
    with officer.page.expect_navigation():
        officer.keys("Enter")
    expect(officer.page.locator("header.matter")).to_contain_text(code)


def does(officer: Keyboard, act: str) -> None:
    """Press what an act is called, and read that it was done."""
    officer.press(officer.say(act), "submit")
    expect(officer.page.locator(".notice.done")).to_be_visible()


def ends_step(officer: Keyboard, *outcomes: str) -> None:
    officer.choose(*outcomes)
    does(officer, "End this step")


def is_received(counter: Keyboard, code: str) -> None:
    """The counter receives it and prints form 01."""
    opens(counter, code)
    does(counter, "Receive it")
    counter.press(counter.say("Print papers"), "a")
    until = time.monotonic() + 30
    while counter.page.get_by_role("button", name="PDF", exact=True).count() == 0:
        assert time.monotonic() < until, "form 01 was never made"
        counter.page.reload()
    receipt = counter.fetch("PDF", "submit")
    assert Path(receipt.path()).read_bytes().startswith(b"%PDF-")


def signs(leader: Keyboard, code: str) -> None:
    leader.go("/desk/")
    leader.press(leader.say("To sign"), "a")
    leader.tick(code, within=True)
    leader.press(leader.say("Approve and sign the ticked ones"), "submit")
    expect(leader.page.locator(".notice.good")).to_contain_text(code)


# --- What came of it -----------------------------------------------------------------------------


def told(house: House, address: str, words: str) -> str:
    """The text of the mail to an address that says these words; it comes within half a minute."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for file in (house.var / "outbox").glob("*"):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            body = mail.get_body(("plain",))
            text = body.get_content() if body else ""
            if address in str(mail["To"]) and words in f"{mail['Subject']} {text}":
                return text
        time.sleep(0.3)
    raise AssertionError(f"nobody wrote to {address}: {words}")


def root_of(house: House, code: str, folder: Path) -> str:
    """Who certified the post that signed a paper, as the house keeps it."""
    house.python(
        "from pathlib import Path",
        "from dothi.core.papers.models import Paper",
        f"chain = Paper.objects.get(code={code!r}).signer.chain",
        f"Path({str(folder / 'root')!r}).write_text(chain, 'ascii')",
    )
    return (folder / "root").read_text("ascii")


def result_is_good(me: Keyboard, folder: Path) -> None:
    """Fetched on the telephone, found valid by openssl, and known by its public page."""
    fetched = me.fetch(me.say("Open the paper"), "a")
    code = fetched.suggested_filename.removesuffix(".pdf")
    pdf = Path(fetched.path()).read_bytes()
    root = root_of(me.house, code, folder)
    assert finds_it_valid(pdf, root, folder)
    assert not finds_it_valid(pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1), root, folder)
    me.go(f"/papers/{code}")
    page = me.page.locator("main")
    expect(page).to_contain_text(me.say("This paper was issued here and is valid."))
    valid = me.say("The signature is valid: the paper was not changed since it was signed.")
    expect(page).to_contain_text(valid)
    me.attach(me.say("PDF file"), {"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf})
    me.press(me.say("Compare"), "submit")
    same = me.say("Yes. The file is the paper as it was issued, byte for byte.")
    expect(page).to_contain_text(same)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_birth_is_registered_after_a_paper_was_asked_for(
    browser: Browser, house: House, tmp_path: Path, language: str
) -> None:
    about = Procedure(BIRTH, language)
    me = somebody(browser, house, language, PHONE)
    secret = applied(me, about, birth)
    code = code_on(me)
    counter, specialist = taken_on(browser, house, language, code)
    asks(specialist, about.paper("birth_note"), "Trang hai của giấy chứng sinh.")

    comes_back(me, secret)
    expect(me.page.locator("main")).to_contain_text("Trang hai của giấy chứng sinh.")
    me.attach(about.paper("birth_note"), picture("page-2"))
    me.write(me.say("A word to the office"), "Em gửi trang hai.")
    me.press(me.say("Send to the office"), "submit")
    expect(me.page.locator(".messages")).to_contain_text(
        me.say("It is with the office now. The clock goes on.")
    )

    opens(specialist, code)
    expect(specialist.page.locator("main")).to_contain_text("Em gửi trang hai.")
    ends_step(specialist, *about.outcomes("check", "fits"))
    signs(somebody(browser, house, language, DESKTOP, LEADER), code)
    opens(counter, code)
    does(counter, "Give back the result")

    comes_back(me, secret)
    expect(me.page.locator("main")).to_contain_text(me.say("You have the result."))
    result_is_good(me, tmp_path)


def taken_on(browser: Browser, house: House, language: str, code: str) -> tuple[Keyboard, Keyboard]:
    """The counter receives it, a specialist takes it on; both are still there."""
    counter = somebody(browser, house, language, DESKTOP, COUNTER)
    is_received(counter, code)
    specialist = somebody(browser, house, language, DESKTOP, SPECIALIST)
    opens(specialist, code)
    does(specialist, "I take it on")
    return counter, specialist


def code_on(me: Keyboard) -> str:
    found = re.search(r"[\d.]+\.H29-\d{6}-\d{4,}", me.page.inner_text("main"))
    assert found is not None
    return found[0]


def asks(officer: Keyboard, paper: str, what: str) -> None:
    """Ask for a paper: opening the act puts the cursor into it."""
    officer.expand(officer.say("Ask for papers"))
    expect(officer.page.locator("textarea:focus")).to_have_count(1)
    officer.page.keyboard.type(what)
    officer.tick(paper)
    does(officer, "Ask for papers")
    expect(officer.page.locator("main")).to_contain_text(what)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_building_permit_is_put_off_with_an_apology_and_signed(
    browser: Browser, house: House, tmp_path: Path, language: str
) -> None:
    about = Procedure(PERMIT, language)
    me = somebody(browser, house, language, PHONE)
    secret = applied(me, about, permit)
    code = code_on(me)
    counter, specialist = taken_on(browser, house, language, code)
    ends_step(specialist, *about.outcomes("check", "visit"))
    puts_off(specialist, "5", "Ranh thửa phải đo lại.")

    said = told(house, me.address, "Ranh thửa phải đo lại.")
    link = re.search(r"http://\S+/cases/t/\S+", said)
    assert link is not None
    me.page.goto(link[0])
    expect(me.page.locator("main")).to_contain_text("Ranh thửa phải đo lại.")
    _due, was, _end = re.split(r"%\(\w+\)s", me.say("Due day: %(now)s (was %(before)s)."))
    expect(me.page.locator(".timeline li").first).to_contain_text(was.strip())
    with override(language):
        apology = str(registry.APOLOGY.label)
    assert Path(me.fetch(apology, "a").path()).read_bytes().startswith(b"%PDF-")

    ends_step(specialist, *about.outcomes("visit", "fits"))
    signs(somebody(browser, house, language, DESKTOP, LEADER), code)
    opens(counter, code)
    does(counter, "Give back the result")
    comes_back(me, secret)
    rates(me)
    result_is_good(me, tmp_path)


def puts_off(officer: Keyboard, days: str, why: str) -> None:
    """More time, before the day that was promised; opening the act puts the cursor into it."""
    officer.expand(officer.say("Put off, with an apology"))
    expect(officer.page.locator("input[name=amount]:focus")).to_have_count(1)
    officer.page.keyboard.type(days)
    officer.write(officer.say("Reason"), why)
    does(officer, "Put off, with an apology")


def rates(me: Keyboard) -> None:
    me.choose(me.say("5: very good"))
    me.press(me.say("Send rating"), "submit")
    expect(me.page.locator(".messages")).to_contain_text(me.say("Thank you for your rating."))
