"""A steward gets a contract that fits what came, and reads it instead of writing it."""

import csv
import io
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import ibis
import pytest

from bench.store_data import write_reports
from dothi.datastore.catalogue.choices import Classification, Notation, Type
from dothi.datastore.catalogue.rules.contract import Contract, Field, faults
from dothi.datastore.ingestion.readers import profile, propose, read, sniff
from dothi.datastore.ingestion.readers.profiling import ColumnProfile
from dothi.datastore.ingestion.readers.proposing import name_of
from dothi.datastore.ingestion.rules import checking


def contract_of(path: Path, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Contract:
    out = io.StringIO()
    csv.writer(out).writerows([heads, *rows])
    path.write_text(out.getvalue(), "utf-8")
    shape = sniff(path)
    assert shape.heads == tuple(heads)
    return propose(shape, profile(read(path, shape)), "test")


def of_values(path: Path, values: Sequence[str], head: str = "giá trị") -> Field:
    rows = [[f"x{number}", value] for number, value in enumerate(values)]
    return contract_of(path, ["tên gọi", head], rows).fields[1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "f"


def test_reports_of_citizens_get_their_contract(path: Path) -> None:
    write_reports(path, 5000, 2000)
    shape = sniff(path)

    profiles = profile(read(path, shape))
    contract = propose(shape, profiles, "reports")

    assert faults(contract) == []
    assert contract.key == ("code",)
    assert {one.name: one.type for one in contract.fields} == {
        "code": Type.TEXT, "received_at": Type.MOMENT, "unit": Type.TEXT, "category": Type.TEXT,
        "lat": Type.NUMBER, "lon": Type.NUMBER, "text": Type.TEXT, "state": Type.TEXT,
        "resolved_at": Type.MOMENT, "rating": Type.INTEGER,
    }  # fmt: skip
    named = contract.by_name()
    assert named["state"].allowed == ("assigned", "closed", "received", "resolved")
    assert (named["lat"].minimum, named["lon"].maximum) == ("-90", "180")
    assert [one.name for one in contract.fields if not one.required] == ["resolved_at", "rating"]


def test_what_was_proposed_takes_what_was_seen(path: Path) -> None:
    """By the very rules that a delivery is checked with."""
    chance = random.Random(3)
    heads = ["Mã hồ sơ", "Họ và tên", "Ngày sinh", "Số tiền (đồng)", "Diện tích", "Còn hạn",
             "Nhận lúc", "Điện thoại"]  # fmt: skip
    rows = []
    for number in range(300):
        day = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(days=number * 37)
        rows.append(
            [
                f"HS-{number:05d}", f"Nguyễn Văn {number}", f"{day.day}/{day.month}/{day.year}",
                f"{chance.randrange(10**4, 10**8):,}".replace(",", "."),
                f"{chance.random() * 5000:.2f}".replace(".", ","), chance.choice(["có", "không"]),
                f"{day:%d/%m/%Y %H:%M}", f"0903{number:06d}",
            ]
        )  # fmt: skip
    contract = contract_of(path, heads, rows)
    shape = sniff(path)

    assert faults(contract) == []
    assert [(one.type, one.notation, one.date_format) for one in contract.fields] == [
        (Type.TEXT, Notation.PLAIN, ""), (Type.TEXT, Notation.PLAIN, ""),
        (Type.DATE, Notation.PLAIN, "%d/%m/%Y"), (Type.INTEGER, Notation.VIETNAMESE, ""),
        (Type.NUMBER, Notation.VIETNAMESE, ""), (Type.BOOLEAN, Notation.PLAIN, ""),
        (Type.MOMENT, Notation.PLAIN, "%d/%m/%Y %H:%M"), (Type.TEXT, Notation.PLAIN, ""),
    ]  # fmt: skip
    (batch,) = [one for one in read(path, shape) if one.rows.num_rows]
    query = ibis.to_sql(checking.sound(contract), dialect="duckdb")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Ho_Chi_Minh'")
        connection.register("batch", batch.rows)
        bad = connection.execute(f"select count(*) from ({query}) where _bad").fetchone()
    assert bad == (0,)


@pytest.mark.parametrize(
    ("values", "type_", "notation", "date_format"),
    [
        (["1", "20", "-3"], Type.INTEGER, Notation.PLAIN, ""),
        (["0123", "0456"], Type.TEXT, Notation.PLAIN, ""),
        (["1.5", "2", "3.25"], Type.NUMBER, Notation.PLAIN, ""),
        (["1.234.567", "12.000", "5"], Type.INTEGER, Notation.VIETNAMESE, ""),
        (["1,234,567", "12,000", "5"], Type.INTEGER, Notation.ENGLISH, ""),
        (["1.234,5", "2,75"], Type.NUMBER, Notation.VIETNAMESE, ""),
        (["1,234.5", "2.75"], Type.NUMBER, Notation.ENGLISH, ""),
        (["2026-01-31", "2026-02-01"], Type.DATE, Notation.PLAIN, ""),
        (["31/01/2026", "1/2/2026"], Type.DATE, Notation.PLAIN, "%d/%m/%Y"),
        (["01/31/2026", "02/01/2026"], Type.DATE, Notation.PLAIN, "%m/%d/%Y"),
        (["01/02/2026", "03/04/2026"], Type.DATE, Notation.PLAIN, "%d/%m/%Y"),
        (["31.01.2026", "01.02.2026"], Type.DATE, Notation.PLAIN, "%d.%m.%Y"),
        (["2026-01-31T08:00:00Z", "2026-01-31 08:00"], Type.MOMENT, Notation.PLAIN, ""),
        (["Có", "không", "Không"], Type.BOOLEAN, Notation.PLAIN, ""),
        (["0", "1"], Type.INTEGER, Notation.PLAIN, ""),
        (['{"type":"Point","coordinates":[1,2]}'], Type.GEOMETRY, Notation.PLAIN, ""),
        (["12", "mười hai"], Type.TEXT, Notation.PLAIN, ""),
        ([], Type.TEXT, Notation.PLAIN, ""),
    ],
)
def test_types_are_seen(
    path: Path, values: list[str], type_: Type, notation: Notation, date_format: str
) -> None:
    one = of_values(path, values * 3 or [""])

    assert (one.type, one.notation, one.date_format) == (type_, notation, date_format)


def test_one_slip_in_a_hundred_does_not_change_the_type(path: Path) -> None:
    assert of_values(path, [str(n) for n in range(200)] + ["khoảng 5"]).type == Type.INTEGER
    assert of_values(path, [str(n) for n in range(50)] + ["khoảng 5"]).type == Type.TEXT


@pytest.mark.parametrize(
    ("head", "guarded"),
    [
        ("Họ và tên", Classification.PERSONAL),
        ("Số CCCD", Classification.PERSONAL),
        ("phone_number", Classification.PERSONAL),
        ("Địa chỉ thường trú", Classification.PERSONAL),
        ("Ngày sinh", Classification.PERSONAL),
        ("Số tài khoản", Classification.SENSITIVE),
        ("Tình trạng sức khỏe", Classification.SENSITIVE),
        ("Tôn giáo", Classification.SENSITIVE),
        ("Vị trí", Classification.SENSITIVE),
        ("Tên đường", Classification.PUBLIC),
        ("Ngày nhận", Classification.PUBLIC),
    ],
)
def test_heads_say_what_is_personal(path: Path, head: str, guarded: Classification) -> None:
    assert of_values(path, ["a", "b"], head).classification == guarded


def test_numbers_that_are_names_stay_text(path: Path) -> None:
    assert of_values(path, ["79090123456", "79090123457"], "Số CCCD").type == Type.TEXT


def test_personal_words_are_not_listed_in_a_contract(path: Path) -> None:
    assert of_values(path, ["Nam", "Nữ"] * 30, "Giới tính").allowed == ()
    assert of_values(path, ["Đỏ", "Xanh"] * 30, "Màu").allowed == ("Xanh", "Đỏ")


def test_a_line_number_is_no_key(path: Path) -> None:
    rows = [[str(n), f"HS{n}", "x"] for n in range(30)]

    assert contract_of(path, ["STT", "Số hồ sơ", "Ghi chú"], rows).key == ("so_ho_so",)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("Đường / Số nhà", "duong_so_nha"),
        ("  Tỷ lệ (%) ", "ty_le"),
        ("2024", "c_2024"),
        ("数", "column"),
        ("x" * 100, "x" * 60),
    ],
)
def test_names_are_plain(head: str, name: str) -> None:
    assert name_of(head) == name


def test_a_profile_says_what_is_in_a_column(path: Path) -> None:
    path.write_text("tên,số\n" + "".join(f"A{n % 3},{n}\n" for n in range(100)) + "A9,\nA9, 7 \n")

    name, number = profile(read(path, sniff(path)))

    assert (name.rows, name.empty, name.distinct, name.longest) == (102, 0, 4, 2)
    assert name.top[:2] == (("A0", 34), ("A1", 33))
    assert name.few == ("A0", "A1", "A2", "A9")
    assert (number.empty, number.minimum, number.maximum) == (1, "0", "99")
    assert number.kinds["integer"] == 1.0


def test_a_profile_looks_at_no_more_than_it_is_told(path: Path) -> None:
    write_reports(path, 300)

    profiles: list[ColumnProfile] = profile(read(path, sniff(path)), at_most=120)

    assert {one.rows for one in profiles} == {120}
