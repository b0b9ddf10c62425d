"""The tables that the domains of the house publish into the store, each defined by its owner.

A domain says in its `datasets.py` what a table is (words, contract), where its rows come from and
which events move them; a feeder carries them over and knows no domain. A *current* table holds the
rows as they are now, merged by key; a *history* table holds one row for each change, with the time
of the matter itself.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dothi.accounts.models import User
from dothi.core.events.registry import Event
from dothi.datastore.catalogue.choices import Kind, Licence, Mode, Share, Theme, Type
from dothi.datastore.catalogue.rules.contract import Contract, Field, faults

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Current:
    """Rows as they are now.

    `rows(keys)` yields the rows of these keys, or all for None. A key that yields no row is gone
    from the table. `touched(event)` names the keys of the rows that an event may have changed;
    without events the whole table is read on the rhythm of the contract.
    """

    rows: Callable[[Collection[str] | None], Iterator[Row]]
    touched: Callable[[Any], Iterable[str]] = lambda event: ()


@dataclass(frozen=True, kw_only=True)
class History:
    """One row for each change. `rows(event, at)` makes them from the fact alone, so that reading
    the log again gives the same ones; `at` is when it was told. `number` names the column that
    takes the number of the fact: it orders facts of one moment that are told of one matter."""

    rows: Callable[[Any, datetime], Iterable[Row]]
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class DomainDataset:
    """One table of a domain, with the words by which it is found."""

    title_vi: str
    title_en: str
    description_vi: str
    description_en: str
    contract: Contract
    feed: Current | History
    events: tuple[type[Event], ...] = ()
    kind: Kind = Kind.ORIGINAL
    share: Share = Share.OPEN
    licence: Licence = Licence.CC_BY
    themes: tuple[Theme, ...] = ()
    keywords: tuple[str, ...] = ()
    legal_basis: str = ""

    @property
    def code(self) -> str:
        return self.contract.dataset


def column(name: str, type: Type, title_vi: str, title_en: str, **more: Any) -> Field:
    """A column that the house itself writes: its head and its name are one."""
    return Field(name=name, head=name, type=type, title_vi=title_vi, title_en=title_en, **more)


datasets: dict[str, DomainDataset] = {}


def register(definition: DomainDataset) -> DomainDataset:
    """Add a definition.

    Raises:
        ValueError: the code is taken, the contract is not sound, or it cannot be fed as it says.
    """
    code = definition.code
    if code in datasets:
        raise ValueError(f"Dataset {code} is registered twice.")
    if found := faults(definition.contract):
        raise ValueError(f"The contract of {code} is not sound: {found}")
    current = isinstance(definition.feed, Current)
    if definition.contract.mode != (Mode.MERGE if current else Mode.APPEND):
        raise ValueError(f"{code}: current tables are merged by key, histories grow.")
    if current and len(definition.contract.key) != 1:
        raise ValueError(f"{code}: a current table has one column as its key.")
    datasets[code] = definition
    return definition


# --- What other parts of the store show on the page of a dataset ---------------------------------


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A part of the page of a dataset. `context(request, code)` is what its template shows, or None
    where it has nothing to show to this reader."""

    template: str
    context: Callable[[Any, str], Mapping[str, Any] | None]


panels: list[Panel] = []
# The same on the page of the steward; whoever sees that page looks after the dataset.
desk_panels: list[Panel] = []


# --- Who is touched when a contract changes ------------------------------------------------------

# `watcher(code, columns, user, on)` says in words who uses columns of a dataset that are about to
# change, as far as this person may know it.
watchers: list[Callable[[str, Collection[str], User, date], Iterable[str]]] = []
