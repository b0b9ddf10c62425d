"""Vietnamese text: forms, folding, order of names, formats, and doubts about numbers.

Text is kept in NFC. "Folded" text is what search compares: lower case without any mark. A key of
order is plain ASCII, so that it can be stored and sorted by a database in code point order.
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from vi_textmatch.tone import normalize_tone
from vn_collate import collate_key

_SPACES = re.compile(r"[\s\u00a0\u200b]+")
_WORD = re.compile(r"[^\W_]+")


def nfc(text: str) -> str:
    """Return the text in composed form; every door does this to what comes in."""
    return unicodedata.normalize("NFC", text)


def _plain_letters() -> dict[int, str]:
    """Every composed Latin letter that is one plain letter without its marks."""
    found = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        apart = unicodedata.normalize("NFD", chr(code)).casefold()
        plain = "".join(char for char in apart if not unicodedata.combining(char))
        plain = plain.replace("đ", "d")
        if plain.isascii():
            found[code] = plain
    return found


# Nearly all text is folded by one look at this table: less than half the time of taking it apart.
_PLAIN = _plain_letters()
_D = str.maketrans("đĐ", "dD")


def fold(text: str) -> str:
    """Return the text as search compares it: lower case, no marks, `đ` as `d`.

    `đ` has no decomposition, so dropping combining marks alone would leave it.
    """
    quick = text.translate(_PLAIN)
    if quick.isascii():
        return quick.lower()
    apart = unicodedata.normalize("NFD", text).casefold()
    plain = "".join(char for char in apart if not unicodedata.combining(char))
    return plain.replace("đ", "d")


def unmarked(text: str) -> str:
    """Return the text without marks, its case kept: for systems that take plain letters only."""
    apart = unicodedata.normalize("NFD", text)
    plain = "".join(char for char in apart if not unicodedata.combining(char))
    return plain.translate(_D)


def tokens(text: str) -> list[str]:
    """Return the folded words and numbers of the text, in order, doubles kept."""
    return _WORD.findall(fold(text))


def tidy(text: str) -> str:
    """Return NFC text on one line, with single spaces and none at the ends."""
    return _SPACES.sub(" ", nfc(text)).strip()


def written(text: str) -> str:
    """Return what somebody wrote in NFC, lines kept, without zero bytes and spaces at the ends."""
    return nfc(text).replace("\x00", "").strip()


def same_tones(text: str) -> str:
    """Return the text with the tone mark on the first vowel of open oa, oe, uy.

    "Hoà Bình" and "Hòa Bình" are two spellings of one name. Needed for exact keys only: folded
    text does not know the difference.
    """
    placed: str = normalize_tone(nfc(text))
    return placed


def exact_key(text: str) -> str:
    """Return a key that is equal for two spellings of one name, but keeps its marks."""
    return same_tones(tidy(text)).casefold()


def sort_key(text: str) -> str:
    """Return the key of Vietnamese alphabetical order: letters, then tones, then case."""
    key: str = collate_key(nfc(text))
    return key


def name_key(full_name: str) -> str:
    """Return the key by which lists of people are sorted: tên, then họ, then đệm.

    "Nguyễn Văn An" stands under An. Compare the keys as plain text; in a database that is the
    collation "C".
    """
    words = tidy(full_name).split(" ")
    given, family, middle = words[-1], words[0] if len(words) > 1 else "", words[1:-1]
    return "".join(sort_key(part) for part in (given, family, " ".join(middle)))


# --- Formats -------------------------------------------------------------------------------------

_WEEKDAYS = ("Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy")
_MONTHS = (
    "Một", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười Một", "Mười Hai"
)  # fmt: skip


def number(value: int | float | Decimal, *, places: int = 0) -> str:
    """Return `1.234.567,891`: points between thousands, a comma before decimals."""
    step = Decimal(1).scaleb(-places)
    text = f"{Decimal(str(value)).quantize(step, ROUND_HALF_UP):,}"
    return text.translate(str.maketrans(",.", ".,"))


def money(dong: int | Decimal) -> str:
    """Return an amount in dong as `1.234.568 ₫`, rounded to the whole dong."""
    return f"{number(dong)} ₫"


def short_date(day: date) -> str:
    """Return `17/02/2026`."""
    return f"{day:%d/%m/%Y}"


def long_date(day: date) -> str:
    """Return `Thứ Ba, 17 tháng 2, 2026`."""
    name = "Chủ Nhật" if day.weekday() == 6 else f"Thứ {_WEEKDAYS[day.weekday()]}"
    return f"{name}, {day.day} tháng {day.month}, {day.year}"


def portal_stamp(moment: datetime) -> str:
    """Return `10 Tháng Hai 2021 6:30:00 SA`, as the portal stamps its articles (SA, CH)."""
    half = "SA" if moment.hour < 12 else "CH"
    hour = moment.hour % 12 or 12
    return (
        f"{moment.day} Tháng {_MONTHS[moment.month - 1]} {moment.year} {hour}:{moment:%M:%S} {half}"
    )


# --- Numbers that people give --------------------------------------------------------------------


class Doubt(StrEnum):
    """Why a number looks wrong. A doubt warns; it never refuses what a citizen says."""

    FORM = "form"  # Not of the form of such a number.
    NOT_MOBILE = "not_mobile"  # A phone, but of no mobile prefix that we know.
    PROVINCE = "province"  # No such province of registration.
    BIRTH_YEAR = "birth_year"  # Another year of birth than the one stated.
    SEX = "sex"  # Another sex than the one stated.
    LEGACY = "legacy"  # A nine-digit identity card of the old kind.


# New prefixes appear; that is why an unknown one is a doubt only.
_MOBILE = re.compile(r"0(3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)\d{7}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")
_LANDLINE = re.compile(r"02\d{9}")
_ALL_PROVINCES = range(1, 97)  # The 63 codes of before lie in 001-096 and stay in use.


def phone(text: str) -> str | None:
    """Return a Vietnamese phone number as `0…` without separators; None if it cannot be one."""
    digits = re.sub(r"[\s.()\-\u00a0]+", "", text)
    digits = re.sub(r"^(\+|00)?84(?=\d{9,10}$)", "0", digits)
    return digits if re.fullmatch(r"0\d{9,10}", digits) else None


def email(text: str) -> str | None:
    """Return an e-mail address without spaces around it; None if it cannot be one."""
    address = text.strip()
    return address if len(address) <= 254 and _EMAIL.fullmatch(address) else None


def phone_doubts(text: str) -> tuple[Doubt, ...]:
    """Say what is doubtful about a number that should receive a message."""
    found = phone(text)
    if found is None:
        return (Doubt.FORM,)
    if _MOBILE.fullmatch(found):
        return ()
    return (Doubt.NOT_MOBILE,) if _LANDLINE.fullmatch(found) else (Doubt.FORM,)


def citizen_id_doubts(
    text: str, *, birth_year: int | None = None, female: bool | None = None
) -> tuple[Doubt, ...]:
    """Say what is doubtful about a personal identification number.

    Twelve digits: province of birth registration (3), century and sex (1: 0 and 1 are men and
    women of 19xx, 2 and 3 of 20xx, and so on), year of birth (2), random (6). No check digit.
    """
    digits = re.sub(r"\s+", "", text)
    if re.fullmatch(r"\d{9}", digits):
        return (Doubt.LEGACY,)
    if not re.fullmatch(r"[0-9]{12}", digits):
        return (Doubt.FORM,)
    mark, doubts = int(digits[3]), []
    if int(digits[:3]) not in _ALL_PROVINCES:
        doubts.append(Doubt.PROVINCE)
    if birth_year is not None and 1900 + 100 * (mark // 2) + int(digits[4:6]) != birth_year:
        doubts.append(Doubt.BIRTH_YEAR)
    if female is not None and bool(mark % 2) != female:
        doubts.append(Doubt.SEX)
    return tuple(doubts)
