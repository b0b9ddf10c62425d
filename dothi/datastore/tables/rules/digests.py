"""64 bits of every row, and their sum: what the checksum of a version is made of.

Algorithm 2. A row is a chain of 64-bit words, taken in one by one from `SEED`:
`h = (h ^ word) * FACTOR`, then `h ^= h >> 32`; at the end `h *= LAST`, `h ^= h >> 29`. Its words
are, first, which columns are empty, a bit each, 64 to a word; then a word for each column in the
order of their names. Whole numbers, days since 1970 and microseconds since 1970 are their own word,
a number is its IEEE 754 bits (one NaN, no negative zero), a decimal its unscaled value, low word
first, so two. A text is a chain of its own, from `TEXT`: its bytes of UTF-8 eight by eight, least
significant first and zeros behind the last, then how many bytes there are. An empty cell is the
word 0, that of a decimal twice.

Every step can be undone, so rows that differ in one word never have the same digest; of others that
differ, one pair in 2⁶⁴ has. The sum finds rows that are lost, doubled or changed, in whatever order
they stand. It is no seal: who may write the store could make other rows to a sum that he chooses.

Not DuckDB's `hash`, which is another one in the next DuckDB; not MD5 (algorithm 1, `rules.sql`),
which costs five times as much.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Words = npt.NDArray[np.uint64]

SEED, TEXT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
FACTOR = np.uint64(0xD6E8FEB86659FD93)
LAST = np.uint64(0xBF58476D1CE4E5B9)
_HALF, _LATE = np.uint64(32), np.uint64(29)
# By how many bytes of a text are left: those that count in its next word.
_MASKS = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)
_AT_ONCE = 16_384  # Rows: what is at work stays near the processor.


def total(batch: pa.RecordBatch) -> tuple[int, int]:
    """How many rows there are, and the sum of their digests."""
    ordered = [batch.column(name) for name in sorted(batch.schema.names)]
    pieces = range(0, len(batch), _AT_ONCE)
    return len(batch), sum(
        _sum(_digests([one[begin : begin + _AT_ONCE] for one in ordered])) for begin in pieces
    )


def _sum(digests: Words) -> int:
    """In full: a sum of 64-bit words would lose what goes beyond them."""
    high = int((digests >> _HALF).sum(dtype=np.uint64))
    low = int(digests.astype(np.uint32).sum(dtype=np.uint64))
    return (high << 32) + low


def _digests(columns: Sequence[pa.Array]) -> Words:
    found = np.full(len(columns[0]), SEED)
    for word in _empties(columns):
        _take_in(found, word)
    for column in columns:
        for word in _words(column):
            _take_in(found, word)
    found *= LAST
    found ^= found >> _LATE
    return found


def _take_in(chain: Words, word: Words) -> None:
    chain ^= word
    chain *= FACTOR
    chain ^= chain >> _HALF


def _empties(columns: Sequence[pa.Array]) -> Iterable[Words]:
    for begin in range(0, len(columns), 64):
        word = np.zeros(len(columns[0]), np.uint64)
        for bit, column in enumerate(columns[begin : begin + 64]):
            if column.null_count:
                empty = column.is_null().to_numpy(zero_copy_only=False)
                word |= empty.astype(np.uint64) << np.uint64(bit)
        yield word


def _words(column: pa.Array) -> list[Words]:
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return [_of_text(column)]
    if pa.types.is_decimal128(kind):
        return _of_decimal(column)
    if pa.types.is_floating(kind):
        return [_of_number(column)]
    if pa.types.is_timestamp(kind):
        assert kind.unit == "us", kind
        column = column.cast(pa.int64())
    elif pa.types.is_date32(kind):
        column = column.cast(pa.int32())
    else:
        assert pa.types.is_signed_integer(kind) or pa.types.is_boolean(kind), kind
    if column.null_count:
        column = pc.fill_null(column, pa.scalar(0, pa.int8()).cast(column.type))
    return [column.to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64)]


def _of_number(column: pa.Array) -> Words:
    numbers = column.cast(pa.float64())
    filled = pc.fill_null(numbers, 0.0) if numbers.null_count else numbers
    found = filled.to_numpy() + 0.0  # Makes -0.0 to 0.0.
    found[np.isnan(found)] = np.nan
    words: Words = found.view(np.uint64)
    return words


def _of_decimal(column: pa.Array) -> list[Words]:
    wide = column.cast(pa.decimal128(38, column.type.scale))
    data = wide.buffers()[1]
    both = np.frombuffer(data, np.uint64)[2 * wide.offset : 2 * (wide.offset + len(wide))]
    full = ~wide.is_null().to_numpy(zero_copy_only=False)
    return [both[0::2] * full, both[1::2] * full]


def _of_text(column: pa.Array) -> Words:
    found = np.full(len(column), TEXT)
    _valid, places, data = column.buffers()
    empty = column.is_null().to_numpy(zero_copy_only=False)
    if data is None or not data.size:
        _take_in(found, np.zeros(len(column), np.uint64))
        found[empty] = 0
        return found
    offsets = np.frombuffer(places, np.int32)[column.offset : column.offset + len(column) + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    # Words are read at any byte, and behind the last one, too.
    signs = np.zeros(last - first + 8, np.uint8)
    signs[: last - first] = np.frombuffer(data, np.uint8)[first:last]
    words: Words = np.ndarray((last - first + 1,), "<u8", signs, strides=(1,))
    begins, sizes = (offsets[:-1] - first).astype(np.int64), np.diff(offsets).astype(np.int64)
    sizes[empty] = 0
    _take_in_words(found, words, begins, sizes)
    _take_in(found, sizes.view(np.uint64))
    found[empty] = 0
    return found


def _take_in_words(
    found: Words, words: Words, begins: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]
) -> None:
    """Eight bytes of every text at a time, as long as one has some left."""
    rows, left, chains = np.arange(len(found)), sizes, found
    while True:
        more = left > 0
        count = np.count_nonzero(more)
        if count < len(left):
            found[rows] = chains
            if not count:
                return
            rows, left, begins, chains = rows[more], left[more], begins[more], chains[more]
        _take_in(chains, words[begins] & _MASKS[np.minimum(left, 8)])
        begins, left = begins + 8, left - 8
