"""Read requests in the shape of Open311 GeoReport v2, also where it is bent (JSON and XML).

What the world writes is not what the standard says: `lon` for `long`, a key repeated in one record,
`"null"` and `"true"` where a date belongs, dates without a zone, places at zero. This module reads
record by record, in the memory of one record, and says of each what is wrong with it. Pure.
"""

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

CHUNK = 64 * 1024
MOST_OF_A_RECORD = 1024 * 1024  # Letters. A request is some hundred.
RECORD = "request"
ENVELOPES = ("requests", "service_requests")
NOTHING = frozenset({"", "null", "none", "nil", "n/a", "undefined"})
NO_DATE = NOTHING | {"true", "false", "0"}
DATES = ("requested_datetime", "updated_datetime", "expected_datetime")
OPEN, CLOSED = "open", "closed"
_SPACE = re.compile(r"[\s,]*")
_FRACTION = re.compile(r"(\.\d{6})\d+")


class BrokenFile(Exception):
    """The file itself cannot be read any further: `position` says where, in letters or lines."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class Dirty(Exception):
    """A record cannot be taken as it is; `fault` is a word that names why."""

    def __init__(self, fault: str, value: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.value = value


@dataclass(frozen=True, kw_only=True)
class Raw:
    """One record as it came: letter by letter, and every value that each key has."""

    original: str
    values: Mapping[str, tuple[str, ...]]

    def first(self, *names: str, nothing: frozenset[str] = NOTHING) -> str:
        """The first value under one of the names that says anything."""
        for name in names:
            for value in self.values.get(name, ()):
                if value.strip().casefold() not in nothing:
                    return value.strip()
        return ""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request in clean values. Times have a zone; what is not known is empty or None."""

    id: str
    status: str  # OPEN or CLOSED.
    service_code: str
    service_name: str
    description: str
    notes: str
    address: str
    lon: float | None
    lat: float | None
    requested_at: datetime
    closed_at: datetime | None
    expected: str
    agency: str


# --- Read ----------------------------------------------------------------------------------------


def read(file: IO[bytes]) -> Iterator[Raw]:
    """The records of a file, one by one.

    Raises:
        BrokenFile: it is neither JSON nor XML, or breaks off; the records before it came whole.
    """
    head = file.read(CHUNK)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    source = _Again(head, file)
    if start == b"<":
        yield from _xml(source)
    elif start in (b"[", b"{"):
        yield from _json(source)
    else:
        raise BrokenFile("neither JSON nor XML", 0)


