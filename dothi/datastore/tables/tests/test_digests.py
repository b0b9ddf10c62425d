"""The checksum of rows: anybody can count it, and nothing that happens to rows escapes it."""

import random
import struct
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from dothi.datastore.tables.rules import digests

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PINNED = 0xD6BF06915006EE66
MOMENT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema({
    "text": pa.string(), "more": pa.string(), "whole": pa.int64(), "small": pa.int16(),
    "number": pa.float64(), "day": pa.date32(), "moment": MOMENT, "yes": pa.bool_(),
    "price": pa.decimal128(12, 2), "raw": pa.binary(),
})  # fmt: skip


def plainly(rows: list[dict[str, Any]], names: list[str]) -> int:
    """As it is written down, with nothing but Python. A citation must hold in years."""
    return sum(_row({name: row[name] for name in sorted(names)}) for row in rows)


def _row(named: dict[str, Any]) -> int:
    values = list(named.values())
    chain = 0x9E3779B97F4A7C15
    for begin in range(0, len(values), 64):
        empty = (value is None for value in values[begin : begin + 64])
        chain = _next(chain, sum(is_empty << bit for bit, is_empty in enumerate(empty)))
    for name, value in named.items():
        for word in [0, 0] if name == "price" and value is None else _words(value):
            chain = _next(chain, word)
    chain = chain * 0xBF58476D1CE4E5B9 % 2**64
    return chain ^ chain >> 29


def _next(chain: int, word: int) -> int:
    chain = (chain ^ word) * 0xD6E8FEB86659FD93 % 2**64
    return chain ^ chain >> 32


def _words(value: Any) -> list[int]:
    match value:
        case None:
            return [0]
        case str():
            return [_text(value.encode())]
        case bytes():
            return [_text(value)]
        case float():
            return list(struct.unpack("<Q", struct.pack("<d", value + 0.0)))
        case datetime():
            return [round((value - EPOCH).total_seconds() * 1e6) % 2**64]
        case date():
            return [(value - EPOCH.date()).days % 2**64]
        case Decimal():
            unscaled = int(value.scaleb(2)) % 2**128
            return [unscaled % 2**64, unscaled >> 64]
    return [int(value) % 2**64]


def _text(signs: bytes) -> int:
    chain = 0xC2B2AE3D27D4EB4F
    for begin in range(0, len(signs), 8):
        chain = _next(chain, int.from_bytes(signs[begin : begin + 8], "little"))
    return _next(chain, len(signs))


def anything(chance: random.Random) -> dict[str, Any]:
    row = {
        "text": "".join(chance.choices("aạ 1𝄞", k=chance.randrange(40))),
        "more": "x" * chance.choice([0, 1, 7, 8, 9, 16, 300]),
        "whole": chance.randrange(-(2**63), 2**63),
        "small": chance.randrange(-9, 9),
        "number": chance.choice([0.0, -0.5, 1e300, float("inf"), chance.random()]),
        "day": date.fromordinal(chance.randrange(1, 900_000)),
        "moment": EPOCH.replace(year=chance.randrange(1900, 2100), microsecond=7),
        "yes": chance.random() < 0.5,
        "price": Decimal(chance.randrange(-(10**12), 10**12)).scaleb(-2),
        "raw": chance.randbytes(chance.randrange(20)),
    }
    return {name: None if chance.random() < 0.2 else value for name, value in row.items()}


def summed(rows: list[dict[str, Any]], schema: pa.Schema = SCHEMA) -> int:
    batches = pa.Table.from_pylist(rows, schema).combine_chunks().to_batches()
    return sum(digests.total(one)[1] for one in batches)


def test_anybody_can_count_the_checksum_without_our_programs() -> None:
    chance = random.Random(5)
    rows = [anything(chance) for _ in range(500)]
    assert summed(rows) == plainly(rows, SCHEMA.names)


def test_it_is_another_one_for_no_other_reason_than_the_rows() -> None:
    """Pinned: what was cited is the same in every version of our libraries."""
    row = {"code": "PA-000001", "rating": 5, "closed_on": None}
    schema = pa.schema({"code": pa.string(), "rating": pa.int64(), "closed_on": pa.date32()})
    assert summed([row], schema) == plainly([row], schema.names) == PINNED


def test_order_and_the_cut_into_files_do_not_matter() -> None:
    chance = random.Random(6)
    rows = [anything(chance) for _ in range(40_000)]
    whole = summed(rows)
    other = rows[:]
    chance.shuffle(other)
    assert summed(other) == whole
    batch = pa.Table.from_pylist(rows, SCHEMA).combine_chunks().to_batches()[0]
    cut = [batch[:17], batch[17:20_001], batch[20_001:]]
    assert sum(digests.total(one)[1] for one in cut) == whole
    assert sum(digests.total(one)[0] for one in cut) == len(rows)


@pytest.mark.parametrize("name", SCHEMA.names)
def test_a_change_in_any_column_is_seen(name: str) -> None:
    chance = random.Random(7)
    rows = [anything(chance) for _ in range(200)]
    whole = summed(rows)
    for number in range(0, 200, 20):
        value = anything(chance)[name]
        if value != rows[number][name]:
            changed = [*rows[:number], {**rows[number], name: value}, *rows[number + 1 :]]
            assert summed(changed) != whole


def test_a_lost_and_a_doubled_row_are_seen_and_an_empty_one_is_no_zero() -> None:
    rows: list[dict[str, Any]] = [
        {"a": "", "b": 0}, {"a": None, "b": 0}, {"a": "", "b": None}, {"a": "\0", "b": 0},
    ]  # fmt: skip
    schema = pa.schema({"a": pa.string(), "b": pa.int64()})
    assert len({summed([row], schema) for row in rows}) == len(rows)
    assert len({summed(rows[:2], schema), summed([*rows[:2], rows[1]], schema), summed([], schema),
                summed(rows[:1], schema)}) == 4  # fmt: skip
    assert summed([{"a": "ab", "b": 1}, {"a": "c", "b": 2}], schema) != summed(
        [{"a": "ab", "b": 2}, {"a": "c", "b": 1}], schema
    )
