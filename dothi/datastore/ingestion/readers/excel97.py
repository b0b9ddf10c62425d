"""Error cells of the binary workbooks of Excel 97 ([MS-XLS] in an [MS-CFB] compound file).

Only as much of both formats is read as it takes to find them: the reader of workbooks gives such
cells as empty.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_STREAM = 2
_STREAM_NAMES = ("Workbook", "Book")
_BOF, _EOF, _SHEET, _BOOL_OR_ERROR, _FORMULA = 0x0809, 0x000A, 0x0085, 0x0205, 0x0006
_CODES = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip


def errors(path: Path, sheet: str) -> Iterator[tuple[int, int, str]]:
    """Row (from 1), column (from 0) and what the cell shows, for every error of the sheet."""
    try:
        stream = _workbook(path.read_bytes())
        yield from _errors_of(stream, sheet)
    except (struct.error, IndexError, UnicodeDecodeError):
        return  # Not as the format has it: the reader of workbooks has refused it, or will.


def _errors_of(stream: bytes, sheet: str) -> Iterator[tuple[int, int, str]]:
    begin = next(
        (_offset(body) for kind, body in _records(stream, 0) if _is_sheet(kind, body, sheet)), None
    )
    if begin is None:
        return
    depth = 0
    for kind, body in _records(stream, begin):
        # A chart on the sheet is a substream within it.
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        if depth == 1 and kind in (_BOOL_OR_ERROR, _FORMULA) and (code := _code(kind, body)) >= 0:
            row, column = struct.unpack_from("<HH", body)
            yield row + 1, column, _CODES.get(code, "#N/A")


def _code(kind: int, body: bytes) -> int:
    """The code of the error that the cell shows; -1 for any other value."""
    if kind == _BOOL_OR_ERROR:
        return body[6] if body[7] else -1
    # The cached result of a formula: eight bytes, a number unless it ends in FF FF.
    return body[8] if body[6] == 2 and body[12:14] == b"\xff\xff" else -1


def _is_sheet(kind: int, body: bytes, name: str) -> bool:
    if kind != _SHEET:
        return False
    length, is_wide = body[6], body[7] & 1
    raw = body[8 : 8 + length * (1 + is_wide)]
    return raw.decode("utf-16-le" if is_wide else "latin-1") == name


def _offset(body: bytes) -> int:
    return int(struct.unpack_from("<I", body)[0])


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


# --- The compound file ---------------------------------------------------------------------------


def _workbook(raw: bytes) -> bytes:
    """The stream that holds the workbook; empty where there is none."""
    file = _Compound(raw)
    for entry in file.entries():
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(length - 2, 0)].decode("utf-16-le")
        if entry[66] == _STREAM and name in _STREAM_NAMES:
            start, size = struct.unpack_from("<IQ", entry, 116)
            return file.stream(start, size & 0xFFFFFFFF)
    return b""


class _Compound:
    """Sectors chained by an allocation table; small streams live in a stream of their own."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        shift, small_shift = struct.unpack_from("<HH", raw, 30)
        self.size, self.small_size = 1 << shift, 1 << small_shift
        _, _, self.directory, _, self.least, small, _, more, _ = struct.unpack_from("<9I", raw, 40)
        tables = [one for one in struct.unpack_from("<109I", raw, 76) if one != _FREE]
        seen: set[int] = set()
        while more not in (_END, _FREE) and more not in seen:
            seen.add(more)
            listed = struct.unpack(f"<{self.size // 4}I", self._sector(more))
            tables += [one for one in listed[:-1] if one != _FREE]
            more = listed[-1]
        table = b"".join(self._sector(one) for one in tables)
        self.table = struct.unpack(f"<{len(table) // 4}I", table)
        listed_small = self._chain(small)
        self.small_table = struct.unpack(f"<{len(listed_small) // 4}I", listed_small)

    def entries(self) -> Iterator[bytes]:
        directory = self._chain(self.directory)
        for at in range(0, len(directory) - 127, 128):
            yield directory[at : at + 128]

    def stream(self, start: int, size: int) -> bytes:
        if size >= self.least:
            return self._chain(start)[:size]
        root = next(self.entries())
        held = self._chain(struct.unpack_from("<I", root, 116)[0])
        parts = [
            held[one * self.small_size : (one + 1) * self.small_size]
            for one in _followed(self.small_table, start)
        ]
        return b"".join(parts)[:size]

    def _chain(self, start: int) -> bytes:
        return b"".join(self._sector(one) for one in _followed(self.table, start))

    def _sector(self, number: int) -> bytes:
        return self.raw[(number + 1) * self.size : (number + 2) * self.size]


def _followed(table: tuple[int, ...], start: int) -> Iterator[int]:
    seen: set[int] = set()
    while start not in (_END, _FREE) and start not in seen:
        seen.add(start)
        yield start
        start = table[start]
