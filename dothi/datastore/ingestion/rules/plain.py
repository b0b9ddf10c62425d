"""Which rows are plainly sound, seen column by column: a tenth of what the engine costs.

A cell that is written the usual way is cast by Arrow. What is not seen so is *doubtful*, never
wrong: the engine is asked (`checking`), and alone decides. So this may be narrower than what a
contract asks, and nothing wider.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dothi.datastore.catalogue.choices import Comparison, Notation, Type
from dothi.datastore.catalogue.rules.contract import Compare, Field
from dothi.datastore.ingestion.rules.checking import NO, YES

Bools = npt.NDArray[np.bool_]
_Ints = npt.NDArray[np.integer]

KINDS = {
    Type.TEXT: pa.string(),
    Type.INTEGER: pa.int64(),
    Type.NUMBER: pa.float64(),
    Type.BOOLEAN: pa.bool_(),
    Type.DATE: pa.date32(),
    Type.MOMENT: pa.timestamp("us", tz="UTC"),
    Type.GEOMETRY: pa.string(),
}
_DIGITS = 18  # A whole number of so many signs has a place in 64 bits.
_FIGURES = 30  # Signs of a number.
_PLAIN_NUMBER = r"^-?[0-9]{1,14}(\.[0-9]{1,14})?$"
_PLAIN_WHOLE = r"^-?[0-9]{1,17}$"
_MOMENT_SIZE, _DATE_SIZE = len("2026-03-02T12:00:00Z"), len("2026-03-02")
# A day less on both sides than where the engine draws the line, in whatever zone.
_OUR_TIME = (
    pa.scalar(date(1000, 1, 2), pa.date32()), pa.scalar(date(2999, 12, 30), pa.date32())
)  # fmt: skip
# Cells among which one that is no day spoils the cast of all.
_SLICE = 512

# Cells that begin or end so may have blanks around them: ASCII, and leads and tails of the spaces
# of Unicode.
_MAY_BEGIN = np.isin(np.arange(256), [*range(0x21), 0xC2, 0xE1, 0xE2, 0xE3])
_MAY_END = np.isin(np.arange(256), [*range(0x21), *range(0x80, 0x8B), 0x9F, 0xA0, 0xA8, 0xA9, 0xAF])
_BEFORE_END = np.isin(np.arange(256), [0x80, 0x81, 0x9A, 0xC2])


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A column that was looked at. `doubtful` is a mask of its rows, None where there is none."""

    values: pa.Array
    doubtful: Bools | None


def kind_of(one: Field) -> pa.DataType:
    """The type of a column in the store."""
    return KINDS[one.type]


def tidied(cells: pa.Array) -> pa.Array:
    """Cells without blanks around them; what is nothing but blanks becomes null."""
    if _is_tidy(cells):
        return cells
    trimmed = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _is_tidy(cells: pa.Array) -> bool:
    """False also where a closer look would find nothing to trim."""
    signs, begins, ends = _laid_out(cells)
    filled = ends > begins
    if np.count_nonzero(filled) != len(cells) - cells.null_count:
        return False
    if cells.null_count:
        begins, ends = begins[filled], ends[filled]
    if _MAY_BEGIN[signs[begins]].any():
        return False
    last = signs[ends - 1]
    doubtful = np.flatnonzero(_MAY_END[last])
    if not len(doubtful):
        return True
    if (last[doubtful] <= 0x20).any():
        return False
    return not _BEFORE_END[signs[ends[doubtful] - 2]].any()


