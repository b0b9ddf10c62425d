"""A running house, for the tests that need one."""

from collections.abc import Generator

import pytest

from tests.house import House, new_house, tear_down


@pytest.fixture(scope="session")
def house() -> Generator[House, None, None]:
    """One demo for all tests of a worker; they leave it usable for the next."""
    started = new_house()
    try:
        started.start()
        yield started
    finally:
        tear_down(started)
