"""What is held back of a figure: small numbers of persons, by the one policy of the store.

The whole is told, whoever asks: it is what the law publishes. Its parts are counts like those of
any table, so small ones are hidden with so many others that totals do not give them away.
"""

from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser

from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.datastore.indicators.choices import Scale
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.rules import Pair
from dothi.datastore.sharing import services as sharing
from dothi.datastore.sharing.services import Guard as Guard

OPEN = Guard()
INSTANT = timedelta(microseconds=1)
K = TypeVar("K", bound=Hashable)


def guard_of(indicator: Indicator, user: User | AnonymousUser, *, at: datetime) -> Guard:
    """How the parts of a figure are shown to this reader."""
    return sharing.guard_of(indicator.datasets, user, at=at)


def moment_for(guard: Guard, at: datetime) -> datetime:
    """The moment of which parts are shown where one was asked.

    Everybody sees the ends of months: whoever may ask for any moment takes one from the next, and
    finds the one report that came in between.
    """
    if not guard.everybody:
        return at
    month = (local(at) + INSTANT).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return month - INSTANT


def hidden(
    own: Mapping[K, Pair], above: Mapping[K, K | None], *, indicator: Indicator, guard: Guard
) -> set[K]:
    """The groups of a tree that are not shown. Of a share both sides are counts: those that do and
    those that do not; of a mean, what it is the mean of. What is no count of rows is not shown."""
    if not guard.at_least:
        return set()
    if not indicator.counts_rows:
        tops = {one for one in above if above[one] is None}
        return set(above) - (tops if len(tops) == 1 else set())
    return {
        one
        for counts in _counts(own, indicator.scale)
        for one in sharing.hidden_in_tree(counts, above, at_least=guard.at_least)
    }


def _counts(own: Mapping[K, Pair], scale: Scale) -> list[dict[K, int | Fraction]]:
    above = {key: Fraction(n) for key, (n, _d) in own.items()}
    below = {key: Fraction(d) for key, (_n, d) in own.items()}
    if scale == Scale.COUNT:
        return [dict(above)]
    if scale == Scale.MEAN:
        return [dict(below)]
    return [dict(above), {key: below[key] - above[key] for key in own}]
