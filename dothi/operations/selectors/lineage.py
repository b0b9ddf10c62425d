"""What the wall reads, for those who ask who uses a column."""

from collections.abc import Iterator

from dothi.datastore.lineage.registry import Kind, Link, Point
from dothi.operations.selectors.board import TILES


def tiles() -> Iterator[Link]:
    for code in TILES:
        yield Link(source=Point(Kind.INDICATOR, code), target=Point(Kind.TILE, code))
