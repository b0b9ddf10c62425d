"""How a file is built differently from the last one that was accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dothi.datastore.ingestion.rules.fitting import folded

WAYS = ("format", "encoding", "delimiter", "sheet", "first_line")


@dataclass(frozen=True, kw_only=True)
class Since:
    """What is different; `ways` holds (part of the shape, before, now)."""

    gone: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    ways: tuple[tuple[str, str, str], ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.gone or self.came or self.ways)


def since(before: Mapping[str, Any], now: Mapping[str, Any]) -> Since:
    """Compare two shapes as they are kept with a run."""
    old = {folded(head): head for head in before.get("heads", ())}
    new = {folded(head): head for head in now.get("heads", ())}
    return Since(
        gone=tuple(head for key, head in old.items() if key not in new),
        came=tuple(head for key, head in new.items() if key not in old),
        ways=tuple(
            (way, str(before.get(way, "")), str(now.get(way, "")))
            for way in WAYS
            if before.get(way, "") != now.get(way, "")
        ),
    )
