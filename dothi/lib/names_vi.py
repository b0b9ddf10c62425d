"""Vietnamese names of persons and businesses as data: parts, lost marks, initials, nicknames.

A name stands in the order họ (family), đệm (middle), tên (given). Lists write it without marks,
in Western order, with initials ("N.V. Minh"), shortened ("Ng. Văn Minh"), or not at all: in the
South a neighbour is known by the order of birth ("ông Tư", "bà Sáu").
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from dothi.lib import text_vi


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# The common ones, folded.
FAMILIES = _set(
    "nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly truong dinh trinh doan "
    "lam mai luong to ha ta cao thai luu quach tang chau kieu vuong mac quan tong ton giang than "
    "dam la khuc kim thach lieu tu trieu nghiem ung au bach lac vuu"
)
# What people write for a family name when it must be short; only with a point or alone.
SHORT_FAMILIES = {
    "ng": "nguyen", "ngn": "nguyen", "ngyen": "nguyen", "nguye": "nguyen", "nguyn": "nguyen",
    "tr": "tran", "ph": "pham", "hg": "hoang", "hu": "huynh", "huyn": "huynh", "dg": "dang",
}  # fmt: skip
# Two names of one family: a taboo of the time of the lords Nguyễn parted them by region.
TWIN_FAMILIES = {"hoang": "huynh", "vu": "vo"}
TITLES = _set("ong ba anh chi co chu bac cau di em cu thay me")
# Words that stand in the middle of a name and never end one.
MIDDLES = _set("van thi huu duc")
# Order of birth, the first being the second in the South; and the last-born.
BIRTH_ORDERS = _set("ca hai ba tu nam sau bay tam chin muoi ut")
_FOURTH = "tư"  # Not to be taken for the family Từ.
_KNOWN_AS = re.compile(
    r"\((?P<inside>[^)]*)\)|\b(?:tự|tức|còn gọi là|tên khác)\b\s*:?\s*(?P<after>.+)$",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?<=\w)\.(?=\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A person's name in parts. All but `marked` are folded; a part that is not there is empty."""

    marked: str  # With marks, one spelling of tones: "nguyễn văn hòa".
    family: str
    middle: str  # Words, or initials of one letter.
    given: str
    alias: str  # By which neighbours know the person: "tu" of "ông Tư".

    @property
    def plain(self) -> str:
        """All words in order: "nguyen van hoa"."""
        return " ".join(part for part in (self.family, self.middle, self.given) if part)

    @property
    def has_marks(self) -> bool:
        return not self.marked.isascii()

    @property
    def initials(self) -> str:
        """The first letters in order: "nvh"."""
        return "".join(word[0] for word in self.plain.split())

    @property
    def unordered(self) -> str:
        """The words sorted: equal for two orders of one name."""
        return " ".join(sorted(self.plain.split()))


NOBODY = Name(marked="", family="", middle="", given="", alias="")


@lru_cache(maxsize=200_000)
def parse(text: str) -> Name:
    """Take a name apart. What holds no name at all comes back as `NOBODY`."""
    rest, alias = _without_alias(text_vi.tidy(text))
    words = _INITIALS.sub(". ", rest).replace(",", " ").split()
    pairs = [(word.strip(".").casefold(), text_vi.fold(word).strip(".-'\"")) for word in words]
    pairs = [(marked, plain) for marked, plain in pairs if plain]
    if len(pairs) > 1 and pairs[0][1] in TITLES and pairs[0][1] not in FAMILIES:
        pairs = pairs[1:]
        if len(pairs) == 1 and pairs[0][1] in BIRTH_ORDERS:
            return Name(marked="", family="", middle="", given="", alias=pairs[0][1])
    if len(pairs) == 2 and (pairs[0][0] == _FOURTH or pairs[0][1] in BIRTH_ORDERS - FAMILIES):
        # "Tư Minh": the order of birth, then the name.
        alias, pairs = alias or pairs[0][1], pairs[1:]
    if not pairs:
        return Name(marked="", family="", middle="", given="", alias=alias) if alias else NOBODY
    return _in_order(pairs, alias)


