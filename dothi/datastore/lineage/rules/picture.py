"""A picture of links: things in columns from source to reader, lines between them. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from dothi.datastore.lineage.choices import How, Kind
from dothi.datastore.lineage.rules.graph import Link, Point

WIDE, HIGH = 190, 44  # Of a box.
ACROSS, DOWN = 250, 58  # From box to box.
MARGIN = 8
READERS = {Kind.DOOR, Kind.TILE, Kind.QUERY}
MAKERS = {Kind.SOURCE, Kind.FACT, Kind.OWNER, Kind.TABLE}


@dataclass(frozen=True, kw_only=True)
class Box:
    point: Point
    x: int
    y: int


@dataclass(frozen=True, kw_only=True)
class Line:
    path: str
    how: How


@dataclass(frozen=True, kw_only=True)
class Picture:
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def drawn(middle: Point, links: Collection[Link]) -> Picture:
    """Makers left of the dataset, what uses it right of it, readers at the end."""
    points = {middle, *(end for link in links for end in (link.source, link.target))}
    before = {link.source for link in links if link.target.whole == middle.whole}
    columns: dict[int, list[Point]] = {}
    for point in sorted(points):
        columns.setdefault(_rank(point, middle, before), []).append(point)
    ranks = sorted(columns)
    places = {
        point: (MARGIN + ACROSS * ranks.index(rank), MARGIN + DOWN * row)
        for rank in ranks
        for row, point in enumerate(columns[rank])
    }
    tallest = max(len(column) for column in columns.values())
    return Picture(
        width=2 * MARGIN + ACROSS * (len(ranks) - 1) + WIDE,
        height=2 * MARGIN + DOWN * (tallest - 1) + HIGH,
        boxes=tuple(Box(point=point, x=x, y=y) for point, (x, y) in places.items()),
        lines=tuple(
            Line(path=_path(places[link.source], places[link.target]), how=link.how)
            for link in links
            if link.source != link.target
        ),
    )


def _rank(point: Point, middle: Point, before: Collection[Point]) -> int:
    if point.whole == middle.whole:
        return 2
    if point.kind in MAKERS:
        return 0
    if point in before:
        return 1
    return 4 if point.kind in READERS else 3


def _path(source: tuple[int, int], target: tuple[int, int]) -> str:
    """From the right side of a box to the left side of the next."""
    x, y = source[0] + WIDE, source[1] + HIGH // 2
    to_x, to_y = target[0], target[1] + HIGH // 2
    bend = max(30, abs(to_x - x) // 2)
    return f"M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"
