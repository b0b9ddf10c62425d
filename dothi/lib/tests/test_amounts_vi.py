"""Sums as a clerk writes them out."""

import pytest

from dothi.lib.amounts_vi import in_words


@pytest.mark.parametrize(
    ("dong", "words"),
    [
        (0, "Không đồng"),
        (8_000, "Tám nghìn đồng"),
        (15_000, "Mười lăm nghìn đồng"),
        (21_000, "Hai mươi mốt nghìn đồng"),
        (50_000, "Năm mươi nghìn đồng"),
        (101_000, "Một trăm lẻ một nghìn đồng"),
        (1_234_000, "Một triệu hai trăm ba mươi bốn nghìn đồng"),
        (1_005_000, "Một triệu không trăm lẻ năm nghìn đồng"),
        (2_000_000_000, "Hai tỷ đồng"),
        (3_000_000_050, "Ba tỷ không trăm năm mươi đồng"),
    ],
)
def test_sums_in_words(dong: int, words: str) -> None:
    assert in_words(dong) == words


def test_nothing_below_nothing() -> None:
    with pytest.raises(ValueError, match="below"):
        in_words(-1)
