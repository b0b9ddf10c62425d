"""A kind of source: its settings, and the function that fetches what is new."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from dothi.datastore.sources.choices import Fault


class Widget(StrEnum):
    """How a setting is asked for."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    CHOICE = "choice"
    SECRET = "secret"  # Kept encrypted, never shown again.
    LONG_SECRET = "long_secret"

    @property
    def is_secret(self) -> bool:
        return self in {Widget.SECRET, Widget.LONG_SECRET}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing that a steward says about a source. Labels and help are lazy texts."""

    name: str
    label: Any
    help: Any = ""
    widget: Widget = Widget.TEXT
    required: bool = False
    default: str = ""
    choices: tuple[tuple[str, Any], ...] = ()

    def shown(self, value: str) -> Any:
        """A value as people read it."""
        return dict(self.choices).get(value, value)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One try: everything that a connector may know. `folder` is empty and for its files."""

    dataset: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    # What the last try left: empty at the first one. `since` in it: the day to begin anew from.
    position: Mapping[str, Any] = field(default_factory=dict)
    folder: Path
    at: datetime
    # A look at the first rows only: nothing is moved, and what follows need not be read.
    rows_at_most: int | None = None

    def text(self, name: str) -> str:
        return self.settings.get(name, "").strip()

    def number(self, name: str, default: int) -> int:
        """A setting that is a whole number.

        Raises:
            NotFetched: it is none.
        """
        try:
            return int(self.text(name) or default)
        except ValueError as error:
            raise NotFetched(Fault.SETTING, setting=name) from error


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What came: a file, and where to go on next time."""

    path: Path
    name: str  # As the delivery is called.
    # The names in a file of records (NDJSON) of our own making; None: the file of somebody else,
    # kept byte by byte.
    heads: tuple[str, ...] | None = None
    rows: int | None = None
    position: Mapping[str, Any] = field(default_factory=dict)
    more: bool = False  # Something waits already: to be fetched at once, not at the next time.


class Verdict(StrEnum):
    """What became of a file."""

    TAKEN = "taken"
    REFUSED = "refused"  # At the door.
    WITHDRAWN = "withdrawn"  # It was taken, and refused or given up after it had been read.


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What became of a file that a kind brought."""

    name: str
    delivery: str
    verdict: Verdict
    reason: str = ""  # In words.


class NotFetched(Exception):
    """It could not be fetched. `fault` names the sentence, `facts` stand in it: no secret, no row,
    no address with a query."""

    def __init__(self, fault: Fault, **facts: Any) -> None:
        super().__init__(fault.value, facts)
        self.fault = fault
        self.facts = facts


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """What a kind whose files lie on this machine lets the house do with them."""

    # All that wait, were taken or refused. May raise `NotFetched`.
    files: Callable[[Asked], Iterable[Path]]
    # Remove one of them for good, and leave a note that does not come in as a file.
    take_away: Callable[[Asked, Path, str], None]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Where data can come from. `fetch` gives None when nothing is new."""

    code: str
    title: Any
    help: Any
    settings: tuple[Setting, ...]
    fetch: Callable[[Asked], Fetched | None]
    files: bool = False  # Every try brings one file as its sender wrote it.
    is_incremental: Callable[[Mapping[str, str]], bool] = lambda settings: False
    has_overlap: Callable[[Mapping[str, str]], bool] = lambda settings: False
    # What is wrong with settings before anybody asks: name of the setting → fault.
    faults: Callable[[Mapping[str, str]], Mapping[str, Fault]] = lambda settings: {}
    # Told what became of a file; after a kill it is told again.
    settle: Callable[[Asked, Settled], None] | None = None
    keeping: Keeping | None = None

    @property
    def secrets(self) -> frozenset[str]:
        return frozenset(one.name for one in self.settings if one.widget.is_secret)


kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind of source.

    Raises:
        ValueError: the code is taken.
    """
    if kinds.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"Two kinds of source are called {kind.code}.")
    return kind
