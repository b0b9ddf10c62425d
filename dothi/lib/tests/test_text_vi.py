"""Vietnamese text, on the vectors of the domain facts."""

import random
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.lib import text_vi
from dothi.lib.text_vi import Doubt

ALPHABET = ["an", "án", "ăn", "ân", "da", "dá", "đa", "ma", "mà", "mả", "mã", "má", "mạ"]


def test_a_name_has_one_form_however_it_was_typed() -> None:
    typed = unicodedata.normalize("NFD", "Đặng Thị Hòa")

    assert len(typed) == 16
    assert len(text_vi.nfc(typed)) == 12
    assert text_vi.nfc(typed) == "Đặng Thị Hòa"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đặng Thị Hòa", "dang thi hoa"),
        ("đường", "duong"),
        ("ƯỚC MƠ", "uoc mo"),
        ("Quỳnh", "quynh"),
        (unicodedata.normalize("NFD", "Phường Bình Thới"), "phuong binh thoi"),
    ],
)
def test_search_knows_no_marks(text: str, folded: str) -> None:
    assert text_vi.fold(text) == folded


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert text_vi.fold(text_vi.nfc(text)) == text_vi.fold(unicodedata.normalize("NFD", text))


@given(st.text(st.characters(max_codepoint=0x24FF), max_size=40))
def test_folding_by_table_is_folding_by_taking_apart(text: str) -> None:
    apart = unicodedata.normalize("NFD", text).casefold()
    plain = "".join(char for char in apart if not unicodedata.combining(char))

    assert text_vi.fold(text) == plain.replace("đ", "d")


def test_tokens_are_words_and_numbers() -> None:
    assert text_vi.tokens("Hẻm 12/3, đường Lý Nam Đế!") == [
        "hem", "12", "3", "duong", "ly", "nam", "de"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"), [("hoà", "hòa"), ("thuý", "thúy"), ("khoẻ", "khỏe"), ("Hoà Bình", "Hòa Bình")]
)
def test_two_places_of_a_tone_are_one_spelling(one: str, other: str) -> None:
    assert text_vi.same_tones(one) == text_vi.same_tones(other) == other


@pytest.mark.parametrize("word", ["quý", "quỳnh", "hoàn", "huỳnh", "Quý", "khuỷu"])
def test_a_tone_that_stands_right_stays(word: str) -> None:
    assert text_vi.same_tones(word) == word


def test_the_exact_key_keeps_the_marks_but_not_the_manner() -> None:
    assert text_vi.exact_key("  Phường  HOÀ Bình ") == text_vi.exact_key("phường hòa bình")
    assert text_vi.exact_key("Hòa") != text_vi.exact_key("Hoa")


@given(st.permutations(ALPHABET))
def test_words_stand_in_vietnamese_order(words: list[str]) -> None:
    assert sorted(words, key=text_vi.sort_key) == ALPHABET


def test_people_are_listed_by_given_name_then_family_then_middle() -> None:
    order = [
        "Lê An",
        "Lệ An",
        "Nguyễn An",
        "Nguyễn Bảo An",
        "Nguyễn Văn An",
        "Bùi Thị Ánh",
        "Lê Ân",
        "Trần Bình",
        "Phạm Dũng",
        "Bế Văn Đàn",
    ]
    mixed = order.copy()
    random.Random(11).shuffle(mixed)

    assert sorted(mixed, key=text_vi.name_key) == order


def test_the_key_of_a_name_is_plain_ascii() -> None:
    assert text_vi.name_key("Đặng Thị Hòa").isascii()
    assert text_vi.name_key("Hòa")
    assert text_vi.name_key("")


@pytest.mark.parametrize(
    ("dong", "text"),
    [
        (1234568, "1.234.568 ₫"),
        (0, "0 ₫"),
        (Decimal("999.5"), "1.000 ₫"),
        (-1500, "-1.500 ₫"),
    ],
)
def test_money(dong: int | Decimal, text: str) -> None:
    assert text_vi.money(dong) == text


def test_numbers_have_points_between_thousands_and_a_decimal_comma() -> None:
    assert text_vi.number(Decimal("1234567.891"), places=3) == "1.234.567,891"
    assert text_vi.number(5.14, places=2) == "5,14"


def test_dates() -> None:
    assert text_vi.short_date(date(2026, 2, 17)) == "17/02/2026"
    assert text_vi.long_date(date(2026, 2, 17)) == "Thứ Ba, 17 tháng 2, 2026"
    assert text_vi.long_date(date(2026, 2, 22)) == "Chủ Nhật, 22 tháng 2, 2026"


@pytest.mark.parametrize(
    ("hour", "stamp"),
    [
        (6, "10 Tháng Hai 2021 6:30:00 SA"),
        (0, "10 Tháng Hai 2021 12:30:00 SA"),
        (12, "10 Tháng Hai 2021 12:30:00 CH"),
        (18, "10 Tháng Hai 2021 6:30:00 CH"),
    ],
)
def test_the_stamp_of_the_portal(hour: int, stamp: str) -> None:
    assert text_vi.portal_stamp(datetime(2021, 2, 10, hour, 30, tzinfo=UTC)) == stamp


@pytest.mark.parametrize(
    "typed", ["0903 123 456", "+84903123456", "0084 903.123.456", "84-903-123-456", "(090)3123456"]
)
def test_a_phone_number_is_one_however_it_was_typed(typed: str) -> None:
    assert text_vi.phone(typed) == "0903123456"
    assert text_vi.phone_doubts(typed) == ()


def test_a_number_that_takes_no_message_is_doubted_not_refused() -> None:
    assert text_vi.phone("028 3856 1234") == "02838561234"
    assert text_vi.phone_doubts("028 3856 1234") == (Doubt.NOT_MOBILE,)
    assert text_vi.phone_doubts("0123456789") == (Doubt.FORM,)
    assert text_vi.phone_doubts("hello") == (Doubt.FORM,)


@pytest.mark.parametrize(
    ("number", "year", "female", "doubts"),
    [
        ("079090123456", 1990, False, ()),
        ("079190123456", 1990, True, ()),
        ("079205123456", 2005, False, ()),
        ("079090123456", 1991, True, (Doubt.BIRTH_YEAR, Doubt.SEX)),
        ("097090123456", 1990, False, (Doubt.PROVINCE,)),
        ("07909012345", 1990, False, (Doubt.FORM,)),
        ("023456789", 1970, None, (Doubt.LEGACY,)),
        ("079 090 123 456", None, None, ()),
    ],
)
def test_doubts_about_a_personal_number(
    number: str, year: int | None, female: bool | None, doubts: tuple[Doubt, ...]
) -> None:
    assert text_vi.citizen_id_doubts(number, birth_year=year, female=female) == doubts
