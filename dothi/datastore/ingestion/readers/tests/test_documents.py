"""JSON, NDJSON, GeoJSON, Parquet, and archives of any of them."""

import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from dothi.datastore.ingestion.readers import (
    Format,
    Reason,
    Stated,
    Unreadable,
    archive,
    json_file,
    json_stream,
    members,
    read,
    sniff,
)
from dothi.datastore.ingestion.readers.tests.test_csv import faulty_of, rows_of


def write(path: Path, content: Any) -> Path:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, "utf-8")
    return path


# --- JSON ----------------------------------------------------------------------------------------


def test_a_list_at_the_top(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f",
        '[{"mã": 1, "giá": 1.50, "có": true, "tên": "Đặng"},'
        ' {"mã": 2, "tên": "", "thẻ": ["a", {"b": 1}]}]',
    )

    shape = sniff(path)
    batches = list(read(path, shape))

    assert (shape.format, shape.path) == (Format.JSON, "")
    assert shape.heads == ("mã", "giá", "có", "tên", "thẻ")
    assert rows_of(batches) == [
        ["1", "1.50", "true", "Đặng", None], ["2", None, None, None, '["a",{"b":1}]']
    ]  # fmt: skip
    assert json.loads(batches[0].raw(2))["mã"] == 2


def test_the_longest_list_of_records_is_found(tmp_path: Path) -> None:
    content = {
        "help": "x",
        "result": {
            "fields": [{"id": "a"}, {"id": "b"}],
            "tags": ["x", "y", "z", "t"],
            "records": [{"a": number, "b": str(number)} for number in range(3)],
        },
    }
    path = write(tmp_path / "f", content)

    assert sniff(path).path == "result.records"
    assert len(rows_of(list(read(path, sniff(path))))) == 3
    assert sniff(path, stated=Stated(path="result.fields")).heads == ("id",)


def test_a_large_file_is_read_record_by_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", 37)
    monkeypatch.setattr(json_file, "ROWS", 100)
    content = {"items": [{"n": n, "t": "đường " * (n % 7), "x": -n * 1.5} for n in range(1000)]}
    path = write(tmp_path / "f", content)

    shape = sniff(path)
    whole = list(read(path, shape))

    assert [row[0] for row in rows_of(whole)] == [str(n) for n in range(1000)]
    rest = list(read(path, shape, skip=whole[3].position))
    assert rows_of(whole[:4]) + rows_of(rest) == rows_of(whole)


def test_records_that_are_not_like_the_others_are_set_aside(tmp_path: Path) -> None:
    sound = write(tmp_path / "sound", [{"a": 1}, {"a": 2}])
    path = write(tmp_path / "f", '[{"a": 1}, 7, {"a": 2, "c": 3}, {"a": 4}, {"a": 5, "a": 6}]')

    batches = list(read(path, sniff(sound)))

    assert rows_of(batches) == [["1"], ["4"]]
    assert [(one.line, one.reason) for one in faulty_of(batches)] == [
        (2, Reason.NOT_A_RECORD), (3, Reason.UNKNOWN_NAME), (5, Reason.BAD_JSON)
    ]  # fmt: skip
    assert faulty_of(batches)[1].detail == {"names": ["c"]}


@pytest.mark.parametrize("end", ["", ', {"a": ', "] x"])
def test_what_follows_a_break_is_one_fault(tmp_path: Path, end: str) -> None:
    path = write(tmp_path / "f", '[{"a": 1}, {"a": 2}' + end)

    batches = list(read(path, sniff(path)))

    assert rows_of(batches) == [["1"], ["2"]]
    assert [one.reason for one in faulty_of(batches)] == [Reason.BAD_JSON]


def test_broken_bytes_spoil_one_record(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b'[{"a": "x"}, {"a": "\xff"}, {"a": "y"}]')

    batches = list(read(path, sniff(path)))

    assert rows_of(batches) == [["x"], ["y"]]
    (one,) = faulty_of(batches)
    assert (one.reason, one.raw) == (Reason.BAD_BYTES, b'{"a": "\xff"}')


def test_json_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        sniff(write(tmp_path / "f", {"a": {"b": [1, 2]}}))

    assert refused.value.reason == Reason.NO_RECORDS


def test_lines_of_json(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f",
        '{"a": 1, "b": "x"}\n{"a": 2\n\n{"a": 3, "c": {"d": null}}\n[1]\n{"a": 4, "b": "Đ"}\n',
    )

    shape = sniff(path)
    batches = list(read(path, shape))

    assert (shape.format, shape.heads) == (Format.NDJSON, ("a", "b", "c"))
    assert rows_of(batches) == [
        ["1", "x", None], ["3", None, '{"d":null}'], ["4", "Đ", None]
    ]  # fmt: skip
    assert [(one.line, one.reason, one.raw) for one in faulty_of(batches)] == [
        (2, Reason.BAD_JSON, b'{"a": 2\n'), (5, Reason.NOT_A_RECORD, b"[1]\n")
    ]  # fmt: skip
    assert [(b.blank, b.lines) for b in batches] == [(1, 6)]


