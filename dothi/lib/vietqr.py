"""VietQR: the text of a QR code by which a bank transfer is filled in.

EMV QR Code Specification for Payment Systems, Merchant-Presented Mode (TLV objects of a two-digit
id, a two-digit length and a value), with the template 38 of NAPAS. Text is ASCII without marks; a
length counts characters.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from dothi.lib import text_vi

NAPAS = "A000000727"
DONG = "704"  # ISO 4217
ROOM = 99  # What a length of two digits can say.
_PRINTABLE = re.compile(r"[ -~]*")
_BANK, _ACCOUNT = re.compile(r"\d{6}"), re.compile(r"[0-9A-Za-z]{1,19}")


class Service(StrEnum):
    """Where a transfer goes."""

    ACCOUNT = "QRIBFTTA"
    CARD = "QRIBFTTC"


class NoSuchTransfer(ValueError):
    """A part of the transfer cannot stand in a VietQR code."""


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """A transfer that somebody is asked to make. Without an amount the payer types it.

    `bank` is the BIN of six digits. A code with an amount is made for one payment ("dynamic")
    unless `reusable` says that it may be used again and again.
    """

    bank: str
    account: str
    amount: int | None = None  # Whole dong.
    purpose: str = ""
    bill: str = ""
    reference: str = ""
    category: str = ""  # Merchant category code, ISO 18245.
    name: str = ""
    city: str = ""
    service: Service = Service.ACCOUNT
    reusable: bool = False


def payload(transfer: Transfer) -> str:
    """The text of the code, with its checksum.

    Raises:
        NoSuchTransfer: a number has another form, an amount is not above 0, a text is too long.
    """
    _check(transfer)
    beneficiary = _object("00", transfer.bank) + _object("01", transfer.account)
    merchant = (
        _object("00", NAPAS) + _object("01", beneficiary) + _object("02", str(transfer.service))
    )
    once = transfer.amount is not None and not transfer.reusable
    additional = (
        _object("01", _plain(transfer.bill))
        + _object("05", _plain(transfer.reference))
        + _object("08", _plain(transfer.purpose))
    )
    body = "".join(
        (
            _object("00", "01"),
            _object("01", "12" if once else "11"),
            _object("38", merchant),
            _object("52", transfer.category),
            _object("53", DONG),
            _object("54", "" if transfer.amount is None else str(transfer.amount)),
            _object("58", "VN"),
            _object("59", _plain(transfer.name)),
            _object("60", _plain(transfer.city)),
            _object("62", additional),
            "6304",
        )
    )
    return f"{body}{checksum(body):04X}"


def checksum(text: str) -> int:
    """CRC-16/CCITT-FALSE (polynomial 0x1021, first value 0xFFFF): "123456789" gives 0x29B1."""
    value = 0xFFFF
    for byte in text.encode("ascii"):
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
            value &= 0xFFFF
    return value


def is_whole(text: str) -> bool:
    """Whether a code's checksum is that of its text."""
    return text.isascii() and len(text) > 8 and f"{checksum(text[:-4]):04X}" == text[-4:]


def _check(transfer: Transfer) -> None:
    if not _BANK.fullmatch(transfer.bank):
        raise NoSuchTransfer("a bank is named by six digits")
    if not _ACCOUNT.fullmatch(transfer.account):
        raise NoSuchTransfer("an account has 1 to 19 letters and digits")
    if transfer.amount is not None and not 0 < transfer.amount < 10**13:
        raise NoSuchTransfer("an amount is above 0 dong and has at most 13 digits")
    if transfer.category and not re.fullmatch(r"\d{4}", transfer.category):
        raise NoSuchTransfer("a merchant category has four digits")


def _plain(text: str) -> str:
    """The text without marks, as banks take it."""
    bare = text_vi.unmarked(text)
    if not _PRINTABLE.fullmatch(bare):
        raise NoSuchTransfer(f"{text!r} cannot be written without marks")
    return bare


def _object(number: str, value: str) -> str:
    if not value:
        return ""
    if len(value) > ROOM:
        raise NoSuchTransfer(f"object {number} is longer than {ROOM} characters")
    return f"{number}{len(value):02d}{value}"
