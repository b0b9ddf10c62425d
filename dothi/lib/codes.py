"""Codes that people read, and secrets that they keep. They are two things.

A public code names a matter; who knows it sees public facts only. A tracking secret opens it for
the person who holds it, and is stored as a hash.
"""

import hashlib
import re
import secrets
from datetime import date, datetime

# Crockford's base 32: no I, L, O, U, so that nothing is misread or spells a word.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})
PUBLIC_LENGTH = 6  # 30 bits a day and kind.
SECRET_LENGTH = 26  # 130 bits.
GROUP = 5
# Agency id (QĐ 20/2020/QĐ-TTg), day, and number of the day: `38.98.H29-210519-0003`.
DOSSIER = re.compile(r"[0-9A-Z]+(\.[0-9A-Z]+)*\.H[0-9]{2}-[0-9]{6}-[0-9]{4,}")


def public_code(prefix: str, at: datetime) -> str:
    """Return a code of kind, date and chance: `PA-261124-7K3F9Q`."""
    return f"{prefix}-{at:%y%m%d}-{_random(PUBLIC_LENGTH)}"


def dossier_code(agency: str, day: date, number: int) -> str:
    """Return the code of a dossier: the agency, the day, and its number on that day.

    Raises:
        ValueError: the agency's id has another form, or the number is not above 0.
    """
    code = f"{agency}-{day:%y%m%d}-{number:04d}"
    if number < 1 or not DOSSIER.fullmatch(code):
        raise ValueError(f"{code!r} is no code of a dossier")
    return code


def secret() -> str:
    """Return a new tracking secret in groups of five, to be read aloud and typed."""
    text = _random(SECRET_LENGTH)
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def hash_secret(text: str) -> str:
    """Return what is stored of a secret: SHA-256 of its letters, however it was typed.

    A plain hash will do, because the secret has 130 bits of chance: there is nothing to guess.
    """
    typed = "".join(letter for letter in text.upper().translate(_MISREAD) if letter in ALPHABET)
    return hashlib.sha256(typed.encode()).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
