from collections.abc import Iterator

import pytest
import time_machine

from dothi.core.events import services as events
from dothi.feedback.tests.factories import MONDAY_9AM
from tests.city import city, city_of_the_file

__all__ = ["city", "city_of_the_file"]


@pytest.fixture
def monday() -> Iterator[None]:
    """For doors and handlers, which ask for the time: it is Monday, nine o'clock."""
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


def deliver() -> int:
    """Hand every event to who listens, as the worker does."""
    return events.drain_all()
