"""CSV of any dialect comes in as it was written, and what is broken is set aside alone."""

import csv
import io
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.store_data import HEAD, SPOILERS, report, write_reports, written
from dothi.datastore.ingestion.readers import Batch, Faulty, Reason, Shape, csv_file, read, sniff
from dothi.datastore.ingestion.readers.shape import Format
from dothi.lib.tests.test_legacy_vi import as_1258

Rows = list[list[str | None]]


def shape_of(heads: tuple[str, ...], **changes: Any) -> Shape:
    stated = {
        "format": Format.CSV, "encoding": "utf-8", "delimiter": ",", "quote": '"',
        "newline": "\n", "head_lines": (1,), "first_line": 2, "heads": heads,
    }  # fmt: skip
    return Shape(**{**stated, **changes})


def rows_of(batches: list[Batch]) -> Rows:
    found: Rows = []
    for batch in batches:
        names = [name for name in batch.rows.column_names if name not in ("_line", "_span")]
        columns = [batch.rows[name].to_pylist() for name in names]
        found.extend(list(row) for row in zip(*columns, strict=True))
    return found


def faulty_of(batches: list[Batch]) -> list[Faulty]:
    return [one for batch in batches for one in batch.faulty]


def read_bytes(raw: bytes, shape: Shape, *, skip: int = 0, block: int = 1 << 24) -> list[Batch]:
    return list(csv_file.read(io.BytesIO(raw), shape, skip=skip, block=block))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], Path]:
    def at(raw: bytes) -> Path:
        path = tmp_path / "file"
        path.write_bytes(raw)
        return path

    return at


# --- Whatever was written is read ----------------------------------------------------------------

SIGNS = st.text(
    st.sampled_from(list("ab1,;|\t\"' \r\n.-ăễđ€") + ["\u00a0", "\x0b", "\u2028", "\x1f"]),
    max_size=12,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    table=st.integers(1, 5).flatmap(
        lambda width: st.lists(st.lists(SIGNS, min_size=width, max_size=width), max_size=12)
    ),
    delimiter=st.sampled_from(",;\t|"),
    quote=st.sampled_from("\"'"),
    end=st.sampled_from(["\r\n", "\n", "\r"]),
    always=st.booleans(),
    is_ended=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]),
    block=st.sampled_from([64, 200, 1 << 20]),
)
def test_what_a_program_wrote_is_read_as_it_was(
    table: list[list[str]],
    delimiter: str,
    quote: str,
    end: str,
    always: bool,
    is_ended: bool,
    encoding: str,
    block: int,
) -> None:
    width = len(table[0]) if table else 1
    heads = [f"c{number}" for number in range(width)]
    # A line end of another kind is not put in quotes by the module, and is a fault then.
    always = always or any({"\r", "\n"} & set(cell) for row in table for cell in row)
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=delimiter,
        quotechar=quote,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if always else csv.QUOTE_MINIMAL,
    )
    writer.writerows([heads, *table])
    text = out.getvalue() if is_ended else out.getvalue().removesuffix(end)
    newline = "\r" if end == "\r" else "\n"
    shape = shape_of(
        tuple(heads), delimiter=delimiter, quote=quote, newline=newline,
        encoding=encoding.removesuffix("-sig"),
    )  # fmt: skip

    batches = read_bytes(text.encode(encoding), shape, block=block)

    assert rows_of(batches) == [[cell or None for cell in row] for row in table]
    assert faulty_of(batches) == []
    assert sum(batch.lines for batch in batches) == len(text.removesuffix(newline).split(newline))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), block=st.sampled_from([3000, 20_000, 1 << 20]))
