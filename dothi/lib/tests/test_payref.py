"""References of transfers: what a bank makes of them, and what people mistype."""

import pytest

from dothi.lib import payref

CODE = "38.98.H29-260302-0003"


def test_a_reference_is_plain_and_short() -> None:
    assert payref.reference(CODE).startswith("HS3898H292603020003")
    assert payref.reference("000.00.01.H29-260310-0420").isalnum()
    assert len(payref.reference("000.00.01.H29-260310-0420")) <= 25


@pytest.mark.parametrize(
    "purpose",
    [
        "{ref}",
        "MBVCB.123456.{ref}-CT tu 0123 toi 789",
        "nop le phi {spaced} 020326",
        "{low} FT26061 09:31",
        "{ref}20260302",
    ],
)
def test_it_is_found_in_what_a_bank_writes(purpose: str) -> None:
    ref = payref.reference(CODE)
    text = purpose.format(ref=ref, low=ref.lower(), spaced=f"{ref[:8]} {ref[8:]}")
    assert payref.named(text)[0] == payref.Named(agency="3898H29", day="260302", number="0003")


def test_one_wrong_digit_is_not_taken_for_another_dossier() -> None:
    ref = payref.reference(CODE)
    for place in range(2, len(ref)):
        if ref[place].isdigit():
            wrong = ref[:place] + str((int(ref[place]) + 1) % 10) + ref[place + 1 :]
            assert payref.named(wrong) == [], wrong
            assert payref.looks_like_one(wrong)


def test_two_dossiers_in_one_transfer_are_both_named() -> None:
    other = payref.reference("38.98.H29-260302-0004")
    assert [one.number for one in payref.named(f"{payref.reference(CODE)} {other}")] == [
        "0003", "0004",
    ]  # fmt: skip


def test_other_transfers_name_nothing() -> None:
    assert payref.named("Tra tien dien thang 3") == []
    assert not payref.looks_like_one("Tra tien dien thang 3")
