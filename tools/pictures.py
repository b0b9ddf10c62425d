"""The pictures of the README: taken from a sample house that this starts and stops again.

python tools/pictures.py [NAME…]   into docs/pictures/, each at most 150 kB
"""

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.signing_in import sign_in
from tests.browser_plugin import FLAGS, installed_browser
from tests.house import House, new_house, tear_down

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
AT_MOST = 150_000
SAMPLE = ".badge.sample"
DESK, PHONE, WALL = (1280, 800), (390, 844), (1920, 1080)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture: which page, how large, and as whom it is seen."""

    name: str
    path: str
    size: tuple[int, int]
    who: str = ""
    dark: bool = False
    # What must be on the page before it is taken.
    awaits: str = "main"


PICTURES = (
    Picture(name="front-page", path="/", size=DESK),
    Picture(name="report-on-a-phone", path="/feedback/", size=PHONE),
    Picture(name="follow-on-a-phone", path="/feedback/list", size=PHONE),
    Picture(name="news", path="/news/", size=DESK),
    Picture(name="desk", path="/desk/feedback/", size=DESK, who="dung.dispatch"),
    Picture(name="brief", path="/desk/brief", size=PHONE, who="khanh.leader"),
    Picture(
        name="wall",
        path="/operations/wall",
        size=WALL,
        dark=True,
        awaits="[data-wall][data-drawn]",
    ),
)


class TooLarge(Exception):
    """A picture does not fit, however it is pressed."""


class NotMarked(Exception):
    """The page does not say that its data is a sample: such a picture could mislead."""


def pressed(png: bytes) -> bytes:
    """The picture as WebP: without loss where it fits, else with as little loss as needed."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for quality in (None, 92, 85, 75, 60):
        target = io.BytesIO()
        picture.save(target, "WEBP", method=6, lossless=quality is None, quality=quality or 100)
        if target.tell() <= AT_MOST:
            return target.getvalue()
    raise TooLarge(f"{target.tell()} bytes")


def take(browser: Browser, house: House, picture: Picture, states: dict[str, Any]) -> bytes:
    """Open the page as its reader does, and look."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.dark else "light",
        locale="vi-VN",
        storage_state=states.get(picture.who),
        reduced_motion="reduce",
    )
    with context:
        page = context.new_page()
        page.goto(f"{house.url}{picture.path}", wait_until="load")
        page.wait_for_selector(picture.awaits, state="attached", timeout=20_000)
        page.evaluate("document.fonts.ready")
        page.wait_for_timeout(800)
        _insist_on_the_badge(page)
        return page.screenshot()


def _insist_on_the_badge(page: Page) -> None:
    badge = page.locator(SAMPLE).first
    box = badge.bounding_box() if badge.count() else None
    size = page.viewport_size
    if box is None or size is None or box["y"] + box["height"] > size["height"]:
        raise NotMarked(page.url)


def signed_in(browser: Browser, house: House, who: str) -> Any:
    """What a browser keeps of somebody who has signed in."""
    with browser.new_context() as context:
        sign_in(context.new_page(), house, who)
        return context.storage_state()


def main(names: list[str]) -> int:
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    FOLDER.mkdir(parents=True, exist_ok=True)
    print("  starting a sample house …")
    house = new_house()
    try:
        house.start(seconds=300)
        with sync_playwright() as playwright:
            path = installed_browser()
            browser = playwright.chromium.launch(args=FLAGS, executable_path=path)
            people = sorted({picture.who for picture in wanted} - {""})
            states = {who: signed_in(browser, house, who) for who in people}
            for picture in wanted:
                file = FOLDER / f"{picture.name}.webp"
                file.write_bytes(pressed(take(browser, house, picture, states)))
                print(
                    f"  {file.relative_to(FOLDER.parent.parent)}  {file.stat().st_size // 1000} kB"
                )
            browser.close()
    finally:
        tear_down(house)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
