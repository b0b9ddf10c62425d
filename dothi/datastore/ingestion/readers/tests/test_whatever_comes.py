"""Whatever comes in: it is refused with a reason, or every line of it is accounted for."""

import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from dothi.datastore.ingestion.readers import (
    Format,
    Shape,
    Unreadable,
    encodings,
    profile,
    propose,
    read,
    sniff,
)
from dothi.datastore.ingestion.readers.tests import factories

PIECES = st.sampled_from(
    [
        b"a,b,c\n", b"1,2,3\r\n", b'"x","y\nz",w\n', b"\r", b"\n", b'"', b",", b";", b"\t", b"\0",
        b"\xff\xfe", b"\xef\xbb\xbf", "Đường số 5".encode(), "Hoà".encode("utf-16-le"), b"\xad\xb8",
        b"{", b"}", b"[", b"]", b'{"a": 1}\n', b'[{"a": 1},', b"PK\x03\x04", b"PAR1", b"'", b"|",
        b"01/02/2026", b"1.234,5", b" ", "\u2028".encode(), b"\x85", b"\xcc\x80",
    ]
)  # fmt: skip
FILES = st.one_of(
    st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=40).map(b"".join),
    st.lists(PIECES, min_size=1, max_size=6).map(lambda parts: b"".join(parts) * 30),
)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=FILES)
def test_any_bytes(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f"
        path.write_bytes(raw)
        try:
            shape = sniff(path)
        except Unreadable:
            return
        assert Shape.from_dict(json.loads(json.dumps(shape.as_dict()))) == shape
        batches = list(read(path, shape))
        contract = propose(shape, profile(batches), "any")

    assert len({one.name for one in contract.fields}) == len(shape.heads)
    if shape.format == Format.CSV:
        assert sum(batch.lines for batch in batches) == lines_of(raw, shape)
        known = sorted(
            line
            for batch in batches
            for line, span in [
                *zip(batch.rows["_line"].to_pylist(), batch.rows["_span"].to_pylist(), strict=True),
                *((one.line, one.span) for one in batch.faulty),
            ]
            for line in range(line, line + span)
        )
        assert len(known) == len(set(known)), "no line is in two records"


def lines_of(raw: bytes, shape: Shape) -> int:
    body = raw[len(encodings.bom(raw)) :]
    ends = encodings.line_ends(body, shape.encoding, shape.newline)
    return len(ends) + (len(body) > (int(ends[-1]) if len(ends) else 0))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_file_that_was_damaged_on_its_way(data: st.DataObject) -> None:
    """A workbook or an archive with some bytes changed or cut off."""
    raw = bytearray(data.draw(st.sampled_from(_SOUND)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.just(len(raw)), st.integers(1, len(raw))))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f"
        path.write_bytes(bytes(raw[:cut]))
        try:
            for batch in read(path, sniff(path)):
                assert batch.lines
        except Unreadable:
            pass


def _files() -> list[bytes]:
    from pyarrow import parquet, table

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = openpyxl.Workbook()
        sheet = book.active
        assert isinstance(sheet, Worksheet)
        rows: list[list[Any]] = [["mã", "số"], ["A", 1], ["B", "#N/A"]]
        for row in rows:
            sheet.append(row)
        book.save(folder / "x.xlsx")
        factories.write_xls(folder / "x.xls", rows, errors=((1, 1),))
        factories.write_ods(folder / "x.ods", [[factories.ods_text("a"), factories.ods_error()]])
        parquet.write_table(table({"a": ["x", "y"], "b": [1, None]}), folder / "x.parquet")
        with zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("a.csv", "mã,số\nA,1\nB,2\n")
        return [path.read_bytes() for path in sorted(folder.iterdir())]


_SOUND = _files()
