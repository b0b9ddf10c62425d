"""Where other parts of the store sign up: who reads a table, and where else a person may stand.

Before a version is shown, a serving file is built for each role that reads it then.

An erasure goes to every place where the rows of a person may stand, and ends in a paper. Folders of
sources, received files, quarantine and what was read by key are cleared before the rows go, in the
order in which data come in: so nothing comes back by a publish, and after a kill the rows still
lead there. Files made of rows go afterwards.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from dothi.core.papers.registry import Kind
from dothi.core.papers.registry import register as register_paper
from dothi.datastore.tables.choices import PersonBy
from dothi.datastore.tables.rules.columns import Columns as Columns
from dothi.datastore.tables.rules.persons import normal
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


@dataclass(frozen=True, kw_only=True)
class Sought:
    """A person by a proved name, who may be written in other ways: `names` are as `normal` says."""

    table: str
    column: str
    by: PersonBy
    names: frozenset[str] = field(repr=False)

    def among(self, values: Iterable[str | None]) -> set[str]:
        """Those of the values that name the person."""
        return {one for one in values if one and normal(self.by, one) in self.names}

    def within(self, raw: bytes) -> set[str]:
        """The plain forms that stand in bytes which nobody can take apart."""
        return {one for one in self.names if one.encode() in raw}


Told = dict[str, Any]  # Counts, codes and hashes for the proof; never a value.


@dataclass(frozen=True, kw_only=True)
class Reach:
    """One such place. Both must do no harm when they are done twice."""

    name: str
    find: Callable[[Wanted], Told]  # Writes nothing.
    erase: Callable[[Wanted], Told]
    first: bool = False  # Before the rows of the table go.
    # How the person is written there; only of places whose rows need not be in the table.
    spellings: Callable[[Sought], set[str]] = lambda sought: set()


reaches: list[Reach] = []

# The roles that read a table, given its code, its columns and the moment.
Readers = Callable[[str, Columns, datetime], Sequence[Role]]
readers: list[Readers] = []

ERASED = register_paper(
    Kind(
        code="data_erasure",
        title_vi="Giấy xác nhận xóa dữ liệu cá nhân",
        title_en="Proof of erasure of personal data",
        symbol="XN-UBND",
        label=_("Proof of erasure"),
    )
)
