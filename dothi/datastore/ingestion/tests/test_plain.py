"""What is seen of a column at once is what the engine says of the same cells, row by row."""

import random
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pytest

from dothi.datastore.catalogue.choices import Comparison, Notation, Type
from dothi.datastore.catalogue.rules.contract import Compare, Field
from dothi.datastore.ingestion.engine import Checked, Engine
from dothi.datastore.ingestion.rules import plain
from dothi.datastore.ingestion.rules.checking import LINE, SPAN
from dothi.datastore.ingestion.tests.factories import contract, field

ZONE = "Asia/Ho_Chi_Minh"
# The usual, and what one reader of numbers or days takes and another does not.
CELLS = {
    Type.INTEGER: ["5", "-3", "007", "+4", "4.6", "0x1F", "1e3", "-", "--1", "5 6", "nan",
                   "999999999999999999", "9223372036854775807", "9223372036854775808", "１２"],
    Type.NUMBER: ["10.5", "-0.25", ".5", "5.", "+1", "1e5", "1E-7", "1e0005", "nan", "NaN", "inf",
                  "-Infinity", "1.2.3", "1-2", "-", ".", "0x1p3", "1,5", "1.234,5", "1" * 31,
                  "0." + "3" * 30, "1e400", "5d", "1_000"],
    Type.BOOLEAN: ["Có", "KHÔNG", "x", "1", "0", "perhaps", "Đúng", "TRUE", "y"],
    Type.DATE: ["2026-03-02", "2026-02-29", "2024-02-29", "2026-2-3", "0999-12-31", "1000-01-01",
                "2999-12-31", "3000-01-01", "02/03/2026", "2026-03-02T08:00", "infinity",
                "2026/03/02", "20260302", "+026-03-02", "epoch"],
    Type.MOMENT: ["2026-03-02T12:00:00Z", "2026-03-02 12:00:00Z", "2026-03-02T12:00:00",
                  "2026-03-02T12:00:60Z", "2026-03-02T24:00:00Z", "2026-02-30T12:00:00Z",
                  "2026-03-02T12:00+0700", "2026-03-02T12+07:00Z", "2026-03-02", "2026-03-02T12Z",
                  "0999-12-31T12:00:00Z", "1000-01-01T00:00:00Z", "2999-12-31T00:00:00Z",
                  "2999-12-30T23:00:00Z", "3000-01-01T00:00:00Z", "infinity",
                  "2026-03-02T12:00:00z", "2026-03-02T12:00.000Z"],
    Type.TEXT: ["PA-1", "PA-12", "XA-1", "a\nb", "a.b", "Ấp 3", "bảy chữ", "ward"],
}  # fmt: skip
USUAL: dict[str, list[str | None]] = {
    "Mã": ["PA-1", " PA-2"], "Nhận lúc": ["2026-03-02T12:00:00Z"] * 2, "Phường": ["27211", None],
    "Điểm": ["5", ""],
}  # fmt: skip
EDGES = ["{}", " {}", "{} ", "\t{}", "{}\n", "\u00a0{}", "{}\u3000", "{}\u2009", "{}à", "{}\u1680"]


def table(**columns: Sequence[str | None]) -> pa.Table:
    rows = len(next(iter(columns.values())))
    return pa.table(
        {name: pa.array(cells, pa.string()) for name, cells in columns.items()}
        | {LINE: pa.array(range(rows), pa.int64()), SPAN: pa.array([1] * rows, pa.int32())}
    )


def by_engine_alone(engine: Engine, rows: pa.Table) -> Checked:
    """Every row as a doubtful one."""
    heads = [one.head for one in engine.contract.fields]
    tidy = {head: plain.tidied(rows[head].combine_chunks()) for head in heads}
    return engine._asked(pa.table(tidy | {LINE: rows[LINE], SPAN: rows[SPAN]}))


def fields() -> Iterator[Field]:
    for kind in CELLS:
        yield field("value", "value", kind)
        yield field("value", "value", kind, required=True)
    yield field("value", "value", Type.INTEGER, minimum="-2", maximum="100")
    yield field("value", "value", Type.INTEGER, notation=Notation.VIETNAMESE)
    yield field("value", "value", Type.NUMBER, minimum="0", maximum="11.5")
    yield field("value", "value", Type.NUMBER, notation=Notation.VIETNAMESE)
    yield field("value", "value", Type.DATE, minimum="1500-01-01", maximum="2026-03-01")
    yield field("value", "value", Type.DATE, date_format="%d/%m/%Y")
    yield field("value", "value", Type.MOMENT, minimum="2026-03-02", maximum="2026-03-03")
    yield field("value", "value", Type.TEXT, pattern="PA-[0-9]+")
    yield field("value", "value", Type.TEXT, pattern="a.b")
    yield field("value", "value", Type.TEXT, allowed=("PA-1", "ward"))
    yield field("value", "value", Type.TEXT, max_length=6)


