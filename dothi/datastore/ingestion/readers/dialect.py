"""Which CSV it is: line ends, delimiter, quotes. Judged by how many records it makes alike."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from dothi.datastore.ingestion.readers import records
from dothi.datastore.ingestion.readers.records import ROW, Dialect

DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'")
_LINES = 2000  # That are judged.
_NEARLY = 0.9  # Of the best share: then what the head says decides.


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What a delimiter and a quote would make of the sample."""

    delimiter: str
    quote: str
    width: int
    share: float  # Of the records that have this width.
    first: int  # Records above the first one that has it.


def newline_of(text: str) -> str:
    """The sign that ends lines: "\\n" (with or without "\\r" before it) or "\\r"."""
    outside = re.sub(r'"[^"]*"', "", text)
    paired = outside.count("\r\n")
    alone = outside.count("\r") - paired
    return "\r" if alone > outside.count("\n") else "\n"


def detect(text: str, newline: str, delimiters: tuple[str, ...] = DELIMITERS) -> Judged:
    """The delimiter and the quote under which the records of the sample are most alike."""
    sample = newline.join(text.split(newline)[:_LINES])
    quote = _quote(sample, newline, delimiters)
    judged = [
        one
        for delimiter in delimiters
        if delimiter in sample and (one := _judge(sample, newline, delimiter, quote)).width > 1
    ]
    best = max((one.share for one in judged), default=0.0)
    near = [one for one in judged if one.share >= best * _NEARLY and one.share >= 0.5]
    if not near:
        unused = next((one for one in delimiters if one not in sample), delimiters[0])
        return Judged(delimiter=unused, quote=quote, width=1, share=1.0, first=0)
    return min(near, key=lambda one: (one.first, -one.share, -one.width))


def _quote(sample: str, newline: str, delimiters: tuple[str, ...]) -> str:
    """The sign around fields. Quotes that mostly stand where none may stand are plain signs."""
    for quote in QUOTES:
        edges = re.escape("".join((*delimiters, "\r\n")))
        opening = len(re.findall(rf"(?:^|[{edges}]){quote}(?!{quote}?[{edges}])", sample))
        inside = len(re.findall(rf"[^{edges}{quote}]{quote}[^{edges}{quote}]", sample))
        if opening and (opening >= inside if quote == '"' else not inside):
            return quote
        if quote == '"' and inside > opening:
            return ""
        if quote in sample and quote == '"':
            return quote
    return '"'


def _judge(sample: str, newline: str, delimiter: str, quote: str) -> Judged:
    widths = [len(cells) for _line, cells in rows(sample, newline, delimiter, quote) if cells]
    counted = Counter(width for width in widths if width > 1)
    if not counted:
        return Judged(delimiter=delimiter, quote=quote, width=1, share=0.0, first=0)
    width, amount = counted.most_common(1)[0]
    return Judged(
        delimiter=delimiter,
        quote=quote,
        width=width,
        share=amount / len(widths),
        first=widths.index(width),
    )


def rows(
    text: str, newline: str, delimiter: str, quote: str, width: int | None = None
) -> list[tuple[int, list[str]]]:
    """Sound records of the sample, each with its line from 1; blank lines are rows of no cells."""
    raw = text.encode()
    dialect = Dialect(
        delimiter=ord(delimiter),
        quote=ord(quote) if quote else None,
        newline=ord(newline),
        columns=width,
    )
    found = records.analyse(raw, dialect)
    begins = np.concatenate([[0], found.ends[:-1]]) if len(found.ends) else found.ends
    read = []
    for line in np.flatnonzero((found.kinds == ROW) | (found.kinds == records.BLANK)).tolist():
        end = int(found.ends[line + found.spans.get(line, 1) - 1])
        record = raw[int(begins[line]) : end].decode().rstrip("\r\n")
        read.append((line + 1, _cells(record, delimiter, quote) if record.strip(" ") else []))
    return read


def _cells(record: str, delimiter: str, quote: str) -> list[str]:
    reader = csv.reader(
        io.StringIO(record, newline=""),
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )
    try:
        return next(reader, [])
    except csv.Error:  # A field that is longer than the module takes.
        return []
