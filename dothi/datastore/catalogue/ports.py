"""What other parts of the store add to the machine doors of the catalogue: files and actions.

The catalogue describes data and holds no rows; who does registers here how they are fetched.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser

from dothi.accounts.models import User

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

FORMS = ("CSV", "XLSX", "JSON", "GEOJSON", "PARQUET", "DUCKDB")
AT_MOST = 1000  # As CKAN has it: more rows than that come in pages.


class NotFound(Exception):
    """There is nothing of that name that the asker may see."""


class Denied(Exception):
    """The asker may not do that."""


class Invalid(Exception):
    """What was sent cannot be taken; `faults` by field."""

    def __init__(self, faults: dict[str, Any]) -> None:
        super().__init__(faults)
        self.faults = faults


class NotUnderstood(Exception):
    """A search in words that we do not speak."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The parameters of an action of CKAN, who asks, from where, and when."""

    data: dict[str, Any]
    user: User | AnonymousUser
    at: datetime
    key: int | None = None  # The program's.
    address: str = ""

    def text(self, name: str, default: str = "") -> str:
        value = self.data.get(name, default)
        if value is None:
            return default
        if not isinstance(value, str | int | float) or "\0" in str(value):
            raise Invalid({name: ["must be text"]})
        return str(value)

    def number(self, name: str, default: int, *, most: int = AT_MOST) -> int:
        text = self.text(name, str(default))
        if not text.isdecimal() or len(text) > 9:
            raise Invalid({name: ["must be a whole number"]})
        return min(int(text), most)

    def flag(self, name: str, *, default: bool = False) -> bool:
        return self.data.get(name, default) in {True, "true", "True", "1"}

    def names(self, name: str) -> list[str]:
        """A list of words, sent as a list or as the JSON of one."""
        value = self.data.get(name) or []
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError as error:
                raise Invalid({name: ["must be a list"]}) from error
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise Invalid({name: ["must be a list of words"]})
        return value


@dataclass(frozen=True, kw_only=True)
class File:
    """One way in which the rows of a dataset are fetched."""

    form: str  # As in its address: "csv".
    name: str
    url: str
    media_type: str
    changed_at: datetime
    searched: bool = False  # Whether the actions `datastore_*` answer for it.
    # Of a file that lies here already; most are made while they are sent.
    bytes: int | None = None
    sha256: str = ""


# For several datasets at once, so that a list of them costs no question each.
FilesOf = Callable[
    [Sequence["Dataset"], User | AnonymousUser, datetime], Mapping[str, Sequence[File]]
]
files_of: list[FilesOf] = []
with_rows: list[Callable[[], Sequence[str]]] = []  # Codes of the datasets that have a version.
reads: dict[str, Callable[[Asked], Any]] = {}
writes: dict[str, Callable[[Asked], Any]] = {}


def files(
    datasets: Sequence["Dataset"], user: User | AnonymousUser, *, at: datetime
) -> dict[str, list[File]]:
    """By the code of the dataset."""
    found: dict[str, list[File]] = {}
    for ask in files_of:
        for code, some in ask(datasets, user, at).items():
            found.setdefault(code, []).extend(some)
    return found
