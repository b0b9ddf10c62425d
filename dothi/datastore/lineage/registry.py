"""Who knows of links between columns. Each part of the house that reads or makes data adds itself:

    register("operations.tiles", lambda: [Link(source=…, target=…)])

A collector tells everything that it knows now; what it told before and does not tell any more is
over from then on.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from django.contrib.auth.models import AnonymousUser

from dothi.accounts.models import User
from dothi.datastore.lineage.choices import How as How
from dothi.datastore.lineage.choices import Kind as Kind
from dothi.datastore.lineage.rules.graph import Link as Link
from dothi.datastore.lineage.rules.graph import Point as Point

Collector = Callable[[], Iterable[Link]]
collectors: dict[str, Collector] = {}
# What is not everybody's to know by name: of each such kind, what a person finds, and its title.
Names = Callable[[User | AnonymousUser, date], Mapping[str, str]]
names: dict[Kind, Names] = {}


def name_for(kind: Kind, titles: Names) -> None:
    """Have things of a kind shown by name only to those who find them; to others they are a number.

    Raises:
        ValueError: somebody says so of this kind already.
    """
    if kind in names:
        raise ValueError(f"Two parts name what is of kind {kind}.")
    names[kind] = titles


def titles_for(user: User | AnonymousUser, on: date) -> dict[str, str]:
    """All such things that this person finds."""
    return {code: title for titles in names.values() for code, title in titles(user, on).items()}


def register(name: str, collector: Collector) -> Collector:
    """Add a collector.

    Raises:
        ValueError: the name is taken.
    """
    if name in collectors:
        raise ValueError(f"Links are told twice under {name}.")
    collectors[name] = collector
    return collector
