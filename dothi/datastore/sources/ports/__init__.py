"""What a connector gives to be a kind of source, and what it is given."""

from dothi.datastore.sources.ports.kinds import (
    Asked,
    Fetched,
    Keeping,
    Kind,
    NotFetched,
    Setting,
    Settled,
    Verdict,
    Widget,
    kinds,
    register,
)
from dothi.datastore.sources.ports.records import RecordFile, lines, pick

__all__ = [
    "Asked",
    "Fetched",
    "Keeping",
    "Kind",
    "NotFetched",
    "RecordFile",
    "Setting",
    "Settled",
    "Verdict",
    "Widget",
    "kinds",
    "lines",
    "pick",
    "register",
]
