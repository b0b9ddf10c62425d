"""Statistics of any period on the boundaries of any date."""

from collections.abc import Collection, Iterable
from datetime import date
from fractions import Fraction

from dothi.lib.geo import Point
from dothi.units import rules
from dothi.units.models import Succession, Unit
from dothi.units.rules import Count, History, Life, Passage, Restatement
from dothi.units.selectors import ground


def history() -> History:
    """What became of every unit, read once for many questions."""
    lives = (
        Life(unit=key, valid_from=begin, valid_to=end)
        for key, begin, end in Unit.objects.values_list("id", "valid_from", "valid_to")
    )
    passages = (
        Passage(before=before, after=after, share=Fraction(share), back_share=Fraction(back_share))
        for before, after, share, back_share in Succession.objects.values_list(
            "predecessor_id", "successor_id", "share", "back_share"
        )
    )
    return History(lives, passages)


def restate(counts: Iterable[Count], *, on: date) -> Restatement:
    """Put counts on the boundaries of one date; see `rules.restate`.

    A count names the unit that had it then, by id. Units of the result are ids, too.
    """

    def holders(point: Point) -> Collection[int]:
        return [unit.pk for unit in ground.units_at(point, on=on)]

    return rules.restate(counts, on=on, history=history(), holders=holders)
