"""Look at a file that is not a delivery yet: its heads, its first rows, whether it fits."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import readers
from dothi.datastore.ingestion.readers import Format, Shape, Unreadable


@dataclass(frozen=True, kw_only=True)
class Look:
    """What is in a file. `unreadable` is why it cannot be read, then nothing else is there."""

    shape: Shape | None = None
    rows: tuple[tuple[str | None, ...], ...] = ()
    unreadable: str = ""

    @property
    def heads(self) -> tuple[str, ...]:
        return self.shape.heads if self.shape else ()


def shape_of_records(heads: Sequence[str]) -> Shape:
    """How a file of records is built that we wrote ourselves: a line of JSON each."""
    return Shape(format=Format.NDJSON, encoding="utf-8", heads=tuple(heads))


def look_at(path: Path, *, rows: int, shape: Shape | None = None) -> Look:
    """The first rows of a file, as text."""
    try:
        found = shape or readers.sniff(path)
        first: list[tuple[str | None, ...]] = []
        for batch in readers.read(path, found):
            columns = [batch.rows.column(head).to_pylist() for head in found.heads]
            first += list(zip(*columns, strict=True))
            if len(first) >= rows:
                break
    except Unreadable as error:
        return Look(unreadable=error.reason.value)
    return Look(shape=found, rows=tuple(first[:rows]))


def departures(contract: Contract, look: Look) -> dict[str, Any]:
    """How the columns of a file depart from a contract, as a refusal would say it; empty: none."""
    if look.shape is None:
        return {}
    found = readers.departing(contract, look.shape, [])
    return {"departures": [asdict(one) for one in found]} if found else {}
