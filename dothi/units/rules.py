"""The rules of units in time: how counts cross a reorganisation, and how a file is checked."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from dothi.lib import geo, text_vi
from dothi.lib.geo import Box, Point
from dothi.units.choices import Refusal

# How far the size of a drawn area may lie from the size that is published for it.
SIZE_TOLERANCE = 0.10
# How much of the smaller of two areas may be covered by both: borders are drawn twice.
OVERLAP_TOLERANCE = 0.02
# How far outside the known city a new area may reach.
REACH_M = 20_000.0

ONE = Fraction(1)


# --- Statistics on the boundaries of any date ----------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Life:
    """The days on which a unit is in force; the last one exclusive."""

    unit: int
    valid_from: date
    valid_to: date | None

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One unit went over into another; the shares are those of `models.Succession`."""

    before: int
    after: int
    share: Fraction
    back_share: Fraction


@dataclass(frozen=True, kw_only=True)
class Count:
    """So many things in a unit, as it was called when they were counted."""

    unit: int
    amount: int | Decimal | Fraction
    place: Point | None = None


@dataclass(frozen=True, kw_only=True)
class Restated:
    """An amount on other boundaries, and how much of it stands on assumed shares."""

    amount: Fraction = Fraction(0)
    estimated: Fraction = Fraction(0)

    @property
    def share_estimated(self) -> float:
        """0 where every count is exact, 1 where all of it is an estimate."""
        return float(self.estimated / self.amount) if self.amount else 0.0

    def plus(self, amount: Fraction, *, estimated: bool) -> "Restated":
        more = amount if estimated else Fraction(0)
        return Restated(amount=self.amount + amount, estimated=self.estimated + more)


@dataclass(frozen=True, kw_only=True)
class Restatement:
    """Amounts by unit on the boundaries of one date; sums equal the total that came in."""

    by_unit: Mapping[int, Restated]
    nowhere: Restated  # Of units that have neither successor nor predecessor on that date.

    @property
    def total(self) -> Fraction:
        return sum((row.amount for row in self.by_unit.values()), self.nowhere.amount)


class History:
    """What became of every unit, ready for questions about any date."""

    def __init__(self, lives: Iterable[Life], passages: Iterable[Passage]) -> None:
        self._lives = {life.unit: life for life in lives}
        self._after: dict[int, list[tuple[int, Fraction]]] = {}
        self._before: dict[int, list[tuple[int, Fraction]]] = {}
        for passage in passages:
            self._after.setdefault(passage.before, []).append((passage.after, passage.share))
            if passage.back_share:
                back = (passage.before, passage.back_share)
                self._before.setdefault(passage.after, []).append(back)

    def shares(self, unit: int, *, on: date) -> dict[int | None, Fraction]:
        """Where one thing of that unit is on that date: shares that sum to 1.

        None stands for "nowhere": the unit ended without a successor, or had no predecessor.
        """
        life = self._lives.get(unit)
        if life is None:
            return {None: ONE}
        if life.covers(on):
            return {unit: ONE}
        ways = self._after if life.valid_from <= on else self._before
        found: dict[int | None, Fraction] = {}
        for other, share in ways.get(unit, []):
            for end, part in self.shares(other, on=on).items():
                found[end] = found.get(end, Fraction(0)) + share * part
        return found or {None: ONE}


def restate(
    counts: Iterable[Count],
    *,
    on: date,
    history: History,
    holders: Callable[[Point], Collection[int]],
) -> Restatement:
    """Put counts of any time on the boundaries of one date.

    Where a unit went over whole, all of it follows the succession and is exact. Where it was
    split (or, looking back, merged), a count with a place goes to the part that holds the place;
    one without is shared out and counts as estimated. `holders` names the units that hold a point
    on that date.
    """
    rows: dict[int | None, Restated] = {}
    known: dict[int, dict[int | None, Fraction]] = {}
    for count in counts:
        if count.unit not in known:
            known[count.unit] = history.shares(count.unit, on=on)
        shares = _at_its_place(known[count.unit], count.place, holders)
        for unit, share in shares.items():
            part = Fraction(count.amount) * share
            rows[unit] = rows.get(unit, Restated()).plus(part, estimated=len(shares) > 1)
    nowhere = rows.pop(None, Restated())
    return Restatement(
        by_unit={unit: row for unit, row in rows.items() if unit is not None}, nowhere=nowhere
    )


def _at_its_place(
    shares: dict[int | None, Fraction],
    place: Point | None,
    holders: Callable[[Point], Collection[int]],
) -> dict[int | None, Fraction]:
    """The one part that holds the place; all parts where none does (a point gone astray)."""
    if place is None or len(shares) == 1:
        return shares
    held = [unit for unit in holders(place) if unit in shares]
    return {held[0]: ONE} if held else shares


def shares_by_size(sizes: Sequence[Decimal | float]) -> list[Decimal]:
    """Shares in proportion to sizes that sum to exactly 1; equal ones where no size is known."""
    known = [Decimal(str(size)) for size in sizes]
    if not known:
        return []
    if not all(known):
        known = [Decimal(1)] * len(known)
    whole, step = sum(known, Decimal(0)), Decimal("0.00000001")
    shares = [(size / whole).quantize(step) for size in known]
    largest = shares.index(max(shares))
    shares[largest] += 1 - sum(shares, Decimal(0))
    return shares


# --- Names ---------------------------------------------------------------------------------------

# "P.5", "P5" and "F5" are how people write "Phường 5".
_SHORT = re.compile(r"^(?P<kind>p|f|q)\.?\s*(?P<number>\d{1,2})$")
_KINDS = re.compile(r"^(phuong|quan|xa|dac khu|thanh pho|tp|ward|district)\b\.?\s*|\s+ward$")


