"""Addresses of Ho Chi Minh City as data: house number with its alleys, street, ward.

"12/3A hẻm 5" is written in many ways: "12 xẹt 3A", "Số 12/3A", "hẻm 12 số 3A". Wards have changed
their names and borders; who knows the units hands over what an old ward is called now.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dothi.lib import text_vi

# A slash said aloud: in the South "xẹt", "xuyệt" or "sẹc".
_SAID_SLASH = re.compile(r"\s+(?:xet|xuyet|sec|suyet|tren)\s+")
_ALLEY = re.compile(
    r"^(?:hem|ngo|kiet|ngach|duong hem)\s+(\S+?)[\s,]+(?:so nha|nha so|so|nha)?\s*(?=\d)"
)
_STEP = r"[a-z]{0,2}\d*[a-z]{0,2}"
_NUMBER = re.compile(
    r"^(?:so nha|nha so|so|sn|nha)?\s*"
    rf"(?P<house>[a-z]{{0,2}}\d+[a-z]{{0,2}}(?:\s?bis)?(?:\s*[/\-.]\s*{_STEP}(?=[\s,/\-.]|$))*)"
    r"(?:\s+|$)(?P<street>.*)$"
)
_FLAT = re.compile(
    r"^(?:can ho|ch|phong|can|lo)\s+(?P<flat>[\w./-]*\d[\w./-]*)\s*[,-]?\s*(?P<rest>.*)$"
)
_STREET = re.compile(r"^(?:duong|d\.|pho|dg\.?)\s+")
_STREET_ALLEY = re.compile(r"^(?:hem|ngo)\s+\S*\d\S*\s+")
_DAY_STREET = re.compile(r"\b(\d{1,2}) thang (\d{1,2})\b")
_QUARTER = re.compile(r"^(?:khu pho|kp|to dan pho|to dp|tdp|to|ap|thon|khom)\b\.?\s*\d*")
_WARD = re.compile(
    r"^(?:phuong|xa|thi tran|p\.|f\.|tt\.)\s*(?P<name>.+)$|^[pf]\s?(?P<number>\d{1,2})$"
)
_DISTRICT = re.compile(r"^(?:quan|huyen|thi xa|q\.|h\.|tx\.)\s*.+$|^q\s?\d{1,2}$")
_PROVINCE = re.compile(r"^(?:thanh pho|tp\.?|tinh|t\.)\s*.+$|^(?:hcm|tphcm|sai gon|viet nam|vn)$")
# Where no commas part an address, these words do. "Quân" ends a street too: Lạc Long Quân.
_UNPARTED = re.compile(
    r"\s+(?=(?:phuong|khu pho|tp\.|tp hcm|tphcm|thanh pho|p\.\s?\d|q\.\s?\d|[pq]\d{1,2}\b"
    r"|quan (?:\d|binh|tan|go vap|phu nhuan)))"
)
_PARTS = re.compile(r"[,;]|(?<!\d)\s+-\s+|\s+-\s+(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address in folded parts; what is not said is empty."""

    house: str = ""  # "12/3a": number, then the numbers of the alleys' branches.
    street: str = ""  # "le dai hanh", or the estate of a flat.
    ward: str = ""  # "11", "minh phung": without its kind.
    district: str = ""


def parse(text: str, *, wards: Mapping[str, str] | None = None) -> Address:
    """Take an address apart. `wards` maps folded old names of wards to folded new ones.

    The keys of `wards` are "ward" or "ward|district": numbers such as Phường 5 stand in every
    district of the old city.
    """
    found: dict[str, str] = {}
    folded = _UNPARTED.sub(", ", text_vi.fold(text_vi.tidy(text)))
    for part in _PARTS.split(folded):
        _place(part.strip(), found)
    address = Address(**found)
    if not wards or not address.ward:
        return address
    ward = wards.get(f"{address.ward}|{address.district}") or wards.get(address.ward)
    return Address(**{**found, "ward": ward}) if ward else address


def _place(part: str, found: dict[str, str]) -> None:
    if not part or _QUARTER.match(part):
        return
    if ward := _WARD.match(part):
        found.setdefault("ward", ward_key(ward["name"] or ward["number"]))
    elif _DISTRICT.match(part):
        found.setdefault("district", re.sub(r"^(?:quan|huyen|thi xa|q\.?|h\.|tx\.)\s*", "", part))
    elif not _PROVINCE.match(part) and "street" not in found:
        house, street = _house_and_street(part)
        if house:
            found["house"] = house
        if street:
            found["street"] = street


def _house_and_street(part: str) -> tuple[str, str]:
    if flat := _FLAT.match(part):
        return flat["flat"], _street(flat["rest"])
    part = _SAID_SLASH.sub("/", part)
    part = _ALLEY.sub(r"\1/", part)
    number = _NUMBER.match(part)
    if number is None:
        return "", _street(part)
    house = re.sub(r"\s*([/\-.])\s*", r"\1", number["house"]).replace(" ", "").strip("/-.")
    return house, _street(number["street"])


def _street(text: str) -> str:
    text = _STREET_ALLEY.sub("", text.strip())
    return _DAY_STREET.sub(r"\1 \2", " ".join(text_vi.tokens(_STREET.sub("", text))))


def ward_key(name: str) -> str:
    """A ward's name as compared: folded, without its kind and without leading noughts."""
    bare = re.sub(r"^(?:phuong|xa|thi tran|p\.|f\.)\s*", "", text_vi.fold(text_vi.tidy(name)))
    words = [word.lstrip("0") or word for word in text_vi.tokens(bare)]
    return " ".join(words)
