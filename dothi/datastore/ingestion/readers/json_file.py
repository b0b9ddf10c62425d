"""JSON, NDJSON and GeoJSON: lists of records, with what is nested in them as JSON text."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from dothi.datastore.ingestion.readers import archive, encodings, heads
from dothi.datastore.ingestion.readers.batch import MOST_RAW, Batch, Faulty, table
from dothi.datastore.ingestion.readers.json_stream import DECODER, MOST_VALUE, Broken, Item, Stream
from dothi.datastore.ingestion.readers.shape import Format, Reason, Shape, Unreadable
from dothi.datastore.ingestion.readers.values import text_of
from dothi.lib import legacy_vi, text_vi

ROWS = 20_000  # Of a batch.
GEOMETRY = "geometry"
_NAMES_FROM = 10_000  # Lines of NDJSON whose names make the head.


def sniff(path: Path, member: str, encoding: str, text: str, wanted: str | None) -> Shape | None:
    """How the records are to be read; None where the text only begins like JSON.

    Raises:
        Unreadable: it is JSON, and no list of records is in it (or not at the path).
    """
    if wanted is None and _is_ndjson(text):
        names = _names_of_lines(path, member, encoding)
        return _shape(Format.NDJSON, encoding, names, member, "")
    counts, seen, is_geo = Counter[str](), dict[str, dict[str, None]](), False
    try:
        for item in _items(path, member, encoding, wanted):
            if not isinstance(item.value, dict):
                continue
            counts[item.path] += 1
            is_geo = is_geo or (item.path == "features" and item.value.get("type") == "Feature")
            is_feature = is_geo and item.path == "features"
            record = _properties(item.value) if is_feature else item.value
            seen.setdefault(item.path, {}).update(dict.fromkeys(record))
    except Broken as error:
        if not counts:
            if text.lstrip().startswith("["):
                return None  # "[nháp],a,b" is CSV.
            raise Unreadable(Reason.BROKEN, said=error.said) from error
    if not counts:
        raise Unreadable(Reason.NO_RECORDS, path=wanted or "")
    best = max(counts, key=lambda one: counts[one])
    kind = Format.GEOJSON if is_geo and best == "features" else Format.JSON
    return _shape(kind, encoding, list(seen[best]), member, best)


def read(path: Path, shape: Shape, *, skip: int = 0) -> Iterator[Batch]:
    """Batches of records; lines are records (of NDJSON: lines), `position` is the last one read."""
    pending = _Pending(shape, skip)
    records = _lines if shape.format == Format.NDJSON else _records
    with archive.opened(path, shape.member) as file:
        for line, one in enumerate(records(file, shape), start=1):
            if line <= skip:
                continue
            pending.take(line, one)
            if pending.lines == ROWS:
                yield pending.batch()
    if pending.lines:
        yield pending.batch()


class _Bad:
    """A record that cannot be read."""

    def __init__(self, reason: Reason, raw: bytes, **detail: Any) -> None:
        self.reason, self.raw, self.detail = reason, raw, detail


class _Pending:
    """Records that wait to be a batch."""

    def __init__(self, shape: Shape, position: int) -> None:
        self.shape, self.position = shape, position
        # Heads are tidied names: the way back from the name in a record.
        self.places = {head: place for place, head in enumerate(shape.heads)}
        self.known: dict[str, int | None] = {}
        self._clear()

    def _clear(self) -> None:
        self.rows: list[list[str | None]] = []
        self.at: list[int] = []
        self.raws: dict[int, bytes] = {}
        self.faulty: list[Faulty] = []
        self.lines = self.blank = 0

    def take(self, line: int, one: "Item | _Bad | None") -> None:
        self.lines += 1
        self.position = line
        if one is None:
            self.blank += 1
            return
        bad = one if isinstance(one, _Bad) else self._row(line, one)
        if bad:
            raw = bad.raw[:MOST_RAW]
            self.faulty.append(Faulty(line=line, raw=raw, reason=bad.reason, detail=bad.detail))

    def _row(self, line: int, item: Item) -> _Bad | None:
        raw = _bytes(item.text, self.shape.encoding)
        if _is_undecoded(item.text, self.shape.encoding):
            return _Bad(Reason.BAD_BYTES, raw)
        if "\\u0000" in item.text and "\0" in str(item.value):
            return _Bad(Reason.NUL, raw)
        if not isinstance(item.value, dict):
            return _Bad(Reason.NOT_A_RECORD, raw)
        is_geo = self.shape.format == Format.GEOJSON
        values = _properties(item.value) if is_geo else item.value
        row: list[str | None] = [None] * len(self.shape.heads)
        unknown = []
        for name, value in values.items():
            place = self._place(name)
            if place is None:
                unknown.append(name)
            else:
                row[place] = text_of(value)
        if unknown:
            return _Bad(Reason.UNKNOWN_NAME, raw, names=unknown)
        self.rows.append(row)
        self.at.append(line)
        self.raws[line] = raw
        return None

    def _place(self, name: str) -> int | None:
        if name not in self.known:
            self.known[name] = self.places.get(text_vi.tidy(name))
        return self.known[name]

    def batch(self) -> Batch:
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.shape.heads)
        made = Batch(
            rows=table(self.shape.heads, columns, self.at),
            faulty=self.faulty,
            head=0,
            blank=self.blank,
            lines=self.lines,
            position=self.position,
            raw_of=self.raws.__getitem__,
        )
        self._clear()
        return made


def _shape(kind: Format, encoding: str, names: list[str], member: str, path: str) -> Shape:
    if not names:
        raise Unreadable(Reason.NO_RECORDS, path=path)
    tidied = [text_vi.tidy(name) for name in names]
    if len(set(tidied)) < len(names) or "" in tidied:
        raise Unreadable(Reason.NO_HEAD, names=names)
    return Shape(
        format=kind, encoding=encoding, heads=heads.unique(tidied), member=member, path=path
    )


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    """A feature as a record: its properties, its id where it has one, its geometry."""
    properties = feature.get("properties") or {}
    extra = {} if feature.get("id") is None or "id" in properties else {"id": feature["id"]}
    return {**extra, **properties, GEOMETRY: feature.get(GEOMETRY)}


def _items(path: Path, member: str, encoding: str, wanted: str | None) -> Iterator[Item]:
    with archive.opened(path, member) as file:
        yield from Stream(file, encoding).items(wanted)


def _records(file: IO[bytes], shape: Shape) -> Iterator[Item | _Bad]:
    try:
        yield from Stream(file, shape.encoding).items(shape.path)
    except Broken as error:
        # Nobody can say where the next record begins: the rest is one fault.
        raw = _bytes(error.rest, shape.encoding)
        yield _Bad(Reason.BAD_JSON, raw, said=error.said, rest=True)


def _is_ndjson(text: str) -> bool:
    """Whether the first lines are objects, each by itself; one of them may be broken."""
    lines = [line for line in text.split("\n") if line.strip()][:20]
    sound = sum(isinstance(_decoded(line), dict) for line in lines)
    if len(lines) == 1:
        return False
    return sound >= 2 and sound * 2 >= len(lines)


def _names_of_lines(path: Path, member: str, encoding: str) -> list[str]:
    names: dict[str, None] = {}
    shape = Shape(format=Format.NDJSON, encoding=encoding, heads=())
    with archive.opened(path, member) as file:
        for _number, one in zip(range(_NAMES_FROM), _lines(file, shape), strict=False):
            if isinstance(one, Item) and isinstance(one.value, dict):
                names.update(dict.fromkeys(one.value))
    return list(names)


def _lines(file: IO[bytes], shape: Shape) -> Iterator[Item | _Bad | None]:
    for number, raw in enumerate(_raw_lines(file, shape.encoding)):
        if len(raw) > MOST_VALUE:
            yield _Bad(Reason.TOO_LONG, raw, bytes=len(raw), at_most=MOST_VALUE)
            continue
        body = raw[len(encodings.bom(raw)) :] if number == 0 else raw
        try:
            text = legacy_vi.decode(body, shape.encoding)
        except UnicodeDecodeError:
            yield _Bad(Reason.BAD_BYTES, raw)
            continue
        if not text.strip():
            yield None
            continue
        value = _decoded(text)
        if value is None:
            yield _Bad(Reason.BAD_JSON, raw)
        else:
            yield Item(path="", value=value, text=text)


def _raw_lines(file: IO[bytes], encoding: str) -> Iterator[bytes]:
    if encodings.is_ascii_based(encoding):
        yield from file
        return
    held = b""
    while chunk := file.read(1024 * 1024):
        held += chunk
        begin = 0
        for end in encodings.line_ends(held, encoding, "\n").tolist():
            yield held[begin:end]
            begin = end
        held = held[begin:]
    if held:
        yield held


def _decoded(line: str) -> Any:
    """The value of a line, or None where it is no JSON (a bare null is no record either)."""
    try:
        return DECODER.decode(line)
    except (ValueError, RecursionError):
        return None


def _bytes(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")


def _is_undecoded(text: str, encoding: str) -> bool:
    if text.isascii():
        return False
    if encoding == "utf-8":
        return any("\udc80" <= sign <= "\udcff" for sign in text)
    return "\ufffd" in text
