"""Vietnamese text from before Unicode: TCVN3 (ABC), VNI for Windows, Windows-1258.

TCVN3 is the third form of TCVN 5712:1993, known by its fonts (".VnTime"): one byte a letter. It has
small letters with tones only. Capitals are the *same bytes* in a font that draws them large
(".VnTimeH"), so bytes alone cannot tell them: a heading that was typed in such a font comes out as
"uỷ ban nhân dân". Only a word that shows two capitals and no plain small letter ("TRƯờNG") is
known to be all capitals, and is made so. VNI writes a base letter and a mark after it.
Windows-1258 writes marks of tone as combining characters. All results are in composed form.
"""

import codecs
import re
import unicodedata

TCVN3 = "tcvn3"
VNI = "vni"
WINDOWS_1258 = "windows-1258"
LEGACY = (TCVN3, VNI, WINDOWS_1258)

_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_UNDEFINED = "\ufffe"  # What `codecs.charmap_decode` takes for "no such byte".


def decode(raw: bytes, encoding: str) -> str:
    """The text of the bytes, in composed form.

    Args:
        encoding: one of `LEGACY`, or the name of a codec of Python.

    Raises:
        UnicodeDecodeError: a byte means nothing in the encoding; `start` is where it stands.
    """
    if encoding == TCVN3:
        # The quickest table is a text of 256 signs, which the type of the function leaves out.
        text = codecs.charmap_decode(raw, "strict", _TCVN3)[0]  # type: ignore[arg-type]
        return _MIXED.sub(_all_capitals, text)
    if encoding == VNI:
        return _join_vni(raw.decode("cp1252"))
    text = raw.decode(encoding)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def from_disguise(text: str, encoding: str) -> str | None:
    """The text behind characters that are bytes of TCVN3 or VNI shown as Windows-1252.

    Workbooks hold it so: "Mêng Kh¬ng" in a cell with a .VnTime font is Mường Khương.
    None where a character is no byte of such a font: then the text means what it says.
    """
    try:
        return decode(text.encode("cp1252"), encoding)
    except UnicodeError:
        return None


def _compose(base: str, tone: str) -> str:
    return unicodedata.normalize("NFC", base + tone)


# --- TCVN3 ---------------------------------------------------------------------------------------

# Tones stand in the order grave, hook, tilde, acute, dot. Each vowel: where its five letters are.
_TONES = (_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT)
_TCVN3_TONED = {
    "a": "b5 b6 b7 b8 b9", "ă": "bb bc bd be c6", "â": "c7 c8 c9 ca cb", "e": "cc ce cf d0 d1",
    "ê": "d2 d3 d4 d5 d6", "i": "d7 d8 dc dd de", "o": "df e1 e2 e3 e4", "ô": "e5 e6 e7 e8 e9",
    "ơ": "ea eb ec ed ee", "u": "ef f1 f2 f3 f4", "ư": "f5 f6 f7 f8 f9", "y": "fa fb fc fd fe",
}  # fmt: skip
_TCVN3_PLAIN = "ĂÂÊÔƠƯĐăâêôơưđ"  # From 0xA1 on.


def _tcvn3_table() -> str:
    table = [chr(byte) if byte < 0x80 else _UNDEFINED for byte in range(256)]
    for byte, letter in enumerate(_TCVN3_PLAIN, start=0xA1):
        table[byte] = letter
    for vowel, places in _TCVN3_TONED.items():
        for place, tone in zip(places.split(), _TONES, strict=True):
            table[int(place, 16)] = _compose(vowel, tone)
    # Below the letters the fonts keep the signs of Windows, which word processors put in.
    for byte in (0x85, *range(0x91, 0x98), 0xA0):
        table[byte] = bytes([byte]).decode("cp1252")
    return "".join(table)


_TCVN3 = _tcvn3_table()
_MIXED = re.compile(r"[^\W\d_]*[A-ZĂÂÊÔƠƯĐ][^\W\d_a-z]*[A-ZĂÂÊÔƠƯĐ][^\W\d_]*")
_PLAIN_SMALL = re.compile(r"[a-zăâêôơưđ]")


def _all_capitals(found: re.Match[str]) -> str:
    word = found.group()
    return word if _PLAIN_SMALL.search(word) else word.upper()


# --- VNI -----------------------------------------------------------------------------------------

