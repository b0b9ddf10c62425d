"""What carries notices out of the house: one adapter for each service, whatever the channel.

A service is asked to take a message under a key that stays the same however often it is asked, so
that one which knows its keys takes it once. It may tell later, at the door for reports, what became
of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dothi.core.notices.choices import Channel


class Refused(Exception):
    """It will not be taken, however often it is sent."""


class Later(Exception):
    """It was not taken now; it may be another time."""


class Unknown(Exception):
    """It may have been taken."""


class NotGenuine(Exception):
    """A report was not signed by the service, or long ago."""


@dataclass(frozen=True, kw_only=True)
class Capability:
    """What a service can do.

    `segments` is the most of them that a message may take (0: no bound). One that `knows_keys` may
    be asked again when nobody knows whether it took a message. One that `reports` says what became
    of it. `needs_consent`: only people who chose it are written to. `keeps_quiet`: nothing is sent
    at night that can wait.
    """

    segments: int = 0
    knows_keys: bool = False
    reports: bool = False
    needs_consent: bool = False
    keeps_quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message as it is handed over. `key` names it to the service for ever."""

    key: str
    address: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    report_url: str = ""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Taken:
    """That a service has it: its own number, and what it costs in whole dong."""

    ref: str = ""
    segments: int = 0
    cost: int = 0


class Outcome(StrEnum):
    """What a service says became of a message."""

    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of the message with this key."""

    key: str
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What somebody wrote back."""

    address: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One call at the door for reports; `mark` names the call, which counts once."""

    mark: str
    reports: tuple[Report, ...] = ()
    replies: tuple[Reply, ...] = ()


class Adapter(Protocol):
    """A service that carries messages of one channel. No call is made inside a transaction."""

    code: str
    channel: Channel
    capability: Capability
    sample: bool  # Nothing leaves the house: a service to try with.

    def ready(self) -> bool:
        """Whether the house has set it up."""
        ...

    def written(self, text: str) -> str:
        """The text as the service sends it, with or without marks."""
        ...

    def hand_over(self, message: Message) -> Taken:
        """Give it to the service.

        Raises:
            Refused, Later, Unknown: see there. Their text names no address and no content.
        """
        ...

    def heard(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Heard:
        """What a call at the door for reports says.

        Raises:
            NotGenuine: it is not believed.
        """
        ...


adapters: dict[str, Adapter] = {}


def register(adapter: Adapter) -> None:
    """Add a service.

    Raises:
        ValueError: the code is taken.
    """
    if adapter.code in adapters:
        raise ValueError(f"Two services for messages are named {adapter.code}.")
    adapters[adapter.code] = adapter


def carrier(channel: Channel | str) -> Adapter | None:
    """The service that carries a channel now: one that is set up, a real one before a sample."""
    ready = [one for one in adapters.values() if one.channel == channel and one.ready()]
    return min(ready, key=lambda one: one.sample, default=None)


def offered(channel: Channel) -> bool:
    """Whether people may choose this channel."""
    return channel == Channel.IN_APP or carrier(channel) is not None
