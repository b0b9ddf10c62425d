"""How a sample person signs in: password, then the code of the second step."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page

from dothi.accounts.rules import demo_seed
from tests.house import PASSWORD, House

PERIOD = 30  # Seconds for which a code is shown.


def sign_in(page: Page, house: House, name: str) -> None:
    page.goto(f"{house.url}/en/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=code]")
    used = ""
    until = time.monotonic() + 70
    while "/desk/" not in page.url:
        assert time.monotonic() < until, "the second step takes no code"
        used = next_code(page, name, used)
        page.fill("input[name=code]", used)
        with page.expect_navigation():
            page.keyboard.press("Enter")


def next_code(page: Page, name: str, used: str) -> str:
    """A code opens once: who signs in twice within half a minute waits for the next one."""
    while (code := code_of(name, at=time.time())) == used:
        page.wait_for_timeout(1000)
    return code


def code_of(name: str, *, at: float) -> str:
    """What the authenticator of a sample person shows; `dothi demo code` says the same."""
    return str(format_hotp_value(hotp_value(demo_seed(name), int(at) // PERIOD)))
