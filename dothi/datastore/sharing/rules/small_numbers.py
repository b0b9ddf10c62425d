"""Hide small counts of persons, and so many others that the totals do not give them away.

A table of counts is a network: each line (a row, a column, the row of totals …) is a node at which
what goes in comes out, each count an edge. What somebody can reckon of a hidden count is how far it
could be moved while every shown one stays: the greatest flow around it. A small count is safe when
the shown ones leave it free to be `at_least` or more. Found so for tables of one and two
dimensions, exactly (tests reckon against it). Empty cells are shown: they speak of nobody.

One table is guarded, not many compared with each other. Pure.
"""

import heapq
from collections import defaultdict
from collections.abc import Mapping
from itertools import count
from math import inf

AT_LEAST = 5
TOTAL = None
Cell = tuple[str | None, str | None]  # `TOTAL` stands for all of a line.
_Node = tuple[str, str | None]


def hide_small(cells: Mapping[tuple[str, str], int], *, at_least: int) -> dict[Cell, int | None]:
    """Counts with their totals; None for those that are hidden.

    A table of one dimension has "" as the name of its only column, and the totals of that.
    """
    counts = with_totals(cells)
    gone = hidden(counts, at_least=at_least)
    return {cell: None if cell in gone else value for cell, value in counts.items()}


def with_totals(cells: Mapping[tuple[str, str], int]) -> dict[Cell, int]:
    counts: dict[Cell, int] = defaultdict(int)
    single = all(column == "" for _row, column in cells)
    for (row, column), value in cells.items():
        counts[row, column] += value
        counts[TOTAL, TOTAL] += value
        if not single:
            counts[row, TOTAL] += value
            counts[TOTAL, column] += value
    return dict(counts)


def hidden(counts: Mapping[Cell, int], *, at_least: int) -> set[Cell]:
    """Which counts of a table with its totals are not shown."""
    network = _Network(counts)
    small = [cell for cell, value in counts.items() if 0 < value < at_least]
    network.hidden.update(small)
    for cell in sorted(small, key=lambda one: (counts[one], str(one))):
        network.guard(cell, until=at_least)
    return network.hidden


class _Network:
    """Counts as edges. A hidden one may be anything from 1 on; a shown one is what it is."""

    def __init__(self, counts: Mapping[Cell, int]) -> None:
        self.counts = {cell: value for cell, value in counts.items() if value}
        self.hidden: set[Cell] = set()
        self.ends = {cell: _ends(cell, counts) for cell in self.counts}
        self.at: dict[_Node, list[Cell]] = defaultdict(list)
        for cell, (start, end) in self.ends.items():
            self.at[start].append(cell)
            self.at[end].append(cell)
        self.dear = sum(self.counts.values()) + 1

    def guard(self, cell: Cell, *, until: int) -> None:
        """Hide others until this one could be as great as `until`."""
        moved: dict[Cell, float] = defaultdict(float)
        missing = until - self.counts[cell]
        while missing > 0:
            way = self._cheapest_way(cell, moved)
            room = min([missing, *(self._room(one, forth, moved) for one, forth in way)])
            for one, forth in way:
                self.hidden.add(one)
                moved[one] += room if forth else -room
            missing -= int(room)

    def _room(self, cell: Cell, forth: bool, moved: Mapping[Cell, float]) -> float:
        return inf if forth else self.counts[cell] + moved.get(cell, 0) - 1

    def _cheapest_way(self, cell: Cell, moved: Mapping[Cell, float]) -> list[tuple[Cell, bool]]:
        """From the end of an edge back to its start, hiding as little as can be. There is always
        one: through the totals."""
        goal, begin = self.ends[cell]
        ticket = count()
        queue: list[tuple[float, int, _Node]] = [(0, next(ticket), begin)]
        best: dict[_Node, float] = {begin: 0}
        came: dict[_Node, tuple[_Node, Cell, bool]] = {}
        while queue:
            cost, _ticket, node = heapq.heappop(queue)
            if node == goal:
                break
            if cost > best[node]:
                continue
            for one in self.at[node]:
                start, end = self.ends[one]
                forth = start == node
                after = end if forth else start
                if one == cell or self._room(one, forth, moved) < 1:
                    continue
                total = cost + self._cost(one)
                if total < best.get(after, inf):
                    best[after], came[after] = total, (node, one, forth)
                    heapq.heappush(queue, (total, next(ticket), after))
        way = []
        node = goal
        while node != begin:
            node, one, forth = came[node]
            way.append((one, forth))
        return way

    def _cost(self, cell: Cell) -> float:
        """Nothing for what is hidden anyway; totals are what readers miss most."""
        if cell in self.hidden:
            return 0
        return self.counts[cell] + self.dear * sum(part is TOTAL for part in cell)


def _ends(cell: Cell, counts: Mapping[Cell, int]) -> tuple[_Node, _Node]:
    """The nodes of an edge: counts lead from their row to their column, totals back."""
    row, column = cell
    if (TOTAL, "") not in counts and any(one[1] == "" for one in counts):
        out, back = ("all", None), ("all", "")
        return (back, out) if cell == (TOTAL, TOTAL) else (out, back)
    into, out_of = ("row", row), ("column", column)
    if (row is TOTAL) != (column is TOTAL):
        return out_of, into
    return into, out_of
