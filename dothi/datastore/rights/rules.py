"""How long the house has, by right. Pure."""

from dothi.core.clocks.choices import StartRule, TimeUnit
from dothi.core.clocks.rules import Spec
from dothi.datastore.rights.choices import Right

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
SHOWS = frozenset({Right.SEE, Right.EXPORT})


def to_act(right: Right, *, third_party: bool = False) -> Spec:
    """Counted from the day after the request came in; one extension."""
    return Spec(
        amount=_DAYS[right][third_party], unit=TimeUnit.CALENDAR_DAYS, start=StartRule.DAY_AFTER,
        max_extensions=1, max_extension=MOST_MORE, basis=LAW,
    )  # fmt: skip
