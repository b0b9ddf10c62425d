"""Where else a person may stand whose rows are erased: other parts of the store sign up here.

Received files, quarantine and what was read by key are cleared before the rows go: so nothing comes
back by a publish, and after a kill the rows still lead there. Files made of rows go afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


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