# Marks as Windows-1252 shows them, after a small letter. After a capital they are capitals.
_VNI_TONES = {"ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ù": _ACUTE, "ï": _DOT}
_VNI_ROOFED = {"â": "", "à": _GRAVE, "å": _HOOK, "ã": _TILDE, "á": _ACUTE, "ä": _DOT}
_VNI_BREVED = {"ê": "", "è": _GRAVE, "ú": _HOOK, "ü": _TILDE, "é": _ACUTE, "ë": _DOT}
_VNI_ALONE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_ROOF, _BREVE = "\u0302", "\u0306"


def _vni_pairs() -> dict[str, str]:
    pairs = {}
    for base in "aeouyôö":
        letter = _VNI_ALONE.get(base, base)
        for mark, tone in _VNI_TONES.items():
            pairs[base + mark] = _compose(letter, tone)
    for base in "aeo":
        for mark, tone in _VNI_ROOFED.items():
            pairs[base + mark] = _compose(base + _ROOF, tone)
    for mark, tone in _VNI_BREVED.items():
        pairs["a" + mark] = _compose("a" + _BREVE, tone)
    # A capital with a small mark is what a keyboard with Shift let go too early has written.
    capitals = {(pair[0].upper() + pair[1]): joined.upper() for pair, joined in pairs.items()}
    shifted = {pair.upper(): joined.upper() for pair, joined in pairs.items()}
    small = {(pair[0] + pair[1].upper()): joined for pair, joined in pairs.items()}
    alone = {**_VNI_ALONE, **{one.upper(): other.upper() for one, other in _VNI_ALONE.items()}}
    return {**alone, **pairs, **capitals, **shifted, **small}


_VNI = _vni_pairs()
# Pairs first: "oô" is no pair, but "où" is one, and so is "ôù".
_VNI_FOUND = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))


def _join_vni(text: str) -> str:
    joined = _VNI_FOUND.sub(lambda found: _VNI[found.group()], text)
    return unicodedata.normalize("NFC", joined)


# --- Which one is it -----------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_]+")
_ONSET = re.compile(r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?")
_RHYME = re.compile(
    r"(?:oă|oa|oe|oo|uâ|uê|uơ|uya|uyê|uy|iê|yê|ia|ua|ưa|uô|ươ|[aăâeêioôơuưy])"
    r"(?:ch|nh|ng|c|m|n|p|t|i|y|o|u)?"
)
_STOPS = ("c", "ch", "p", "t")
_TONE_MARKS = dict.fromkeys(map(ord, _TONES))


def likeness(text: str) -> float:
    """How much of the words with marks are built as Vietnamese syllables are: 0 to 1.

    1 where no word has a mark: nothing speaks against it.
    """
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    if not words:
        return 1.0
    return sum(map(is_syllable, words)) / len(words)


def is_syllable(word: str) -> bool:
    """Whether a word is built as a Vietnamese syllable: onset, rhyme, at most one tone."""
    if not (word.islower() or word.isupper() or word[1:].islower()):
        return False  # "tÝnh" is what a wrong encoding makes of "tính".
    apart = unicodedata.normalize("NFD", word.lower())
    tones = [mark for mark in apart if mark in _TONES]
    bare = unicodedata.normalize("NFC", apart.translate(_TONE_MARKS))
    if len(tones) > 1:
        return False
    onset = _ONSET.match(bare)
    assert onset is not None
    ends = {onset.end(), 0, *((1,) if bare.startswith(("gi", "q")) else ())}
    if not any(_RHYME.fullmatch(bare, end) for end in ends):
        return False
    # A syllable that ends in a stop has the acute or the dot, or its vowel would not be heard so.
    return not (bare.endswith(_STOPS) and tones and tones[0] not in (_ACUTE, _DOT))


def guess(raw: bytes) -> str:
    """The encoding of bytes that are no Unicode: one of `LEGACY`, or "cp1252" for other Latin.

    Each reading is judged by how many of its words are Vietnamese syllables.
    """
    best, score = "cp1252", 0.5
    for encoding in LEGACY:
        try:
            read = decode(_without_undefined(raw, encoding), encoding)
        except UnicodeDecodeError:
            continue
        judged = likeness(read)
        if judged > score:
            best, score = encoding, judged
    return best


def _without_undefined(raw: bytes, encoding: str) -> bytes:
    """The sample without bytes that mean nothing: few of them are faults of single lines."""
    unknown = _unknown_bytes(encoding)
    left = raw.translate(None, unknown)
    return left if len(raw) - len(left) <= max(len(raw) // 200, 1) else raw


def _unknown_bytes(encoding: str) -> bytes:
    unknown = bytearray()
    for byte in range(0x80, 0x100):
        try:
            decode(bytes([byte]), encoding)
        except UnicodeDecodeError:
            unknown.append(byte)
    return bytes(unknown)
