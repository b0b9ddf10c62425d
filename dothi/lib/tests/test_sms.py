"""How many segments a short message takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.lib.sms import GSM, UCS2, plain, size


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "segments"),
    [
        ("", GSM, 0, 1),
        ("a" * 160, GSM, 160, 1),
        ("a" * 161, GSM, 161, 2),
        ("a" * 306, GSM, 306, 2),
        ("a" * 307, GSM, 307, 3),
        ("€" * 80, GSM, 160, 1),
        ("a" * 152 + "€" + "a" * 152, GSM, 306, 3),  # No letter lies across two segments.
        ("à bé", GSM, 4, 1),
        ("Hồ sơ", UCS2, 5, 1),
        ("ồ" * 70, UCS2, 70, 1),
        ("ồ" * 71, UCS2, 71, 2),
        ("ồ" * 134, UCS2, 134, 2),
        ("ồ" * 135, UCS2, 135, 3),
        ("🙂" * 35, UCS2, 70, 1),
        ("ồ" * 66 + "🙂" + "ồ" * 66, UCS2, 134, 3),
    ],
)
def test_a_text_takes_so_many_segments(text: str, alphabet: str, units: int, segments: int) -> None:
    found = size(text)
    assert (found.alphabet, found.units, found.segments) == (alphabet, units, segments)


def test_without_marks_it_is_read_all_the_same() -> None:
    assert plain("Hồ sơ của anh/chị đã có kết quả – Đủ 5.000 ₫…") == (
        "Ho so cua anh/chi da co ket qua - Du 5.000 d..."
    )


@given(st.text(max_size=400))
def test_what_is_plain_is_of_the_default_alphabet(text: str) -> None:
    letters = plain(text)
    assert letters.isascii()
    assert size(letters).alphabet == GSM
    assert plain(letters) == letters


@given(st.text(alphabet=st.sampled_from("aà€ồ🙂^"), max_size=700), st.sampled_from("aà€ồ🙂"))
def test_one_more_letter_never_makes_it_shorter(text: str, letter: str) -> None:
    before, after = size(text), size(text + letter)
    if after.alphabet == before.alphabet:
        assert after.units > before.units
    assert after.segments >= before.segments
    room = 153 if after.alphabet == GSM else 67
    assert after.segments == 1 or (after.segments - 1) * (room - 1) < after.units
