"""Where other parts of the store sign up: who reads a table, and where else a person may stand.

Before a version is shown, a serving file is built for each role that reads it then.

An erasure goes to every place where the rows of a person may stand.
Received files, quarantine and what was read by key are cleared before the rows go: so nothing comes
back by a publish, and after a kill the rows still lead there. Files made of rows go afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dothi.datastore.tables.rules.columns import Columns as Columns
from dothi.datastore.tables.rules.roles import Role


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whom an erasure is about. `rows` are those of every readable version."""

    table: str
    column: str
    values: frozenset[str] = field(repr=False)
    reason: str
    by: str
    at: datetime
    rows: Sequence[Mapping[str, Any]] = field(default=(), repr=False)


Told = dict[str, Any]  # Counts, codes and hashes for the proof; never a value.


@dataclass(frozen=True, kw_only=True)
class Reach:
    """One such place. Both must do no harm when they are done twice."""

    name: str
    find: Callable[[Wanted], Told]  # Writes nothing.
    erase: Callable[[Wanted], Told]
    first: bool = False  # Before the rows of the table go.


reaches: list[Reach] = []

# The roles that read a table, given its code, its columns and the moment.
Readers = Callable[[str, Columns, datetime], Sequence[Role]]
readers: list[Readers] = []
