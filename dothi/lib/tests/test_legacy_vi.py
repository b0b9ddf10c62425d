"""Text from before Unicode comes out as it was meant, every letter with every tone."""

import unicodedata

import pytest

from dothi.lib import legacy_vi
from dothi.lib.legacy_vi import TCVN3, VNI, WINDOWS_1258

VOWELS = "aăâeêioôơuưy"
TONES = {"": "", "grave": "\u0300", "hook": "\u0309", "tilde": "\u0303", "acute": "\u0301",
         "dot": "\u0323"}  # fmt: skip
SMALL = [unicodedata.normalize("NFC", v + t) for v in VOWELS for t in TONES.values()] + ["đ"]
# As the fonts of the time show them to a program that knows Windows-1252 only.
VNI_LETTERS = (
    "a aø aû aõ aù aï aê aè aú aü aé aë aâ aà aå aã aá aä e eø eû eõ eù eï eâ eà eå eã eá eä "
    "i ì æ ó í ò o oø oû oõ où oï oâ oà oå oã oá oä ô ôø ôû ôõ ôù ôï u uø uû uõ uù uï "
    "ö öø öû öõ öù öï y yø yû yõ yù î ñ"
)
TCVN3_LETTERS = (
    "a µ ¶ · ¸ ¹ ¨ » ¼ ½ ¾ Æ © Ç È É Ê Ë e Ì Î Ï Ð Ñ ª Ò Ó Ô Õ Ö i × Ø Ü Ý Þ o ß á â ã ä "
    "« å æ ç è é ¬ ê ë ì í î u ï ñ ò ó ô \u00ad õ ö ÷ ø ù y ú û ü ý þ ®"
)
VNI_SMALL, TCVN3_SMALL = VNI_LETTERS.split(" "), TCVN3_LETTERS.split(" ")


def as_1258(text: str) -> bytes:
    """Every vowel with its shape, then the tone: as Windows writes Vietnamese."""
    raw = b""
    for char in text:
        parts = unicodedata.normalize("NFD", char)
        tone = "".join(part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323")
        shape = unicodedata.normalize("NFC", "".join(p for p in parts if p not in tone))
        raw += (shape + tone).encode("cp1258")
    return raw


@pytest.mark.parametrize(
    ("encoding", "written"), [(VNI, VNI_SMALL), (TCVN3, TCVN3_SMALL)], ids=[VNI, TCVN3]
)
def test_every_small_letter(encoding: str, written: list[str]) -> None:
    assert len(SMALL) == len(written) == 73

    read = [legacy_vi.decode(one.encode("cp1252"), encoding) for one in written]

    assert read == SMALL


def test_every_capital_of_vni() -> None:
    written = [one.upper() for one in VNI_SMALL]

    read = [legacy_vi.decode(one.encode("cp1252"), VNI) for one in written]

    assert read == [one.upper() for one in SMALL]


def test_a_capital_with_a_small_mark_is_a_capital() -> None:
    assert legacy_vi.decode("Aùo Oâng Ñöôøng Ôû".encode("cp1252"), VNI) == "Áo Ông Đường Ở"


def test_every_letter_of_windows_1258() -> None:
    for letter in [*SMALL, *(one.upper() for one in SMALL)]:
        assert legacy_vi.decode(as_1258(letter), WINDOWS_1258) == letter


def test_capitals_of_tcvn3_are_in_the_font() -> None:
    """Only those with a shape and no tone have bytes of their own."""
    assert legacy_vi.decode("¡¢£¤¥¦§".encode("cp1252"), TCVN3) == "ĂÂÊÔƠƯĐ"
    # Typed in .VnTimeH without Shift: the bytes of small letters, and read as such.
    assert legacy_vi.decode("ñy ban".encode("cp1252"), TCVN3) == "ủy ban"
    # Typed with Shift: two plain capitals tell that the letters between are capitals too.
    assert legacy_vi.decode("TR¦êNG §¹I HäC Hå".encode("cp1252"), TCVN3) == "TRƯỜNG ĐẠI HỌC Hồ"


SENTENCE = "Phường Bình Thới tiếp nhận phản ánh về đèn đường, cống nghẹt và vỉa hè xuống cấp"
WRITTEN = {
    TCVN3: "Ph\u00adêng B×nh Thíi tiÕp nhËn ph¶n ¸nh vÒ ®Ìn ®\u00adêng, cèng nghÑt vµ vØa hÌ "
    "xuèng cÊp",
    VNI: "Phöôøng Bình Thôùi tieáp nhaän phaûn aùnh veà ñeøn ñöôøng, coáng ngheït vaø væa heø "
    "xuoáng caáp",
}


@pytest.mark.parametrize("encoding", [TCVN3, VNI, WINDOWS_1258])
def test_a_sentence_is_recognised_and_read(encoding: str) -> None:
    raw = as_1258(SENTENCE) if encoding == WINDOWS_1258 else WRITTEN[encoding].encode("cp1252")

    assert legacy_vi.guess(raw) == encoding
    assert legacy_vi.decode(raw, encoding) == SENTENCE


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Thị Hòa, 12 Lý Nam Đế",
        "Trần Quốc Toản\nĐặng Thùy Trâm\nHuỳnh Tấn Phát\n",
        "đã xử lý",
        "Tổ dân phố 5; khu phố 2; giữ gìn vệ sinh; quẹt; khuỷu tay; thuở nhỏ; nghiêng ngả",
    ],
)
@pytest.mark.parametrize("encoding", [TCVN3, VNI, WINDOWS_1258])
def test_short_texts_too(text: str, encoding: str) -> None:
    raw = as_1258(text) if encoding == WINDOWS_1258 else written_in(text, encoding)

    assert legacy_vi.guess(raw) == encoding
    assert legacy_vi.decode(raw, encoding) == text


def written_in(text: str, encoding: str) -> bytes:
    letters = dict(zip(SMALL, VNI_SMALL if encoding == VNI else TCVN3_SMALL, strict=True))
    if encoding == VNI:
        letters |= {letter.upper(): one.upper() for letter, one in letters.items()}
    else:
        letters |= dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True))
    return "".join(letters.get(sign, sign) for sign in text).encode("cp1252")


@pytest.mark.parametrize("text", ["Café à la carte, déjà vu, garçon, crème brûlée", "Zürich, Köln"])
def test_other_latin_text_is_left_as_it_is(text: str) -> None:
    assert legacy_vi.guess(text.encode("cp1252")) == "cp1252"


def test_a_byte_without_a_letter_is_refused() -> None:
    with pytest.raises(UnicodeDecodeError) as refused:
        legacy_vi.decode(b"ab\xff", TCVN3)

    assert refused.value.start == 2


def test_cells_in_old_fonts_are_read_through_their_disguise() -> None:
    assert legacy_vi.from_disguise("B¶o Th¾ng", TCVN3) == "Bảo Thắng"
    assert legacy_vi.from_disguise("Bảo Thắng", TCVN3) is None
