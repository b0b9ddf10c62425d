"""The QR code of an identity card as a scanner types it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.lib import id_card
from dothi.lib.id_card import NotACard

# Invented.
TYPED = "079190001234|025123456|Nguyễn Thị Hoa|05031990|Nữ|12 Lạc Long Quân, Phường 5|15072021"


def test_the_holder_is_read_off_the_card() -> None:
    card = id_card.read(TYPED + "\r\n")
    assert card.number == "079190001234"
    assert card.full_name == "Nguyễn Thị Hoa"
    assert (card.born_on, card.issued_on) == (date(1990, 3, 5), date(2021, 7, 15))
    assert card.female is True


def test_newer_cards_say_more_and_older_holders_less() -> None:
    assert id_card.read(TYPED + "||x|y|").full_name == "Nguyễn Thị Hoa"
    bare = id_card.read("079090001234||Trần Văn Bình|00001940|Nam|Phường 7|")
    assert (bare.old_number, bare.born_on, bare.issued_on) == ("", None, None)
    assert bare.female is False


@pytest.mark.parametrize(
    "typed",
    ["", "079190001234", TYPED.replace("079190001234", "79190001234"),
     TYPED.replace("Nguyễn Thị Hoa", " "), TYPED.replace("05031990", "31021990"),
     TYPED.replace("15072021", "2021-07-15"), TYPED.replace("025123456", "abc")],
)  # fmt: skip
def test_what_is_no_card_is_refused_as_a_whole(typed: str) -> None:
    with pytest.raises(NotACard):
        id_card.read(typed)


@given(st.text(max_size=120))
def test_whatever_is_typed_is_a_card_or_refused(typed: str) -> None:
    try:
        card = id_card.read(typed)
    except NotACard:
        return
    assert len(card.number) == 12
