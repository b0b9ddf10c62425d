"""Known places, for readers who choose no point on a map: former wards, quarters, addresses.

Nobody outside the house is asked: the list is made of the house's own units, and of addresses of
reports that everybody may read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rapidfuzz import fuzz

from dothi.core.clock import local
from dothi.feedback.choices import Visibility
from dothi.feedback.models import Ticket
from dothi.feedback.selectors.likeness import near, place_of
from dothi.lib import text_vi
from dothi.lib.geo import Point, distance_m
from dothi.units import selectors as units
from dothi.units.models import Unit
from dothi.units.selectors.ground import Shape

ADDRESSES = 300  # The newest ones of a ward.
NEAR_METRES = 150
LIKE = 80.0  # Of 100: two addresses that people would take for one.
SHORTEST = 4  # Letters of an address that can be compared at all.


class Sort(TextChoices):
    """Where a known place is known from."""

    PART = "part", gettext_lazy("Parts of the ward")
    FORMER = "former", gettext_lazy("Former wards")
    ADDRESS = "address", gettext_lazy("Addresses known from reports")


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A known place with its point. `key` names it in a form."""

    key: str
    sort: Sort
    name: str
    place: Point
    unit_code: str


@dataclass(frozen=True, kw_only=True)
class Where:
    """What is known of a point: the unit that has it, and a known address close by."""

    unit: Unit | None
    near: str = ""
    metres: int = 0

    @property
    def words(self) -> str:
        """For people: the ward, and what is near."""
        if self.unit is None:
            return _("This place is outside the city.")
        if self.near:
            return _("%(ward)s, %(metres)d m from %(near)s") % {
                "ward": self.unit.name, "metres": self.metres, "near": self.near,
            }  # fmt: skip
        return self.unit.name


def spots(unit: Unit, *, at: datetime) -> list[Spot]:
    """The known places of a ward, by sort and name."""
    on = local(at).date()
    found = [*_parts(unit, on=on), *_former(unit, on=on), *_addresses([unit], at=at)]
    order = list(Sort)
    return sorted(found, key=lambda spot: (order.index(spot.sort), text_vi.fold(spot.name)))


def spot(key: str, *, unit: Unit, at: datetime) -> Spot | None:
    """One of the known places of a ward by its key."""
    return next((spot for spot in spots(unit, at=at) if spot.key == key), None)


def spots_like(words: str, *, at: datetime, limit: int = 6) -> list[Spot]:
    """Known places whose name is like what somebody types, the likest first."""
    typed = text_vi.fold(words).strip()
    if len(typed) < SHORTEST:
        return []
    on = local(at).date()
    wards = [shape.unit_id for shape in units.ward_areas(on)]
    known = _addresses(units.in_force(on=on).filter(pk__in=wards), at=at)
    scored = [(fuzz.token_set_ratio(typed, text_vi.fold(spot.name)), spot) for spot in known]
    alike = [(score, spot) for score, spot in scored if score >= LIKE]
    return [spot for _score, spot in sorted(alike, key=lambda pair: -pair[0])[:limit]]


def where(point: Point, *, at: datetime) -> Where:
    """What to tell somebody who chose a point: is it the right one?"""
    unit = units.unit_at(point, on=local(at).date()) if point.on_earth else None
    if unit is None:
        return Where(unit=None)
    named = Q(visibility=Visibility.PUBLIC) & ~Q(address="")
    for ticket in near(point, metres=NEAR_METRES, at=at, only=named, limit=1):
        place = place_of(ticket)
        if place is not None:
            return Where(unit=unit, near=ticket.address, metres=round(distance_m(point, place)))
    return Where(unit=unit)


def ward_in(address: str, *, at: datetime) -> Unit | None:
    """The ward that an address names at its end: "12 Lò Siêu, phường Phú Thọ"."""
    on = local(at).date()
    folded = f" {text_vi.fold(address)} "
    wards = {shape.unit_id for shape in units.ward_areas(on)}
    named = [
        unit
        for unit in units.in_force(on=on).filter(pk__in=wards)
        if f" {text_vi.fold(unit.name_vi)} " in folded.replace(",", " ").replace("  ", " ")
    ]
    return named[0] if len(named) == 1 else None


def located(point: Point | None, *, address: str, at: datetime) -> tuple[Point | None, Unit | None]:
    """Where something is: the point that was given, else what its address tells of it.

    An address that is known gives its point; one that names a ward gives the ward.
    """
    if point is not None:
        return point, None
    known = [one for one in spots_like(address, at=at) if _same(one.name, address)]
    if known:
        return known[0].place, None
    return None, ward_in(address, at=at)


def _same(known: str, typed: str) -> bool:
    """Whether an address begins with one that is known: the same house in the same street."""
    return f"{text_vi.fold(typed)} ".replace(",", " ").startswith(f"{text_vi.fold(known)} ")


def _parts(unit: Unit, *, on: date) -> Iterable[Spot]:
    """Quarters and the like: whatever stands below the ward and has ground of its own."""
    below = set(units.descendants(unit, on=on).values_list("id", flat=True))
    for shape in units.ward_areas(on):
        if shape.unit_id in below:
            yield _spot_of(shape, Sort.PART, shape.name, unit)


def _former(unit: Unit, *, on: date) -> Iterable[Spot]:
    """Wards that were here before: people go on calling them by their old names."""
    days = [day - timedelta(days=1) for day in units.boundaries() if day <= on]
    seen: set[str] = set()
    for day in sorted(days, reverse=True):
        for shape in units.ward_areas(day):
            holder = units.unit_at(shape.label, on=on)
            if holder is None or holder.pk != unit.pk or shape.name in seen:
                continue
            if shape.unit_id == unit.pk:
                continue
            seen.add(shape.name)
            yield _spot_of(shape, Sort.FORMER, _("%(ward)s (former)") % {"ward": shape.name}, unit)


def _spot_of(shape: Shape, sort: Sort, name: str, unit: Unit) -> Spot:
    key = f"u-{shape.code}-{shape.valid_from.isoformat()}"
    return Spot(key=key, sort=sort, name=name, place=shape.label, unit_code=unit.code)


def _addresses(wards: Iterable[Unit], *, at: datetime) -> list[Spot]:
    """Each address once, from the newest report that everybody may read."""
    by_id = {unit.pk: unit for unit in wards}
    rows = (
        Ticket.objects.filter(unit__in=by_id, visibility=Visibility.PUBLIC, lon__isnull=False)
        .exclude(address="")
        .order_by("-received_at")
        .values_list("code", "address", "lon", "lat", "unit_id")[: ADDRESSES * max(1, len(by_id))]
    )
    found: dict[str, Spot] = {}
    for code, address, lon, lat, unit_id in rows:
        found.setdefault(
            text_vi.fold(address),
            Spot(
                key=f"a-{code}",
                sort=Sort.ADDRESS,
                name=address,
                place=Point(lon or 0, lat or 0),
                unit_code=by_id[unit_id].code,
            ),
        )
    return list(found.values())
