"""Where the records of a block of CSV are, and which of its lines are none.

A record is strict RFC 4180: a quoted field begins right behind a delimiter, ends right before one,
and holds quotes doubled. What breaks this is set aside, and reading goes on at the *next physical
line*: an open quote swallows nothing. Everything that is done for every line is done by numpy; only
lines with an odd number of quotes, and doubtful ones, are looked at one by one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from dothi.datastore.ingestion.readers.shape import Reason

MOST_LINES = 200  # Of one record.
MOST_BYTES = 4 * 1024 * 1024  # Of one record.
ROW, GOES_ON, FAULTY, BLANK = 0, 1, 2, 3

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Dialect:
    delimiter: int  # As bytes of UTF-8.
    quote: int | None
    newline: int
    columns: int | None  # None while nobody knows: then records of several lines may have any.


@dataclass(frozen=True, kw_only=True)
class RowStart:
    """How rows of this file begin: tells a line that an open quote would swallow from text."""

    pattern: re.Pattern[bytes]
    is_strong: bool  # One such line is proof enough; else it takes `_WEAK_PROOF` of them.

    def is_broken_by(self, text: bytes, starts: Sequence[int]) -> bool:
        """Whether the lines that begin here, taken for text in quotes, are rows of their own."""
        found = sum(self.pattern.match(text, start) is not None for start in starts)
        return found * 2 >= len(starts) and found >= (1 if self.is_strong else _WEAK_PROOF)


_WEAK_PROOF = 3


@dataclass(kw_only=True)
class Structure:
    """What each line of a block is: ROW, GOES_ON, FAULTY or BLANK. Lines count from 0 here."""

    kinds: npt.NDArray[np.int8]
    ends: Ints  # Of the lines, as offsets in the text: behind the line end.
    spans: dict[int, int] = field(default_factory=dict)  # Of records over several lines.
    faults: dict[int, tuple[Reason, dict[str, Any]]] = field(default_factory=dict)
    fault_spans: dict[int, int] = field(default_factory=dict)
    used: int = 0  # Lines that are decided; the rest waits for what follows in the file.


def analyse(
    text: bytes,
    dialect: Dialect,
    *,
    bad: Sequence[int] = (),
    row_start: RowStart | None = None,
    is_last: bool = False,
    most_lines: int = MOST_LINES,
) -> Structure:
    """Say what each line of the block is.

    Args:
        text: whole lines in UTF-8; the last one may lack its end where `is_last`.
        bad: lines whose bytes mean nothing in the encoding of the file.
        is_last: nothing follows: a record that is open at the end stays open for ever.
    """
    return _Analysis(text, dialect, bad, row_start, is_last, most_lines).run()


class _Analysis:
    def __init__(
        self,
        text: bytes,
        dialect: Dialect,
        bad: Sequence[int],
        row_start: RowStart | None,
        is_last: bool,
        most_lines: int,
    ) -> None:
        self.text, self.dialect, self.row_start = text, dialect, row_start
        self.is_last, self.most_lines = is_last, most_lines
        self.signs = np.frombuffer(text, np.uint8)
        ends = np.flatnonzero(self.signs == dialect.newline) + 1
        if len(text) and (not len(ends) or ends[-1] != len(text)):
            ends = np.append(ends, len(text))
        self.ends: Ints = ends
        self.starts: Ints = np.concatenate([[0], ends[:-1]]).astype(np.int64)
        self.count = len(ends)
        self.found = Structure(kinds=np.zeros(self.count, np.int8), ends=ends, used=self.count)
        self.spoilt: dict[int, Reason] = dict.fromkeys(bad, Reason.BAD_BYTES)

    def run(self) -> Structure:
        if not self.count:
            return self.found
        self._see_nul()
        self._see_long()
        if self.dialect.quote is not None and self.dialect.quote in self.text:
            self._see_quotes()
        self._see_returns()
        for line, reason in self.spoilt.items():
            if self.found.kinds[line] == ROW and line not in self.found.spans:
                self._fault(line, reason)
        self._see_blank()
        return self._decided()

    def _decided(self) -> Structure:
        """Without the lines whose record may go on behind the block."""
        used = self.found.used
        self.found.kinds, self.found.ends = self.found.kinds[:used], self.found.ends[:used]
        self.found.faults = {
            line: self.found.faults[line] for line in sorted(self.found.faults) if line < used
        }
        return self.found

    def _fault(self, line: int, reason: Reason, span: int = 1, **detail: Any) -> None:
        self.found.kinds[line : line + span] = FAULTY
        self.found.faults[line] = (reason, detail)
        if span > 1:
            self.found.fault_spans[line] = span

    def _see_nul(self) -> None:
        if b"\0" in self.text:
            lines = np.searchsorted(self.ends, np.flatnonzero(self.signs == 0), side="right")
            for line in np.unique(lines).tolist():
                self.spoilt.setdefault(line, Reason.NUL)

    def _see_long(self) -> None:
        for line in np.flatnonzero(self.ends - self.starts > MOST_BYTES).tolist():
            self.spoilt.setdefault(line, Reason.TOO_LONG)

    # --- Quotes ----------------------------------------------------------------------------------

    def _see_quotes(self) -> None:
        signs, size = self.signs, len(self.text)
        quote, delimiter = self.dialect.quote, self.dialect.delimiter
        self.quotes = quotes = np.flatnonzero(signs == quote)
        before = signs[np.maximum(quotes - 1, 0)]
        after = signs[np.minimum(quotes + 1, size - 1)]
        opens = (before == delimiter) | (before == self.dialect.newline) | (before == quote)
        closes = (after == delimiter) | (after == 10) | (after == 13) | (after == quote)
        # At the edges `before` and `after` are the quote itself: true by the last comparison.
        # A quote may open a record in even or in odd place of the block: both are counted.
        is_even = np.arange(len(quotes)) % 2 == 0
        self.wrong = [
            np.concatenate([[0], np.cumsum(~np.where(is_even == even, opens, closes))])
            for even in (True, False)
        ]
        self.first = np.append(np.searchsorted(quotes, self.starts), len(quotes))
        amounts = np.diff(self.first)
        left, right = self.first[:-1], self.first[1:]
        faults = np.where(
            left % 2 == 0,
            self.wrong[0][right] - self.wrong[0][left],
            self.wrong[1][right] - self.wrong[1][left],
        )
        is_odd = amounts % 2 == 1
        self._pair(np.flatnonzero(is_odd).tolist())
        doubtful = np.flatnonzero(~is_odd & (faults > 0) & (self.found.kinds == ROW))
        for line in doubtful.tolist():
            if line not in self.found.spans:
                self._fault(line, self.spoilt.get(line, Reason.STRAY_QUOTE))

    def _pair(self, odd: list[int]) -> None:
        """Lines with an odd number of quotes: first and last lines of longer records, or faults.

        Only such a line can end a record that such a line began: quotes inside are doubled.
        """
        at = 0
        while at < len(odd):
            line = odd[at]
            following = odd[at + 1] if at + 1 < len(odd) else None
            if following is None and self._may_go_on(line):
                self.found.used = line
                return
            if following is not None and self._is_record(line, following):
                self._join(line, following)
                at += 2
                continue
            self._fault(line, self.spoilt.get(line) or self._why_odd(line))
            at += 1

    def _may_go_on(self, line: int) -> bool:
        """Whether the end of the record may lie behind the block."""
        size = int(self.ends[-1] - self.starts[line])
        if self.is_last or self.count - line >= self.most_lines or size > MOST_BYTES:
            return False
        return line not in self.spoilt or self.spoilt[line] != Reason.TOO_LONG

    def _is_record(self, line: int, last: int) -> bool:
        size = int(self.ends[last] - self.starts[line])
        if last - line >= self.most_lines or size > MOST_BYTES:
            return False
        left, right = int(self.first[line]), int(self.first[last + 1])
        wrong = self.wrong[left % 2]
        if wrong[right] != wrong[left]:
            return False
        if self.dialect.columns not in (None, self._columns(line, last)):
            return False
        within = self.starts[line + 1 : last + 1].tolist()
        return self.row_start is None or not self.row_start.is_broken_by(self.text, within)

    def _columns(self, line: int, last: int) -> int:
        """Fields of a sound record: delimiters outside of quotes, and one more."""
        sign = bytes([self.dialect.delimiter])
        quotes = self.quotes[int(self.first[line]) : int(self.first[last + 1])].tolist()
        edges = [int(self.starts[line]), *quotes, int(self.ends[last])]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return 1 + sum(self.text.count(sign, left, right) for left, right in pairs)

    def _join(self, line: int, last: int) -> None:
        span = last - line + 1
        spoilt = [self.spoilt[one] for one in range(line, last + 1) if one in self.spoilt]
        if spoilt:
            self._fault(line, spoilt[0], span)
            return
        self.found.kinds[line + 1 : last + 1] = GOES_ON
        self.found.spans[line] = span

    def _why_odd(self, line: int) -> Reason:
        """A quote that nobody closed, or one where none may stand."""
        left, right = int(self.first[line]), int(self.first[line + 1])
        wrong = self.wrong[left % 2]
        return Reason.OPEN_QUOTE if wrong[right] == wrong[left] else Reason.STRAY_QUOTE

    # --- The rest --------------------------------------------------------------------------------

    def _see_returns(self) -> None:
        """A line end of another kind outside of quotes: would it begin a row? Nobody can say."""
        other = 13 if self.dialect.newline == 10 else 10
        if other not in self.text or self._are_of_line_ends(other):
            return
        places = np.flatnonzero(self.signs == other)
        if other == 13:
            following = self.signs[np.minimum(places + 1, len(self.text) - 1)]
            places = places[(following != 10) & (places + 1 < len(self.text))]
        for place in places.tolist():
            line = int(np.searchsorted(self.ends, place, side="right"))
            if self.found.kinds[line] == ROW and not self._is_quoted(place, line):
                self._fault(line, Reason.STRAY_RETURN, self.found.spans.pop(line, 1))
            elif self.found.kinds[line] == GOES_ON:
                self._return_in_record(place, line)

    def _are_of_line_ends(self, other: int) -> bool:
        """Whether all of these signs stand before a line feed that ends a line."""
        is_ended = self.signs[self.ends - 1] == self.dialect.newline
        paired = is_ended & (self.signs[np.maximum(self.ends - 2, 0)] == other)
        return other == 13 and self.text.count(b"\r") == int(np.count_nonzero(paired))

    def _return_in_record(self, place: int, line: int) -> None:
        begin = line
        while self.found.kinds[begin] == GOES_ON:
            begin -= 1
        if not self._is_quoted(place, begin):
            self._fault(begin, Reason.STRAY_RETURN, self.found.spans.pop(begin))

    def _is_quoted(self, place: int, line: int) -> bool:
        if self.dialect.quote is None:
            return False
        sign = bytes([self.dialect.quote])
        return self.text.count(sign, int(self.starts[line]), place) % 2 == 1

    def _see_blank(self) -> None:
        """Lines with nothing on them; only those that begin so are looked at."""
        # In a table of one column a space is a value.
        nothing = b"\r\n" if self.dialect.columns == 1 else b" \r\n"
        begin = self.signs[self.starts]
        candidates = (begin == 10) | (begin == 13) | (begin == 32)
        for line in np.flatnonzero(candidates & (self.found.kinds == ROW)).tolist():
            if line in self.found.spans:
                continue
            if not self.text[int(self.starts[line]) : int(self.ends[line])].strip(nothing):
                self.found.kinds[line] = BLANK
