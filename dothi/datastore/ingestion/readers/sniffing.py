"""What a file is, judged by what is in it and never by its name."""

from dataclasses import dataclass
from pathlib import Path

from dothi.datastore.ingestion.readers import (
    archive,
    dialect,
    encodings,
    heads,
    json_file,
    parquet_file,
    workbook,
)
from dothi.datastore.ingestion.readers.shape import Format, Reason, Shape, Unreadable

_BEGINNING = 1024 * 1024
_EXCERPT = 256 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARQUET = b"PAR1"
# Bytes that no text has; one of the rest may be a fault of a line.
_NEVER_TEXT = bytes({*range(1, 32)} - {7, 8, 9, 10, 11, 12, 13, 26, 27})


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What somebody knows better than a guess. Empty: to be found."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    path: str | None = None  # "" is the top of a JSON file.


def sniff(path: Path, *, member: str = "", stated: Stated | None = None) -> Shape:
    """How the file is to be read.

    Args:
        member: the file inside an archive, as `members` names it.

    Raises:
        Unreadable: it is empty, broken, encrypted, too large to be unpacked, or of no known kind.
    """
    stated = stated or Stated()
    member = member or _only_member(path)
    with archive.opened(path, member) as file:
        beginning = file.read(_BEGINNING)
    if not beginning:
        raise Unreadable(Reason.EMPTY)
    if beginning.startswith((archive.MAGIC, _OLE)):
        if not member and (inside := archive.members(path)):
            raise Unreadable(Reason.NO_MEMBER, members=inside)
        return workbook.sniff(path, member, stated.sheet)
    if beginning.startswith(_PARQUET):
        return parquet_file.sniff(path, member)
    samples = [beginning, *_excerpts(path, member, len(beginning))]
    encoding = stated.encoding or encodings.detect(samples)
    if encodings.unit(encoding) == 1 and _is_binary(beginning):
        raise Unreadable(Reason.UNKNOWN)
    text = _text(beginning, encoding)
    if text.lstrip()[:1] in ("{", "["):
        # JSON is Unicode (RFC 8259): bytes that are none are faults of their records.
        unicode = encoding if encodings.unit(encoding) == 2 else encodings.UTF8
        if found := json_file.sniff(path, member, unicode, text, stated.path):
            return found
    return _sniff_csv(text, encoding, member, stated.delimiter)


def _only_member(path: Path) -> str:
    """The file in an archive that holds no other; "" where there is none or a choice."""
    inside = archive.members(path)
    return inside[0] if len(inside) == 1 else ""


def _excerpts(path: Path, member: str, beginning: int) -> list[bytes]:
    """Parts from the middle and the end: marks may come late in a file."""
    size = path.stat().st_size
    if member or size <= beginning:
        return []
    found = []
    with path.open("rb") as file:
        for place in (size // 2, size - _EXCERPT):
            file.seek(max(place, beginning) // 2 * 2)
            found.append(file.read(_EXCERPT).partition(b"\n")[2])
    return [one for one in found if one]


def _is_binary(sample: bytes) -> bool:
    strange = len(sample) - len(sample.translate(None, _NEVER_TEXT)) + sample.count(0)
    return strange > max(len(sample) // 100, 1)


def _text(raw: bytes, encoding: str) -> str:
    """Whole lines of the sample; the last one too, where the file is that short."""
    raw = raw[len(encodings.bom(raw)) :]
    if len(raw) >= _BEGINNING - 3:
        ends = encodings.line_ends(raw, encoding, "\n")
        if not len(ends):
            ends = encodings.line_ends(raw, encoding, "\r")
        if len(ends):
            raw = raw[: int(ends[-1])]
    return encodings.to_text(raw, encoding, "\n")[0].decode()


def _sniff_csv(text: str, encoding: str, member: str, delimiter: str) -> Shape:
    newline = dialect.newline_of(text)
    judged = dialect.detect(text, newline, (delimiter,) if delimiter else dialect.DELIMITERS)
    rows = dialect.rows(text, newline, judged.delimiter, judged.quote, judged.width)
    if not any(cells for _line, cells in rows):
        raise Unreadable(Reason.EMPTY)
    rows = rows[: heads.SAMPLE]
    found = heads.find([cells for _line, cells in rows], judged.width)
    lines = [line for line, _cells in rows]
    return Shape(
        format=Format.CSV,
        encoding=encoding,
        delimiter=judged.delimiter,
        quote=judged.quote,
        newline=newline,
        head_lines=tuple(lines[place] for place in found.rows),
        first_line=_first_line(text, newline, lines, found),
        heads=found.names,
        member=member,
    )


def _first_line(text: str, newline: str, lines: list[int], found: heads.Heads) -> int:
    """The line behind the head; faulty lines that follow it are not of the head."""
    if not found.rows and found.first == 0:
        return 1
    if found.first < len(lines) and not found.rows:
        return lines[found.first]
    last = lines[found.first - 1]
    following = lines[found.first] if found.first < len(lines) else None
    # A name in the head may have a break in it: its record ends where the quotes are closed.
    held = text.split(newline)[last - 1 : (following or last + 20) - 1]
    quotes = 0
    for place, line in enumerate(held):
        quotes += line.count('"')
        if quotes % 2 == 0:
            return last + place + 1
    return following or last + 1
