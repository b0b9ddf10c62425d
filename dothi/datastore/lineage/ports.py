"""Where run events are sent: ways by the scheme of an address, each added by its connector."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from dothi.datastore.lineage.choices import Fault


class NotSent(Exception):
    """Nothing can be sent now. It is tried again later, from the same event on."""

    def __init__(self, fault: Fault, status: int = 0) -> None:
        super().__init__(fault, status)
        self.fault, self.status = fault, status


class NotTaken(Exception):
    """The other side is there and does not take this one event; it would not the next time."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


# Sends one event, whole.
Send = Callable[[dict[str, Any]], None]
# Opens a way to an address for some events; `at` names the day of a file.
Way = Callable[[str, datetime], AbstractContextManager[Send]]
ways: dict[str, Way] = {}


def register(scheme: str, way: Way) -> None:
    """Add a way.

    Raises:
        ValueError: the scheme has one.
    """
    if scheme in ways:
        raise ValueError(f"Two ways are for {scheme}.")
    ways[scheme] = way