@pytest.mark.parametrize("asked", tuple(fields()), ids=lambda one: one.type)
@pytest.mark.parametrize("usual", [0, 2000])
def test_the_engine_says_the_same_of_every_cell(asked: Field, usual: int) -> None:
    odd = [edge.format(cell) for cell in CELLS[asked.type] for edge in EDGES]
    random.Random(7).shuffle(odd)
    cells: list[str | None] = [*odd, "", None, " ", *[CELLS[asked.type][0]] * usual]
    engine = Engine(contract(fields=(asked,), key=()), zone=ZONE)
    seen, said = (check(table(value=cells)) for check in (
        engine.check, lambda rows: by_engine_alone(engine, rows)
    ))  # fmt: skip
    assert seen.taken.equals(said.taken)
    assert seen.lines.equals(said.lines)
    assert seen.wrong == said.wrong
    assert seen.taken.num_rows
    assert seen.wrong


def test_a_usual_column_is_not_asked_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(contract(), zone=ZONE)
    monkeypatch.setattr(engine, "_ask", lambda sql, rows: pytest.fail("the engine was asked"))
    found = engine.check(table(**USUAL))
    assert found.taken["stars"].to_pylist() == [5, None]
    assert found.taken["code"].to_pylist() == ["PA-1", "PA-2"]


def test_of_a_column_that_only_the_engine_reads_the_others_are_not_asked() -> None:
    asked = contract(field("built_on", "Ngày xây", Type.DATE, date_format="%d/%m/%Y"))
    engine = Engine(asked, zone=ZONE)
    asked_of: list[list[str]] = []
    ask = engine._ask
    engine._ask = lambda sql, rows: (asked_of.append(sql), ask(sql, rows))[1]  # type: ignore
    found = engine.check(table(**USUAL, **{"Ngày xây": ["17/02/2026", "18/02/2026"]}))
    assert [str(day) for day in found.taken["built_on"].to_pylist()] == ["2026-02-17", "2026-02-18"]
    assert len(asked_of) == 1
    assert "stars" not in asked_of[0]


def test_rules_on_two_columns_say_the_same() -> None:
    pairs = [("5", "6"), ("6", "5"), ("5", "5"), ("", "5"), ("5", ""), ("-1", "0.5"), ("3", "abc")]
    cells: dict[str, list[str | None]] = {
        "a": [left for left, _ in pairs], "b": [right for _, right in pairs],
    }  # fmt: skip
    for how in Comparison:
        asked = contract(
            fields=(field("a", "a", Type.INTEGER), field("b", "b", Type.NUMBER)), key=(),
            compares=(Compare(left="a", how=how, right="b"),),
        )  # fmt: skip
        engine = Engine(asked, zone=ZONE)
        seen, said = engine.check(table(**cells)), by_engine_alone(engine, table(**cells))
        assert seen.taken.equals(said.taken)
        assert seen.wrong == said.wrong


def test_rows_stay_in_their_order_around_doubtful_ones() -> None:
    cells = ["5", "+4", "3", "x", "2", "+1", *["7"] * 40]
    engine = Engine(contract(fields=(field("n", "n", Type.INTEGER),), key=()), zone=ZONE)
    found = engine.check(table(n=cells))
    assert found.taken["n"].to_pylist()[:5] == [5, 4, 3, 2, 1]
    assert found.lines[LINE].to_pylist()[:5] == [0, 1, 2, 4, 5]
    assert [one.line for one in found.wrong] == [3]


def test_cells_in_the_middle_of_a_longer_column_are_seen_as_they_are() -> None:
    whole = pa.array(["x ", "10", "-2", None, "7", " y"], pa.string())
    cells = whole[1:5]
    found = plain.look(plain.tidied(cells), field("n", "n", Type.INTEGER), {})
    assert found is not None
    assert found.values.to_pylist() == [10, -2, None, 7]
    assert found.doubtful is None or not np.any(found.doubtful)


def test_a_column_of_nothing_is_sound_where_it_may_be_empty() -> None:
    engine = Engine(contract(), zone=ZONE)
    found = engine.check(table(**{name: [""] * 2 for name in USUAL}))
    assert [one.faults[0].code for one in found.wrong] == ["empty_row:"] * 2
    found = engine.check(table(**USUAL | {"Điểm": ["", None], "Nhận lúc": ["2026-03-02", ""]}))
    assert [fault.code for one in found.wrong for fault in one.faults] == ["required:received_at"]


def test_a_place_that_is_none_is_seen_in_a_column_that_is_asked_of_the_engine() -> None:
    asked = contract(field("place", "Vị trí", Type.GEOMETRY, required=True))
    point = '{"type":"Point","coordinates":[106.64,10.76]}'
    cells = {name: column[:1] * 4 for name, column in USUAL.items() if name != "Mã"}
    codes = [f"PA-{number}" for number in range(4)]
    found = Engine(asked, zone=ZONE).check(
        table(**cells, **{"Mã": codes, "Vị trí": [point, "", "{}", ""]})
    )
    assert found.lines[LINE].to_pylist() == [0]
    assert [one.faults[0].code for one in found.wrong] == [
        "required:place", "type:place", "required:place"
    ]  # fmt: skip