def test_a_broken_line_takes_no_other_with_it(seed: int, block: int) -> None:
    chance = random.Random(seed)
    good, spoilt, parts = [], [], [(",".join(HEAD) + "\r\n").encode()]
    for number in range(200):
        row = report(number, chance)
        if chance.random() < 0.2:
            kind = chance.choice(list(SPOILERS))
            parts.append(SPOILERS[kind](row))
            spoilt.append(row[0])
        else:
            parts.append(written(row))
            good.append([cell or None for cell in row])
    raw = b"".join(parts)

    batches = read_bytes(raw, shape_of(HEAD), block=block)

    assert rows_of(batches) == good
    faulty = faulty_of(batches)
    assert [one.raw[:11].decode() for one in faulty] == spoilt
    lines = raw.split(b"\n")
    assert sum(batch.lines for batch in batches) == len(lines) - 1
    for one in faulty:
        assert one.raw == b"\n".join(lines[one.line - 1 : one.line - 1 + one.span]) + b"\n"


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), block=st.sampled_from([3000, 9000]), stop=st.integers(0, 6))
def test_reading_goes_on_where_it_was_stopped(seed: int, block: int, stop: int) -> None:
    chance = random.Random(seed)
    raw = (",".join(HEAD) + "\r\n").encode() + b"".join(
        SPOILERS[chance.choice(list(SPOILERS))](row) if chance.random() < 0.1 else written(row)
        for row in (report(number, chance) for number in range(150))
    )
    whole = read_bytes(raw, shape_of(HEAD), block=block)
    done = whole[:stop]
    skip = done[-1].position if done else 0

    rest = read_bytes(raw, shape_of(HEAD), skip=skip, block=block)

    assert rows_of(done) + rows_of(rest) == rows_of(whole)
    assert [b.rows["_line"].to_pylist() for b in done + rest if b.rows.num_rows] == [
        b.rows["_line"].to_pylist() for b in whole if b.rows.num_rows
    ]
    assert faulty_of(done) + faulty_of(rest) == faulty_of(whole)
    assert sum(b.lines for b in done + rest) == sum(b.lines for b in whole)


@pytest.mark.long
def test_seven_thousand_faults_in_a_million_lines_lose_nobody(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    planted = write_reports(path, 1_000_000, 7000)
    chance = random.Random(11)
    spoilt = {one.code: one.kind for one in planted}
    assert 6500 < len(planted) < 7500

    shape = sniff(path)
    expected = _undamaged(chance, spoilt)
    faulty: list[Faulty] = []
    lines = 0
    for batch in read(path, shape):
        for row in rows_of([batch]):
            assert row == next(expected)
        faulty += batch.faulty
        lines += batch.lines

    assert next(expected, None) is None
    assert [one.raw[:11].decode() for one in faulty] == list(spoilt)
    with path.open("rb") as file:
        assert lines == sum(1 for _ in file)
    reasons = Counter((spoilt[one.raw[:11].decode()], one.reason) for one in faulty)
    assert {kind: reason for kind, reason in reasons} == {
        "never_closed": Reason.OPEN_QUOTE, "never_opened": Reason.STRAY_QUOTE,
        "too_many": Reason.COLUMNS, "too_few": Reason.COLUMNS, "bad_bytes": Reason.BAD_BYTES,
        "nul": Reason.NUL, "after_quote": Reason.STRAY_QUOTE, "inner_quote": Reason.STRAY_QUOTE,
    }  # fmt: skip


def _undamaged(chance: random.Random, spoilt: dict[str, str]) -> Any:
    """The rows that `write_reports` wrote whole: it draws one number more for every row."""
    for number in range(1_000_000):
        row = report(number, chance)
        chance.random()
        if row[0] not in spoilt:
            yield [cell or None for cell in row]


# --- Single faults -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'3,"never closed', Reason.OPEN_QUOTE),
        (b'3,never opened"', Reason.STRAY_QUOTE),
        (b'3,5" pipe', Reason.STRAY_QUOTE),
        (b'3,"a"b', Reason.STRAY_QUOTE),
        (b'3,"a""b', Reason.OPEN_QUOTE),
        (b"3", Reason.COLUMNS),
        (b"3,a,b", Reason.COLUMNS),
        (b"3,a\0b", Reason.NUL),
        (b"3,\xff\xfe", Reason.BAD_BYTES),
        (b'3,"\xff', Reason.BAD_BYTES),
        (b"3,a\rb", Reason.STRAY_RETURN),
    ],
)
def test_the_reason_is_told(line: bytes, reason: Reason) -> None:
    raw = b'id,text\n1,a\n2,"b\nb"\n' + line + b'\n4,"d"\n\n5,e\n'

    batches = read_bytes(raw, shape_of(("id", "text")))

    assert rows_of(batches) == [["1", "a"], ["2", "b\nb"], ["4", "d"], ["5", "e"]]
    (one,) = faulty_of(batches)
    assert (one.line, one.span, one.raw, one.reason) == (5, 1, line + b"\n", reason)
    assert [(b.head, b.blank, b.lines) for b in batches if b.lines > 1] == [(0, 1, 7)]
    assert sum(b.head for b in batches) == 1