def test_places_and_areas(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [106.65, 10.76]}
    path = write(
        tmp_path / "f",
        {
            "type": "FeatureCollection",
            "name": "diem",
            "features": [
                {"type": "Feature", "id": 7, "properties": {"tên": "A"}, "geometry": point},
                {"type": "Feature", "properties": {"tên": "B"}, "geometry": None},
            ],
        },
    )

    shape = sniff(path)
    rows = rows_of(list(read(path, shape)))

    assert (shape.format, shape.path) == (Format.GEOJSON, "features")
    assert shape.heads == ("id", "tên", "geometry")
    assert rows == [
        ["7", "A", '{"type":"Point","coordinates":[106.65,10.76]}'], [None, "B", None]
    ]  # fmt: skip


# --- Parquet -------------------------------------------------------------------------------------


def test_typed_columns_become_text(tmp_path: Path) -> None:
    path = tmp_path / "f"
    moment = datetime(2026, 2, 1, 8, 30, tzinfo=UTC)
    parquet.write_table(
        pa.table(
            {
                "n": pa.array([1, None], pa.int64()),
                "x": [1.0, 2.5],
                "d": [date(2026, 2, 1), None],
                "m": pa.array([moment, None], pa.timestamp("us", "UTC")),
                "p": pa.array([moment.replace(tzinfo=None, microsecond=500000), None]),
                "b": [True, False],
                "t": ["Hoa\u0300", ""],
                "c": pa.array(["x", "y"]).dictionary_encode(),
                "money": [Decimal("12.50"), None],
                "l": [[1, 2], None],
            }
        ),
        path,
    )

    rows = rows_of(list(read(path, sniff(path))))

    assert rows == [
        ["1", "1", "2026-02-01", "2026-02-01T08:30:00Z", "2026-02-01T08:30:00.500000", "true",
         "Hoà", "x", "12.50", "[1,2]"],
        [None, "2.5", None, None, None, "false", None, "y", None, None],
    ]  # fmt: skip


def test_reading_parquet_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    path = tmp_path / "f"
    parquet.write_table(pa.table({"n": range(250)}), path, row_group_size=100)
    shape = sniff(path)

    batches = list(read(path, shape, skip=130))

    assert [row[0] for row in rows_of(batches)] == [str(n) for n in range(130, 250)]
    assert batches[0].rows["_line"].to_pylist()[0] == 131
    assert batches[-1].position == 250
    assert json.loads(batches[0].raw(131)) == {"n": "130"}


def test_broken_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"PAR1" + b"x" * 100 + b"PAR1")

    with pytest.raises(Unreadable) as refused:
        sniff(path)

    assert refused.value.reason == Reason.BROKEN


# --- Archives ------------------------------------------------------------------------------------


def packed(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


def test_a_file_in_an_archive_is_chosen(tmp_path: Path) -> None:
    files = {
        "a.csv": "mã,tên\nA,x\n" * 1,
        "dữ liệu/b.json": '[{"n": 1}]',
        "__MACOSX/._a.csv": "x",
        ".DS_Store": "x",
    }
    path = packed(tmp_path / "f", files)

    assert members(path) == ["a.csv", "dữ liệu/b.json"]
    with pytest.raises(Unreadable) as refused:
        sniff(path)
    assert refused.value.detail == {"members": ["a.csv", "dữ liệu/b.json"]}
    shape = sniff(path, member="dữ liệu/b.json")
    assert (shape.member, rows_of(list(read(path, shape)))) == ("dữ liệu/b.json", [["1"]])
    with pytest.raises(Unreadable):
        sniff(path, member="c.csv")


def test_the_only_file_of_an_archive_needs_no_choice(tmp_path: Path) -> None:
    text = "mã,tên\n" + "".join(f"{number},x\n" for number in range(1000))
    path = packed(tmp_path / "f", {"a.csv": text})

    shape = sniff(path)

    assert shape.member == "a.csv"
    whole = list(read(path, shape))
    assert len(rows_of(whole)) == 1000
    assert len(rows_of(list(read(path, shape, skip=whole[0].position)))) == 1000
    assert list(read(path, shape, skip=whole[-1].position)) == []


def test_a_workbook_in_an_archive(tmp_path: Path) -> None:
    from dothi.datastore.ingestion.readers.tests.test_workbooks import book

    inner = book(tmp_path / "a.xlsx", [["mã", "tên"], ["A1", "x"]])
    path = tmp_path / "f"
    with zipfile.ZipFile(path, "w") as made:
        made.write(inner, "a.xlsx")

    shape = sniff(path)

    assert (shape.format, shape.member) == (Format.XLSX, "a.xlsx")
    assert rows_of(list(read(path, shape))) == [["A1", "x"]]


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_SMALL", 1000)
    path = packed(tmp_path / "f", {"a.csv": "0" * 1_000_000})

    for ask in (members, sniff):
        with pytest.raises(Unreadable) as refused:
            ask(path)
        assert refused.value.reason == Reason.BOMB


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n" + bytes(range(256)) * 20])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)

    with pytest.raises(Unreadable) as refused:
        sniff(path)

    assert refused.value.reason == (Reason.UNKNOWN if content else Reason.EMPTY)
