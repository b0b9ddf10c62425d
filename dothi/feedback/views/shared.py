"""What the doors of feedback share."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dothi.core.notices.choices import Channel as NotifyBy
from dothi.feedback.models import Ticket
from dothi.feedback.selectors.public import PublicTicket, tone_of
from dothi.feedback.services import Contact
from dothi.feedback.services import take_photos as take_photos
from dothi.lib.drawing import Marker
from dothi.lib.geo import Point
from dothi.units import selectors as units
from dothi.units.models import Unit

TONES = {"good": "good", "near_due": "near", "overdue": "late", "paused": "paused"}


def unit_of(code: str, *, at: datetime) -> Unit | None:
    """The unit in force of that code; None where there is none."""
    if not code or "\0" in code:
        return None
    try:
        return units.unit_of(code, on=at.date())
    except Unit.DoesNotExist:
        return None


def place_of(data: dict[str, Any]) -> Point | None:
    """The point that a form holds."""
    if data["lon"] is None or data["lat"] is None:
        return None
    return Point(data["lon"], data["lat"])


def contact_of(data: dict[str, Any]) -> Contact | None:
    """What somebody told of themselves in a form."""
    way = data.get("news", "")
    contact = Contact(
        name=data["name"], phone=data["phone"], email=data["email"], wants_news=way != "none",
        by_sms=way == NotifyBy.SMS,
    )  # fmt: skip
    return None if contact.is_empty else contact


def marker_of(ticket: Ticket) -> list[Marker]:
    """The place of one report for those who have it before them."""
    if ticket.lon is None or ticket.lat is None:
        return []
    return [Marker(lon=ticket.lon, lat=ticket.lat, title=ticket.category.name, tone="late")]


def markers(tickets: Iterable[PublicTicket]) -> list[Marker]:
    """Points for the drawn map, each with the words of the list beside it."""
    return [
        Marker(
            lon=ticket.lon,
            lat=ticket.lat,
            title=f"{ticket.title or ticket.category_name}, {ticket.state_label}",
            tone=tone_of(ticket),
        )
        for ticket in tickets
        if ticket.lon is not None and ticket.lat is not None
    ]