def test_a_fault_of_columns_says_how_many_there_are() -> None:
    batches = read_bytes(b"id,text\n1,a,b\n", shape_of(("id", "text")))

    assert faulty_of(batches)[0].detail == {"expected": 2, "found": 3}


def test_an_accepted_row_keeps_its_bytes_for_a_later_rule() -> None:
    raw = 'id;tên\r\n1;Đặng\r\n\r\n2;"Lê\r\nAn"\r\n'.encode("utf-16-le")

    batches = read_bytes(
        raw, shape_of(("id", "tên"), delimiter=";", encoding="utf-16-le"), block=64
    )

    last = batches[-1]
    assert last.rows["_line"].to_pylist()[-1] == 4
    assert last.rows["_span"].to_pylist()[-1] == 2
    assert last.raw(4) == '2;"Lê\r\nAn"\r\n'.encode("utf-16-le")


def test_rows_that_an_open_quote_could_swallow_are_rows() -> None:
    """By the letter, `"a` … `z"` is one sound field over four lines."""
    rows = b"".join(b"PA-%03d,2026-01-02,x\n" % number for number in range(20))
    raw = b"code,day,text\n" + rows + b'PA-100,2026-01-02,"a\n' + rows + b'PA-200,2026-01-02,z"\n'

    batches = read_bytes(raw, shape_of(("code", "day", "text")))

    assert sum(batch.rows.num_rows for batch in batches) == 40
    assert [one.reason for one in faulty_of(batches)] == [Reason.OPEN_QUOTE, Reason.STRAY_QUOTE]


def test_a_text_in_quotes_may_have_two_hundred_lines_and_no_more() -> None:
    fits = b'1,"' + b"x\n" * 199 + b'"\n'
    too_many = b'1,"' + b"x\n" * 200 + b'"\n'

    assert faulty_of(read_bytes(b"id,t\n" + fits, shape_of(("id", "t")))) == []
    broken = faulty_of(read_bytes(b"id,t\n" + too_many + b"2,b\n", shape_of(("id", "t"))))
    assert broken[0].reason == Reason.OPEN_QUOTE
    assert len(broken) == 201


def test_an_endless_line_does_not_fill_the_memory() -> None:
    raw = b"id,t\n1,a\n2," + b"x" * 9_000_000 + b"\n3,c\n"

    for block in (1 << 20, 1 << 24):
        batches = read_bytes(raw, shape_of(("id", "t")), block=block)

        assert rows_of(batches) == [["1", "a"], ["3", "c"]]
        (one,) = faulty_of(batches)
        assert (one.line, one.reason, len(one.raw)) == (3, Reason.TOO_LONG, 65536)


def test_marks_typed_apart_are_joined() -> None:
    raw = "id,t\n1,Đặng Hoa\u0300\n".encode()

    assert rows_of(read_bytes(raw, shape_of(("id", "t")))) == [["1", "Đặng Hoà"]]


# --- What a file is ------------------------------------------------------------------------------

