"""The ledger of a run: every physical line of a file is accounted for, in lines."""

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Physical lines by what became of them, and rows: a row may cover several lines."""

    lines: int = 0
    head: int = 0
    blank: int = 0
    taken_lines: int = 0
    aside_lines: int = 0
    taken: int = 0
    aside: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(
            **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        )

    @property
    def rest(self) -> int:
        """Lines that nobody accounts for: 0, or a fault of ours."""
        return self.lines - self.head - self.blank - self.taken_lines - self.aside_lines

    @property
    def faulty_share(self) -> float:
        """Of all rows, those put aside: 0 to 1."""
        rows = self.taken + self.aside
        return self.aside / rows if rows else 0.0


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong with a row: which check, which column. No value of the row."""

    check: str  # A `Check`, or the code of a reader's fault.
    column: str = ""  # Name in the contract; "" for the row as a whole.

    @property
    def code(self) -> str:
        return f"{self.check}:{self.column}"

    @classmethod
    def of(cls, code: str) -> Self:
        check, _colon, column = code.partition(":")
        return cls(check=check, column=column)


def moved_back(ledger: Ledger, *, rows: int, lines: int) -> Ledger:
    """Rows that were taken first and put aside later, such as those found twice."""
    return ledger + Ledger(taken=-rows, taken_lines=-lines, aside=rows, aside_lines=lines)


def moved_in(ledger: Ledger, *, rows: int, lines: int) -> Ledger:
    """Rows that were put aside first and mended."""
    return moved_back(ledger, rows=-rows, lines=-lines)
