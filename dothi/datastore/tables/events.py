"""Facts that the store's tables tell the rest of the platform: codes, numbers and times."""

from datetime import datetime
from typing import ClassVar

from dothi.core.events.registry import Event


class VersionPublished(Event):
    """A table has a new version, whatever made it."""

    name: ClassVar[str] = "tables.published"
    table: str
    number: int
    origin: str
    rows: int
    checksum: str
    run: str
    published_at: datetime


class VersionRewritten(Event):
    """The rows of a version that stays readable are others than before: a person was erased."""

    name: ClassVar[str] = "tables.rewritten"
    table: str
    number: int
    rows: int
    checksum: str


class VersionsClosed(Event):
    """Versions can be read no more: what was copied or cached from them is to go as well."""

    name: ClassVar[str] = "tables.closed"
    table: str
    numbers: list[int]


class ReleaseMade(Event):
    """The versions of many tables were pinned under one code."""

    name: ClassVar[str] = "tables.released"
    code: str
    tables: list[str]


class ReleaseLifted(Event):
    """A release pins its versions no more."""

    name: ClassVar[str] = "tables.release_lifted"
    code: str
