"""How far a role reaches and what only looks: pure, asked by the registry and the selectors."""

import base64
import hashlib
import re
from datetime import date, timedelta

from dothi.accounts.choices import LEVELS, Level, Role

# Whoever serves at a counter or works on a matter does so for the own unit (and its quarters,
# which are no level of government); those who watch, lead or look after the house reach below.
REACHES_BELOW = frozenset(
    {
        Role.DISPATCHER,
        Role.LEADER,
        Role.EDITOR,
        Role.STEWARD,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    }
)
# A holder opens with a passphrase of the own: a key cannot be lent.
NOT_LENT = frozenset({Role.HOLDER})
ONLY_LOOKS = frozenset({Role.AUDITOR})
LOOKING = frozenset({"see", "list", "read", "search", "export", "print", "download", "verify"})
POWER = re.compile(r"[a-z]+(\.[a-z]+)*\.[a-z]+(_[a-z]+)*")
LINK_LASTS = timedelta(days=3)
# As what a program may act: it serves, works on matters, or looks; it never leads or looks after.
MACHINE_ROLES = (Role.COUNTER, Role.SPECIALIST, Role.AUDITOR)
MACHINE_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TOKEN_LASTS = timedelta(minutes=30)
# For how long the same key is answered with the same words.
SAID_LASTS = timedelta(days=2)


def is_power(name: str) -> bool:
    """`feedback.assign`, `feedback.see_queue`: the domain, then a verb and what it is about."""
    return POWER.fullmatch(name) is not None


def only_looks(power: str) -> bool:
    """Whether the power's verb (the first word after the last dot) changes nothing."""
    return power.rpartition(".")[2].partition("_")[0] in LOOKING


def reaches(role: Role, *, inside: bool) -> bool:
    """Whether a post reaches a unit below its own; inside: only quarters lie between."""
    return inside or role in REACHES_BELOW


def level_is_at_least(level: Level, wanted: Level) -> bool:
    return LEVELS.index(level) >= LEVELS.index(wanted)


def overlap(a: tuple[date, date | None], b: tuple[date, date | None]) -> bool:
    """Whether two periods share a day. The end of a period is its first day without."""
    return (a[1] is None or b[0] < a[1]) and (b[1] is None or a[0] < b[1])


def demo_seed(username: str) -> str:
    """The TOTP secret (base32, RFC 6238) of a sample person: known to all, so only for the demo."""
    digest = hashlib.sha256(f"dothi demo {username}".encode()).digest()
    return base64.b32encode(digest[:20]).decode("ascii")
