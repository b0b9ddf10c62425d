"""Reports in figures, per unit, on the boundaries of any date."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from django.db import connection

from dothi.core.clock import local
from dothi.lib.geo import Point
from dothi.units import selectors as units
from dothi.units.rules import Count, restate


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What stands on the ground of one unit; whole numbers save where shares were assumed."""

    open: float = 0
    overdue: float = 0
    near_due: float = 0
    paused: float = 0
    received_today: float = 0
    resolved_today: float = 0
    closed_in_time: float = 0  # Of those resolved in the last 30 days.
    closed: float = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in _NAMES})

    @property
    def share_on_time(self) -> float | None:
        """Percent of what was resolved in 30 days; None where nothing was."""
        return 100.0 * self.closed_in_time / self.closed if self.closed else None


_NAMES = (
    "open", "overdue", "near_due", "paused", "received_today", "resolved_today", "closed_in_time",
    "closed",
)  # fmt: skip
_SQL = """
    select unit_id, {place},
        count(*) filter (where t.closed_at is null),
        count(*) filter (where t.closed_at is null and not t.paused and t.due_at < %(at)s),
        count(*) filter (where t.closed_at is null and not t.paused and t.due_at >= %(at)s
            and t.due_at < %(near)s),
        count(*) filter (where t.closed_at is null and t.paused),
        count(*) filter (where t.received_at >= %(today)s and t.received_at <= %(at)s),
        count(*) filter (where t.resolved_at >= %(today)s and t.resolved_at <= %(at)s),
        count(*) filter (where t.resolved_at > %(month)s and t.resolved_at <= %(at)s
            and (t.due_at is null or t.resolved_at <= t.due_at)),
        count(*) filter (where t.resolved_at > %(month)s and t.resolved_at <= %(at)s)
    from feedback_ticket t
    where t.received_at <= %(at)s
        and (t.closed_at is null or t.closed_at > %(month)s or t.received_at >= %(today)s)
        and (%(only)s::bigint[] is null or t.unit_id = any(%(only)s))
    group by 1, 2, 3
"""


def counts_then(*, at: datetime) -> dict[int, Counts]:
    """Counts by id of the unit that had the place when a report came in."""
    return {unit: row for unit, _place, row in _rows(at)}


def _rows(
    at: datetime, *, only: Collection[int] | None = None
) -> list[tuple[int, Point | None, Counts]]:
    """Counts of each unit; of `only` some units, one row for each place in them."""
    today = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    place = "null, null" if only is None else "lon, lat"
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL.format(place=place),
            {
                "at": at,
                "near": at + timedelta(days=1),
                "today": today,
                "month": at - timedelta(days=30),
                "only": None if only is None else list(only),
            },
        )
        return [
            (
                unit,
                None if lon is None else Point(lon, lat),
                Counts(**dict(zip(_NAMES, figures, strict=True))),
            )
            for unit, lon, lat, *figures in cursor.fetchall()
        ]


def counts(*, on_units: date, at: datetime) -> dict[int, Counts]:
    """Counts by id of the unit, on the boundaries of `on_units`; sums equal the total.

    What lies on ground that was split since is placed by its point; only what has none is shared.
    """
    in_force = set(units.in_force(on=on_units).values_list("id", flat=True))
    then = counts_then(at=at)
    gone = [unit for unit in then if unit not in in_force]
    found = {unit: row for unit, row in then.items() if unit in in_force}
    if not gone:
        return found
    history = units.history()
    pieces = _rows(at, only=gone)
    for name in _NAMES:
        amounts = [
            Count(unit=unit, amount=getattr(row, name), place=place) for unit, place, row in pieces
        ]
        moved = restate(
            amounts,
            on=on_units,
            history=history,
            holders=lambda point: [unit.pk for unit in units.units_at(point, on=on_units)],
        )
        for unit, restated in moved.by_unit.items():
            own = found.setdefault(unit, Counts())
            total = getattr(own, name) + _plain(restated.amount)
            found[unit] = replace(own, **{name: total})
    return found


def _plain(amount: Fraction) -> float:
    return amount.numerator if amount.denominator == 1 else float(amount)


def total(rows: Iterable[Counts]) -> Counts:
    return sum(rows, Counts())
