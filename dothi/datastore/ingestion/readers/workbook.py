"""Sheets of XLSX, XLS and ODS workbooks: values as they were last calculated, row by row.

Hidden rows are rows: a filter hides them, and whoever sends the file may not know that it is on.
"""

import pickle
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dothi.datastore.ingestion.readers import archive, cell_errors, encodings, heads
from dothi.datastore.ingestion.readers.batch import MOST_RAW, Batch, Faulty, table
from dothi.datastore.ingestion.readers.shape import Format, Reason, Shape, Unreadable
from dothi.datastore.ingestion.readers.values import as_json, text_of
from dothi.lib import legacy_vi

ROWS = 20_000  # Of a batch.
MOST_BYTES = 2 * 1024**3  # Unpacked: a sheet is held in memory as a whole.
Cells = list[str | None]


def sheets(path: Path, *, member: str = "") -> list[str]:
    """The names of the sheets that people see.

    Raises:
        Unreadable: it is no workbook, or broken, or locked by a password.
    """
    with archive.as_file(path, member) as file, _told(file, "", 0) as messages:
        _kind, seen, _all = next(messages)
        return list(seen)


def sniff(path: Path, member: str, sheet: str) -> Shape:
    """How the sheet is to be read: the one named, or the first that has something on it."""
    with archive.as_file(path, member) as file:
        kind = format_of(file)
        with _told(file, sheet, heads.SAMPLE) as messages:
            name, left, ranges = _sheet(messages)
            sample = [_texts(row, "") for row in _rows(messages)]
    merged = [
        heads.Merged(top=top, left=first - left, bottom=bottom, right=last - left)
        for (top, first), (bottom, last) in ranges
    ]
    encoding = encodings.disguise([cell for row in sample for cell in row if cell])
    if encoding:
        sample = [_texts(row, encoding) for row in sample]
    width = max(map(len, sample), default=0)
    head = heads.find([[cell or "" for cell in row] for row in sample], width, merged)
    return Shape(
        format=kind,
        encoding=encoding,
        head_lines=tuple(place + 1 for place in head.rows),
        first_line=head.first + 1,
        heads=head.names,
        member=member,
        sheet=name,
    )


def read(path: Path, shape: Shape, *, skip: int = 0) -> Iterator[Batch]:
    """Batches of rows; lines are rows of the sheet, and `position` is the last row that was read.

    A row with a cell that shows an error is set aside; bytes of a row are its cells as JSON.
    """
    with (
        archive.as_file(path, shape.member) as file,
        _told(file, shape.sheet, _ALL) as messages,
    ):
        errors = cell_errors.find(file, shape.format, shape.sheet)
        _name, left, _merged = _sheet(messages)
        pending = _Pending(shape, left, errors, skip)
        for line, row in enumerate(_rows(messages), start=1):
            if line <= skip:
                continue
            pending.take(line, row)
            if pending.lines == ROWS:
                yield pending.batch()
        if pending.lines:
            yield pending.batch()


class _Pending:
    """Rows that wait to be a batch."""

    def __init__(
        self, shape: Shape, left: int, errors: dict[int, dict[int, str]], position: int
    ) -> None:
        self.shape, self.left, self.errors, self.position = shape, left, errors, position
        self._clear()

    def _clear(self) -> None:
        self.rows: list[Cells] = []
        self.at: list[int] = []
        self.faulty: list[Faulty] = []
        self.lines = self.head = self.blank = 0

    def take(self, line: int, row: Sequence[Any]) -> None:
        self.lines += 1
        self.position = line
        if line < self.shape.first_line:
            self.head += 1
            return
        cells = _texts(row, self.shape.encoding)
        shown = _shown_errors(cells, self.errors.get(line, {}), self.left)
        width = len(self.shape.heads)
        if not any(cells):
            self.blank += 1
        elif shown:
            detail = {"cells": [self._cell(place, text) for place, text in shown.items()]}
            self._set_aside(line, cells, Reason.CELL_ERROR, detail)
        elif any(cells[width:]):
            self._set_aside(
                line, cells, Reason.COLUMNS, {"expected": width, "found": _last_filled(cells)}
            )
        else:
            self.rows.append((cells + [None] * width)[:width])
            self.at.append(line)

    def _cell(self, place: int, text: str) -> dict[str, str]:
        known = place < len(self.shape.heads)
        return {"head": self.shape.heads[place] if known else "", "shows": text}

    def _set_aside(self, line: int, cells: Cells, reason: Reason, detail: dict[str, Any]) -> None:
        raw = _raw(cells)[:MOST_RAW]
        self.faulty.append(Faulty(line=line, raw=raw, reason=reason, detail=detail))

    def batch(self) -> Batch:
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.shape.heads)
        kept = dict(zip(self.at, self.rows, strict=True))
        made = Batch(
            rows=table(self.shape.heads, columns, self.at),
            faulty=self.faulty,
            head=self.head,
            blank=self.blank,
            lines=self.lines,
            position=self.position,
            raw_of=lambda line: _raw(kept[line]),
        )
        self._clear()
        return made


