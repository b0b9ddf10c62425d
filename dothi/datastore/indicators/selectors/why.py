"""Why did it move: the change between two moments, taken apart by unit or another dimension."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from dothi.core.clock import local
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.rules import NOWHERE, Contribution, Pair, Part, Value, moved, total
from dothi.datastore.indicators.selectors import guarding
from dothi.datastore.indicators.selectors.boundaries import HIDDEN, hidden_units, on_boundaries
from dothi.datastore.indicators.selectors.finding import find
from dothi.datastore.indicators.selectors.guarding import Guard
from dothi.datastore.indicators.selectors.store import Store
from dothi.units import selectors as units
from dothi.units.models import Unit

UNIT = "unit"


class NoDimension(LookupError):
    """The indicator is not taken apart by this."""


@dataclass(frozen=True, kw_only=True)
class Why:
    """`contributions` are None where there was no value on one of the days; else their shares sum
    to `change` exactly, those of hidden groups not told. Groups are codes: of a unit on the later
    day's boundaries, or of a value; "" stands for none."""

    by: str
    start: datetime
    end: datetime
    before: Value
    after: Value
    change: Fraction | None
    contributions: tuple[Contribution[str], ...] | None
    names: Mapping[str, str]  # How the groups are called.
    hidden: frozenset[str] = frozenset()  # Groups whose small numbers are not shown.


def why(
    code: str,
    *,
    start: datetime,
    end: datetime,
    by: str = UNIT,
    guard: Guard = guarding.OPEN,
) -> Why:
    """Compare two moments over the store; everybody the ends of months, where small numbers of
    persons are hidden.

    Raises:
        Unknown, NoDimension: see there.
        NotStored, ColumnMissing, VersionClosed: the store has nothing to answer from.
    """
    indicator = find(code)
    if by != UNIT and by not in indicator.dimensions:
        raise NoDimension(by)
    start, end = guarding.moment_for(guard, start), guarding.moment_for(guard, end)
    gone: set[str] = set()
    with Store() as store:
        if by == UNIT:
            on = local(end).date()
            first, last = (store.run(indicator, at=at, on=on).parts for at in (start, end))
            names = _unit_names(on)
            groups = [_by_unit(parts, on) for parts in (first, last)]
            for parts in (first, last):
                gone |= _hidden_units(parts, on, indicator, guard)
        else:
            found = [store.run_by(indicator, by, at=at)[0] for at in (start, end)]
            first, last = (list(one.values()) for one in found)
            groups = [_by_value(one) for one in found]
            for group in groups:
                gone |= guarding.hidden(
                    group, dict.fromkeys(group), indicator=indicator, guard=guard
                )
            names = dict(indicator.dimensions[by].words())
    scale = indicator.scale
    made = moved(groups[0], groups[1], scale)
    return Why(
        by=by,
        start=start,
        end=end,
        before=total(first, scale),
        after=total(last, scale),
        change=None if made is None else sum((one.share for one in made), Fraction(0)),
        contributions=None if made is None else tuple(_shown(made, gone)),
        names=names,
        hidden=frozenset(gone),
    )


def _shown(made: list[Contribution[str]], gone: set[str]) -> Iterator[Contribution[str]]:
    """Those that are shown, largest first, then the others without a number, by their code."""
    yield from (one for one in made if one.group not in gone)
    for group in sorted(one.group for one in made if one.group in gone):
        yield Contribution(group=group, before=HIDDEN, after=HIDDEN, share=Fraction(0))


def _hidden_units(parts: list[Part], on: date, indicator: Indicator, guard: Guard) -> set[str]:
    there = {unit.pk: unit for unit in units.in_force(on=on)}
    gone = hidden_units(on_boundaries(parts, on=on, there=there), there, indicator, guard)
    return {there[key].code if key in there else "" for key in gone}


def _unit_names(on: date) -> dict[str, str]:
    return {unit.code: unit.name for unit in units.in_force(on=on)}


def _by_unit(parts: list[Part], on: date) -> dict[str, Pair]:
    found: dict[str, Pair] = {}
    restated = on_boundaries(parts, on=on)
    codes = dict(Unit.objects.filter(pk__in=restated).values_list("pk", "code"))
    for key, amount in restated.items():
        code = codes.get(key, "") if key != NOWHERE else ""
        n, d = found.get(code, (Fraction(0), Fraction(0)))
        found[code] = (n + amount.numerator, d + amount.denominator)
    return found


def _by_value(parts: Mapping[tuple[int, str | None], Part]) -> dict[str, Pair]:
    found: dict[str, Pair] = {}
    for (_unit, value), part in parts.items():
        n, d = found.get(value or "", (Fraction(0), Fraction(0)))
        found[value or ""] = (n + Fraction(part.numerator), d + Fraction(part.denominator))
    return found
