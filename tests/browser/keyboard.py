"""Somebody at the keyboard: Tab, Enter, Space, arrows and letters, and nothing else.

Names are looked for as the house says them: a message id in, the text of the language out.
"""

import secrets
import time
from typing import Any

from django.utils.translation import gettext, override
from playwright.sync_api import Browser, Download, FilePayload, Page, expect

from tests.browser.signing_in import next_code
from tests.house import PASSWORD, House

PHONE_WIDTH = 360
PHONE = {"viewport": {"width": PHONE_WIDTH, "height": 740}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
STEPS = 260  # More than the longest page of the journeys has stops.
FOCUSED = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const said = (one) => {
    const copy = one?.cloneNode(true);
    for (const unsaid of copy?.querySelectorAll("[aria-hidden=true]") ?? []) unsaid.remove();
    return copy?.textContent.replace(/\\s+/g, " ").trim() ?? "";
  };
  const ids = it.getAttribute("aria-labelledby")?.split(" ");
  const by = ids?.map((id) => said(document.getElementById(id))).join(" ");
  const labels = [...(it.labels ?? [])].map(said).join(" ");
  const at = it.getBoundingClientRect();
  return {
    name: it.getAttribute("aria-label") || by || labels || said(it) || it.title,
    kind: it.type || it.localName,
    chosen: it.localName === "select" ? said(it.selectedOptions[0]) : "",
    checked: Boolean(it.checked),
    url: it.href ?? "",
    seen: it.checkVisibility() && at.width > 0 && at.bottom > 0 && at.top < innerHeight
      && at.right > 0 && at.left < innerWidth,
  };
}"""


class Keyboard:
    """One page, driven by keys in one language."""

    def __init__(self, page: Page, house: House, language: str) -> None:
        self.page, self.house, self.language = page, house, language
        self.address = f"mai.{secrets.token_hex(4)}@example.com"
        # With a listener that stays, the chooser is never the browser's own window.
        page.on("filechooser", lambda _chooser: None)

    def say(self, text: str, **values: str) -> str:
        """A message id in the language of this person."""
        with override(self.language):
            return gettext(text) % values if values else gettext(text)

    def go(self, path: str) -> None:
        """Type an address of the house."""
        self.page.goto(f"{self.house.url}{'/en' if self.language == 'en' else ''}{path}")

    # --- Where the focus is ----------------------------------------------------------------------

    def focus(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.page.evaluate(FOCUSED)
        return found

    def to(self, name: str, *kinds: str, within: bool = False) -> dict[str, Any]:
        """Walk by Tab to what is called so (`within`: in the midst of its name), of these kinds.

        What has the focus has to be in sight.

        Raises:
            AssertionError: once around the page, and it was not met.
        """
        met: list[str] = []
        for _step in range(STEPS):
            self.page.keyboard.press("Tab")
            found = self.focus()
            if found is None:
                continue
            called = name in found["name"] if within else found["name"].startswith(name)
            if called and (not kinds or found["kind"] in kinds):
                assert found["seen"], f"{self.page.url}: the focus on {name} cannot be seen"
                return found
            met.append(f"{found['kind']} {found['name'][:60]}")
        raise AssertionError(
            f"{self.page.url}: Tab never comes to {name}; {list(dict.fromkeys(met))}"
        )

    # --- What is done there ----------------------------------------------------------------------

    def press(self, name: str, *kinds: str, key: str = "Enter") -> None:
        """Walk there and press it; a page follows."""
        self.to(name, *(kinds or ("submit", "a", "button")))
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def keys(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)

    def write(self, name: str, text: str) -> None:
        """Walk to a box and write over what stands in it."""
        self.to(name)
        self.keys("Control+A")
        self.page.keyboard.type(text)

    def tick(self, name: str, *, within: bool = False) -> None:
        if not self.to(name, "checkbox", within=within)["checked"]:
            self.keys("Space")

    def choose(self, *names: str) -> None:
        """Of radio buttons: Tab comes to the group by any of its names, arrows go to the last."""
        *_others, wanted = names
        for _step in range(STEPS):
            self.keys("Tab")
            found = self.focus()
            if found and found["kind"] == "radio" and found["name"] in names:
                break
        else:
            raise AssertionError(f"{self.page.url}: Tab never comes to {names}")
        for _name in names:
            if found["name"] == wanted:
                break
            self.keys("ArrowDown")
            found = self.focus() or found
        assert found["name"] == wanted, f"{self.page.url}: the arrows never come to {wanted}"
        if not found["checked"]:
            self.keys("Space")

    def pick(self, name: str, option: str) -> None:
        """Of a list: from its top downwards."""
        self.to(name, "select-one")
        self.keys("Home")
        for _step in range(60):
            found = self.focus()
            if found and found["chosen"] == option:
                return
            self.keys("ArrowDown")
        raise AssertionError(f"{self.page.url}: {name} does not offer {option}")

    def attach(self, name: str, file: FilePayload, *, comes: bool = False) -> None:
        """Open the chooser of files by Enter; `comes`: a script sends it, and it is listed."""
        self.to(name, "file")
        with self.page.expect_file_chooser() as chosen:
            self.keys("Enter")
        chosen.value.set_files(file)
        if comes:
            expect(self.page.get_by_role("link", name=file["name"])).to_be_visible()
            expect(self.page.locator("input[type=file]:focus")).to_have_count(1)

    def fetch(self, name: str, *kinds: str) -> Download:
        """Walk there and press it; a file follows."""
        self.to(name, *kinds)
        with self.page.expect_download() as coming:
            self.keys("Enter")
        return coming.value

    def expand(self, name: str) -> None:
        """Open what is folded."""
        self.to(name, "summary")
        self.keys("Enter")

    # --- Who it is -------------------------------------------------------------------------------

    def sign_in(self, name: str) -> None:
        """Password, then the code of the second step; a code opens once."""
        self.go("/accounts/login/")
        self.page.wait_for_selector("input[name=login]")
        self.to_box("login", name)
        self.to_box("password", PASSWORD)
        with self.page.expect_navigation():
            self.keys("Enter")
        used, until = "", time.monotonic() + 70
        while "/desk/" not in self.page.url:
            assert time.monotonic() < until, "the second step takes no code"
            used = next_code(self.page, name, used)
            self.to_box("code", used)
            with self.page.expect_navigation():
                self.keys("Enter")

    def to_box(self, name: str, text: str) -> None:
        """Boxes of the sign-in by their names: their labels are of another package."""
        for _step in range(60):
            here = self.page.evaluate("() => document.activeElement?.name ?? ''")
            if here == name:
                self.keys("Control+A")
                self.page.keyboard.type(text)
                return
            self.keys("Tab")
        raise AssertionError(f"{self.page.url}: Tab never comes to {name}")


def somebody(
    browser: Browser, house: House, language: str, look: dict[str, Any], name: str = ""
) -> Keyboard:
    """A person with a device of their own; with a name: signed in."""
    locale = {"vi": "vi-VN", "en": "en-GB"}[language]
    person = Keyboard(browser.new_context(**look, locale=locale).new_page(), house, language)
    if name:
        person.sign_in(name)
    return person