ROWS = [
    ["Mã", "Tên đường", "Số nhà", "Ngày"],
    ["A1", "Lý Nam Đế", "12", "01/02/2026"],
    ["A2", "Nguyễn Thị Nhỏ, hẻm 7", "3", "15/02/2026"],
    ["A3", 'Đường "mới"', "45", "28/02/2026"],
    ["A4", "Tống Văn Trân", "9", ""],
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1258"])
def test_the_dialect_is_found(
    write: Callable[[bytes], Path], delimiter: str, end: str, encoding: str
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(ROWS)
    path = write(encoded(out.getvalue(), encoding))

    shape = sniff(path)

    assert (shape.delimiter, shape.heads) == (delimiter, tuple(ROWS[0]))
    assert (shape.head_lines, shape.first_line) == ((1,), 2)
    assert rows_of(list(read(path, shape))) == [[cell or None for cell in row] for row in ROWS[1:]]


def encoded(text: str, encoding: str) -> bytes:
    return as_1258(text) if encoding == "windows-1258" else text.encode(encoding)


@pytest.mark.parametrize(
    ("text", "heads", "head_lines", "first"),
    [
        ("UBND QUẬN 11,,,\nDANH SÁCH,,,\n\nmã,tên,số,ngày\nA,b,1,01/02/2026\nB,c,2,02/02/2026\n",
         ("mã", "tên", "số", "ngày"), (4,), 5),
        ("Báo cáo tháng 2\n\nmã;tên;số\nA;b;1\nB;c;2\nC;d;3\n", ("mã", "tên", "số"), (3,), 4),
        ("Đơn vị,Quý I,,Quý II,\n,Số vụ,Tỷ lệ,Số vụ,Tỷ lệ\nBình Thới,1,2,3,4\nHòa Bình,5,6,7,8\n",
         ("Đơn vị", "Quý I / Số vụ", "Quý I / Tỷ lệ", "Quý II / Số vụ", "Quý II / Tỷ lệ"),
         (1, 2), 3),
        ("STT,Tên,Địa chỉ,\n,,Phường,Đường\n1,An,Bình Thới,X\n2,Bình,Hòa Bình,Y\n",
         ("STT", "Tên", "Địa chỉ / Phường", "Địa chỉ / Đường"), (1, 2), 3),
        ("STT,Tên,Số\nA,B,(1)\n1,An,4\n2,Bình,5\n", ("STT", "Tên", "Số"), (1,), 3),
        ("mã,tên,tên,\n1,a,b,c\n2,d,e,f\n", ("mã", "tên", "tên 2", "column 4"), (1,), 2),
        ("Đơn vị,2023,2024\nBình Thới,1,2\nHòa Bình,3,4\n", ("Đơn vị", "2023", "2024"), (1,), 2),
        ("1,An,01/02/2026\n2,Bình,02/02/2026\n3,Chi,03/02/2026\n",
         ("column 1", "column 2", "column 3"), (), 1),
        ("tên\nAn\nBình\n", ("tên",), (1,), 2),
        ('"Họ\ntên",tuổi\nAn,3\nBình,4\n', ("Họ tên", "tuổi"), (1,), 3),
    ],
)  # fmt: skip
def test_the_head_is_found(
    write: Callable[[bytes], Path],
    text: str,
    heads: tuple[str, ...],
    head_lines: tuple[int, ...],
    first: int,
) -> None:
    path = write(text.encode())

    shape = sniff(path)

    assert shape.heads == heads
    assert (shape.head_lines, shape.first_line) == (head_lines, first)
    batches = list(read(path, shape))
    assert faulty_of(batches) == []
    assert sum(b.head for b in batches) == first - 1


def test_numbers_with_a_decimal_comma_do_not_make_it_the_delimiter(
    write: Callable[[bytes], Path],
) -> None:
    shape = sniff(write(b"ten;dai;rong\nA;1,5;2,5\nB;3,5;4,5\nC;5,5;6,5\n"))

    assert (shape.delimiter, len(shape.heads)) == (";", 3)


def test_signs_of_inches_are_no_quotes(write: Callable[[bytes], Path]) -> None:
    path = write(b'id;size\n1;5" pipe\n2;7" pipe\n3;x\n')

    shape = sniff(path)

    assert shape.quote == ""
    assert rows_of(list(read(path, shape)))[0] == ["1", '5" pipe']


def test_a_shape_can_be_kept_as_json() -> None:
    shape = shape_of(("a", "b"), head_lines=(1, 2))

    assert Shape.from_dict(shape.as_dict()) == shape
