"""How long the house has, by right. Pure."""

import re

from dothi.core.clocks.choices import StartRule, TimeUnit
from dothi.core.clocks.rules import Spec
from dothi.datastore.rights.choices import Right
from dothi.datastore.tables.choices import PersonBy

LAW = "Luật 91/2025/QH15; NĐ 356/2025/NĐ-CP"
# To acknowledge: two working days.
ACKNOWLEDGE = Spec(amount=2, unit=TimeUnit.WORK_DAYS, basis=LAW)
MOST_MORE = 15  # Days of the one extension.
# Withdraw, restrict, object: 15 days, 20 where a third party has to act. See, correct, get, delete:
# 10 to 20 days by right; the house takes the shorter time for all but deleting.
_DAYS = {
    Right.WITHDRAW: (15, 20), Right.RESTRICT: (15, 20), Right.OBJECT: (15, 20),
    Right.SEE: (10, 10), Right.EXPORT: (10, 10), Right.CORRECT: (10, 15), Right.ERASE: (20, 20),
}  # fmt: skip
HOLDS_BACK = frozenset({Right.RESTRICT, Right.OBJECT, Right.WITHDRAW})
# Consent comes back from the person alone; the others also when their ground is gone.
LIFTED_BY_OFFICE = frozenset({Right.RESTRICT, Right.OBJECT})
SHOWS = frozenset({Right.SEE, Right.EXPORT})
# Identity numbers have 12 digits, older ones 9 (Luật 26/2023/QH15, điều 12 and 46); phones 10.
_DIGITS = {PersonBy.NUMBER: re.compile(r"\d{9}|\d{12}"), PersonBy.PHONE: re.compile(r"0\d{9}")}


def is_sound(named_by: PersonBy, plain: str) -> bool:
    """Whether a value, in its plain form, can be what somebody reads off a paper."""
    digits = _DIGITS.get(named_by)
    return digits is not None and digits.fullmatch(plain) is not None


def masked(plain: str) -> str:
    """Enough to know a number again."""
    return f"•••{plain[-3:]}"


def to_act(right: Right, *, third_party: bool = False) -> Spec:
    """Counted from the day after the request came in; one extension."""
    return Spec(
        amount=_DAYS[right][third_party], unit=TimeUnit.CALENDAR_DAYS, start=StartRule.DAY_AFTER,
        max_extensions=1, max_extension=MOST_MORE, basis=LAW,
    )  # fmt: skip
