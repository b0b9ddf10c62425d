"""From the bytes of a file to UTF-8, line for line, and to composed form."""

import codecs
import unicodedata
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dothi.lib import legacy_vi

UTF8, UTF16_LE, UTF16_BE = "utf-8", "utf-16-le", "utf-16-be"
# Behind the encoding: the font whose letters the signs of the text are ("utf-8+tcvn3").
_IN_FONT = "+"
_MARKED = 5  # Texts with marks below which no old font is suspected.
BOMS = {codecs.BOM_UTF8: UTF8, codecs.BOM_UTF16_LE: UTF16_LE, codecs.BOM_UTF16_BE: UTF16_BE}
# Leads of UTF-8 below which every character is composed; the two that Vietnamese is full of are
# looked at more closely.
_COMBINING = 0xCC
_EASY = bytes([*range(_COMBINING), 0xE1, 0xE2])
_E1_SAFE = np.array([0xBA, 0xBB], np.uint8)  # ạ to ỹ
_E2_DOUBTFUL = np.array([0x84, 0x8C, 0xAB], np.uint8)  # Å (Angstrom), K (Kelvin), 〈 〉, ⫝̸


def unit(encoding: str) -> int:
    """Bytes of the smallest unit: a line feed has so many."""
    return 2 if encoding in (UTF16_LE, UTF16_BE) else 1


def is_ascii_based(encoding: str) -> bool:
    """Whether line ends, delimiters and quotes are the same bytes as in UTF-8."""
    return unit(encoding) == 1


def bom(raw: bytes) -> bytes:
    """The mark at the beginning of a file that says how it is encoded; empty where none is."""
    return next((mark for mark in BOMS if raw.startswith(mark)), b"")


def detect(samples: list[bytes]) -> str:
    """How the text is encoded, judged by its beginning and other parts of it.

    A file of UTF-8 with a few broken lines is still one: those lines are faults.
    """
    first = samples[0]
    marked = BOMS.get(bom(first), "")
    if marked not in ("", UTF8):
        return marked
    if not marked and (wide := _without_bom(first)):
        return wide
    if not marked and not _is_mostly_utf8(samples):
        return legacy_vi.guess(b"\n".join(samples))
    old_font = disguise([line for one in samples for line in _lines(one)])
    return f"{UTF8}{_IN_FONT}{old_font}" if old_font else UTF8


