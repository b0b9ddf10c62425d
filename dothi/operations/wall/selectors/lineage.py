"""What the wall reads, for those who ask who uses a column."""

from collections.abc import Iterator

from dothi.datastore.indicators.registry import indicators
from dothi.datastore.lineage.registry import Kind, Link, Point
from dothi.operations.wall.selectors.arranged import arranged


def tiles() -> Iterator[Link]:
    """The indicators that stand on the wall; what is no open data is not told to everybody."""
    for code in dict.fromkeys(place.code for place in arranged()):
        known = indicators.get(code)
        yield Link(
            source=Point(Kind.INDICATOR, code),
            target=Point(Kind.TILE, code),
            open=known is not None and known.public,
        )
