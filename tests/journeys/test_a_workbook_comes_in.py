"""A dirty workbook is brought in, mended and published in a browser, and a citizen takes it."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_officer, make_root
from dothi.core import clock
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.ingestion import services
from dothi.datastore.ingestion.models import Run
from dothi.datastore.ingestion.selectors import contract_of

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ({"width": 360, "height": 740}, {"width": 1280, "height": 900})
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
HEADS = ["Mã cây", "Loài", "Chiều cao", "Ngày trồng"]
ROWS = [
    [f"C-{n:03}", "Sao đen" if n % 2 else "Dầu rái", f"{n},5", f"{n % 28 + 1:02}/02/2020"]
    for n in range(1, 41)
]


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any) -> None:
    settings.STORE = tmp_path / "store"


def workbook(path: Path, rows: list[list[str]], heads: list[str] = HEADS) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["DANH SÁCH CÂY XANH"])
    for row in [heads, *rows]:
        sheet.append(row)
    book.save(path)
    return path


def page_for(browser: Browser, live_server: Any, user: User | None, **more: Any) -> Page:
    context = browser.new_context(reduced_motion="reduce", **more)
    if user is not None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}]
        )
    return context.new_page()


def read_by_the_worker() -> Run:
    run = Run.objects.latest("pk")
    return services.read(run, contract_of(run), at=clock.now())


def readable(page: Page, name: str, pictures: Path) -> None:
    """For everybody, on a phone and on a desk, by day and by night."""
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.screenshot(path=pictures / f"{name}-{size['width']}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{name} scrolls sideways at {size['width']}"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options=RULES).response["violations"]
        assert not found, [(one["id"], one["nodes"][0]["html"]) for one in found]
    page.emulate_media(color_scheme="light")


def test_a_workbook_is_sent_agreed_mended_and_published_and_a_citizen_takes_it(
    browser: Browser, live_server: Any, tmp_path: Path
) -> None:
    root = make_root()
    make_dataset(root, publish=False, agree=False)
    page = page_for(browser, live_server, make_officer("quan", unit=root, role=Role.STEWARD))

    # A first file, of which a contract is proposed, looked at and agreed.
    page.goto(f"{live_server.url}/desk/data/in/")
    page.get_by_label("Cho bộ dữ liệu nào?").select_option("cay-xanh")
    page.get_by_label("Tệp", exact=True).set_input_files(workbook(tmp_path / "cây.xlsx", ROWS))
    page.get_by_role("button", name="Gửi và kiểm tra").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hợp đồng từ một tệp")
    expect(page.get_by_role("table")).to_contain_text("Sao đen")
    readable(page, "proposal", tmp_path)
    page.get_by_role("button", name="Tiếp tục đến hợp đồng").click()
    page.get_by_role("button", name="Xem những gì thay đổi").click()
    page.get_by_role("button", name="Chốt").click()
    readable(page, "dataset", tmp_path)

    # The same file, read under it without being sent again; a second one is dirty.
    page.get_by_role("button", name="Đọc theo hợp đồng").click()
    read_by_the_worker()
    page.reload()
    page.get_by_role("button", name="Công khai").click()
    dirty = [*ROWS, ["C-900", "Sao đen", "cao lắm", "17/02/2020"]]
    page.goto(f"{live_server.url}/desk/data/in/?dataset=cay-xanh")
    page.get_by_label("Tệp", exact=True).set_input_files(workbook(tmp_path / "mới.xlsx", dirty))
    page.get_by_role("button", name="Gửi và kiểm tra").click()
    run = read_by_the_worker()
    page.reload()
    readable(page, "run", tmp_path)

    # The line that stands aside is mended and taken in.
    page.get_by_role("link", name="không phải số").click()
    page.get_by_role("link", name="43").click()
    page.get_by_label("Chiều cao").fill("9,5")
    page.get_by_role("button", name="Sửa và sang dòng sau").click()
    page.get_by_role("button", name="Nhận các dòng này").click()
    page.get_by_role("button", name="Công khai").click()
    run.refresh_from_db()
    assert (run.taken, run.aside) == (41, 0)

    # Versions, and the way back.
    page.goto(f"{live_server.url}/desk/data/sets/cay-xanh/versions/")
    readable(page, "versions", tmp_path)
    page.get_by_role("link", name="Quay lại phiên bản 1").click()
    expect(page.get_by_role("main")).to_contain_text("Những gì thay đổi")
    readable(page, "back", tmp_path)
    for name in ("desk/data/releases/", "desk/data/erase"):
        page.goto(f"{live_server.url}/{name}")
        readable(page, name.rstrip("/").rpartition("/")[2], tmp_path)

    # Readers find it once it is offered.
    page.goto(f"{live_server.url}/desk/data/sets/cay-xanh/")
    page.get_by_role("button", name="Công khai").click()
    citizen = page_for(browser, live_server, None, java_script_enabled=False)
    citizen.goto(f"{live_server.url}/data/?q=cay+xanh")
    citizen.get_by_role("link", name="Cây xanh đường phố").click()
    with citizen.expect_download() as coming:
        citizen.get_by_role("link", name="CSV", exact=True).first.click()
    taken = Path(coming.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(taken)))
    assert len(rows) == 41
    assert {"9.5"} == {row["chieu_cao"] for row in rows if row["ma_cay"] == "C-900"}

    # And draws it.
    citizen.get_by_role("link", name="Lọc, vẽ biểu đồ, bản đồ").click()
    citizen.select_option("[name=show]", "bars")
    citizen.get_by_text("Nhóm", exact=True).click()
    citizen.locator("[name=g]").first.select_option("loai")
    citizen.get_by_role("button", name="Xem", exact=True).click()
    drawn = citizen.get_by_role("table").first
    expect(drawn).to_contain_text("Sao đen")
    expect(drawn).to_contain_text("21")
