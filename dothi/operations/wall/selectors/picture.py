"""The live map, and the last things that happened in the city: facts without people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from dothi.core.clock import local
from dothi.core.events import selectors as log
from dothi.core.events.selectors import Position
from dothi.feedback import selectors as feedback
from dothi.feedback.choices import Act
from dothi.feedback.events import (
    FeedbackMerged,
    FeedbackMoved,
    FeedbackNearDue,
    FeedbackOverdue,
    FeedbackShown,
    FeedbackSubmitted,
)
from dothi.feedback.selectors import PublicFilters, PublicTicket
from dothi.operations.wall import rules
from dothi.operations.wall.choices import Tone
from dothi.operations.wall.events import PointHidden, PointShown
from dothi.operations.wall.models import MapPoint

# What a screen follows: points are drawn, everything else may change the figures.
MAP_EVENTS = frozenset({PointShown.name, PointHidden.name})
HAPPENINGS = frozenset(
    event.name
    for event in (
        FeedbackSubmitted,
        FeedbackMoved,
        FeedbackOverdue,
        FeedbackNearDue,
        FeedbackMerged,
        FeedbackShown,
    )
)
# Steps that are worth a line on the wall; others are work inside the office.
TOLD = frozenset(
    {Act.FORWARD, Act.RESOLVE, Act.PUBLISH, Act.REOPEN, Act.REJECT, Act.LAPSE, Act.DANGER}
)
FEW = 5
LOOKED_THROUGH = 60


def points(*, unit_code: str = "", category: str = "") -> Sequence[MapPoint]:
    """The points of the live map, of one ward or one subject where these are given."""
    rows = MapPoint.objects.order_by("id")
    if unit_code:
        rows = rows.filter(unit_code=unit_code)
    if category:
        rows = rows.filter(category=category)
    return list(rows)


def map_features() -> dict[str, Any]:
    """The live map as GeoJSON (RFC 7946); `place` is where to follow the stream from.

    The place is read first: what comes in between is told twice, and not lost.
    """
    place = log.head()
    return {
        "type": "FeatureCollection",
        "place": str(place),
        "features": [
            {
                "type": "Feature",
                "id": point.source,
                "geometry": {"type": "Point", "coordinates": [point.lon, point.lat]},
                "properties": {
                    "tone": point.tone,
                    "category": point.category,
                    "unit": point.unit_code,
                },
            }
            for point in points()
        ],
    }


def can_follow(place: Position) -> bool:
    """Whether a screen that was away goes on from its place, or draws everything anew."""
    return log.can_follow(place, names=MAP_EVENTS, at_most=rules.CATCH_UP_AT_MOST)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One line of what happened last: what, about which subject, where, when."""

    at: datetime
    what: str
    subject: str
    where: str
    tone: str
    code: str
    is_today: bool


def latest(*, at: datetime) -> list[Happening]:
    """The last few things that everybody may know, newest first."""
    records = log.newest(HAPPENINGS, limit=LOOKED_THROUGH)
    told = [(record, what) for record in records if (what := _what(record.name, record.payload))]
    shown = _shown({record.payload["code"] for record, _what_happened in told}, at=at)
    return [
        Happening(
            at=record.published_at,
            what=what,
            subject=ticket.category_name,
            where=ticket.unit_name,
            tone=_tone(record.name, record.payload),
            code=ticket.code,
            is_today=local(record.published_at).date() == local(at).date(),
        )
        for record, what in told
        if (ticket := shown.get(record.payload["code"])) is not None
    ][:FEW]


def _shown(codes: Collection[str], *, at: datetime) -> dict[str, PublicTicket]:
    """Those of the reports of which anything may be shown."""
    if not codes:
        return {}
    filters = PublicFilters(codes=frozenset(codes))
    page = feedback.public_list(at=at, filters=filters, limit=len(codes))
    return {ticket.code: ticket for ticket in page.items}


def _what(name: str, payload: dict[str, Any]) -> str:
    if name == FeedbackSubmitted.name:
        return _("New report")
    if name == FeedbackOverdue.name:
        return _("Became overdue")
    if name == FeedbackMoved.name and payload["act"] in TOLD:
        return str(Act(payload["act"]).label)
    return ""


def _tone(name: str, payload: dict[str, Any]) -> str:
    if name == FeedbackOverdue.name:
        return Tone.LATE
    done = name == FeedbackMoved.name and payload["act"] in (Act.RESOLVE, Act.PUBLISH)
    return Tone.CALM if done else ""
