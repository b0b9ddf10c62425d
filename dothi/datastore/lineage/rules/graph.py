"""Links between columns, and who uses a column, however far away. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from dothi.datastore.lineage.choices import How, Kind


@dataclass(frozen=True, order=True)
class Point:
    """An end of a link: a column, or the whole thing where `column` is empty."""

    kind: Kind
    name: str
    column: str = ""

    @property
    def whole(self) -> "Point":
        return replace(self, column="")


@dataclass(frozen=True, kw_only=True)
class Link:
    """`target` is made from `source`, chosen by it or held against it."""

    source: Point
    target: Point
    how: How = How.DIRECT
    # Whether whoever sees both ends may know of it; else only who looks after the data.
    open: bool = True


@dataclass(frozen=True, kw_only=True)
class Step:
    """A point that is reached, by which last link, and how many links away it is."""

    link: Link
    point: Point
    distance: int


def uses(of: Point, links: Collection[Link]) -> list[Step]:
    """Everything that is made from a column, near ones first.

    Of the whole dataset: from any of its columns. A thing without columns uses what reaches it.
    """
    return _reached(of, links, forwards=True)


def origins(of: Point, links: Collection[Link]) -> list[Step]:
    """Everything that a column is made from, near ones first."""
    return _reached(of, links, forwards=False)


def _reached(of: Point, links: Collection[Link], *, forwards: bool) -> list[Step]:
    beside = _by_end(links, forwards=forwards)
    found: dict[Point, Step] = {}
    edge: list[Point] = [of]
    distance = 0
    while edge:
        distance += 1
        following: list[Point] = []
        for point in edge:
            for link in _touching(point, beside):
                reached = link.target if forwards else link.source
                if reached not in found and reached != of:
                    found[reached] = Step(link=link, point=reached, distance=distance)
                    following.append(reached)
        edge = following
    return sorted(found.values(), key=lambda step: (step.distance, step.point))


def _by_end(links: Iterable[Link], *, forwards: bool) -> Mapping[Point, list[Link]]:
    beside: dict[Point, list[Link]] = {}
    for link in links:
        near = link.source if forwards else link.target
        beside.setdefault(near, []).append(link)
        if near.column:
            # The whole is touched through each of its columns.
            beside.setdefault(near.whole, []).append(link)
    return beside


def _touching(point: Point, beside: Mapping[Point, list[Link]]) -> Iterator[Link]:
    """Links of a point; of a column also those of the thing as a whole, which may read any of
    them."""
    yield from beside.get(point, ())
    if point.column:
        yield from (link for link in beside.get(point.whole, ()) if _is_whole(link, point.whole))


def _is_whole(link: Link, whole: Point) -> bool:
    return whole in {link.source, link.target}


def collapsed(links: Iterable[Link]) -> list[Link]:
    """The same between whole things: what the picture of a dataset shows first."""
    found: dict[tuple[Point, Point], Link] = {}
    strength = [How.DIRECT, How.INDIRECT, How.CHECKED]
    for link in links:
        ends = (link.source.whole, link.target.whole)
        if ends[0] == ends[1]:
            continue
        known = found.get(ends)
        if known is None or strength.index(link.how) < strength.index(known.how):
            found[ends] = replace(link, source=ends[0], target=ends[1])
    return [found[ends] for ends in sorted(found)]