def _is_mostly_utf8(samples: list[bytes]) -> bool:
    marked, broken = 0, 0
    for sample in samples:
        for line in sample.splitlines()[:-1] or [sample]:
            if not line.isascii():
                marked += 1
                broken += not _is_utf8(line)
    # An excerpt may begin or end inside a character: that spoils a line at most.
    return broken <= max(marked // 10, 1 if marked > 1 else 0)


def disguise(texts: list[str]) -> str:
    """The old font whose letters stand in the texts as signs of Windows-1252; "" for none.

    Programs that know Unicode save "Mường" so, where it was typed in .VnTime: "M\u00adêng".
    """
    marked = [text for text in texts if not text.isascii()]
    raw = []
    for text in marked:
        try:
            raw.append(text.encode("cp1252"))
        except UnicodeEncodeError:
            continue  # A letter that no such font has: this text says what it means.
    if len(raw) < max(_MARKED, len(marked) // 3):
        return ""
    found = legacy_vi.guess(b"\n".join(raw))
    if found not in (legacy_vi.TCVN3, legacy_vi.VNI):
        return ""
    shown = [one.decode("cp1252") for one in raw]
    read = [legacy_vi.from_disguise(one, found) for one in shown]
    if read.count(None) * 10 > len(read):
        return ""  # No such font: its every sign is a letter.
    meant = legacy_vi.likeness("\n".join(one for one in read if one))
    return found if meant > legacy_vi.likeness("\n".join(shown)) + 0.3 else ""


def _lines(sample: bytes) -> list[str]:
    return sample.removeprefix(codecs.BOM_UTF8).decode(errors="ignore").splitlines()


def _without_bom(sample: bytes) -> str:
    """Text of Latin letters in UTF-16 has a zero in every second byte."""
    pairs = np.frombuffer(sample[: len(sample) // 2 * 2], np.uint8).reshape(-1, 2)
    if len(pairs) < 4:
        return ""
    zeros = (pairs == 0).mean(axis=0)
    if zeros[1] > 0.4 and zeros[0] < 0.05:
        return UTF16_LE
    if zeros[0] > 0.4 and zeros[1] < 0.05:
        return UTF16_BE
    return ""


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def line_ends(raw: bytes, encoding: str, newline: str) -> npt.NDArray[np.int64]:
    """Where each line ends: the offset behind its line end, in bytes."""
    sign = ord(newline)
    if is_ascii_based(encoding):
        return np.flatnonzero(np.frombuffer(raw, np.uint8) == sign) + 1
    kind = "<u2" if encoding == UTF16_LE else ">u2"
    wide = np.frombuffer(raw, kind, count=len(raw) // 2)
    return (np.flatnonzero(wide == sign) + 1) * 2


def to_text(raw: bytes, encoding: str, newline: str) -> tuple[bytes, list[int]]:
    """UTF-8 with as many lines, and the numbers (from 0) of lines that mean nothing.

    What was UTF-8 already is not composed yet: see `composed`. Lines that mean nothing keep their
    delimiters and quotes, so that they can be told from their neighbours.
    """
    written, _, old_font = encoding.partition(_IN_FONT)
    if old_font:
        text, bad = to_text(raw, written, newline)
        return _undisguised(text.decode(), old_font, newline).encode(), bad
    if encoding == UTF8 and _all_utf8(raw):
        return raw, []
    if encoding != UTF8:
        try:
            return legacy_vi.decode(raw, encoding).encode(), []
        except UnicodeError:
            pass  # Some line is to blame; the others are read.
    return _piecewise(raw, encoding, newline)


def _undisguised(text: str, old_font: str, newline: str) -> str:
    lines = text.split(newline)
    return newline.join(legacy_vi.from_disguise(line, old_font) or line for line in lines)


def _all_utf8(raw: bytes) -> bool:
    whole = pa.py_buffer(np.array([0, len(raw)], np.int64))
    array = pa.Array.from_buffers(pa.large_utf8(), 1, [None, whole, pa.py_buffer(raw)])
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _piecewise(raw: bytes, encoding: str, newline: str) -> tuple[bytes, list[int]]:
    offsets = [0, *line_ends(raw, encoding, newline).tolist()]
    if offsets[-1] != len(raw):
        offsets.append(len(raw))
    bad = list(_meaningless(raw, encoding, offsets, 0, len(offsets) - 1))
    parts, begin = [], 0
    for line in bad:
        parts.append(_decoded(raw[begin : offsets[line]], encoding))
        parts.append(_skeleton(raw[offsets[line] : offsets[line + 1]], encoding))
        begin = offsets[line + 1]
    parts.append(_decoded(raw[begin:], encoding))
    return b"".join(parts), bad


def _meaningless(
    raw: bytes, encoding: str, offsets: list[int], first: int, last: int
) -> Iterator[int]:
    """Lines from first to last (exclusive) that cannot be decoded, found by halving."""
    piece = raw[offsets[first] : offsets[last]]
    if encoding == UTF8:
        if _all_utf8(piece):
            return
    else:
        try:
            legacy_vi.decode(piece, encoding)
            return
        except UnicodeError:
            pass
    if last - first == 1:
        yield first
        return
    middle = (first + last) // 2
    yield from _meaningless(raw, encoding, offsets, first, middle)
    yield from _meaningless(raw, encoding, offsets, middle, last)


def _decoded(piece: bytes, encoding: str) -> bytes:
    return piece if encoding == UTF8 else legacy_vi.decode(piece, encoding).encode()


def _skeleton(line: bytes, encoding: str) -> bytes:
    plain = "ascii" if is_ascii_based(encoding) else encoding
    return line.decode(plain, "replace").encode()


def composed(text: bytes) -> bytes:
    """The UTF-8 text in composed form; itself where it is so already, which is seen quickly."""
    if not _may_be_apart(text):
        return text
    return unicodedata.normalize("NFC", text.decode()).encode()


def _may_be_apart(text: bytes) -> bool:
    if text.isascii():
        return False
    if text.translate(None, _EASY):
        return not unicodedata.is_normalized("NFC", text.decode())
    signs = np.frombuffer(text, np.uint8)
    after = signs[np.flatnonzero(signs == 0xE1) + 1]
    if not np.isin(after, _E1_SAFE).all():
        return not unicodedata.is_normalized("NFC", text.decode())
    places = np.flatnonzero(signs == 0xE2)
    after = signs[places + 1]
    spaces = (after == 0x80) & (signs[places + 2] < 0x82)  # En quad and em quad.
    return bool(spaces.any() or np.isin(after, _E2_DOUBTFUL).any()) and (
        not unicodedata.is_normalized("NFC", text.decode())
    )
