from collections.abc import Iterator

import pytest
import time_machine
from django.utils import translation

from dothi.feedback.tests.factories import MONDAY_9AM
from tests.city import city, city_of_the_file

__all__ = ["city", "city_of_the_file"]


@pytest.fixture
def time_machine_monday() -> Iterator[None]:
    """For doors, which ask for the time: it is Monday, nine o'clock."""
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


@pytest.fixture(autouse=True)
def language_of_the_house() -> Iterator[None]:
    """A page that was asked for in English leaves its language to the thread: not to the next."""
    translation.deactivate()
    yield
    translation.deactivate()
