"""Where the answers of a form may come from before anybody writes them.

The name and address of the account are offered by `selectors.prefilled`. Another domain offers
more at start, in its `apps.py`:

    registry.offer("profile.citizen_id", confirmed_number)

It is asked when the form is opened, with the person and the moment, and logs what it opens. An
answer that it offers is shown to the person, who may change it; it is kept only when they send it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from dothi.accounts.models import User

Offer = Callable[[User, datetime], Any]  # None: nothing is known.

_offers: dict[str, Offer] = {}


class OfferedTwice(Exception):
    """Two domains offer the same answer."""


def offer(source: str, ask: Offer) -> None:
    """Let the forms be filled in from a source (`choices.Prefill`).

    Raises:
        OfferedTwice: another one offers it already.
    """
    if _offers.get(source, ask) is not ask:
        raise OfferedTwice(source)
    _offers[source] = ask


def withdraw(source: str) -> None:
    """Offer it no more: for tests."""
    _offers.pop(source, None)


def offered(source: str) -> Offer | None:
    return _offers.get(source)