def _laid_out(cells: pa.Array) -> tuple[npt.NDArray[np.uint8], _Ints, _Ints]:
    """The bytes of all cells, and where each begins and ends in them."""
    _valid, places, data = cells.buffers()
    if not len(cells) or data is None or not data.size:
        nothing = np.zeros(len(cells), np.int32)
        return np.zeros(1, np.uint8), nothing, nothing
    offsets = np.frombuffer(places, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    return np.frombuffer(data, np.uint8), offsets[:-1], offsets[1:]


def look(cells: pa.Array, one: Field, bounds: Mapping[str, pa.Scalar]) -> Looked | None:
    """The column in its type and the rows that are not plainly sound; None: ask the engine.

    Args:
        cells: tidied.
        bounds: "minimum" and "maximum" of the field in its type, as far as it has them.
    """
    values = _typed(cells, one)
    if values is None:
        return None
    doubtful: Bools | None = None
    for wrong in _doubts(cells, values, one, bounds):
        doubtful = wrong if doubtful is None else doubtful | wrong
    return Looked(values=values, doubtful=doubtful)


def compared(values: Mapping[str, pa.Array], rule: Compare) -> Bools | None:
    """Rows in which a rule on two columns does not hold; None where it holds in all."""
    ask = {
        Comparison.LESS: pc.less,
        Comparison.AT_MOST: pc.less_equal,
        Comparison.EQUAL: pc.equal,
        Comparison.NOT_EQUAL: pc.not_equal,
    }[rule.how]
    return _where(pc.invert(ask(values[rule.left], values[rule.right])))


def _where(wrong: pa.Array) -> Bools | None:
    """A mask of the rows; None where there is none. Null is not wrong."""
    if not pc.any(wrong).as_py():
        return None
    mask: Bools = pc.fill_null(wrong, False).to_numpy(zero_copy_only=False)
    return mask


# --- In their type ------------------------------------------------------------------------------


def _typed(cells: pa.Array, one: Field) -> pa.Array | None:
    """Null where a cell is not plainly of the type; None where no cell of the field ever is."""
    match one.type:
        case Type.TEXT | Type.GEOMETRY:
            return cells
        case Type.INTEGER if one.notation == Notation.PLAIN:
            return _cast(_numbers(cells, b"0123456789-", _DIGITS, _PLAIN_WHOLE), pa.int64())
        case Type.NUMBER if one.notation == Notation.PLAIN:
            return _cast(_numbers(cells, b"0123456789.-", _FIGURES, _PLAIN_NUMBER), pa.float64())
        case Type.BOOLEAN:
            return _yes_or_no(cells)
        case Type.DATE if not one.date_format:
            return _in_our_time(_cast(_of_size(cells, _DATE_SIZE), pa.date32()))
        case Type.MOMENT if not one.date_format:
            moments = _of_size(cells, _MOMENT_SIZE, last=b"Z")
            return _in_our_time(_cast(moments, KINDS[Type.MOMENT]))
    return None


def _numbers(cells: pa.Array, signs: bytes, at_most: int, pattern: str) -> pa.Array:
    """The cells, null where they are not of these signs only, or too long."""
    data, begins, ends = _laid_out(cells)
    if not len(cells) or (
        (ends - begins).max() <= at_most
        and not data[begins[0] : ends[-1]].tobytes().translate(None, signs)
    ):
        return cells
    return _only(cells, pc.match_substring_regex(cells, pattern))


def _of_size(cells: pa.Array, size: int, last: bytes = b"") -> pa.Array:
    """The cells, null where they are of another size or end differently."""
    data, begins, ends = _laid_out(cells)
    fits = ends - begins == size
    if last:
        fits &= data[np.maximum(ends - 1, 0)] == last[0]
    if np.count_nonzero(fits) == len(cells) - cells.null_count:
        return cells
    return _only(cells, pa.array(fits))


def _only(cells: pa.Array, fits: pa.Array) -> pa.Array:
    return pc.if_else(fits, cells, pa.scalar(None, pa.string()))


def _cast(cells: pa.Array, kind: pa.DataType) -> pa.Array:
    """Null where a cell, or one near it, cannot be cast."""
    try:
        return pc.cast(cells, kind)
    except pa.ArrowInvalid:
        if len(cells) <= _SLICE:
            return pa.nulls(len(cells), kind)
    middle = len(cells) // 2
    return pa.concat_arrays([_cast(cells[:middle], kind), _cast(cells[middle:], kind)])


def _yes_or_no(cells: pa.Array) -> pa.Array:
    words = pc.dictionary_encode(pc.utf8_lower(cells))
    told = [
        True if word in YES else False if word in NO else None
        for word in words.dictionary.to_pylist()
    ]
    return pa.array(told, pa.bool_()).take(words.indices)


def _in_our_time(values: pa.Array) -> pa.Array:
    """Null what is before the year 1000 or after 2999."""
    first, last = (one.cast(values.type) for one in _OUR_TIME)
    for wrong in _out_of_bounds(values, {"minimum": first, "maximum": last}):
        values = pc.if_else(pa.array(wrong), pa.scalar(None, values.type), values)
    return values


# --- What is asked of them ----------------------------------------------------------------------


def _doubts(
    cells: pa.Array, values: pa.Array, one: Field, bounds: Mapping[str, pa.Scalar]
) -> Iterator[Bools]:
    if values.null_count > cells.null_count:
        yield from _found(pc.and_(cells.is_valid(), values.is_null()))
    if one.required and cells.null_count:
        yield from _found(cells.is_null())
    if bounds:
        yield from _out_of_bounds(values, bounds)
    if one.pattern:
        yield from _found(pc.invert(pc.match_substring_regex(cells, f"^(?:{one.pattern})$")))
    if one.allowed:
        known = pa.array([*one.allowed, None], pa.string())
        yield from _found(pc.invert(pc.is_in(cells, value_set=known)))
    if one.max_length is not None:
        yield from _found(pc.greater(pc.utf8_length(cells), one.max_length))


def _out_of_bounds(values: pa.Array, bounds: Mapping[str, pa.Scalar]) -> Iterator[Bools]:
    found = pc.min_max(values)
    low, high = found["min"], found["max"]
    if not low.is_valid:
        return
    if "minimum" in bounds and pc.less(low, bounds["minimum"]).as_py():
        yield from _found(pc.less(values, bounds["minimum"]))
    if "maximum" in bounds and pc.greater(high, bounds["maximum"]).as_py():
        yield from _found(pc.greater(values, bounds["maximum"]))


def _found(wrong: pa.Array) -> Iterator[Bools]:
    mask = _where(wrong)
    if mask is not None:
        yield mask
