"""Short messages: how many segments a text takes, and what it looks like without marks. Pure.

A segment carries 140 octets (3GPP TS 23.040). In the default alphabet of 3GPP TS 23.038 that is 160
letters, or 153 each where several are joined; any other letter makes the whole text UCS-2, of which
70 fit, or 67 each. A letter that takes two places never lies across two segments.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dothi.lib.text_vi import unmarked

GSM, UCS2 = "gsm-7", "ucs-2"
_DEFAULT = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # An escape stands before each.
_ALL = _DEFAULT | _EXTENDED
_ROOM = {GSM: (160, 153), UCS2: (70, 67)}
# Signs that typesetting puts in and that phones of any age should not have to know.
_SIGNS = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...",
        "\u00a0": " ", "\t": " ", "₫": "d", "·": "-", "`": "'",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Size:
    """What a text takes: its alphabet, its places (septets or 16-bit units), and segments."""

    alphabet: str
    units: int
    segments: int


def plain(text: str) -> str:
    """The text in letters without marks, and `?` for what has no such letter."""
    letters = unmarked(text).translate(_SIGNS)
    return "".join(one if one.isascii() and one in _ALL else "?" for one in letters)


def size(text: str) -> Size:
    """How long a text is on its way; an empty one takes one segment."""
    if all(letter in _ALL for letter in text):
        return _size(GSM, [2 if letter in _EXTENDED else 1 for letter in text])
    return _size(UCS2, [2 if ord(letter) > 0xFFFF else 1 for letter in text])


def _size(alphabet: str, widths: Iterable[int]) -> Size:
    places = list(widths)
    units, (alone, joined) = sum(places), _ROOM[alphabet]
    if units <= alone:
        return Size(alphabet=alphabet, units=units, segments=1)
    segments, free = 1, joined
    for width in places:
        if width > free:
            segments, free = segments + 1, joined
        free -= width
    return Size(alphabet=alphabet, units=units, segments=segments)
