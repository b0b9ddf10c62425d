"""Reads one sheet of a workbook in a process of its own, and pickles its rows to standard output.

The reader of workbooks holds a sheet as a full grid: one value in the farthest corner, or a damaged
file, asks for more memory than there is, and takes the process with it. So this one has a limit,
and nobody else dies of it. Run as a script; it imports nothing of the house, to start at once.
"""

import pickle
import resource
import sys
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MEMORY = 4 * 1024**3  # Bytes.
ROWS = 2000  # Of one message.


def main(path: str, wanted: str, most: int) -> None:
    """Messages: ("sheets", seen, all), ("sheet", name, left, merged), ("rows", …) …, ("end",).

    Or, at any point, ("refused", reason, detail).
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        with CalamineWorkbook.from_path(path) as book:
            _send("sheets", _visible(book), book.sheet_names)
            if most:
                _tell(book, wanted, most)
        _send("end")
    except PasswordError:
        _send("refused", "encrypted", {})
    except CalamineError as error:
        _send("refused", "broken", {"said": str(error)})


def _tell(book: CalamineWorkbook, wanted: str, most: int) -> None:
    name = wanted or next((one for one in _visible(book) if book.get_sheet_by_name(one).height), "")
    if not name:
        _send("refused", "empty", {})
        return
    if name not in book.sheet_names:
        _send("refused", "no_sheet", {"sheet": wanted, "sheets": book.sheet_names})
        return
    sheet = book.get_sheet_by_name(name)
    left = sheet.start[1] if sheet.start else 0
    _send("sheet", name, left, list(sheet.merged_cell_ranges or ()))
    rows: list[list[Any]] = []
    for _number, row in zip(range(most), sheet.iter_rows(), strict=False):
        rows.append(list(row))
        if len(rows) == ROWS:
            _send("rows", rows)
            rows = []
    _send("rows", rows)


def _visible(book: CalamineWorkbook) -> list[str]:
    return [
        one.name
        for one in book.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
    ]


def _send(*message: Any) -> None:
    pickle.dump(message, sys.stdout.buffer, protocol=5)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
