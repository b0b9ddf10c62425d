"""A file is read in the encoding it was written in; lines that mean nothing are known."""

import sys
import unicodedata
from pathlib import Path

import pytest

from dothi.datastore.ingestion.readers import Reason, Stated, encodings, read, sniff
from dothi.datastore.ingestion.readers.tests.test_csv import faulty_of, rows_of
from dothi.lib.tests.test_legacy_vi import as_1258, written_in

TABLE = (
    "mã,tên,địa chỉ\n1,Nguyễn Thị Hòa,12 Lý Nam Đế\n2,Trần Quốc Toản,Bình Thới\n"
    "3,Đặng Thùy Trâm,hẻm 7 Tống Văn Trân\n"
)


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "windows-1258"])
def test_tables_from_before_unicode(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes(as_1258(TABLE) if encoding == "windows-1258" else written_in(TABLE, encoding))

    shape = sniff(path)

    assert shape.encoding == encoding
    assert shape.heads == ("mã", "tên", "địa chỉ")
    assert rows_of(list(read(path, shape))) == [line.split(",") for line in TABLE.splitlines()[1:]]


@pytest.mark.parametrize("font", ["tcvn3", "vni"])
def test_tables_in_an_old_font_that_were_saved_as_unicode(tmp_path: Path, font: str) -> None:
    path = tmp_path / "saved.csv"
    table = TABLE + "".join(f"{number},Bùi Thị Nhỏ,khu phố {number}\n" for number in range(4, 9))
    path.write_text(written_in(table, font).decode("cp1252") + "9,Tiếng Việt,đúng\n", "utf-8-sig")

    shape = sniff(path)

    assert shape.encoding == f"utf-8+{font}"
    assert shape.heads == ("mã", "tên", "địa chỉ")
    assert rows_of(list(read(path, shape))) == [
        line.split(",") for line in (table + "9,Tiếng Việt,đúng").splitlines()[1:]
    ]


@pytest.mark.parametrize("word", ["Hoà Bình", "Bình Hòa", "ký hợp đồng", "cá", "lê và na", "bà"])
def test_words_that_windows_1252_could_write_too_mean_what_they_say(word: str) -> None:
    assert encodings.disguise([f"{word} {number}" for number in range(30)]) == ""
    assert encodings.disguise([word] * 6 + ["Phường Bình Thới"] * 3) == ""


def test_other_languages_are_no_old_font(tmp_path: Path) -> None:
    path = tmp_path / "french.csv"
    path.write_text("ville,été\n" + "Besançon,où déjà\nBéziers,forêt\nNîmes,âme\n" * 9, "utf-8")

    assert sniff(path).encoding == "utf-8"


def test_a_byte_without_a_letter_spoils_its_line_only(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    rows = [written_in(f"{number},Nguyễn Thị Hòa,Bình Thới\n", "tcvn3") for number in range(300)]
    rows[100] = b"100,\xff,x\n"
    path.write_bytes(written_in("mã,tên,địa chỉ\n", "tcvn3") + b"".join(rows))

    shape = sniff(path)
    batches = list(read(path, shape))

    assert shape.encoding == "tcvn3"
    assert sum(batch.rows.num_rows for batch in batches) == 299
    (one,) = faulty_of(batches)
    assert (one.line, one.raw, one.reason) == (102, b"100,\xff,x\n", Reason.BAD_BYTES)


def test_a_few_broken_lines_do_not_make_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    rows = ["mã,tên\n".encode(), *(f"{number},Đặng\n".encode() for number in range(200))]
    rows[50] = rows[120] = as_1258("7,Đặng\n")
    path.write_bytes(b"".join(rows))

    shape = sniff(path)

    assert shape.encoding == "utf-8"
    assert [one.line for one in faulty_of(list(read(path, shape)))] == [51, 121]


def test_marks_that_come_late_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    plain = b"1,khong dau,x\n" * 120_000
    path.write_bytes(b"a,b,c\n" + plain + written_in("2,Nguyễn Thị Hòa,x\n", "vni") * 1000)

    assert sniff(path).encoding == "vni"


def test_who_knows_better_says_so(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_bytes(written_in("mã,tên\n1,Hà\n", "vni"))

    assert sniff(path, stated=Stated(encoding="cp1252")).encoding == "cp1252"


def test_no_text_in_pieces_is_taken_for_composed() -> None:
    """The quick look may doubt a composed text, never the other way round."""
    for code in range(0x80, sys.maxunicode + 1):
        if 0xD800 <= code < 0xE000:
            continue
        sign = chr(code)
        if not unicodedata.is_normalized("NFC", f"a{sign}"):
            text = f"a{sign}b".encode()
            assert encodings.composed(text) == unicodedata.normalize("NFC", f"a{sign}b").encode()


def test_vietnamese_is_seen_to_be_composed_without_decoding() -> None:
    text = "Đường Nguyễn Thị Nhỏ – “hẻm” 100.000 ₫…".encode()

    assert encodings.composed(text) is text
