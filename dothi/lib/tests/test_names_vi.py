"""Names as lists write them, and which of them are one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.lib import names_vi
from dothi.lib.names_vi import parse


@pytest.mark.parametrize(
    ("text", "family", "middle", "given_name"),
    [
        ("Nguyễn Văn Minh", "nguyen", "van", "minh"),
        ("TRẦN THỊ NGỌC LAN", "tran", "thi ngoc", "lan"),
        ("Lê Hoa", "le", "", "hoa"),
        ("Hạnh", "", "", "hanh"),
        ("N.V. Minh", "n", "v", "minh"),
        ("N. V. Minh", "n", "v", "minh"),
        ("Ng. Văn Minh", "nguyen", "van", "minh"),
        ("Minh Văn Nguyễn", "nguyen", "van", "minh"),
        ("Văn Minh Nguyễn", "nguyen", "van", "minh"),
        ("Ông Nguyễn Văn Minh", "nguyen", "van", "minh"),
        ("Đỗ Thị Út", "do", "thi", "ut"),
    ],
)
def test_a_name_falls_into_its_parts(text: str, family: str, middle: str, given_name: str) -> None:
    name = parse(text)

    assert (name.family, name.middle, name.given) == (family, middle, given_name)


@pytest.mark.parametrize(
    ("text", "plain", "alias"),
    [
        ("ông Tư", "", "tu"),
        ("Bà Sáu", "", "sau"),
        ("Nguyễn Văn Minh (ông Tư)", "nguyen van minh", "tu"),
        ("Trần Thị Hoa tự Sáu", "tran thi hoa", "sau"),
        ("Tư Minh", "minh", "tu"),
        ("cô Ba Hạnh", "hanh", "ba"),
        ("Từ Minh", "tu minh", ""),
    ],
)
def test_neighbours_know_people_by_their_order_of_birth(text: str, plain: str, alias: str) -> None:
    assert (parse(text).plain, parse(text).alias) == (plain, alias)


def test_two_places_of_the_tone_mark_are_one_name() -> None:
    assert parse("Nguyễn Thị Hoà").marked == parse("Nguyễn Thị Hòa").marked
    assert parse("Nguyễn Thị Hoa").marked != parse("Nguyễn Thị Hòa").marked
    assert parse("Nguyễn Thị Hoa").plain == parse("NGUYEN THI HOA").plain


def test_initials_stand_for_words_of_their_letter() -> None:
    assert names_vi.fits_initials("n v minh", "nguyen van minh")
    assert not names_vi.fits_initials("t v minh", "nguyen van minh")
    assert not names_vi.fits_initials("n v minh", "nguyen van tuan")
    assert not names_vi.fits_initials("n minh", "nguyen van minh")


@given(st.text(max_size=40))
def test_whatever_stands_in_a_cell_of_names_is_read_without_a_fault(text: str) -> None:
    name = parse(text)

    assert name.plain == " ".join(name.plain.split())
    assert parse(name.plain).plain.split() or not name.plain.split()


@pytest.mark.parametrize(
    "text",
    [
        "CÔNG TY TNHH TM-DV AN PHÁT",
        "Cty TNHH Thương mại Dịch vụ An Phát",
        "Công ty trách nhiệm hữu hạn một thành viên Thương mại và Dịch vụ An Phát",
    ],
)
def test_a_business_is_one_in_whatever_legal_form_it_is_written(text: str) -> None:
    assert names_vi.business_key(text) == "thuong mai dich vu an phat"


def test_a_tax_code_with_a_wrong_digit_is_none() -> None:
    assert names_vi.tax_code("0300588569") == "0300588569"
    assert names_vi.tax_code("0300588569-001") == "0300588569001"
    assert names_vi.tax_code("0300588568") is None
    assert names_vi.tax_code("12345") is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Trần Thị Minh", "T. T. Minh"), ("Hạnh", "Hạnh"), ("  Lê   Hoa ", "L. Hoa"), ("", "")],
)
def test_a_masked_name_tells_rows_apart_and_not_who_it_is(name: str, shown: str) -> None:
    assert names_vi.masked(name) == shown
    assert names_vi.masked("Trần Thị Minh", given=False) == "T. T. M."
