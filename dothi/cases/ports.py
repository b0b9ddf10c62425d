"""What dossiers ask of systems that we do not own: payment services, added by connectors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    """How a payment stands at its service."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What a service is asked to collect. Nothing of it is personal."""

    reference: str
    amount: int
    text: str
    return_url: str
    callback_url: str
    language: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a service says of a payment; `provider_ref` is its number of the money that came in."""

    reference: str
    standing: Standing
    amount: int
    provider_ref: str


class NotReached(Exception):
    """The service does not answer, or not in its form."""


class NotGenuine(Exception):
    """The message was not signed by the service, or long ago."""


class Provider(Protocol):
    """A payment service. No call is made inside a transaction."""

    code: str

    @property
    def name(self) -> str:
        """How it is called on pages."""
        ...

    @property
    def sample(self) -> bool:
        """Whether no money moves: a service to try with."""
        ...

    def ready(self) -> bool:
        """Whether the house has set it up."""
        ...

    def begin(self, ask: Ask) -> str:
        """Where the payer is sent. The same reference again is the same payment.

        Raises:
            NotReached: nothing was begun.
        """
        ...

    def heard(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Told:
        """What a message says that came in at the door for callbacks.

        Raises:
            NotGenuine: it is not believed.
        """
        ...

    def asked(self, reference: str, *, at: datetime) -> Told:
        """How a payment stands, for when no message came.

        Raises:
            NotReached: it did not answer.
        """
        ...


providers: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Add a service.

    Raises:
        ValueError: the code is taken.
    """
    if provider.code in providers:
        raise ValueError(f"Two payment services are named {provider.code}.")
    providers[provider.code] = provider


def offered() -> list[Provider]:
    """The services that are set up."""
    return [one for one in providers.values() if one.ready()]
