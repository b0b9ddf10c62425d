"""A running house, for the tests that need one."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser

from tests.house import House, new_house, tear_down
from tests.postgres_plugin import lay_tables


@pytest.fixture(scope="session")
def house() -> Generator[House, None, None]:
    """One demo for all tests of a worker; they leave it usable for the next.

    It begins on migrated tables, if this run has some: others start a house from nothing.
    """
    started = new_house()
    lay_tables(started.var)
    try:
        started.start()
        yield started
    finally:
        tear_down(started)


@pytest.fixture(autouse=True)
def _no_page_stays_open(request: pytest.FixtureRequest) -> Generator[None, None, None]:
    """A wall that nobody looks at goes on drawing, and takes its time from the next test."""
    if "browser" not in request.fixturenames:
        yield
        return
    browser: Browser = request.getfixturevalue("browser")
    yield
    for context in browser.contexts:
        context.close()
