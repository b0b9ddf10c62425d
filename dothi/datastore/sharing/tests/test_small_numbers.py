"""Small counts stay unknown whatever the shown ones and the totals are put together to."""

from collections.abc import Iterator
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from dothi.datastore.sharing.rules.small_numbers import (
    TOTAL,
    Cell,
    hidden_in_tree,
    hide_small,
    with_totals,
)

K, MOST = 5, 11
tables = st.lists(
    st.lists(st.sampled_from([0, 1, 2, 4, 5, 6]), min_size=2, max_size=2),
    min_size=1, max_size=2,
)  # fmt: skip
columns = st.lists(st.integers(0, 12), min_size=1, max_size=6)


def cells_of(table: list[list[int]]) -> dict[tuple[str, str], int]:
    return {
        (f"r{row}", f"c{column}"): value
        for row, line in enumerate(table)
        for column, value in enumerate(line)
    }


def greatest(shown: dict[Cell, int | None]) -> dict[Cell, int]:
    """The most that each count could be in a table that looks the same: by trying them all, with
    no thought of networks."""
    rows = sorted({row for row, _column in shown if row is not TOTAL})
    found: dict[Cell, int] = {}
    for lines in _fillings(shown, rows, {}):
        totals = with_totals(lines)
        if all(value is None or totals[cell] == value for cell, value in shown.items()):
            for cell, value in totals.items():
                found[cell] = max(value, found.get(cell, 0))
    return found


def _fillings(
    shown: dict[Cell, int | None], rows: list[str], begun: dict[tuple[str, str], int]
) -> Iterator[dict[tuple[str, str], int]]:
    """Row by row, given up as soon as a shown total is passed."""
    if not rows:
        yield begun
        return
    for line in _lines(shown, rows[0]):
        so_far = {**begun, **dict(line)}
        sums = with_totals(so_far)
        if all(sums[TOTAL, at] <= top for at in ("c0", "c1")
               if (top := shown[TOTAL, at]) is not None):  # fmt: skip
            yield from _fillings(shown, rows[1:], so_far)


def _lines(
    shown: dict[Cell, int | None], row: str
) -> Iterator[tuple[tuple[tuple[str, str], int], ...]]:
    names = [(row, column) for at, column in shown if at == row and column is not TOTAL]
    ranges = [range(1, MOST) if (value := shown[name]) is None else (value,) for name in names]
    for values in product(*ranges):
        if shown[row, TOTAL] in (None, sum(values)):
            yield tuple(zip(names, values, strict=True))


@given(table=tables)
@settings(max_examples=40, deadline=None)
def test_no_small_count_of_a_table_can_be_reckoned(table: list[list[int]]) -> None:
    counts = with_totals(cells_of(table))
    shown = hide_small(cells_of(table), at_least=K)
    assert all(value is None or value == counts[cell] for cell, value in shown.items())
    could_be = greatest(shown)
    for cell, value in counts.items():
        if 0 < value < K:
            assert shown[cell] is None
            assert could_be[cell] >= K
        if value == 0:
            assert shown[cell] == 0


@given(line=columns)
@settings(max_examples=60, deadline=None)
def test_no_small_count_of_a_line_can_be_reckoned_from_its_total(line: list[int]) -> None:
    cells = {(f"r{number}", ""): value for number, value in enumerate(line)}
    shown = hide_small(cells, at_least=K)
    total = shown[TOTAL, TOTAL]
    gone = [cell for cell, value in shown.items() if value is None and cell != (TOTAL, TOTAL)]
    small = [cell for cell in gone if 0 < cells[cell] < K]  # type: ignore[index]
    if total is not None and small:
        left = total - sum(value or 0 for cell, value in shown.items() if cell != (TOTAL, TOTAL))
        assert len(gone) > 1
        assert left - (len(gone) - 1) >= K, "each of them could be the large one"


def test_large_counts_are_all_shown() -> None:
    shown = hide_small(cells_of([[5, 6], [0, 9]]), at_least=K)
    assert None not in shown.values()


def test_the_fewest_are_hidden_and_totals_last() -> None:
    shown = hide_small(cells_of([[2, 30, 40], [50, 8, 60], [70, 80, 90]]), at_least=K)
    gone = {cell for cell, value in shown.items() if value is None}
    assert gone == {("r0", "c0"), ("r0", "c1"), ("r1", "c0"), ("r1", "c1")}


def test_a_table_of_fewer_than_the_rule_shows_nothing() -> None:
    assert set(hide_small(cells_of([[1, 2]]), at_least=K).values()) == {None}


ABOVE = {"city": None, "north": "city", "south": "city", "quarter": "south"}


def sums_of(own: dict[str, int]) -> dict[str, int]:
    south = own["south"] + own["quarter"]
    return {**own, "south": south, "city": own["city"] + own["north"] + south}


@given(own=st.fixed_dictionaries({unit: st.sampled_from([0, 1, 2, 4, 5, 8]) for unit in ABOVE}))
@settings(max_examples=60, deadline=None)
def test_no_small_count_of_a_tree_can_be_reckoned(own: dict[str, int]) -> None:
    """By trying every tree of the same whole that looks the same."""
    sums, hidden = sums_of(own), hidden_in_tree(own, ABOVE, at_least=K)
    assert "city" not in hidden
    assert all(unit in hidden for unit in ABOVE if unit != "city" and 0 < sums[unit] < K)
    nothing_shown = hidden == set(ABOVE) - {"city"}
    most: dict[tuple[str, str], int] = {}
    for values in product(range(sums["city"] + 1), repeat=3):
        rest = sums["city"] - sum(values)
        if rest < 0:
            continue
        other = dict(zip(("north", "south", "quarter"), values, strict=True)) | {"city": rest}
        looks = sums_of(other)
        if all(looks[unit] >= (not nothing_shown) if unit in hidden else looks[unit] == sums[unit]
               for unit in ABOVE):  # fmt: skip
            for unit in ABOVE:
                for kind, seen in (("own", other), ("all", looks)):
                    most[kind, unit] = max(seen[unit], most.get((kind, unit), 0))
    for unit in ABOVE:
        for kind, true in (("own", own), ("all", sums)):
            if 0 < true[unit] < K:
                assert most[kind, unit] >= min(K, sums["city"]), (kind, unit)


def test_a_tree_of_great_counts_is_shown() -> None:
    assert hidden_in_tree({"north": 9, "quarter": 7, "city": 0}, ABOVE, at_least=K) == set()
    # North is small: the other ward goes with it, the quarter tells the same as its ward.
    hidden = hidden_in_tree({"north": 2, "quarter": 7, "city": 0}, ABOVE, at_least=K)
    assert hidden == {"north", "south", "quarter"}
