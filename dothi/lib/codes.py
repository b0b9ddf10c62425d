"""Codes that people read, and secrets that they keep. They are two things.

A public code names a matter; who knows it sees public facts only. A tracking secret opens it for
the person who holds it, and is stored as a hash.
"""

import hashlib
import secrets
from datetime import datetime

# Crockford's base 32: no I, L, O, U, so that nothing is misread or spells a word.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})
PUBLIC_LENGTH = 6  # 30 bits a day and kind.
SECRET_LENGTH = 26  # 130 bits.
GROUP = 5


def public_code(prefix: str, at: datetime) -> str:
    """Return a code of kind, date and chance: `PA-261124-7K3F9Q`."""
    return f"{prefix}-{at:%y%m%d}-{_random(PUBLIC_LENGTH)}"


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
