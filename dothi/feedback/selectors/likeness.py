"""Reports that may be about the same thing: near, alike in words, or the same in a photo."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from django.db.models import BooleanField, FloatField, Q, QuerySet
from django.db.models.expressions import RawSQL

from dothi.core.attachments.models import Attachment
from dothi.core.clock import local
from dothi.feedback import rules
from dothi.feedback.choices import Parameter, State, Visibility
from dothi.feedback.models import Ticket
from dothi.feedback.rules import Trait
from dothi.feedback.selectors import catalogue
from dothi.feedback.selectors.files import likenesses
from dothi.feedback.selectors.tracking import loaded
from dothi.lib import text_vi
from dothi.lib.geo import Box, Point, distance_m

CANDIDATES = 60
SHOWN = 5
LIKE_ENOUGH = 0.4
EVERYTHING = Q()
SPOT = "point(feedback_ticket.lon, feedback_ticket.lat)"
SQUARE = "box(point(%s, %s), point(%s, %s))"


@dataclass(frozen=True, kw_only=True)
class Similar:
    """A report that may be about the same thing. `likeness` is 0 to 1."""

    ticket: Ticket
    distance_m: float | None
    likeness: float


def similar_nearby(
    place: Point,
    *,
    category: str,
    text: str,
    at: datetime,
    photos: Collection[str] = (),
    limit: int = SHOWN,
) -> list[Similar]:
    """What the public is shown before it sends: public reports within 250 m, the likest first.

    `photos` are codes of attachments that came in already. Nothing that is held back is shown.
    """
    known, on = catalogue.current(), local(at).date()
    metres = known.parameter(Parameter.SIMILAR_METRES, on=on)
    subject = known.by_code.get(category)
    mine = Trait(
        place=place,
        category_id=subject.pk if subject else 0,
        folded=text_vi.fold(text),
        photos=_hashes(photos),
    )
    rows = near(place, metres=metres, at=at, only=~Q(visibility=Visibility.HELD))
    return ranked(mine, rows, within_m=metres, least=0.2, limit=limit)


def doubles_of(ticket: Ticket, *, at: datetime, limit: int = 10) -> list[Similar]:
    """What an officer may merge with a report: within 1000 m, by text and photos, likest first.

    A report without a place is compared with those of its unit.
    """
    on = local(at).date()
    metres = catalogue.current().parameter(Parameter.MERGE_METRES, on=on)
    place = place_of(ticket)
    mine = Trait(
        place=place,
        category_id=ticket.category_id,
        folded=ticket.folded,
        photos=likenesses([ticket.code])[ticket.code],
    )
    others = ~Q(pk=ticket.pk)
    if place is not None:
        rows = near(place, metres=metres, at=at, only=others)
    else:
        found = recent(at).filter(others, unit=ticket.unit_id).order_by("-received_at", "-id")
        rows = list(found[:CANDIDATES])
    return ranked(mine, rows, within_m=metres, least=LIKE_ENOUGH, limit=limit)


def near(
    place: Point, *, metres: float, at: datetime, only: Q = EVERYTHING, limit: int = CANDIDATES
) -> list[Ticket]:
    """Reports in a square around a place, the nearest first: open, or closed not long ago.

    Asked in two parts, each by the index that is short for it: open ones by their place, closed
    ones by their time. One question for both reads all that ever lay in the square.
    """
    box = Box.around(place, metres=metres)
    corners = (box.west, box.south, box.east, box.north)
    far = RawSQL(f"{SPOT} <-> point(%s, %s)", (place.lon, place.lat), output_field=FloatField())
    inside = RawSQL(f"{SPOT} <@ {SQUARE}", corners, output_field=BooleanField())
    # "is true" keeps the planner from the index of places, which knows no time.
    also_inside = RawSQL(f"({SPOT} <@ {SQUARE}) is true", corners, output_field=BooleanField())
    rows = recent(at).filter(only, lon__isnull=False).annotate(far=far).order_by("far", "id")
    found: list[Ticket] = [
        *rows.filter(inside, closed_at=None)[:limit],
        *rows.filter(also_inside, closed_at__gt=closed_since(at))[:limit],
    ]
    return sorted(found, key=attrgetter("far", "pk"))[:limit]


def recent(at: datetime) -> QuerySet[Ticket]:
    """Reports that something new may be a double of."""
    gone = frozenset({State.DUPLICATE, State.TRANSFERRED, State.REJECTED})
    recent = Q(closed_at=None) | Q(closed_at__gt=closed_since(at))
    return loaded().filter(recent).exclude(state__in=gone)


def closed_since(at: datetime) -> datetime:
    """From when on a closed report still counts as similar."""
    days = catalogue.current().parameter(Parameter.SIMILAR_DAYS, on=local(at).date())
    return at - timedelta(days=days)


def ranked(
    mine: Trait, candidates: Sequence[Ticket], *, within_m: float, least: float, limit: int
) -> list[Similar]:
    """The likest of some reports, from `least` on."""
    hashes = likenesses([ticket.code for ticket in candidates]) if candidates else {}
    found = []
    for ticket in candidates:
        place = place_of(ticket)
        theirs = Trait(
            place=place,
            category_id=ticket.category_id,
            folded=ticket.folded,
            photos=hashes[ticket.code],
        )
        score = rules.likeness(mine, theirs, within_m=within_m)
        if score >= least:
            metres = distance_m(mine.place, place) if mine.place and place else None
            found.append(Similar(ticket=ticket, distance_m=metres, likeness=score))
    return sorted(found, key=lambda one: (-one.likeness, one.distance_m or 0.0))[:limit]


def place_of(ticket: Ticket) -> Point | None:
    return None if ticket.lon is None or ticket.lat is None else Point(ticket.lon, ticket.lat)


def _hashes(codes: Collection[str]) -> frozenset[int]:
    if not codes:
        return frozenset()
    rows = Attachment.objects.filter(code__in=codes).values_list("likeness", flat=True)
    return frozenset(likeness for likeness in rows if likeness is not None)