class _Again:
    """A file of which the first bytes were looked at already."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int = CHUNK) -> bytes:
        if self._head:
            given, self._head = self._head[:size], self._head[size:]
            return given
        return self._rest.read(size)


def _json(source: Any) -> Iterator[Raw]:
    text = _Text(source)
    text.skip_to_list()
    while (found := text.next_value()) is not None:
        original, value = found
        yield Raw(original=original, values=_values(value))


class _Text:
    """Letters of a JSON text, as far as they are needed."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._decode = codecs.getincrementaldecoder("utf-8-sig")(errors="replace").decode
        self._json = json.JSONDecoder(object_pairs_hook=_Pairs, strict=False)
        self.letters = ""
        self.at = 0
        self.passed = 0  # Letters that were thrown away behind us.
        self.ended = False

    def more(self) -> bool:
        """Read on. False at the end of the file."""
        if self.ended:
            return False
        data = self._source.read(CHUNK)
        self.ended = not data
        self.passed += self.at
        self.letters = self.letters[self.at :] + self._decode(data, final=self.ended)
        self.at = 0
        return True

    def skip_space(self) -> str:
        """Go to the next letter that is no space or comma; empty at the end."""
        while True:
            found = _SPACE.match(self.letters, self.at)
            assert found is not None
            self.at = found.end()
            if self.at < len(self.letters):
                return self.letters[self.at]
            if not self.more():
                return ""

    def skip_to_list(self) -> None:
        """Into the list of records: the text itself, or what a key of the envelope holds."""
        if self.skip_space() == "[":
            self.at += 1
            return
        self.at += 1  # The brace.
        while (letter := self.skip_space()) and letter != "}":
            name = self._whole()[1]
            if self.skip_space() != ":":
                raise self.broken("no colon after a name")
            self.at += 1
            if name in ENVELOPES and self.skip_space() == "[":
                self.at += 1
                return
            self.skip_space()
            self._whole()
        raise self.broken("there is no list of requests")

    def next_value(self) -> tuple[str, Any] | None:
        """The next record, as it was written and as it reads. None after the last."""
        letter = self.skip_space()
        if letter == "]":
            return None
        if not letter:
            raise self.broken("the file breaks off")
        return self._whole()

    def _whole(self) -> tuple[str, Any]:
        """One value, however many chunks it goes over."""
        while True:
            try:
                value, end = self._json.raw_decode(self.letters, self.at)
            except ValueError as error:
                long = len(self.letters) - self.at > MOST_OF_A_RECORD
                if not long and self.more():
                    continue
                raise self.broken("a record cannot be read") from error
            if end == len(self.letters) and not isinstance(value, (str, list, dict)):
                if self.more():  # A number at the end of a chunk may go on.
                    continue
                end = len(self.letters)
            original = self.letters[self.at : end]
            self.at = end
            return original, value

    def broken(self, why: str) -> BrokenFile:
        return BrokenFile(why, self.passed + self.at)


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON with every pair it has, repeated names too."""


def _values(value: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    if isinstance(value, _Pairs):
        for name, one in value:
            found[name] = (*found.get(name, ()), _plain(one))
    return found


def _plain(value: Any) -> str:
    """A value as text: numbers as they are written in a form, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (_Pairs, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _xml(source: Any) -> Iterator[Raw]:
    try:
        parents: list[Element] = []
        for happens, node in iterparse(source, events=("start", "end")):
            if happens == "start":
                parents.append(node)
                continue
            parents.pop()
            if node.tag != RECORD or any(parent.tag == RECORD for parent in parents):
                continue
            values: dict[str, tuple[str, ...]] = {}
            for child in node:
                name = str(child.tag)
                values[name] = (*values.get(name, ()), "".join(child.itertext()))
            node.tail = None
            yield Raw(original=tostring(node, encoding="unicode"), values=values)
            if parents:
                parents[-1].clear()  # Otherwise the whole file stays in memory.
    except ParseError as error:
        raise BrokenFile("the XML cannot be read", error.position[0]) from error
    except DefusedXmlException as error:
        raise BrokenFile("the XML declares entities, which are not read", 0) from error


# --- Understand ----------------------------------------------------------------------------------


def understand(raw: Raw, *, zone: tzinfo) -> Request:
    """Clean values of a record; dates without a zone are those of `zone`.

    Raises:
        Dirty: with the first fault: no_record, no_id, no_status, no_date, closed_without_date,
        dates_reversed.
    """
    if not raw.values:
        raise Dirty("no_record")
    number = raw.first("service_request_id", "id")
    if not number or number == "0":
        raise Dirty("no_id")
    status = raw.first("status").casefold()
    if status not in (OPEN, CLOSED):
        raise Dirty("no_status", status)
    requested = _date(raw, "requested_datetime", zone)
    if requested is None:
        raise Dirty("no_date", raw.first("requested_datetime"))
    lon, lat = place_of(raw)
    return Request(
        id=number,
        status=status,
        service_code=raw.first("service_code"),
        service_name=raw.first("service_name"),
        description=raw.first("description"),
        notes=raw.first("status_notes"),
        address=" ".join(raw.first("address").split()),
        lon=lon,
        lat=lat,
        requested_at=requested,
        closed_at=_closed(raw, requested, zone) if status == CLOSED else None,
        expected=raw.first("expected_datetime", nothing=NO_DATE),
        agency=raw.first("agency_responsible"),
    )


def _closed(raw: Raw, requested: datetime, zone: tzinfo) -> datetime:
    """The standard has no date of closing: the last change of what is closed is it."""
    closed = _date(raw, "closed_datetime", zone) or _date(raw, "updated_datetime", zone)
    if closed is None:
        raise Dirty("closed_without_date")
    if closed < requested:
        raise Dirty("dates_reversed")
    return closed


def place_of(raw: Raw) -> tuple[float | None, float | None]:
    """Longitude and latitude, or nothing where there is none: empty, zero, not on earth."""
    lon, lat = (_number(raw.first(*names)) for names in (("long", "lon", "lng"), ("lat",)))
    if lon is None or lat is None or (lon == 0 and lat == 0):
        return None, None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None, None
    return lon, lat


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1000 else None  # NaN and infinity are no number, either.


def _date(raw: Raw, name: str, zone: tzinfo) -> datetime | None:
    """The first value that is a date. A word that is none is passed over."""
    for value in raw.values.get(name, ()):
        found = moment(value, zone)
        if found is not None:
            return found
    return None


def moment(text: str, zone: tzinfo) -> datetime | None:
    """A date and time as people write them: `2010-11-15 01:05:25.727`, `2010-11-15T01:05:25Z`."""
    tidy = _FRACTION.sub(r"\1", text.strip())
    if len(tidy) < len("2010-11-15"):
        return None
    try:
        found = datetime.fromisoformat(tidy)
    except ValueError:
        return None
    try:
        return found if found.tzinfo else found.replace(tzinfo=zone)
    except OverflowError:
        return None
