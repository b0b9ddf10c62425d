"""Workbooks of the kinds that no package here writes, from their parts."""

import struct
import zipfile
from html import escape
from pathlib import Path

Cell = str | float | None
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = (
    f'xmlns:office="{_OPEN_DOCUMENT}:office:1.0" xmlns:table="{_OPEN_DOCUMENT}:table:1.0" '
    f'xmlns:text="{_OPEN_DOCUMENT}:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def write_ods(path: Path, cells: list[list[str]]) -> None:
    """A document with one sheet; each cell is the XML of its element."""
    rows = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in cells)
    content = (
        f"<office:document-content {_SPACES}><office:body><office:spreadsheet>"
        f'<table:table table:name="Trang 1">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", ODS_TYPE)
        packed.writestr("content.xml", content)
        packed.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{_OPEN_DOCUMENT}:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_TYPE}"/>'
            "</manifest:manifest>",
        )


def ods_text(text: str, span: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="string"{span}><text:p>{escape(text)}</text:p>'
        "</table:table-cell>"
    )


def ods_number(value: float) -> str:
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'


def ods_date(iso: str) -> str:
    return f'<table:table-cell office:value-type="date" office:date-value="{iso}"/>'


def ods_error() -> str:
    return (
        '<table:table-cell office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    )


ODS_GAP = "<table:table-cell/>"


def write_xls(path: Path, rows: list[list[Cell]], errors: tuple[tuple[int, int], ...] = ()) -> None:
    """A BIFF8 workbook with one sheet, in the compound file that Excel 97 wrote."""
    path.write_bytes(_compound(_biff(rows, errors)))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _biff(rows: list[list[Cell]], errors: tuple[tuple[int, int], ...]) -> bytes:
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    name = "Trang 1".encode("utf-16-le")
    sheet_name = struct.pack("<BB", len(name) // 2, 1) + name
    codepage = _record(0x0042, struct.pack("<H", 1200))
    globals_size = len(_record(0x0809, begin)) + len(codepage) + 4 + 6 + len(sheet_name) + 4
    sheet = _record(0x0085, struct.pack("<IBB", globals_size, 0, 0) + sheet_name)
    out = _record(0x0809, begin) + codepage + sheet + _record(0x000A, b"")
    out += _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    width = max(map(len, rows))
    out += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            where = struct.pack("<HHH", at, place, 0)
            if (at, place) in errors:
                out += _record(0x0205, where + struct.pack("<BB", 0x07, 1))
            elif isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                out += _record(0x0204, where + text)
            elif cell is not None:
                out += _record(0x0203, where + struct.pack("<d", cell))
    return out + _record(0x000A, b"")


_END, _NONE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def _compound(stream: bytes) -> bytes:
    """One stream named Workbook: header, allocation tables, directory, the stream.

    A stream below 4,096 bytes stands in pieces of 64 bytes, in a stream of the root.
    """
    size, is_small = len(stream), len(stream) < 4096
    sectors = -(-size // 512)
    tables = next(n for n in range(1, 100) if n * 128 >= n + 2 + sectors)
    begin = tables + 2  # Behind the tables stand a table of small pieces and the directory.
    table = [_TABLE] * tables + [_END, _END, *range(begin + 1, begin + sectors), _END]
    pieces = -(-size // 64)
    small = [*range(1, pieces), _END] if is_small else []
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
        0, tables, tables + 1, 0, 4096, tables if is_small else _END, int(is_small), _END, 0,
    ) + struct.pack("<109I", *range(tables), *[_NONE] * (109 - tables))  # fmt: skip
    root = (begin, pieces * 64) if is_small else (_END, 0)
    directory = _entry("Root Entry", 5, 1, *root)
    directory += _entry("Workbook", 2, _NONE, 0 if is_small else begin, size)
    directory += _entry("", 0, _NONE, 0, 0) * 2
    return b"".join(
        [
            header,
            struct.pack(f"<{len(table)}I", *table).ljust(tables * 512, b"\xff"),
            struct.pack(f"<{len(small)}I", *small).ljust(512, b"\xff"),
            directory,
            stream.ljust(sectors * 512, b"\0"),
        ]
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le") if name else b""
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        raw, len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, b"", 0, 0, 0, start, size,
    )  # fmt: skip
