"""Of whom a row speaks, without saying it: keyed hashes of the values that name persons. Pure."""

import hashlib
import re

from dothi.datastore.tables.choices import PersonBy

DIGITS = re.compile(r"[^0-9]")


def normal(by: PersonBy, value: str) -> str:
    """The value as it is compared: an address in small letters, a number by its digits alone."""
    if by == PersonBy.EMAIL:
        return value.strip().lower()
    digits = DIGITS.sub("", value)
    if by == PersonBy.PHONE and digits.startswith("84"):
        return f"0{digits[2:]}"
    return digits


def hashed(by: PersonBy, value: str, *, key: str) -> str:
    """Twice, so that nobody can lengthen a value whose hash is known."""
    inner = hashlib.sha256(f"{key}{normal(by, value)}".encode()).hexdigest()
    return hashlib.sha256(f"{key}{inner}".encode()).hexdigest()[:32]
