"""A JSON file as a stream: one record after the other, without holding the file."""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from dothi.datastore.ingestion.readers.values import Written

CHUNK = 1024 * 1024
MOST_VALUE = 64 * 1024 * 1024  # Characters of one record.
_SPACE = re.compile(r"[ \t\n\r]*")


class Broken(Exception):
    """The text stops being JSON here. `rest` is the beginning of what is left of it."""

    def __init__(self, said: str, rest: str) -> None:
        super().__init__(said)
        self.said, self.rest = said, rest


@dataclass(frozen=True, kw_only=True)
class Item:
    """An element of a list: where the list is, the value, and how it is written."""

    path: str
    value: Any
    text: str


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return made


DECODER = json.JSONDecoder(parse_float=Written, object_pairs_hook=_pairs)


class Stream:
    """Walks the values of the text; elements of lists of objects come out as items."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        # What cannot be decoded is kept as lone surrogates, so that only its record is at fault.
        errors = "surrogateescape" if encoding == "utf-8" else "replace"
        self.decoder = codecs.getincrementaldecoder(encoding)(errors)
        self.file = file
        self.text, self.at = "", 0
        self.is_at_end = False

    def items(self, wanted: str | None = None, *, depth: int = 4) -> Iterator[Item]:
        """Elements of the list at the path, or of all lists that are not within records.

        Raises:
            Broken: the text is no JSON from some point on; all items before it were given.
        """
        if self._peek() == "\ufeff":
            self.at += 1
        yield from self._walk("", wanted, depth)
        if self._peek():
            raise self._broken("something stands behind the end")

    def _walk(self, path: str, wanted: str | None, depth: int) -> Iterator[Item]:
        sign = self._peek()
        is_on_the_way = wanted is None or path == "" or wanted.startswith(f"{path}.")
        if sign == "[" and wanted in (None, path):
            yield from self._list(path)
        elif sign == "{" and is_on_the_way and depth:
            yield from self._object(path, wanted, depth)
        else:
            self._value()

    def _list(self, path: str) -> Iterator[Item]:
        self._take("[")
        while self._peek() != "]":
            begin = self._value()
            yield Item(path=path, value=begin[0], text=begin[1])
            if self._peek() == "]":
                break
            self._take(",")
            if self._peek() == "]":
                raise self._broken("a comma before the end of the list")
        self._take("]")

    def _object(self, path: str, wanted: str | None, depth: int) -> Iterator[Item]:
        self._take("{")
        while self._peek() != "}":
            name, _text = self._value()
            if not isinstance(name, str):
                raise self._broken("a name was expected")
            self._take(":")
            inner = f"{path}.{name}" if path else name
            yield from self._walk(inner, wanted, depth - 1)
            if self._peek() == "}":
                break
            self._take(",")
        self._take("}")

    def _value(self) -> tuple[Any, str]:
        self._peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
            except (ValueError, RecursionError) as error:
                if len(self.text) - self.at > MOST_VALUE or not self._more():
                    raise self._broken(str(error)) from error
                continue
            # A number at the very end may have more digits to come.
            if end < len(self.text) or self.is_at_end or not self._more():
                text = self.text[self.at : end]
                self.at = end
                return value, text

    def _peek(self) -> str:
        while True:
            found = _SPACE.match(self.text, self.at)
            assert found is not None
            self.at = found.end()
            if self.at < len(self.text) or not self._more():
                return self.text[self.at : self.at + 1]

    def _take(self, sign: str) -> None:
        if self._peek() != sign:
            raise self._broken(f"{sign} was expected")
        self.at += 1

    def _more(self) -> bool:
        """Hold more of the text; twice as much each time, so that a long value is read quickly."""
        if self.is_at_end:
            return False
        held = self.text[self.at :]
        raw = self.file.read(max(CHUNK, len(held)))
        self.is_at_end = not raw
        self.text = held + self.decoder.decode(raw, final=not raw)
        self.at = 0
        return True

    def _broken(self, said: str) -> Broken:
        return Broken(said, self.text[self.at : self.at + CHUNK])
