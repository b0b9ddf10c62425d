"""Tables as files for spreadsheets: CSV line by line, XLSX row by row, and no cell that runs."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any

from openpyxl import Workbook

MOST_IN_A_SHEET = 1_000_000  # A sheet has 1,048,576 rows.
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_lines(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a CSV file, one after the other, so that a million need no memory."""
    yield "\ufeff"  # Spreadsheets take the file for UTF-8 then.
    yield from exact_csv_lines(head, ([plain(value) for value in row] for row in rows))


def exact_csv_lines(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The same for programs, of cells that are texts already: RFC 4180, no mark in front."""
    writer = csv.writer(_Echo())
    yield writer.writerow(list(head))
    for row in rows:
        yield writer.writerow(list(row))


def write_xlsx(file: IO[bytes], head: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a sheet with a head that stays on top; rows go to disk as they come."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append(list(head))
    for number, row in enumerate(rows):
        if number >= MOST_IN_A_SHEET:
            break
        sheet.append([_cell(value) for value in row])
    book.save(file)


def plain(value: Any) -> str:
    """A cell of a CSV file, which no spreadsheet takes for a formula."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, str):
        # Signs that a sheet cannot hold; a leading "=" would be a formula.
        text = "".join(sign for sign in value if sign >= " " or sign in "\n\t")
        return f"'{text}" if text.startswith("=") else text
    return value
