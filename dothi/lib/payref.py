"""The reference by which a bank transfer finds its dossier: short, plain, and with check digits.

Banks strip signs from the purpose of a transfer and put text of their own around it, so a reference
is letters and digits alone: `HS`, the code of the dossier without its signs, two check digits
(ISO/IEC 7064, MOD 97-10, as of an IBAN).
"""

import re
from dataclasses import dataclass

from dothi.lib import text_vi

MARK = "HS"
_SIGNS = re.compile(r"[^0-9A-Z]")
# The agency, the day, the number, the check digits. How long a number is, the digits tell.
_FORMS = [
    re.compile(rf"([0-9A-Z]{{0,20}}?H\d{{2}})(\d{{6}})(\d{{{digits}}})(\d{{2}})")
    for digits in (4, 5, 6)
]


@dataclass(frozen=True, kw_only=True)
class Named:
    """A dossier as a reference names it; `agency` is without its signs."""

    agency: str
    day: str
    number: str


def bare(text: str) -> str:
    """Letters and digits alone, in capitals and without marks."""
    return _SIGNS.sub("", text_vi.unmarked(text).upper())


def reference(code: str) -> str:
    """The reference of a dossier's code."""
    body = bare(code)
    return f"{MARK}{body}{_check(body):02d}"


def named(purpose: str) -> list[Named]:
    """The dossiers that a purpose names with right check digits, in their order."""
    text = bare(purpose)
    found: dict[Named, None] = {}
    for start in (one.end() for one in re.finditer(MARK, text)):
        for form in _FORMS:
            match = form.match(text, start)
            if match and _check(match[1] + match[2] + match[3]) == int(match[4]):
                found[Named(agency=match[1], day=match[2], number=match[3])] = None
    return list(found)


def looks_like_one(purpose: str) -> bool:
    """Whether a purpose holds something of the form of a reference, right or wrong."""
    return bool(re.search(r"H\d{2}\d{9,}", bare(purpose))) or MARK in bare(purpose)


def _check(body: str) -> int:
    digits = "".join(str(int(sign, 36)) for sign in body)
    return 98 - int(digits + "00") % 97
