"""Where the head of a table is, and what its columns are called.

Above it may stand titles; it may take several lines, whose cells were merged over columns ("Quý I",
empty, empty) or over lines; below it may stand a line that only numbers the columns.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from dothi.datastore.ingestion.readers.batch import LINE, SPAN
from dothi.lib import text_vi

_VALUE = re.compile(r"[-+(]?\d[\d.,:/\-\s+%)TZ]*")
_YEAR = re.compile(r"(19|20)\d\d")
_COLUMN_NUMBER = re.compile(r"\((\d{1,2})\)|[A-Z]|\d{1,2}")
SAMPLE = 500  # Rows that are looked at.
_MOST_TITLES = 30  # Lines above the head.
_MOST_HEAD = 4  # Lines of the head.


@dataclass(frozen=True, kw_only=True)
class Merged:
    """Cells that are shown as one; rows and columns from 0, both ends within."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, kw_only=True)
class Heads:
    rows: tuple[int, ...]  # Places in the sample; none where the table has no head.
    first: int  # The first row below.
    names: tuple[str, ...]


def find(rows: Sequence[Sequence[str]], width: int, merged: Sequence[Merged] = ()) -> Heads:
    """The head among the first rows of a table of so many columns; cells are text as written."""
    grid = [[cell.strip() for cell in row] for row in rows]
    wanted = _columns_in_use(grid, width)
    begin = _begin(grid, width, wanted)
    if begin is None or _is_data(grid, begin, width):
        first = 0 if begin is None else _without_titles(grid, begin, width)
        return Heads(rows=(), first=first, names=unique([""] * width))
    top, bottom = begin
    while bottom + 1 < len(grid) and any(_goes_on(one, top, bottom) for one in merged):
        bottom += 1
    names = unique([_name(grid, range(top, bottom + 1), column, merged) for column in range(width)])
    first = bottom + 1
    if first < len(grid) and _numbers_columns(grid[first]):
        first += 1
    return Heads(rows=tuple(range(top, bottom + 1)), first=first, names=names)


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Names that are all different: "Tên", "Tên 2"; "column 7" for one without a name."""
    taken = {LINE, SPAN}
    found = []
    for place, raw in enumerate(names, start=1):
        name = wanted = text_vi.tidy(raw) or f"column {place}"
        number = 1
        while name in taken:
            number += 1
            name = f"{wanted} {number}"
        taken.add(name)
        found.append(name)
    return tuple(found)


def _columns_in_use(grid: list[list[str]], width: int) -> set[int]:
    """Columns that are filled in the table: a head names all of them."""
    table = [row for row in grid if len(row) == width]
    usual = median([sum(map(bool, row)) for row in table]) if table else 0
    full = [row for row in table if sum(map(bool, row)) >= usual]
    return {column for column in range(width) if any(row[column] for row in full)}


def _begin(grid: list[list[str]], width: int, wanted: set[int]) -> tuple[int, int] | None:
    """The first and last row of the head: the fewest that end soonest and name every column."""
    nearly = None
    for bottom in range(min(len(grid), _MOST_TITLES)):
        for top in range(bottom, max(bottom - _MOST_HEAD, -1), -1):
            if not _may_be_head(grid, top, bottom, width):
                break
            named = {c for row in grid[top : bottom + 1] for c in range(width) if row[c]}
            if wanted <= named:
                return top, bottom
        row = grid[bottom]
        if nearly is None and len(row) == width and sum(map(bool, row)) >= max(0.6 * width, 1):
            nearly = bottom, bottom
    return nearly


def _may_be_head(grid: list[list[str]], top: int, bottom: int, width: int) -> bool:
    row = grid[top]
    if len(row) != width or sum(map(bool, row)) < min(width, 2):
        return False
    if any(_is_value(cell) for cell in row):
        return False
    return top == bottom or _is_below(row, grid[top + 1])


def _is_below(upper: list[str], lower: list[str]) -> bool:
    """Whether the lower row goes on with the head: merged cells leave gaps, groups repeat."""
    if not any(above == "" and below for above, below in zip(upper, lower, strict=True)):
        return False
    filled = [cell for cell in lower if cell]
    gaps = any(above and not below for above, below in zip(upper, lower, strict=True))
    return gaps or len(set(filled)) < len(filled)


def _is_value(cell: str) -> bool:
    return bool(_VALUE.fullmatch(cell)) and not _YEAR.fullmatch(cell)


def _is_data(grid: list[list[str]], begin: tuple[int, int], width: int) -> bool:
    """Whether the "head" is a row like those below it: values where they have values."""
    top, bottom = begin
    below = [row for row in grid[bottom + 1 :] if len(row) == width]
    typed = [
        column
        for column in range(width)
        if below and sum(bool(_VALUE.fullmatch(row[column])) for row in below) > len(below) / 2
    ]
    if not below:
        return top == bottom and any(_is_value(cell) for cell in grid[top])
    alike = [
        column
        for column in typed
        if _is_value(grid[top][column])
        or (_YEAR.fullmatch(grid[top][column]) and _are_years(below, column))
    ]
    return bool(alike) and 2 * len(alike) >= len(typed)


def _are_years(rows: list[list[str]], column: int) -> bool:
    return sum(bool(_YEAR.fullmatch(row[column])) for row in rows) > len(rows) / 2


def _without_titles(grid: list[list[str]], begin: tuple[int, int], width: int) -> int:
    return begin[0] if any(len(row) != width for row in grid[: begin[0]]) else 0


def _goes_on(one: Merged, top: int, bottom: int) -> bool:
    """Whether merged cells in the head say that the next row belongs to it."""
    if not top <= one.top <= bottom:
        return False
    return one.bottom > bottom or (one.bottom == bottom and one.right > one.left)


def _name(grid: list[list[str]], head: range, column: int, merged: Sequence[Merged]) -> str:
    parts: list[str] = []
    for row in head:
        part = text_vi.tidy(_shown(grid, row, column, head, merged))
        if part and part not in parts[-1:]:
            parts.append(part)
    return " / ".join(parts)


def _shown(
    grid: list[list[str]], row: int, column: int, head: range, merged: Sequence[Merged]
) -> str:
    """What the cell shows: its text, or that of the cells it is merged with."""
    if grid[row][column] or merged:
        for one in merged:
            if one.top <= row <= one.bottom and one.left <= column <= one.right:
                return grid[one.top][one.left]
        return grid[row][column]
    if row == head[-1] or not any(grid[below][column] for below in head if below > row):
        return ""
    return next((grid[row][left] for left in range(column, -1, -1) if grid[row][left]), "")


def _numbers_columns(row: list[str]) -> bool:
    """ "A, B, (1), (2)": says which column is which, and is no row."""
    cells = [cell.replace(" ", "") for cell in row if cell.strip()]
    if len(cells) < 3 or not all(_COLUMN_NUMBER.fullmatch(cell) for cell in cells):
        return False
    if all(cell.isdigit() for cell in cells):
        return False  # May be a row of numbers.
    numbers = [int(cell.strip("()")) for cell in cells if not cell.isalpha()]
    letters = [cell for cell in cells if cell.isalpha()]
    once = max(Counter(letters).values(), default=1) == 1
    return once and numbers == list(range(1, len(numbers) + 1))
