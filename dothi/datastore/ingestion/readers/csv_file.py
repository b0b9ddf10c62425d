"""CSV of any dialect, encoding and size: block by block, in flat memory, nothing lost.

A block is read, brought to UTF-8, taken apart by `records` and cut at the end of a record; only its
sound lines reach the parser. They are composed and parsed in a thread, the next block is read and
taken apart in another, beside whoever uses the batches.
"""

import codecs
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from dothi.datastore.ingestion.readers import encodings, records
from dothi.datastore.ingestion.readers.batch import LINE, MOST_RAW, SPAN, Batch, Faulty
from dothi.datastore.ingestion.readers.records import BLANK, FAULTY, ROW, Dialect, Structure
from dothi.datastore.ingestion.readers.row_start import learn
from dothi.datastore.ingestion.readers.shape import Reason, Shape

BLOCK = 16 * 1024 * 1024
_SAMPLE = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class _Block:
    """Whole lines of the file. `ends` are offsets in `raw`; `line` counts from 1."""

    raw: bytes
    ends: records.Ints
    text: bytes
    structure: Structure
    line: int
    head: int
    position: int

    def raw_lines(self, at: int, span: int) -> bytes:
        begin = int(self.ends[at - 1]) if at else 0
        return self.raw[begin : int(self.ends[at + span - 1])]

    def raw_row(self, line: int) -> bytes:
        at = line - self.line - self.head
        return self.raw_lines(at, self.structure.spans.get(at, 1))


def dialect_of(shape: Shape) -> Dialect:
    return Dialect(
        delimiter=ord(shape.delimiter),
        quote=ord(shape.quote) if shape.quote else None,
        newline=ord(shape.newline),
        columns=len(shape.heads),
    )


def read(file: IO[bytes], shape: Shape, *, skip: int = 0, block: int = BLOCK) -> Iterator[Batch]:
    """Batches in the order of the file.

    Args:
        file: at its beginning, seekable or not.
        skip: bytes to leave out: the `position` of the last batch that was finished.
        block: bytes to take at once; a record that is longer than that makes a block longer.
    """
    source = _Source(file, shape, skip, block)
    waiting: deque[Future[Batch]] = deque()
    blocks = source.blocks()
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="csv") as threads:
        ahead = threads.submit(next, blocks, None)
        while (one := ahead.result()) is not None:
            waiting.append(threads.submit(_parse, one, shape))
            ahead = threads.submit(next, blocks, None)
            if len(waiting) > 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class _Source:
    """The file as blocks that begin and end between records."""

    def __init__(self, file: IO[bytes], shape: Shape, skip: int, block: int) -> None:
        self.file, self.shape, self.block = file, shape, block
        self.dialect = dialect_of(shape)
        self.held = b""
        self.is_at_end = False
        self._fill(_SAMPLE)
        self.row_start = learn(self._sample(), self.dialect, shape)
        self.position = self.line = 0
        self.line = 1
        self._leave_out(len(encodings.bom(self.held)) if skip == 0 else skip)

    def blocks(self) -> Iterator[_Block]:
        if head := self._head():
            yield head
        size = self.block
        while self._fill(size) or self.held:
            raw = self._whole_lines()
            if not raw:
                if len(self.held) > records.MOST_BYTES:
                    yield self._endless_line()
                else:
                    size += self.block
                continue
            one = self._block_of(raw)
            if not one.structure.used:  # One record that does not end in here.
                size += self.block
                continue
            yield one
            size = self.block

    def _fill(self, size: int) -> bool:
        """Hold so many bytes, if there are any more. False: there was nothing more."""
        missing = size - len(self.held)
        if missing <= 0:
            return True
        parts = [self.held]
        while missing > 0 and not self.is_at_end:
            read = self.file.read(missing)
            self.is_at_end = not read
            parts.append(read)
            missing -= len(read)
        grown = sum(map(len, parts)) > len(self.held)
        self.held = b"".join(parts)
        return grown

    def _sample(self) -> bytes:
        raw = self.held[len(encodings.bom(self.held)) :]
        ends = self._ends(raw)
        whole = raw[: int(ends[-1])] if len(ends) else b""
        return encodings.to_text(whole, self.shape.encoding, self.shape.newline)[0]

    def _ends(self, raw: bytes) -> records.Ints:
        return encodings.line_ends(raw, self.shape.encoding, self.shape.newline)

    def _leave_out(self, size: int) -> None:
        """Go on behind so many bytes; their lines are counted."""
        while self.position < size and (self.held or self._fill(self.block)):
            part = self.held[: size - self.position]
            self.held = self.held[len(part) :]
            self.position += len(part)
            self.line += len(self._ends(part))

    def _head(self) -> _Block | None:
        """What stands above the first row, which belongs to the first batch."""
        lines = self.shape.first_line - self.line
        if lines <= 0:
            return None
        size = self.block
        while self._fill(size) and len(self._ends(self.held)) < lines and not self.is_at_end:
            size += self.block
        ends = self._ends(self.held)
        count = min(lines, len(ends))
        taken = int(ends[lines - 1]) if len(ends) >= lines else len(self.held)
        count += taken == len(self.held) and len(ends) < lines and taken > 0
        self.held = self.held[taken:]
        return self._counted(b"", ends[:0], b"", _nothing(), taken, head=count)

    def _whole_lines(self) -> bytes:
        if self.is_at_end:
            return self.held
        if encodings.is_ascii_based(self.shape.encoding):
            return self.held[: self.held.rfind(self.shape.newline.encode()) + 1]
        ends = self._ends(self.held)
        return self.held[: int(ends[-1])] if len(ends) else b""

    def _block_of(self, raw: bytes) -> _Block:
        text, bad = encodings.to_text(raw, self.shape.encoding, self.shape.newline)
        last = self.is_at_end and len(raw) == len(self.held)
        found = records.analyse(text, self.dialect, bad=bad, row_start=self.row_start, is_last=last)
        if not found.used:
            return self._counted(b"", found.ends, b"", found, 0)
        ends = found.ends if text is raw else self._ends(raw)
        if len(ends) < found.used:
            ends = np.append(ends, len(raw))
        taken = int(ends[found.used - 1])
        self.held = self.held[taken:]
        return self._counted(raw[:taken], ends[: found.used], text, found, taken)

    def _endless_line(self) -> _Block:
        """A line longer than any record may be: its beginning is kept, all of it counted."""
        kept, taken = self.held[:MOST_RAW], 0
        while self.held:
            ends = self._ends(self.held)
            size = int(ends[0]) if len(ends) else len(self.held)
            taken += size
            self.held = self.held[size:]
            if len(ends) or not self._fill(self.block):
                break
        whole = np.array([len(kept)], np.int64)
        found = Structure(kinds=np.array([FAULTY], np.int8), ends=whole, used=1)
        found.faults[0] = (Reason.TOO_LONG, {"bytes": taken, "at_most": records.MOST_BYTES})
        return self._counted(kept, whole, b"", found, taken)

    def _counted(
        self,
        raw: bytes,
        ends: records.Ints,
        text: bytes,
        found: Structure,
        taken: int,
        head: int = 0,
    ) -> _Block:
        line = self.line
        self.position += taken
        self.line += head + found.used
        return _Block(
            raw=raw, ends=ends, text=text, structure=found, line=line, head=head,
            position=self.position,
        )  # fmt: skip


