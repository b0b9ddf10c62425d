"""Hide small counts of persons, and so many others that the totals do not give them away.

A table of counts is a network: each line (a row, a column, the row of totals …) is a node at which
what goes in comes out, each count an edge. What somebody can reckon of a hidden count is how far it
could be moved while every shown one stays: the greatest flow around it. A small count is safe when
the shown ones leave it free to be `at_least` or more. Found so for tables of one and two
dimensions, exactly (tests reckon against it). Empty cells are shown: they speak of nobody.

A tree of units with totals at each level is such a network, too (`hidden_in_tree`). One table is
guarded, not many compared with each other. Pure.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from itertools import count
from math import inf
from typing import Any, TypeVar

AT_LEAST = 5
TOTAL = None
Cell = tuple[str | None, str | None]  # `TOTAL` stands for all of a line.
K = TypeVar("K", bound=Hashable)
Number = int | Fraction
_GROUND, _WHOLE = ("ground", ""), ("whole", "")


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
    network = _Network(
        counts,
        ends={cell: _ends(cell, counts) for cell in counts},
        totals=lambda cell: sum(part is TOTAL for part in cell),
    )
    network.hide([cell for cell, value in counts.items() if 0 < value < at_least], until=at_least)
    return network.hidden


def hidden_in_tree(
    own: Mapping[K, Number], above: Mapping[K, K | None], *, at_least: int
) -> set[K]:
    """Which units of a tree are not shown, where each stands with all below it.

    `own` is what each unit counts by itself, `above` names the one over it (None: none). What all
    of them have together is told, however little it is. Where it leaves no room to hide a small
    number in, no unit is shown but the one on top, also none that is empty.
    """
    sums: dict[K, Number] = dict.fromkeys(above, 0)
    for unit, amount in own.items():
        place: K | None = unit
        while place is not None:
            sums[place] += amount
            place = above[place]
    tops = [unit for unit, over in above.items() if over is None]
    told = set(tops) if len(tops) == 1 else set()
    ends: dict[Any, tuple[Any, Any]] = {}
    counts: dict[Any, Number] = {}
    for unit, over in above.items():
        ends["own", unit], counts["own", unit] = (_GROUND, ("unit", unit)), own.get(unit, 0)
        if unit not in told:
            ends["all", unit] = ("unit", unit), _WHOLE if over is None else ("unit", over)
            counts["all", unit] = sums[unit]
    inner = set(above.values())
    network = _Network(counts, ends=ends, totals=lambda cell: cell[0] == "all" and cell[1] in inner)
    try:
        network.hide([one for one, value in counts.items() if 0 < value < at_least], until=at_least)
    except _NoRoom:
        return set(above) - told
    return {unit for kind, unit in network.hidden if kind == "all"}


class _NoRoom(Exception):
    """Nothing can be hidden beside a small count that leaves it free to be greater."""


class _Network:
    """Counts as edges. A hidden one may be anything from 1 on; a shown one is what it is."""

    def __init__(
        self,
        counts: Mapping[Any, Number],
        *,
        ends: Mapping[Any, tuple[Any, Any]],
        totals: Callable[[Any], int],
    ) -> None:
        self.counts = {cell: value for cell, value in counts.items() if value}
        self.hidden: set[Any] = set()
        self.ends = {cell: ends[cell] for cell in self.counts}
        self.totals = totals  # How many totals a cell stands for.
        self.at: dict[Any, list[Any]] = defaultdict(list)
        for cell, (start, end) in self.ends.items():
            self.at[start].append(cell)
            self.at[end].append(cell)
        self.dear = sum(self.counts.values()) + 1

    def hide(self, small: list[Any], *, until: int) -> None:
        self.hidden.update(small)
        for cell in sorted(small, key=lambda one: (self.counts[one], str(one))):
            self.guard(cell, until=until)

    def guard(self, cell: Any, *, until: int) -> None:
        """Hide others until this one could be as great as `until`.

        Raises:
            _NoRoom: see there.
        """
        moved: dict[Any, Any] = defaultdict(int)
        missing = until - self.counts[cell]
        while missing > 0:
            way = self._cheapest_way(cell, moved)
            room = min([missing, *(self._room(one, forth, moved) for one, forth in way)])
            for one, forth in way:
                self.hidden.add(one)
                moved[one] += room if forth else -room
            missing -= room

    def _room(self, cell: Any, forth: bool, moved: Mapping[Any, Any]) -> Any:
        return inf if forth else self.counts[cell] + moved.get(cell, 0) - 1

    def _cheapest_way(self, cell: Any, moved: Mapping[Any, Any]) -> list[tuple[Any, bool]]:
        """From the end of an edge back to its start, hiding as little as can be. Where totals may
        be hidden there is always one."""
        goal, begin = self.ends[cell]
        ticket = count()
        queue: list[tuple[Any, int, Any]] = [(0, next(ticket), begin)]
        best: dict[Any, Any] = {begin: 0}
        came: dict[Any, tuple[Any, Any, bool]] = {}
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
        if goal not in came:
            raise _NoRoom
        while node != begin:
            node, one, forth = came[node]
            way.append((one, forth))
        return way

    def _cost(self, cell: Any) -> Any:
        """Nothing for what is hidden anyway; totals are what readers miss most."""
        if cell in self.hidden:
            return 0
        return self.counts[cell] + self.dear * self.totals(cell)


def _ends(cell: Cell, counts: Mapping[Cell, int]) -> tuple[Any, Any]:
    """The nodes of an edge: counts lead from their row to their column, totals back."""
    row, column = cell
    if (TOTAL, "") not in counts and any(one[1] == "" for one in counts):
        out, back = ("all", None), ("all", "")
        return (back, out) if cell == (TOTAL, TOTAL) else (out, back)
    into, out_of = ("row", row), ("column", column)
    if (row is TOTAL) != (column is TOTAL):
        return out_of, into
    return into, out_of
