"""Codes by which a transfer is filled in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.lib import vietqr
from dothi.lib.vietqr import NoSuchTransfer, Transfer

# Of two other programs that agree with one another; every checksum was reckoned.
ONCE = (
    "00020101021238540010A00000072701240006970436011012345678900208QRIBFTTA"
    "53037045405500005802VN62170813H29 LP 00012363041458"
)
WITH_NAME = (
    "00020101021238540010A00000072701240006970436011012345678900208QRIBFTTA5204000053037045405500005802VN"
    "5922UBND PHUONG MINH PHUNG62170813H29 LP 000123630455D4"
)
WITHOUT_AMOUNT = (
    "00020101021138540010A00000072701240006970436011012345678900208QRIBFTTA53037045802VN6304BE57"
)


def transfer(**given: Any) -> Transfer:
    return Transfer(**{"bank": "970436", "account": "1234567890"} | given)


def test_codes_equal_those_of_others_byte_for_byte() -> None:
    fee = {"amount": 50_000, "purpose": "H29 LP 000123"}
    assert vietqr.payload(transfer(**fee)) == ONCE
    named = transfer(**fee, category="0000", name="UBND PHUONG MINH PHUNG")
    assert vietqr.payload(named) == WITH_NAME
    assert vietqr.payload(transfer()) == WITHOUT_AMOUNT


def test_the_checksum_is_the_one_of_the_standard() -> None:
    assert vietqr.checksum("123456789") == 0x29B1
    assert vietqr.is_whole(ONCE)
    assert not vietqr.is_whole(ONCE.replace("50000", "50001"))


def test_marks_are_taken_off_because_banks_do_not_take_them() -> None:
    code = vietqr.payload(transfer(amount=1, name="UBND Phường Đa Kao"))
    assert "5918UBND Phuong Da Kao" in code


@pytest.mark.parametrize(
    "wrong",
    [
        {"bank": "VCB"},
        {"account": ""},
        {"account": "12 34"},
        {"amount": 0},
        {"amount": -5},
        {"category": "12"},
        {"purpose": "x" * 100},
        {"purpose": "lệ phí 费"},
        {"purpose": "a\nb"},
    ],
)
def test_what_no_bank_could_read_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(NoSuchTransfer):
        vietqr.payload(transfer(**wrong))


@given(
    account=st.text("0123456789", min_size=1, max_size=19),
    amount=st.none() | st.integers(1, 10**12),
    purpose=st.text("ABCĐđ -09ệ", max_size=40),
)
def test_every_code_is_whole_and_its_parts_can_be_read_back(
    account: str, amount: int | None, purpose: str
) -> None:
    code = vietqr.payload(transfer(account=account, amount=amount, purpose=purpose))
    assert vietqr.is_whole(code)
    parts = taken_apart(code)
    assert parts["54"] == ("" if amount is None else str(amount))
    assert taken_apart(taken_apart(parts["38"])["01"])["01"] == account


def taken_apart(text: str) -> dict[str, str]:
    parts = {"54": ""}
    while text:
        number, length = text[:2], int(text[2:4])
        parts[number], text = text[4 : 4 + length], text[4 + length :]
    return parts
