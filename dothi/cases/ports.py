"""What dossiers ask of others: payment services, added by connectors, and who takes complaints."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from dothi.procedures.choices import Applicant


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


# --- Portals that hear of our dossiers and send us theirs -----------------------------------------


class NotSent(Exception):
    """Nothing can be sent now. It is tried again later, from the same record on."""


class NotTaken(Exception):
    """The portal is there and does not take this record; it would not the next time."""


@dataclass(frozen=True, kw_only=True)
class ArrivingFile:
    """A file that came with a dossier; `paper` is the code of what it is."""

    paper: str
    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Arriving:
    """A dossier that somebody sent in on the portal."""

    ref: str
    procedure: str
    agency: str
    name: str
    kind: Applicant
    number: str
    email: str
    phone: str
    summary: str
    files: tuple[ArrivingFile, ...] = ()


class Portal(Protocol):
    """A way to a portal, open for some records."""

    def send(self, service: str, record: dict[str, Any], *, updating: bool) -> None:
        """Raises NotSent, NotTaken."""

    def arrivals(
        self, *, since: datetime, until: datetime, known: Callable[[str], bool]
    ) -> Iterator[Arriving]:
        """Dossiers that were sent in there and are not `known` here. Raises NotSent."""


Way = Callable[[], AbstractContextManager[Portal]]


@dataclass(frozen=True, kw_only=True)
class Known:
    """A portal, and whether this house speaks with it."""

    way: Way
    is_on: Callable[[], bool]


portals: dict[str, Known] = {}


def register_portal(name: str, way: Way, *, is_on: Callable[[], bool]) -> None:
    """Add a portal.

    Raises:
        ValueError: the name is taken.
    """
    if name in portals:
        raise ValueError(f"Two portals are named {name}.")
    portals[name] = Known(way=way, is_on=is_on)


def open_portals() -> list[str]:
    """The portals that this house speaks with."""
    return [name for name, known in portals.items() if known.is_on()]


# --- Complaints ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Grievance:
    """What an applicant complains about, or suggests. It says nothing of who applied."""

    dossier: str
    unit: str
    text: str
    language: str
    at: datetime
    suggestion: bool = False


@dataclass(frozen=True, kw_only=True)
class Filed:
    """Where a complaint goes on: a code for everybody, a secret for who complained alone."""

    code: str
    secret: str


class NotFiled(Exception):
    """It was not taken; the message says why, in the reader's language."""


File = Callable[[Grievance], Filed]
_complaints: list[File] = []


def take_complaints(file: File) -> None:
    """Say who takes complaints about dossiers.

    Raises:
        ValueError: somebody does already.
    """
    if _complaints:
        raise ValueError("Complaints about dossiers are taken already.")
    _complaints.append(file)


def complaints() -> File | None:
    """Who takes them; None in a house without such a part."""
    return _complaints[0] if _complaints else None
