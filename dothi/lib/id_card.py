"""What the QR code of a Vietnamese identity card says, as a scanner types it.

Fields parted by `|`: number, number of the old card, full name, day of birth, sex, address, day of
issue; cards since 2024 add more, which is left alone. Days are `ddmmyyyy`. No public specification
was found: the order is that of cards in use, and what does not fit is refused as a whole.
"""

import re
from dataclasses import dataclass
from datetime import date

from dothi.lib import text_vi

FEMALE = {"nam": False, "nu": True}
_OLD_NUMBER = re.compile(r"[0-9]{9}|[0-9]{12}|")


class NotACard(ValueError):
    """The text is not what the code of an identity card says."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """The holder as the card names them. A value that the card does not have is None or empty."""

    number: str
    old_number: str
    full_name: str
    born_on: date | None
    female: bool | None
    address: str
    issued_on: date | None


def read(text: str) -> Card:
    """Read what a scanner typed.

    Raises:
        NotACard: too few fields, or the first is not a number of twelve digits.
    """
    parts = [text_vi.tidy(part) for part in text.strip().split("|")]
    if len(parts) < 7 or not re.fullmatch(r"[0-9]{12}", parts[0]):
        raise NotACard("seven fields, the first of twelve digits, are expected")
    number, old_number, full_name, born, sex, address, issued = parts[:7]
    if not full_name or not _OLD_NUMBER.fullmatch(old_number):
        raise NotACard("the name is missing or the old number has another form")
    return Card(
        number=number,
        old_number=old_number,
        full_name=full_name,
        born_on=_day(born),
        female=FEMALE.get(text_vi.fold(sex)),
        address=address,
        issued_on=_day(issued),
    )


def _day(text: str) -> date | None:
    """A day as the card writes it. Some old people know their year of birth only: None."""
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{8}", text):
        raise NotACard(f"{text!r} is no day")
    day, month, year = int(text[:2]), int(text[2:4]), int(text[4:])
    if day == 0 or month == 0:
        return None
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NotACard(f"{text!r} is no day") from error
