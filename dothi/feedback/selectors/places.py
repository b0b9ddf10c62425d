"""Places that people name, found in the house's own data: addresses of earlier reports, wards."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.search import SearchVector
from django.db.models import F

from dothi.core.clock import local
from dothi.core.searching import holding
from dothi.feedback.choices import Parameter, Visibility
from dothi.feedback.models import Ticket
from dothi.feedback.rules import Trait
from dothi.feedback.selectors import catalogue
from dothi.feedback.selectors.likeness import (
    CANDIDATES,
    LIKE_ENOUGH,
    Similar,
    ranked,
    recent,
    similar_nearby,
)
from dothi.lib import text_vi
from dothi.lib.geo import Point
from dothi.units import selectors as units
from dothi.units.choices import Kind
from dothi.units.models import Unit

LOOKED_AT = 300
SUGGESTED = 8


@dataclass(frozen=True, kw_only=True)
class NamedPlace:
    """An address that somebody named before, and where it was."""

    address: str
    point: Point
    unit: Unit
    reports: int


@dataclass(frozen=True, kw_only=True)
class Guess:
    """Where an address seems to be: a point where it was named before, else perhaps the ward."""

    point: Point | None = None
    unit: Unit | None = None


def places_like(text: str, *, limit: int = SUGGESTED) -> list[NamedPlace]:
    """Addresses of earlier reports that hold all these words, the most often named first."""
    words = text_vi.tokens(text)[:8]
    if not words:
        return []
    found: dict[str, list[Ticket]] = {}
    for row in _rows(words):
        folded = text_vi.fold(row.address)
        if all(_begins(word, folded) for word in words):
            found.setdefault(folded, []).append(row)
    known = catalogue.current().units
    places = [_place(rows, known[rows[0].unit_id]) for rows in found.values()]
    return sorted(places, key=lambda place: -place.reports)[:limit]


def guess(address: str, *, on: date) -> Guess:
    """The point of an address that was named before; else the ward that it names, or the one
    ward in which all earlier reports of its street lie."""
    folded = text_vi.fold(text_vi.tidy(address))
    if not folded:
        return Guess()
    street = _street(folded)
    wards: Counter[int] = Counter()
    for row in _rows(text_vi.tokens(street)[:8]) if street else ():
        theirs = text_vi.fold(row.address)
        if theirs == folded:
            return Guess(point=Point(row.lon or 0.0, row.lat or 0.0))
        if street in theirs:
            wards[row.unit_id] += 1
    named = _ward_named(folded, on)
    if named is not None:
        return Guess(unit=named)
    if len(wards) == 1:
        unit = catalogue.current().units[next(iter(wards))]
        if unit.valid_to is None or unit.valid_to > on:
            return Guess(unit=unit)
    return Guess()


def similar_for_entry(
    *, point: Point | None, unit: Unit | None, category: str, text: str, at: datetime
) -> list[Similar]:
    """What was reported already: near the point, or alike in the ward where no point is known."""
    if point is not None:
        return similar_nearby(point, category=category, text=text, at=at)
    if unit is None:
        return []
    known = catalogue.current()
    subject = known.by_code.get(category)
    mine = Trait(place=None, category_id=subject.pk if subject else 0, folded=text_vi.fold(text))
    rows = recent(at).filter(unit=unit).exclude(visibility=Visibility.HELD)
    metres = known.parameter(Parameter.MERGE_METRES, on=local(at).date())
    newest = list(rows.order_by("-received_at", "-id")[:CANDIDATES])
    return ranked(mine, newest, within_m=metres, least=LIKE_ENOUGH, limit=5)


def _rows(words: Iterable[str]) -> list[Ticket]:
    """The newest reports with a point that hold these words somewhere; none about officers."""
    about = [row.pk for row in catalogue.current().by_id.values() if row.conduct]
    rows = (
        Ticket.objects.annotate(words=SearchVector(F("folded"), config="simple"))
        .filter(words=holding(words), lon__isnull=False)
        .exclude(address="")
        .exclude(category__in=about)
        .only("address", "lon", "lat", "unit_id", "received_at")
    )
    return list(rows.order_by("-received_at")[:LOOKED_AT])


def _begins(word: str, folded: str) -> bool:
    return f" {word}" in f" {folded}".replace(",", " ").replace("/", " ")


def _street(folded: str) -> str:
    """An address without the numbers at its head: "hem 12/3 ly nam de" → "ly nam de"."""
    words = folded.replace(",", " ").split()
    while words and (any(sign.isdigit() for sign in words[0]) or words[0] in {"so", "hem", "ngo"}):
        words.pop(0)
    return " ".join(words[:4])


def _ward_named(folded: str, on: date) -> Unit | None:
    for unit in units.in_force(on=on).filter(kind=Kind.WARD):
        if text_vi.fold(unit.name_vi) in folded:
            return unit
    return None


def _place(rows: list[Ticket], unit: Unit) -> NamedPlace:
    newest = rows[0]
    return NamedPlace(
        address=newest.address,
        point=Point(newest.lon or 0.0, newest.lat or 0.0),
        unit=unit,
        reports=len(rows),
    )