def bare_name(name: str) -> str:
    """The folded name without the word for its kind: "Phường Hoà Bình" is "hoa binh"."""
    return _KINDS.sub("", " ".join(text_vi.tokens(name)))


def spelled_out(query: str) -> str:
    """A short form as the full name; other text as it is, folded."""
    folded = text_vi.fold(text_vi.tidy(query))
    short = _SHORT.match(folded)
    if short is None:
        return " ".join(text_vi.tokens(query))
    return f"{'quan' if short['kind'] == 'q' else 'phuong'} {int(short['number'])}"


def same_name(one: str, other: str) -> bool:
    """Whether two names mean one unit, whatever the tone placement and the word for the kind.

    Marks count: "Hòa Bình" is not "Hoa Bình", but a name without any mark fits either.
    """
    keys = [text_vi.exact_key(name) for name in (one, other)]
    bare = [key.removeprefix("phường ").removeprefix("quận ") for key in keys]
    plain = any(key == text_vi.fold(key) for key in keys)
    return bare[0] == bare[1] or (plain and bare_name(one) == bare_name(other))


def likeness(query: str, *, code: str, names: Iterable[str]) -> int:
    """How well a unit answers a search, 0 for not at all: code, exact, folded, start, words."""
    wanted, best = spelled_out(query), 0
    if not wanted:
        return 0
    if text_vi.tidy(query) == code:
        return 100
    for name in names:
        folded = " ".join(text_vi.tokens(name))
        words, bare = folded.split(), bare_name(name)
        if text_vi.exact_key(name) == text_vi.exact_key(query):
            best = max(best, 90)
        elif wanted in (folded, bare):
            best = max(best, 80)
        elif (folded.startswith(wanted) or bare.startswith(wanted)) and not wanted[-1].isdigit():
            best = max(best, 60)
        elif all(any(_begins(word, part) for word in words) for part in wanted.split()):
            best = max(best, 40)
    return best


def _begins(word: str, part: str) -> bool:
    """A number must be the whole word: "phuong 1" is not "Phường 16"."""
    return word == part if part.isdigit() else word.startswith(part)


# --- Areas from a file ---------------------------------------------------------------------------


class Unfit(Exception):
    """An area that is not taken over. `choices.REFUSAL_TEXT` says the reason in words."""

    def __init__(self, reason: Refusal, **values: str) -> None:
        super().__init__(reason, values)
        self.reason, self.values = reason, values


def read_area(written: object) -> BaseGeometry:
    """The area of a GeoJSON geometry (RFC 7946). Raises Unfit for what is no sound area."""
    if not isinstance(written, dict) or written.get("type") not in ("Polygon", "MultiPolygon"):
        raise Unfit(Refusal.NO_AREA)
    for ring in _rings(written):
        _check_ring(ring)
    try:
        geometry = geo.from_geojson(written)
    except ValueError as wrong:
        raise Unfit(Refusal.NO_AREA) from wrong
    if not geometry.is_valid:
        raise Unfit(Refusal.NOT_VALID, where=explain_validity(geometry))
    if geometry.is_empty or not geometry.area:
        raise Unfit(Refusal.NO_AREA)
    return geo.multipolygon(geometry)


def _rings(written: dict[str, object]) -> list[object]:
    coordinates = written.get("coordinates")
    polygons = [coordinates] if written["type"] == "Polygon" else coordinates
    if not isinstance(polygons, list) or not all(isinstance(one, list) for one in polygons):
        raise Unfit(Refusal.NO_AREA)
    return [ring for polygon in polygons for ring in polygon]


def _check_ring(ring: object) -> None:
    if not isinstance(ring, list) or not all(_is_position(position) for position in ring):
        raise Unfit(Refusal.NO_AREA)
    for lon, lat, *_ in ring:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            turned = 90 < abs(lat) <= 180 and abs(lon) <= 90
            reason = Refusal.LATITUDE_FIRST if turned else Refusal.NOT_WGS84
            raise Unfit(reason, place=f"{lon}, {lat}")
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise Unfit(Refusal.NOT_CLOSED)


def _is_position(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 2
        and all(isinstance(number, int | float) for number in value[:2])
    )


def check_size(geometry: BaseGeometry, *, stated_km2: float) -> None:
    """Raise Unfit where the drawn size is not the one that the file or the unit states."""
    drawn = geo.area_m2(geometry) / 1e6
    if stated_km2 <= 0 or abs(drawn - stated_km2) > SIZE_TOLERANCE * stated_km2:
        raise Unfit(Refusal.WRONG_SIZE, drawn=f"{drawn:.2f}", stated=f"{stated_km2:.2f}")


def check_reach(geometry: BaseGeometry, *, city: Box | None) -> None:
    """Raise Unfit for an area far from the city; often the latitude stands first in it."""
    if city is None or city.grown(REACH_M).contains(Box.of(geometry).centre):
        return
    lon, lat = Box.of(geometry).centre
    turned = city.grown(REACH_M).contains(Point(lat, lon))
    reason = Refusal.LATITUDE_FIRST if turned else Refusal.FAR_AWAY
    raise Unfit(reason, place=f"{lon:.4f}, {lat:.4f}")


def check_overlap(geometry: BaseGeometry, others: Mapping[str, BaseGeometry]) -> None:
    """Raise Unfit where the area covers ground of another one of the same file."""
    for code, other in others.items():
        both = geometry.intersection(other).area
        if both > OVERLAP_TOLERANCE * min(geometry.area, other.area):
            km2 = geo.area_m2(geometry) / 1e6 * both / geometry.area
            raise Unfit(Refusal.OVERLAP, km2=f"{km2:.2f}", code=code)