def _in_order(pairs: list[tuple[str, str]], alias: str) -> Name:
    if len(pairs) > 1:
        pairs[0] = (pairs[0][0], SHORT_FAMILIES.get(pairs[0][1], pairs[0][1]))
        first, last = pairs[0][1], pairs[-1][1]
        if len(first) > 1 and first not in FAMILIES and last in FAMILIES:
            # "Minh Văn Nguyễn" turns the whole name round, "Văn Minh Nguyễn" only moves the family.
            moved = [pairs[-1], *pairs[:-1]]
            pairs = moved if first in MIDDLES else pairs[::-1]
    plain = [word for _, word in pairs]
    return Name(
        marked=text_vi.same_tones(" ".join(word for word, _ in pairs)),
        family=plain[0] if len(plain) > 1 else "",
        middle=" ".join(plain[1:-1]),
        given=plain[-1],
        alias=alias,
    )


def _without_alias(text: str) -> tuple[str, str]:
    found = _KNOWN_AS.search(text)
    if found is None:
        return text, ""
    words = text_vi.tokens(found["inside"] or found["after"] or "")
    words = [word for word in words if word not in TITLES or word in BIRTH_ORDERS]
    rest = (text[: found.start()] + " " + text[found.end() :]).strip()
    return rest, " ".join(words[-1:])


def family_key(family: str) -> str:
    """One key for the two regional forms of a family name: Hoàng and Huỳnh, Vũ and Võ."""
    return TWIN_FAMILIES.get(family, family)


def fits_initials(one: str, other: str) -> bool:
    """Whether two folded names agree word by word where initials stand for words.

    "n v minh" fits "nguyen van minh". Two full words must be equal, and something must be full.
    """
    left, right = one.split(), other.split()
    if len(left) != len(right) or not left or left[-1] != right[-1]:
        return False
    return all(
        a == b or ((len(a) == 1 or len(b) == 1) and a[0] == b[0])
        for a, b in zip(left, right, strict=True)
    )


# --- Businesses -----------------------------------------------------------------------------------

# Longest first: the form of a long name holds that of a short one.
_LEGAL_FORMS = re.compile(
    r"\b(?:"
    r"cong ty trach nhiem huu han mot thanh vien|cong ty trach nhiem huu han|"
    r"cong ty tnhh mot thanh vien|cong ty tnhh 1 thanh vien|cong ty tnhh mtv|cong ty tnhh|"
    r"cong ty co phan|cong ty hop danh|cong ty cp|cty tnhh mtv|cty tnhh|cty cp|"
    r"cong ty|cty|doanh nghiep tu nhan|dntn|ho kinh doanh|hkd|hop tac xa|htx|"
    r"chi nhanh|van phong dai dien|vpdd|tnhh mtv|tnhh|mtv|"
    r"co ltd|company limited|joint stock company|jsc|ltd|llc"
    r")\b"
)
_TRADES = {
    "tm": "thuong mai", "dv": "dich vu", "sx": "san xuat", "xd": "xay dung", "vt": "van tai",
    "xnk": "xuat nhap khau", "dt": "dau tu", "pt": "phat trien", "dl": "du lich",
}  # fmt: skip


@lru_cache(maxsize=100_000)
def business_key(text: str) -> str:
    """The name of a business as compared: folded, without legal form, trades written out.

    "CÔNG TY TNHH TM-DV An Phát" and "Cty TNHH Thương mại Dịch vụ An Phát" give the same key.
    """
    words = " ".join(text_vi.tokens(text))
    bare = _LEGAL_FORMS.sub(" ", words)
    return " ".join(_TRADES.get(word, word) for word in bare.split() if word != "va")


def tax_code(text: str) -> str | None:
    """A tax code (MST): ten digits, or thirteen with the number of a branch; None if it is none.

    The tenth digit is a check digit (Circular 105/2020/TT-BTC). Since 2025-07-01 people are known
    by their personal identification number of twelve digits, which has no check digit.
    """
    digits = re.sub(r"\D", "", text)
    if len(digits) == 12:
        return digits
    if len(digits) not in {10, 13}:
        return None
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
    return digits if (10 - total % 11) == int(digits[9]) else None


def masked(name: str, *, given: bool = True) -> str:
    """First letters and the given name: enough to tell a row, not enough to know who it is.

    Without `given` only the letters, where two people of one moment are all there is to tell apart.
    """
    words = name.split()
    kept = words[-1:] if given else []
    return " ".join([*(f"{word[0]}." for word in words[: len(words) - len(kept)]), *kept])
