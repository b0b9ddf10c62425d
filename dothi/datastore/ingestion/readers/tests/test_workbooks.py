"""Sheets come in with their values as people read them, and errors do not turn into gaps."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from dothi.datastore.ingestion.readers import (
    Format,
    Reason,
    Stated,
    Unreadable,
    members,
    read,
    sheets,
    sniff,
    workbook,
)
from dothi.datastore.ingestion.readers.tests import factories
from dothi.datastore.ingestion.readers.tests.test_csv import faulty_of, rows_of
from dothi.lib.tests.test_legacy_vi import written_in


def book(path: Path, rows: list[list[Any]], merged: tuple[str, ...] = ()) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    made.save(path)
    return path


def test_values_are_written_plainly(tmp_path: Path) -> None:
    path = book(
        tmp_path / "values.xlsx",
        [
            ["mã", "số", "ngày", "lúc", "có", "giờ", "lâu"],
            ["A1", 12, date(2026, 2, 1), datetime.fromisoformat("2026-02-01T08:30:00"), True,
             time(7, 5), timedelta(hours=30)],
            ["A2", 0.1 + 0.2, None, None, False, None, None],
            ["A3", 79090123456, None, None, None, None, None],
            ["A4", 1.5e17, None, None, None, None, None],
        ],
    )  # fmt: skip

    shape = sniff(path)
    batches = list(read(path, shape))

    assert (shape.format, shape.sheet, shape.heads[:2]) == (Format.XLSX, "Sheet", ("mã", "số"))
    rows = rows_of(batches)
    assert rows[0] == ["A1", "12", "2026-02-01", "2026-02-01T08:30:00", "true", "07:05:00",
                       "30:00:00"]  # fmt: skip
    assert [row[1] for row in rows] == ["12", "0.3", "79090123456", "150000000000000000"]
    assert json.loads(batches[0].raw(2))[:2] == ["A1", "12"]


def test_merged_heads_titles_gaps_and_a_line_of_numbers(tmp_path: Path) -> None:
    path = book(
        tmp_path / "report.xlsx",
        [
            ["BÁO CÁO TÌNH HÌNH", None, None, None, None],
            [None] * 5,
            ["STT", "Đơn vị", "Quý I", None, "Ghi chú"],
            [None, None, "Số vụ", "Tỷ lệ", None],
            ["(1)", "(2)", "(3)", "(4)", "(5)"],
            [1, "Bình Thới", 5, 0.5, None],
            [None] * 5,
            [2, "Hòa Bình", 6, 0.25, "x"],
        ],
        merged=("A1:E1", "A3:A4", "B3:B4", "C3:D3", "E3:E4"),
    )

    shape = sniff(path)
    batches = list(read(path, shape))

    assert shape.heads == ("STT", "Đơn vị", "Quý I / Số vụ", "Quý I / Tỷ lệ", "Ghi chú")
    assert (shape.head_lines, shape.first_line) == ((3, 4), 6)
    assert rows_of(batches) == [
        ["1", "Bình Thới", "5", "0.5", None], ["2", "Hòa Bình", "6", "0.25", "x"]
    ]  # fmt: skip
    assert [(b.head, b.blank, b.lines) for b in batches] == [(5, 1, 8)]


def test_an_error_in_a_cell_sets_its_row_aside(tmp_path: Path) -> None:
    path = book(
        tmp_path / "errors.xlsx",
        [[None, "mã", "tỷ lệ"], [None, "A1", 1], [None, "A2", "#DIV/0!"], [None, "A3", 3],
         [None, "A4", "#N/A"]],
    )  # fmt: skip

    shape = sniff(path)
    batches = list(read(path, shape))

    assert rows_of(batches) == [["A1", "1"], ["A3", "3"]]
    assert [(one.line, one.reason, one.detail) for one in faulty_of(batches)] == [
        (3, Reason.CELL_ERROR, {"cells": [{"head": "tỷ lệ", "shows": "#DIV/0!"}]}),
        (5, Reason.CELL_ERROR, {"cells": [{"head": "tỷ lệ", "shows": "#N/A"}]}),
    ]
    assert json.loads(faulty_of(batches)[0].raw) == ["A2", "#DIV/0!"]


def test_a_hidden_row_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "hidden.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row in (["mã", "tên"], ["A1", "x"], ["A2", "y"]):
        sheet.append(row)
    sheet.row_dimensions[2].hidden = True
    made.save(path)

    assert rows_of(list(read(path, sniff(path)))) == [["A1", "x"], ["A2", "y"]]


def test_cells_in_an_old_font(tmp_path: Path) -> None:
    rows = [["mã", "tên", "phường"], ["1", "Nguyễn Thị Hòa", "Bình Thới"],
            ["2", "Trần Quốc Toản", "Hòa Bình"], ["3", "Đặng Thùy Trâm", "Phú Thọ"]]  # fmt: skip
    shown = [[written_in(cell, "tcvn3").decode("cp1252") for cell in row] for row in rows]
    path = book(tmp_path / "old.xlsx", shown)

    shape = sniff(path)

    assert shape.encoding == "tcvn3"
    assert shape.heads == ("mã", "tên", "phường")
    assert rows_of(list(read(path, shape))) == rows[1:]


def test_the_first_sheet_that_holds_something_or_the_one_named(tmp_path: Path) -> None:
    path = tmp_path / "sheets.xlsx"
    made = openpyxl.Workbook()
    made.create_sheet("Dữ liệu").append(["mã", "tên"])
    made["Dữ liệu"].append(["A1", "x"])
    hidden = made.create_sheet("Ẩn")
    hidden.sheet_state = "hidden"
    hidden.append(["b", "c"])
    made.save(path)

    assert sheets(path) == ["Sheet", "Dữ liệu"]
    assert sniff(path).sheet == "Dữ liệu"
    assert sniff(path, stated=Stated(sheet="Ẩn")).heads == ("b", "c")
    with pytest.raises(Unreadable) as refused:
        sniff(path, stated=Stated(sheet="Khác"))
    assert refused.value.reason == Reason.NO_SHEET


def test_reading_a_sheet_goes_on_where_it_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "ROWS", 3)
    path = book(tmp_path / "many.xlsx", [["mã", "số"], *([f"A{n}", n] for n in range(8))])
    shape = sniff(path)
    whole = list(read(path, shape))
    assert len(whole) == 3

    rest = list(read(path, shape, skip=whole[0].position))

    assert rows_of(whole[:1]) + rows_of(rest) == rows_of(whole)
    assert rest[0].rows["_line"].to_pylist() == [4, 5, 6]


def test_a_value_in_the_farthest_corner_ends_nobody(tmp_path: Path) -> None:
    """The reader fills the grid between: seventeen thousand million cells."""
    path = tmp_path / "far.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    sheet["A1"] = sheet["XFD1048576"] = "x"
    made.save(path)

    with pytest.raises(Unreadable) as refused:
        sniff(path)

    assert refused.value.reason == Reason.BOMB


def test_a_table_of_libreoffice(tmp_path: Path) -> None:
    path = tmp_path / "table.ods"
    text, number = factories.ods_text, factories.ods_number
    factories.write_ods(
        path,
        [
            [text("Mã"), text("Số"), text("Ngày")],
            [text("A1"), number(12.0), factories.ods_date("2026-02-01")],
            [text("A2"), factories.ods_error(), factories.ODS_GAP],
            [text("A3"), number(2.5), factories.ods_date("2026-02-01T08:30:00")],
        ],
    )

    shape = sniff(path)
    batches = list(read(path, shape))

    assert (shape.format, shape.heads) == (Format.ODS, ("Mã", "Số", "Ngày"))
    assert rows_of(batches) == [
        ["A1", "12", "2026-02-01"], ["A3", "2.5", "2026-02-01T08:30:00"]
    ]  # fmt: skip
    assert [one.line for one in faulty_of(batches)] == [3]
    assert members(path) == []


def test_a_table_of_excel_97(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    factories.write_xls(path, [["Mã", "Tên"], ["A1", "Đường số 5"], ["A2", 12.0]])

    shape = sniff(path)

    assert (shape.format, shape.sheet, shape.heads) == (Format.XLS, "Trang 1", ("Mã", "Tên"))
    assert rows_of(list(read(path, shape))) == [["A1", "Đường số 5"], ["A2", "12"]]


@pytest.mark.parametrize("size", [3, 1500])
def test_an_error_in_a_table_of_excel_97(tmp_path: Path, size: int) -> None:
    path = tmp_path / "old.xls"
    rows: list[list[factories.Cell]] = [["Mã", "Số"]]
    rows += [[f"A{number}", float(number)] for number in range(size)]
    factories.write_xls(path, rows, errors=((2, 1),))

    batches = list(read(path, sniff(path)))

    assert len(rows_of(batches)) == size - 1
    assert [(one.line, one.detail) for one in faulty_of(batches)] == [
        (3, {"cells": [{"head": "Số", "shows": "#DIV/0!"}]})
    ]


def test_what_only_looks_like_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)

    with pytest.raises(Unreadable) as refused:
        sniff(path)

    assert refused.value.reason == Reason.BROKEN