def _nothing() -> Structure:
    return Structure(kinds=np.zeros(0, np.int8), ends=np.zeros(0, np.int64))


def _parse(block: _Block, shape: Shape) -> Batch:
    found = block.structure
    rows = np.flatnonzero(found.kinds == ROW)
    spans = np.ones(len(rows), np.int32)
    for at, span in found.spans.items():
        spans[np.searchsorted(rows, at)] = span
    text = _sound_lines(block)
    # No mark joins with a delimiter, a quote or a line end: records stay what they are.
    table, skipped = _table(encodings.composed(text), shape) if len(rows) else (_empty(shape), [])
    assert table.num_rows + len(skipped) == len(rows), "the parser saw other records"
    faulty = [
        _faulty(block, at, found.fault_spans.get(at, 1), reason, detail)
        for at, (reason, detail) in found.faults.items()
    ]
    if skipped:
        gone = np.array([number - 1 for number, _columns in skipped])
        for at, (_number, columns) in zip(rows[gone].tolist(), skipped, strict=True):
            detail = {"expected": len(shape.heads), "found": columns}
            faulty.append(_faulty(block, at, 1, Reason.COLUMNS, detail))
        rows, spans = np.delete(rows, gone), np.delete(spans, gone)
        faulty.sort(key=lambda one: one.line)
    table = table.append_column(LINE, pa.array(rows + block.line + block.head, pa.int64()))
    return Batch(
        rows=table.append_column(SPAN, pa.array(spans, pa.int32())),
        faulty=faulty,
        head=block.head,
        blank=int(np.count_nonzero(found.kinds == BLANK)),
        lines=block.head + found.used,
        position=block.position,
        raw_of=block.raw_row,
    )


def _faulty(block: _Block, at: int, span: int, reason: Reason, detail: dict[str, Any]) -> Faulty:
    raw = block.raw_lines(at, span)[:MOST_RAW]
    return Faulty(
        line=at + block.line + block.head, span=span, raw=raw, reason=reason, detail=detail
    )


def _sound_lines(block: _Block) -> bytes:
    """The text without blank and faulty lines; the same bytes where there are none."""
    kinds, ends = block.structure.kinds, block.structure.ends
    if not len(kinds):
        return b""
    left_out = (kinds == FAULTY) | (kinds == BLANK)
    if not left_out.any():
        size = int(ends[len(kinds) - 1])
        return block.text if size == len(block.text) else block.text[:size]
    edges = np.flatnonzero(np.diff(np.concatenate([[1], left_out, [1]])))
    offsets = np.concatenate([[0], ends])
    pieces = zip(offsets[edges[::2]].tolist(), offsets[edges[1::2]].tolist(), strict=True)
    return b"".join([block.text[begin:end] for begin, end in pieces])


def _table(text: bytes, shape: Shape) -> tuple[pa.Table, list[tuple[int, int]]]:
    """The rows, and of those with another number of columns: which (from 1), and how many."""
    skipped: list[tuple[int, int]] = []

    def on_invalid(row: arrow_csv.InvalidRow) -> str:
        skipped.append((row.number, row.actual_columns))
        return "skip"

    names = list(shape.heads)
    if text.startswith(codecs.BOM_UTF8):
        # The parser takes one off the beginning; in a block that is a sign as any other.
        text = codecs.BOM_UTF8 + text
    table = arrow_csv.read_csv(
        pa.BufferReader(text),
        # Rows are numbered only where one thread reads them, in one piece.
        read_options=arrow_csv.ReadOptions(
            use_threads=False, block_size=len(text) + 1, column_names=names
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=shape.delimiter,
            quote_char=shape.quote or False,
            double_quote=bool(shape.quote),
            newlines_in_values=bool(shape.quote),
            invalid_row_handler=on_invalid,
        ),
        convert_options=arrow_csv.ConvertOptions(
            check_utf8=False,  # Seen to before, line for line.
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
    return table, skipped


def _empty(shape: Shape) -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in shape.heads})