def format_of(path: Path) -> Format:
    """Which kind of workbook it is.

    Raises:
        Unreadable: it is an archive of something else.
    """
    with path.open("rb") as file:
        if file.read(4) != archive.MAGIC:
            return Format.XLS
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(packed.namelist())
            for info in packed.infolist():
                archive.check(info, most=MOST_BYTES)
    except archive.DAMAGE as error:
        raise Unreadable(Reason.BROKEN) from error
    if "xl/workbook.xml" in names:
        return Format.XLSX
    if "content.xml" in names:
        return Format.ODS
    raise Unreadable(Reason.UNKNOWN)


# --- What the other process tells ----------------------------------------------------------------

_ALL = 10_000_000  # Rows; no sheet has so many.
Message = tuple[Any, ...]


@contextmanager
def _told(path: Path, sheet: str, most: int) -> Iterator[Iterator[Message]]:
    """The messages of `sheet_process`, which ends with the block."""
    format_of(path)
    script = str(Path(__file__).with_name("sheet_process.py"))
    # Without the folder of the script on the path: its files are not to be taken for packages.
    command = [sys.executable, "-P", script, str(path), sheet, str(most)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield _messages(process)
        finally:
            process.kill()


def _messages(process: subprocess.Popen[bytes]) -> Iterator[Message]:
    assert process.stdout is not None
    while True:
        try:
            message: Message = pickle.load(process.stdout)
        except (EOFError, pickle.UnpicklingError) as error:
            # It did not say that it had ended. A signal: it asked for more memory than it may have.
            reason = Reason.BOMB if process.wait() < 0 else Reason.BROKEN
            raise Unreadable(reason, ended=process.returncode) from error
        if message[0] == "refused":
            raise Unreadable(Reason(message[1]), **message[2])
        yield message
        if message[0] == "end":
            return


def _sheet(messages: Iterator[Message]) -> tuple[str, int, list[Any]]:
    """The name of the sheet, its first column that is used (from 0), and its merged cells."""
    for message in messages:
        if message[0] == "sheet":
            return message[1], message[2], message[3]
    raise Unreadable(Reason.EMPTY)


def _rows(messages: Iterator[Message]) -> Iterator[list[Any]]:
    for message in messages:
        if message[0] == "rows":
            yield from message[1]


def _texts(row: Sequence[Any], encoding: str) -> Cells:
    cells = [text_of(cell) for cell in row]
    if not encoding:
        return cells
    return [
        cell if cell is None else legacy_vi.from_disguise(cell, encoding) or cell for cell in cells
    ]


def _shown_errors(cells: Cells, errors: dict[int, str], left: int) -> dict[int, str]:
    """Errors by place in the row. A sheet's reader shows them as empty; a pasted one is text."""
    shown = {place: cell for place, cell in enumerate(cells) if cell in cell_errors.NAMES}
    for column, text in errors.items():
        shown[column - left] = text
        if 0 <= column - left < len(cells):
            cells[column - left] = text
    return {place: text for place, text in shown.items() if text is not None}


def _last_filled(cells: Cells) -> int:
    return max(place for place, cell in enumerate(cells, start=1) if cell)


def _raw(cells: Cells) -> bytes:
    return as_json(cells).encode()
