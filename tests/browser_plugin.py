"""Which browser the tests drive, and what happens where none is."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def installed_browser() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def has_browser() -> bool:
    if installed_browser():
        return True
    return any(Path.home().glob(".cache/ms-playwright/chromium*"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser its tests are skipped loudly; CI does not accept that."""
    if has_browser():
        return
    reason = "NO BROWSER: install one (Debian: apt-get install chromium)"
    for item in items:
        if "browser" not in item.keywords:
            continue
        if os.environ.get("DOTHI_BROWSER_REQUIRED"):
            pytest.exit(reason, returncode=1)
        item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    path = installed_browser()
    return {"args": FLAGS, **({"executable_path": path} if path else {})}
